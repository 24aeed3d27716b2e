"""A calm view of a stream on a terminal of any size: what is seen now, and what happened last."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from numbre_edge.errors import printable
from numbre_edge.events import Listener, NumberEvent, Seen, SourceEvent, Tracked, wall_clock
from numbre_edge.sinks.events import event_as_line
from numbre_edge.sinks.summary import status

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

_INTERVAL = 0.25  # seconds between two refreshes: the eye is to read, not to follow
_MOST_EVENTS = 8  # lines
_MOST_NUMBERS = 12  # lines
_FRAME = 5  # lines that are neither: state, pace, the box around the numbers, and the cursor's
_COLOURS = {"open": "green", "lost": "red", "ended": "yellow"}


class Dashboard(Listener):
    """Shows current numbers, last events and the source's state, a few times a second at most.

    Args:
        source: as the user wrote it.
        named: events say which picture they are of.
        console: where it is shown; by default the terminal on stdout.
        clock: seconds, from any beginning.
    """

    def __init__(
        self,
        source: str,
        *,
        named: bool = False,
        console: Console | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        from rich.console import Console
        from rich.live import Live

        self._source, self._state, self._detail = printable(source), "opening", ""
        self._named = named
        self._events: deque[str] = deque(maxlen=_MOST_EVENTS)
        self._numbers: Sequence[Tracked] = ()
        self._status = ""
        self._clock = clock
        self._due = clock()
        self._gone = False
        self._console = console or Console(highlight=False)
        self._live = Live(
            get_renderable=self._view,
            console=self._console,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def __enter__(self) -> Self:
        self._live.start(refresh=True)
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(OSError):
            self._live.refresh()  # the last view stays: it must be the true one
            self._live.stop()

    def event(self, event: NumberEvent | SourceEvent) -> None:
        if isinstance(event, SourceEvent):
            self._source, self._state, self._detail = printable(event.source), event.state, printable(event.detail)
        self._events.appendleft(f"{event.time:%H:%M:%S}  {event_as_line(event, named=self._named)}")
        self.idle()

    def note(self, text: str) -> None:
        """Show a line among the events at the next refresh; from any thread."""
        self._events.appendleft(f"{wall_clock():%H:%M:%S}  {text}")

    def frame(self, seen: Seen) -> None:
        self._numbers, self._status = seen.numbers, status(seen.statistics)
        self.idle()

    def idle(self) -> None:
        """Refresh if it is time."""
        now = self._clock()
        if now >= self._due:
            self._due = now + _INTERVAL
            try:
                self._live.refresh()
            except OSError:  # the terminal was closed
                self._gone = True

    def closed(self) -> bool:
        """Return whether the terminal is gone."""
        return self._gone

    def _view(self) -> RenderableType:
        from rich.console import Group
        from rich.panel import Panel
        from rich.text import Text

        room = max(1, self._console.height - _FRAME)
        numbers = self._lines(min(_MOST_NUMBERS, max(1, room // 2)))
        state = Text.assemble((self._state, _COLOURS.get(self._state, "")), "  ", self._source)
        pace = Text(self._detail, "red") if self._state == "lost" else Text(self._status, "dim")
        events = [Text(line) for line in list(self._events)[: max(0, room - len(numbers))]]
        for line in (state, pace, *numbers, *events):  # on a narrow terminal, what comes first is what stays
            line.no_wrap, line.overflow = True, "ellipsis"
        box = Panel(Group(*numbers), title="Numbers", title_align="left", border_style="dim")
        return Group(state, pace, box, *events)

    def _lines(self, most: int) -> list[Text]:
        """Return a line for each number, at most so many; the last may say how many more there are."""
        from rich.text import Text

        if not self._numbers:
            return [Text("none in view", "dim")]
        shown = self._numbers if len(self._numbers) <= most else self._numbers[: most - 1]
        names = [f"#{number.id}" for number in shown]
        wide, wider = (max(map(len, words), default=0) for words in (names, [number.text for number in shown]))
        lines = [
            Text.assemble(
                (f"{name:<{wide}}   ", "dim"),
                (f"{number.text:<{wider}}   ", "bold"),
                f"{number.confidence:>4.0%}",
                (f"   at {number.box.x}, {number.box.y}, {number.box.width} x {number.box.height}", "dim"),
            )
            for name, number in zip(names, shown, strict=True)
        ]
        left_out = len(self._numbers) - len(shown)
        return [*lines, Text(f"and {left_out} more", "dim")] if left_out else lines
