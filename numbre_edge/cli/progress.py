"""A progress bar that makes way for the results when both go to one terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from numbre_edge.errors import printable

if TYPE_CHECKING:
    from rich.progress import Progress

# Columns for "1234/5678" and the time left, and for the "^C" that a terminal shows behind them: a line that is full
# would break there, and could not be wiped.
_FIGURES = 22


class Bar:
    """Shows on stderr how far a run has come; silent where stderr is no terminal.

    Args:
        total: steps of the whole run.
        shares_terminal: results are written to the same terminal.
        quiet: show nothing.
    """

    def __init__(self, total: int, *, shares_terminal: bool, quiet: bool = False) -> None:
        self._shares_terminal = shares_terminal
        self._progress = None if quiet or not sys.stderr.isatty() else _progress()
        if self._progress:
            self._task = self._progress.add_task("", total=total)

    def __enter__(self) -> Bar:
        if self._progress:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress:
            self._progress.stop()

    def show(self, text: str) -> None:
        """Say what is being worked on."""
        if self._progress:
            from numbre_edge.sinks.table import ending

            room = self._progress.console.width - _bar_width(self._progress.console.width) - _FIGURES
            self._progress.update(self._task, description=ending(printable(text), room) if room > 0 else "")
            self._progress.refresh()

    def step(self, count: int = 1) -> None:
        """Advance by one, or as many."""
        if self._progress:
            self._progress.advance(self._task, count)
            self._progress.refresh()

    @contextmanager
    def aside(self, *, stderr: bool = False) -> Iterator[None]:
        """Take the bar off the terminal while a result, or a line on ``stderr``, is written."""
        if not self._progress or not (self._shares_terminal or stderr):
            yield
            return
        self._progress.stop()
        yield
        self._progress.start()  # not after an exception: the run is over


def _bar_width(across: int) -> int:
    return min(30, across // 4)


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    return Progress(
        BarColumn(bar_width=_bar_width(console.width)),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.description}", markup=False),
        console=console,
        transient=True,
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
    )
