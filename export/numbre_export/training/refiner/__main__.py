"""python -m numbre_export.training.refiner: train the refiner on what a finder finds in rendered shards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from numbre_export.training import command

if TYPE_CHECKING:
    from numbre_export.training.loop import Task


def task(asked: command.Asked) -> Task:
    """Make what is learned."""
    from numbre_export.training.refiner.candidates import CANDIDATES
    from numbre_export.training.refiner.task import RefinerTask

    held_out = CANDIDATES.prepared(asked.validation, asked.finder, asked.out / "validation", processes=asked.threads)
    training = CANDIDATES.prepared(asked.shards, asked.finder, asked.out / "candidates", processes=asked.threads)
    return RefinerTask(training, held_out, batch_size=asked.batch)


main = command.training("refiner", task, steps=11000, decay=8000, batch=256)

if __name__ == "__main__":
    typer.run(main)
