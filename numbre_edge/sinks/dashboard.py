"""A calm view of a stream on a terminal: what is seen now, and what happened last."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, Self

from numbre_edge.sinks.events import event_as_line
from numbre_edge.types import Box, NumberEvent, SourceEvent

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_INTERVAL = 0.25  # seconds between two refreshes: the eye is to read, not to follow
_EVENTS = 8  # lines
_MOST_NUMBERS = 12  # lines; a terminal of 24 lines holds these, the events and the frame around them
_COLOURS = {"open": "green", "lost": "red", "ended": "yellow"}


class Followed(Protocol):
    """A number that is followed: what the dashboard shows of it."""

    @property
    def id(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def confidence(self) -> float: ...
    @property
    def box(self) -> Box: ...


class Dashboard:
    """Shows current numbers, last events and the source's state, a few times a second at most.

    Args:
        source: as the user wrote it.
        console: where it is shown; by default the terminal on stdout.
        clock: seconds, from any beginning.
    """

    def __init__(
        self, source: str, *, console: Console | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        from rich.console import Console
        from rich.live import Live

        self._source, self._state, self._detail = source, "opening", ""
        self._events: deque[str] = deque(maxlen=_EVENTS)
        self._numbers: Sequence[Followed] = ()
        self._status = ""
        self._clock = clock
        self._due = clock()
        self._live = Live(
            get_renderable=self._view,
            console=console or Console(highlight=False),
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        self._live.start(refresh=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._live.refresh()  # the last view stays: it must be the true one
        self._live.stop()

    def write(self, event: SourceEvent | NumberEvent) -> None:
        """Take note of an event. It is shown with the next refresh."""
        if isinstance(event, SourceEvent):
            self._source, self._state, self._detail = event.source, event.state, event.detail
        self._events.appendleft(event_as_line(event))
        self.tick()

    def show(self, numbers: Sequence[Followed], status: str) -> None:
        """Take note of what is seen now, and of a line on how the reading goes."""
        self._numbers, self._status = numbers, status
        self.tick()

    def tick(self) -> None:
        """Refresh if it is time."""
        now = self._clock()
        if now >= self._due:
            self._due = now + _INTERVAL
            self._live.refresh()

    def _view(self) -> RenderableType:
        from rich.console import Group
        from rich.panel import Panel
        from rich.table import Table
        from rich.text import Text

        head = Table.grid(expand=True, padding=(0, 2, 0, 0))
        head.add_column(ratio=1, no_wrap=True)
        head.add_column(justify="right", no_wrap=True)
        state = Text.assemble((self._state, _COLOURS.get(self._state, "")), "  ", self._source)
        head.add_row(state, Text(self._status, "dim"))
        lines: list[RenderableType] = [head]
        if self._state == "lost":
            lines.append(Text(self._detail, "red", no_wrap=True, overflow="ellipsis"))
        lines.append(Panel(self._table(), title="Numbers", title_align="left", border_style="dim"))
        lines += [Text(line, no_wrap=True, overflow="ellipsis") for line in self._events]
        return Group(*lines)

    def _table(self) -> RenderableType:
        from rich.table import Table
        from rich.text import Text

        if not self._numbers:
            return Text("none in view", "dim")
        table = Table.grid(padding=(0, 3, 0, 0))
        for number in self._numbers[:_MOST_NUMBERS]:
            box = number.box
            table.add_row(
                Text(f"#{number.id}", "dim"),
                Text(number.text, "bold"),
                Text(f"{number.confidence:.0%}"),
                Text(f"at {box.x}, {box.y}, {box.width} x {box.height}", "dim"),
            )
        left_out = len(self._numbers) - _MOST_NUMBERS
        if left_out > 0:
            table.add_row("", Text(f"and {left_out} more", "dim"))
        return table
