"""python -m numbre_export.training.refiner: train the refiner on what a finder finds in rendered shards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from numbre_export.training import command

if TYPE_CHECKING:
    from numbre_export.training.loop import Task


def main(
    shards: command.Shards,
    validation: command.Validation,
    finder: Annotated[Path | None, typer.Option(help="The .onnx that finds; the shipped one without.")] = None,
    out: command.Out = Path("runs/refiner"),
    steps: command.Steps = 11000,
    decay: command.Decay = 8000,
    rate: command.Rate = 3e-3,
    seed: command.Seed = 0,
    threads: command.Threads = 2,
    batch: command.Batch = 256,
    makers: command.Makers = 0,
    begin: command.Begin = None,
    resume: command.Resume = False,
) -> None:
    """Train the refiner; --out gets refiner.keras, the best known weights, and history.csv."""

    def task() -> Task:
        from numbre_export.training.refiner.candidates import prepared
        from numbre_export.training.refiner.task import RefinerTask

        held_out = prepared(validation, finder, out / "validation", processes=threads)
        training = prepared(shards, finder, out / "candidates", processes=threads)
        return RefinerTask(training, held_out, batch_size=batch)

    command.learn(
        task,
        out,
        steps=steps,
        decay=decay,
        rate=rate,
        seed=seed,
        threads=threads,
        makers=makers,
        resume=resume,
        begin=begin,
    )


if __name__ == "__main__":
    typer.run(main)
