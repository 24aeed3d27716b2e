"""python -m numbre_export.training.transcriber: train the transcriber on the numbers of rendered shards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from numbre_export.training import command

if TYPE_CHECKING:
    from numbre_export.training.loop import Task


def task(asked: command.Asked) -> Task:
    """Make what is learned."""
    from numbre_export.training.transcriber.numbers import NUMBERS
    from numbre_export.training.transcriber.task import TranscriberTask

    held_out = NUMBERS.prepared(asked.validation, asked.finder, asked.out / "validation", processes=asked.threads)
    training = NUMBERS.prepared(asked.shards, asked.finder, asked.out / "numbers", processes=asked.threads)
    return TranscriberTask(training, held_out, batch_size=asked.batch)


main = command.training("transcriber", task, steps=13000, decay=9000, batch=128)

if __name__ == "__main__":
    typer.run(main)
