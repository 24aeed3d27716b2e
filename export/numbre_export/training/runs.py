"""The folder of a training run: what is in it, what may be begun in it, and how it is gone on with."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from numbre_edge.atomic import replacing, write_file
from numbre_edge.errors import DataError, UsageError
from numbre_export.training.recipes import Recipe

History = list[dict[str, float]]  # a row an epoch: Keras' figures by name, and its number


class RunFolder:
    """One run's files, each written whole or not at all.

    Attributes:
        best: the model of the best epoch so far.
        h5: the same in the older format, once the run is finished.
        samples: the first digits, drawn.
        history: a row an epoch; history_plot draws them.
        metrics: what the finished run has to say; there is none before.
        recipe: what the run is of.
        state: weights and optimizer after the last whole epoch, while the run is unfinished.
        next_state: the same of an epoch that is not yet in the history.
        corpus: what is trained on beside MNIST, which takes minutes to make, while the run is unfinished.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.best, self.h5 = path / "model.keras", path / "model.h5"
        self.samples = path / "samples.png"
        self.history, self.history_plot = path / "history.csv", path / "history.png"
        self.metrics, self.recipe = path / "metrics.json", path / "recipe.json"
        self.state, self.next_state = path / "checkpoint.keras", path / "next.keras"
        self.corpus = path / "corpus.npz"

    @property
    def is_unfinished(self) -> bool:
        """Whether a run has begun here that can be gone on with."""
        return self.state.exists() or (self.history.exists() and not self.metrics.exists())

    @property
    def kept(self) -> str:
        """What there is after a run has ended early, in words."""
        if self.is_unfinished:
            return f"the best model so far is kept at {self.best}; go on with the same command and --resume"
        if self.best.exists():
            return "the first epoch was not over; what an earlier run left is as it was"
        return "the first epoch was not over: nothing to keep"

    def claim(self, *, resume: bool, overwrite: bool) -> None:
        """Say no where a run would take an earlier one's place unasked.

        Raises:
            UsageError: with what is there and what can be done.
        """
        if resume and overwrite:
            raise UsageError("--resume goes on with a run, --overwrite begins another in its place: leave out one")
        if resume and not self.is_unfinished:
            raise UsageError(f"{self.path}: no unfinished run to resume; leave --resume out to begin one")
        if resume or overwrite:
            return
        if self.is_unfinished:
            raise UsageError(
                f"{self.path}: holds an unfinished run: go on with it by --resume, "
                "begin another in its place by --overwrite, or name another folder with --out"
            )
        there = [file.name for file in (self.best, self.h5, self.metrics) if file.exists()]
        if there:
            raise UsageError(
                f"{self.path}: holds a finished run ({', '.join(there)}): name another folder with --out, "
                "or begin another in its place by --overwrite"
            )

    def resumed(self, recipe: Recipe, seed: int) -> History:
        """Return the history so far of the run that is gone on with.

        Raises:
            UsageError: it is of another recipe or seed.
            DataError: a damaged file.
        """
        try:
            same = json.loads(self.recipe.read_text()) == json.loads(_description(recipe, seed))
        except (OSError, ValueError) as exc:
            raise self.damaged(self.recipe, exc) from exc
        if not same:
            raise UsageError(
                f"{self.path}: was begun with another recipe or seed (see {self.recipe.name}); "
                "resume with the same options"
            )
        return self._rows() if self.history.exists() else []

    def _rows(self) -> History:
        try:
            with self.history.open(newline="") as file:
                rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
            if not rows or "val_accuracy" not in rows[0]:
                raise ValueError("no rows, or no column val_accuracy")
        except (OSError, ValueError, TypeError, csv.Error) as exc:
            raise self.damaged(self.history, exc) from exc
        return rows

    def damaged(self, file: Path, exc: Exception) -> DataError:
        """Return the error that says that the run cannot be gone on with."""
        reason = (str(exc).strip().splitlines() or [type(exc).__name__])[0]
        return DataError(f"{file}: is damaged ({reason}); begin anew with --overwrite")

    def drop_unfinished(self) -> None:
        """Give an unfinished run up, as its corpus is about to go; a finished one is left as it is."""
        if self.is_unfinished:
            for file in (self.state, self.next_state, self.history):
                file.unlink(missing_ok=True)

    def begin(self, recipe: Recipe, seed: int) -> None:
        """Take the folder over for a run whose first epoch is done: only now an earlier one's files go."""
        for file in (self.state, self.metrics, self.h5, self.history, self.history_plot):
            file.unlink(missing_ok=True)
        write_file(self.recipe, _description(recipe, seed).encode())

    def write_history(self, rows: History) -> None:
        with replacing(self.history) as path, path.open("w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def finish(self) -> None:
        """Remove what only an unfinished run needs."""
        for file in (self.state, self.next_state, self.corpus):
            file.unlink(missing_ok=True)


def _description(recipe: Recipe, seed: int) -> str:
    return json.dumps({"recipe": recipe.as_dict(), "seed": seed}, indent=1)
