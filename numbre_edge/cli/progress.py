"""A progress bar that makes way for the results when both go to one terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


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
            self._progress.update(self._task, description=text)
            self._progress.refresh()

    def step(self) -> None:
        """Advance by one."""
        if self._progress:
            self._progress.advance(self._task)
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


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.table import Column

    return Progress(
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
    )
