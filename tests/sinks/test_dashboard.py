"""The view on a terminal: what it shows, and that it is calm."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import numpy as np
import pytest
from rich.cells import cell_len
from rich.console import Console

from numbre_edge.events import NumberEvent, Seen, SourceEvent, Statistics, Tracked
from numbre_edge.sinks.dashboard import Dashboard
from numbre_edge.types import Box, Frame

PICTURE = Frame(np.zeros((10, 10), np.uint8))
AT_TEN = datetime(2026, 7, 1, 10, 0, 0, tzinfo=UTC)


def seen(*texts: str, fps: float | None = None) -> Seen:
    """Return a frame in which these numbers are followed."""
    numbers = tuple(Tracked(id, text, 0.97, Box(40, 61, 300, 52)) for id, text in enumerate(texts, 1))
    return Seen(PICTURE, (), numbers, Statistics(fps=fps))


def appeared(text: str) -> NumberEvent:
    return NumberEvent("appeared", 1, text, 0.97, Box(40, 61, 300, 52), 2, 0.1, source="in/a.png", time=AT_TEN)


class Terminal:
    """A terminal that keeps what is written to it, and a clock that is set by hand."""

    def __init__(self, width: int = 80, height: int = 40) -> None:
        self.written = io.StringIO()
        self.console = Console(file=self.written, force_terminal=True, width=width, height=height, color_system=None)
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
        dashboard.event(SourceEvent("open", "rpicam", 0.0, time=AT_TEN))
        dashboard.event(appeared("407"))
        dashboard.frame(seen("407", fps=29.8))
    view = terminal.last_view()
    assert "open  rpicam" in view
    assert "29.8 frames/s" in view
    assert "#1   407    97%   at 40, 61, 300 x 52" in view
    assert view.index("10:00:00      0.1 s  appeared  #1  407") < view.index("0.0 s  open      rpicam")


def test_a_lost_source_says_why(terminal: Terminal) -> None:
    with terminal.dashboard as dashboard:
        dashboard.event(SourceEvent("lost", "rpicam", 5.0, "unplugged; trying again in 2 s"))
    assert "lost  rpicam" in terminal.last_view()
    assert terminal.last_view().count("unplugged; trying again in 2 s") == 2  # in the head, and as an event


def test_it_is_drawn_a_few_times_a_second_however_many_frames_come(terminal: Terminal) -> None:
    with terminal.dashboard as dashboard:
        before = terminal.views()
        for frame in range(90):
            terminal.now = frame / 30
            dashboard.frame(seen(str(frame)))
        assert terminal.views() - before <= 3 * 4 + 1


def test_silence_brings_the_last_events_too(terminal: Terminal) -> None:
    with terminal.dashboard as dashboard:
        dashboard.idle()
        dashboard.event(appeared("407"))
        assert "407" not in terminal.written.getvalue()
        terminal.now = 1.0
        dashboard.idle()
        assert "407" in terminal.written.getvalue()


def test_a_crowd_of_numbers_leaves_room_for_the_rest(terminal: Terminal) -> None:
    with terminal.dashboard as dashboard:
        dashboard.frame(seen(*"7" * 40))
    assert "and 29 more" in terminal.last_view()


def test_text_is_never_taken_for_markup(terminal: Terminal) -> None:
    with terminal.dashboard as dashboard:
        dashboard.event(SourceEvent("lost", "http://[::1]/", 0.0, "[bold]no[/bold]"))
    assert "lost  http://[::1]/" in terminal.last_view()
    assert "[bold]no[/bold]" in terminal.last_view()


def test_what_a_server_says_gives_the_terminal_no_orders(terminal: Terminal) -> None:
    with terminal.dashboard as dashboard:
        dashboard.event(SourceEvent("lost", "http://a/\x1b[7m", 0.0, "answers (text/\x1b[7m)"))
    assert terminal.last_view().count("\\x1b[7m") == 4
    assert "\x1b[7m" not in terminal.last_view()


@pytest.mark.parametrize("width", [5, 20, 21, 40, 79, 80, 120, 300])
@pytest.mark.parametrize("height", [1, 2, 5, 6, 10, 24, 100])
def test_it_fits_a_terminal_of_any_size(width: int, height: int) -> None:
    terminal = Terminal(width, height)
    with terminal.dashboard as dashboard:
        dashboard.event(SourceEvent("open", "rtsp://camera.example/a/long/path?and=more", 0.0))
        for count in (0, 1, 40):
            for number in range(count):
                dashboard.event(appeared(str(number)))
            terminal.now += 1
            dashboard.frame(seen(*["123456789"] * count, fps=29.8))
        terminal.now += 1
        dashboard.event(SourceEvent("lost", "rtsp://camera.example/a/long/path?and=more", 0.0, "unplugged " * 20))
    view = terminal.last_view().splitlines()
    assert max(map(cell_len, view)) <= width
    assert len(view) <= max(height, 6)  # what it cannot do without
    if width >= 20 and height >= 10:
        assert "lost" in view[0]
        assert any("123456789" in line for line in view)


def test_a_terminal_that_is_gone_is_told_apart_from_one_that_is_slow() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    terminal = Terminal()
    with terminal.dashboard as dashboard:
        assert not dashboard.closed()
        terminal.console.file = Gone()
        terminal.now = 1.0
        dashboard.idle()
        assert dashboard.closed()


def test_a_note_from_elsewhere_is_shown_among_the_events(terminal: Terminal) -> None:
    with terminal.dashboard as dashboard:
        dashboard.event(appeared("407"))
        dashboard.note("MQTT broker localhost:1883 is gone")
    assert "MQTT broker localhost:1883 is gone" in terminal.last_view()
