"""python -m numbre_export.training.finder: train the finder on rendered shards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from numbre_export.training import command

if TYPE_CHECKING:
    from numbre_export.training.loop import Task


def main(
    shards: command.Shards,
    validation: command.Validation,
    out: command.Out = Path("runs/finder"),
    steps: command.Steps = 16000,
    decay: command.Decay = 12000,
    rate: command.Rate = 3e-3,
    seed: command.Seed = 0,
    threads: command.Threads = 2,
    batch: command.Batch = 32,
    makers: command.Makers = 0,
    begin: command.Begin = None,
    resume: command.Resume = False,
) -> None:
    """Train the finder; --out gets finder.keras, the best known weights, and history.csv."""

    def task() -> Task:
        from numbre_export.training.finder.task import FinderTask

        return FinderTask(shards, validation, batch_size=batch)

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
