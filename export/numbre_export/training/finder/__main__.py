"""python -m numbre_export.training.finder: train the finder on rendered shards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from numbre_export.training import command

if TYPE_CHECKING:
    from numbre_export.training.loop import Task


def task(asked: command.Asked) -> Task:
    """Make what is learned."""
    from numbre_export.training.finder.task import FinderTask

    return FinderTask(asked.shards, asked.validation, batch_size=asked.batch)


main = command.training("finder", task, steps=16000, decay=12000, batch=32, found=False)

if __name__ == "__main__":
    typer.run(main)
