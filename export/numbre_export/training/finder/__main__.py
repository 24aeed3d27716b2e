"""python -m numbre_export.training.finder: train the finder on rendered shards."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer


def main(
    shards: Annotated[Path, typer.Argument(help="Folder of rendered training shards.")],
    validation: Annotated[Path, typer.Option(help="Folder of shards by other writers.")],
    out: Annotated[Path, typer.Option(help="The run's folder.")] = Path("runs/finder"),
    steps: Annotated[int, typer.Option(help="Of the optimizer.", min=1)] = 18000,
    decay: Annotated[int, typer.Option(help="Last steps, over which the learning rate falls to 0.", min=1)] = 12000,
    seed: Annotated[int, typer.Option(help="Of weights and batches.")] = 0,
    threads: Annotated[int, typer.Option(help="Of the network.", min=1)] = 2,
    resume: Annotated[bool, typer.Option("--resume", help="Go on after the last whole epoch of this folder.")] = False,
) -> None:
    """Train the finder; --out gets finder.keras, the best known weights, and history.csv."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    from numbre_export.training.finder.task import FinderTask
    from numbre_export.training.loop import Schedule, train

    train(FinderTask(shards, validation), Schedule(steps=steps, decay=decay), out, seed=seed, resume=resume)


if __name__ == "__main__":
    typer.run(main)
