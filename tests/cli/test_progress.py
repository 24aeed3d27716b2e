"""The bar: it fits the terminal, and is silent where there is none."""

from __future__ import annotations

import io
import re

import pytest

from numbre_edge.cli.progress import Bar

PATH = "photos/a-folder-with-a-long-name/and-another/\x1b[2Jpicture-0001.jpg"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, stderr: io.StringIO, *, quiet: bool = False) -> list[str]:
    """Return the lines that a bar draws, without their colours."""
    monkeypatch.setattr("sys.stderr", stderr)
    with Bar(1234, shares_terminal=False, quiet=quiet) as bar:
        bar.show(PATH)
        for _ in range(1000):
            bar.step()
    lines = re.split(r"[\r\n]+", re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", stderr.getvalue()))
    return [line.rstrip() for line in lines if line.strip()]


@pytest.mark.parametrize("width", [24, 40, 60, 80, 200])
def test_it_leaves_room_for_what_ctrl_c_prints(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    lines = shown(monkeypatch, Terminal())
    assert max(map(len, lines)) <= width - 2
    assert "1000/1234" in lines[-1]
    assert width < 40 or lines[-1].endswith("1.jpg")


def test_it_is_silent_where_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, io.StringIO()) == []
    assert shown(monkeypatch, Terminal(), quiet=True) == []
