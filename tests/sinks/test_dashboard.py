"""The view on a terminal: what it shows, and that it is calm."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytest
from rich.console import Console

from numbre_edge.sinks.dashboard import Dashboard
from numbre_edge.types import Box, NumberEvent, SourceEvent


@dataclass(frozen=True)
class Number:
    id: int
    text: str
    confidence: float
    box: Box


def number(id: int, text: str) -> Number:
    return Number(id, text, 0.97, Box(40, 61, 300, 52))


class Terminal:
    """A terminal of 80 x 40 characters that keeps what is written to it, and a clock that is set by hand."""

    def __init__(self) -> None:
        self.written = io.StringIO()
        self.console = Console(file=self.written, force_terminal=True, width=80, height=40, color_system=None)
        self.now = 0.0
        self.dashboard = Dashboard("rpicam", console=self.console, clock=lambda: self.now)

    def views(self) -> int:
        """Return how often it was drawn."""
        return self.written.getvalue().count("Numbers")

    def last_view(self) -> str:
        return self.written.getvalue().rpartition("\x1b[2K")[2]


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def test_it_shows_numbers_events_state_and_pace(terminal: Terminal) -> None:
    with terminal.dashboard as dashboard:
        dashboard.write(SourceEvent("open", "rpicam", 0.0))
        dashboard.write(NumberEvent("appeared", 1, "407", 0.97, Box(40, 61, 300, 52), 2, 0.1))
        dashboard.show([number(1, "407")], "29.8 frames/s")
    view = terminal.last_view()
    assert "open  rpicam" in view
    assert "29.8 frames/s" in view
    assert "#1   407   97%   at 40, 61, 300 x 52" in view
    assert view.index("0.1 s  appeared  #1  407") < view.index("0.0 s  open      rpicam")


def test_a_lost_source_says_why(terminal: Terminal) -> None:
    with terminal.dashboard as dashboard:
        dashboard.write(SourceEvent("lost", "rpicam", 5.0, "unplugged; trying again in 2 s"))
    assert "lost  rpicam" in terminal.last_view()
    assert terminal.last_view().count("unplugged; trying again in 2 s") == 2  # in the head, and as an event


def test_it_is_drawn_a_few_times_a_second_however_many_frames_come(terminal: Terminal) -> None:
    with terminal.dashboard as dashboard:
        before = terminal.views()
        for frame in range(90):
            terminal.now = frame / 30
            dashboard.show([number(1, str(frame))], "")
        assert terminal.views() - before <= 3 * 4 + 1


def test_silence_brings_the_last_events_too(terminal: Terminal) -> None:
    with terminal.dashboard as dashboard:
        dashboard.tick()
        dashboard.write(NumberEvent("appeared", 1, "407", 0.97, Box(0, 0, 9, 9), 2, 0.1))
        assert "407" not in terminal.written.getvalue()
        terminal.now = 1.0
        dashboard.tick()
        assert "407" in terminal.written.getvalue()


def test_a_crowd_of_numbers_leaves_room_for_the_rest(terminal: Terminal) -> None:
    with terminal.dashboard as dashboard:
        dashboard.show([number(id, "7") for id in range(40)], "")
    assert "and 28 more" in terminal.last_view()


def test_text_is_never_taken_for_markup(terminal: Terminal) -> None:
    with terminal.dashboard as dashboard:
        dashboard.write(SourceEvent("lost", "http://[::1]/", 0.0, "[bold]no[/bold]"))
    assert "lost  http://[::1]/" in terminal.last_view()
    assert "[bold]no[/bold]" in terminal.last_view()
