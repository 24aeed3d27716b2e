"""What the commands that train a network on rendered shards have in common."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from numbre_edge.errors import NumbreError

if TYPE_CHECKING:
    from numbre_export.training.loop import Task

Shards = Annotated[Path, typer.Argument(help="Folder of rendered training shards.")]
Validation = Annotated[Path, typer.Option(help="Folder of shards by other writers.")]
Out = Annotated[Path, typer.Option(help="The run's folder.")]
Steps = Annotated[int, typer.Option(help="Of the optimizer.", min=1)]
Decay = Annotated[int, typer.Option(help="Last steps, over which the learning rate falls to 0.", min=1)]
Rate = Annotated[
    float, typer.Option(help="Of learning, until it falls; less where a run begins with weights.", min=1e-9)
]
Seed = Annotated[int, typer.Option(help="Of weights and batches.")]
Threads = Annotated[int, typer.Option(help="Of the network.", min=1)]
Batch = Annotated[int, typer.Option(help="Views or crops a step.", min=1)]
Makers = Annotated[
    int, typer.Option(help="Processes that make batches, for a graphics processor that waits for them.", min=0)
]
Begin = Annotated[
    Path | None, typer.Option(help="The .keras of another run, or an exported .onnx, whose weights are the first.")
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on after the last whole epoch of this folder.")]


Finder = Annotated[Path | None, typer.Option(help="The .onnx that finds; the shipped one without.")]


@dataclass(frozen=True)
class Asked:
    """What a command that trains a network was asked for, as far as its task wants to know."""

    shards: Path
    validation: Path
    finder: Path | None
    out: Path
    batch: int
    threads: int


def training(
    network: str, task: Callable[[Asked], Task], *, steps: int, decay: int, batch: int, found: bool = True
) -> Callable[..., None]:
    """Return the command that trains what ``task`` makes, as :func:`running`, with these numbers as its defaults.

    Args:
        network: what it is called.
        task: makes it; imports what is heavy.
        steps: of the schedule.
        decay: of the schedule.
        batch: inputs a step.
        found: whether it is taught on what a finder finds, and ``--finder`` says which.
    """

    def main(
        shards: Shards,
        validation: Validation,
        finder: Finder = None,
        out: Out = Path("runs") / network,
        steps: Steps = steps,
        decay: Decay = decay,
        rate: Rate = 3e-3,
        seed: Seed = 0,
        threads: Threads = 2,
        batch: Batch = batch,
        makers: Makers = 0,
        begin: Begin = None,
        resume: Resume = False,
    ) -> None:
        with running(threads, f"--resume goes on after the last whole epoch in {out}"):
            from numbre_export.training.loop import Schedule, train

            schedule = Schedule(steps=steps, decay=decay, learning_rate=rate)
            asked = Asked(shards, validation, finder, out, batch, threads)
            train(task(asked), schedule, out, seed=seed, resume=resume, begin=begin, makers=makers)

    main.__doc__ = f"Train the {network}; --out gets {network}.keras, the best known weights, and history.csv."
    if not found:
        whole = inspect.signature(main, eval_str=True)
        kept = [option for name, option in whole.parameters.items() if name != "finder"]
        main.__signature__ = whole.replace(parameters=kept)  # type: ignore[attr-defined]
    return main


@contextmanager
def running(threads: int, after: str) -> Iterator[None]:
    """Have TensorFlow use so many threads; an error of ours ends the program with its line, Ctrl-C with ``after``."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if os.environ.setdefault("KERAS_BACKEND", "tensorflow") == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    try:
        yield
    except NumbreError as exc:
        print(f"error: {exc}", file=sys.stderr)
        raise SystemExit(1) from exc
    except KeyboardInterrupt as exc:
        print(f"\nstopped; {after}", file=sys.stderr)
        raise SystemExit(130) from exc
