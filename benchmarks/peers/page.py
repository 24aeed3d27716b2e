"""docs/benchmarks.md and its plots, from the figures that are kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.contestants import CONTESTANTS
from benchmarks.peers.figures import FIGURES
from benchmarks.peers.plots import draw_sets, draw_speed
from benchmarks.peers.rows import Row, ours, peers, rows

_HEAD = """\
# Beside what else one could use

<!-- Written by `python -m benchmarks.peers page` from docs/benchmarks.json; edit benchmarks/peers/page.py. -->

What reads handwritten numbers in pictures, offline, and can be installed by one command: how much of them it reads
right, how fast, and what it takes. Every reader has an environment of its own and gets the same files, upright.

Know this first:

- The labelled sets are those that numbre-edge is developed on ([accuracy](accuracy.md)): no weights have seen them, but
  how its parts are put together was chosen by them. Nobody tuned the others on them. *samples* are rendered by this
  project.
- Of each set only the first {first} pictures are read, by name: the others take seconds a picture. A difference of a
  few hundredths is none.
- The others read print, letters and many languages, which numbre-edge cannot.
"""

_RULES = """\
## How it is measured

- **Numbers** are the longest runs of digits in what a reader writes; each word of a text that has a digit is one
  reading, as sure as the text. Points, commas and signs between digits part them, for all alike; in *amounts*, whose
  labels have no separators, all digits of a picture count as one string.
- **exact**: pictures whose list of numbers is right, all of it, in reading order as the reader gives it. **number F1**:
  2 × right / (there + read), whatever the order. Both columns are means over the labelled sets, each of which counts
  alike. **wrong at 95 %**: of the numbers read with a confidence of 95 % or more, those that are not on the picture.
- **pictures/s**: {pictures} pictures of samples/, read by a process that has read one before. **Cold start**: from the
  start of that process until its first picture is read. Both in the processors' time, which is what other work on the
  machine changes least, and by the clock; medians of {rounds} rounds in which all take turns. All are given {threads}
  thread.
- **peak memory**: of the process that read all sets, pictures of 12 megapixels among them. **installed**: the reader's
  environment with its models, without Python and pip; PyTorch is its build for CPUs alone.
- A picture that a reader cannot open counts as read empty.
- Tesseract reads every set three times, with `--psm` 6, 7 and 11; the best of each counts. It is timed with 6.
"""

_COMMANDS = """\
```sh
python -m benchmarks.peers make --env ../peers
python -m benchmarks.peers read --env ../peers --answers ../answers --first {first} photos/ years/ --joined amounts/
python -m benchmarks.peers time --env ../peers
python -m benchmarks.peers page
```
"""

_MEASURED = """\
Measured {date} on {cores} cores of an {processor}, which other work kept busy: compare the times with each
other alone.
"""


def write_page(figures: Path = FIGURES) -> None:
    """Write the page beside the figures, and its plots into ``images``."""
    told = json.loads(figures.read_text(encoding="utf-8"))
    images = figures.parent / "images"
    images.mkdir(exist_ok=True)
    figures.with_suffix(".md").write_text(page(told), encoding="utf-8")
    draw_speed(rows(told), images / "peers-speed.svg")
    draw_sets(rows(told), images / "peers-sets.svg")


def page(told: dict[str, Any]) -> str:
    """Return the page."""
    those, time, sets = rows(told), told["time"], told["read"]["sets"]
    first = max(one["n"] for one in sets)
    parts = [
        _HEAD.format(first=first),
        right(those),
        cost(those),
        "![Number F1 over pictures a second](images/peers-speed.svg)",
        "## Where a peer is better, and where not",
        verdict(those),
        "## Set by set",
        "Number F1, of *amounts* exact; the best of a row in bold.",
        by_set(those, {one["name"]: one["n"] for one in sets}),
        "![Number F1 of each set](images/peers-sets.svg)",
        _RULES.format(**time),
        _COMMANDS.format(first=first),
        "## Who is compared",
        who(told),
        _MEASURED.format(**time),
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def right(those: Sequence[Row]) -> str:
    """Return a line a reader: how much of what is there it reads, and how honestly."""
    lines = [
        (
            *(row.title, f"{row.exact:.1%}", f"{row.f1:.3f}"),
            *(f"{row.wrong} of {row.sure}", f"{row.samples:.0%}"),
        )
        for row in those
    ]
    return _markdown(("reader", "exact", "number F1", "wrong at 95 %", "*samples*: exact"), lines)


def cost(those: Sequence[Row]) -> str:
    """Return a line a reader: what it takes."""
    lines = [
        (
            *(row.title, f"{row.speed:.1f}", f"{row.clock:.1f}", f"{row.cold:.1f}", f"{row.cold_clock:.1f}"),
            *(f"{row.peak / 1e6:.0f}", f"{row.size / 1e6:.0f}"),
        )
        for row in those
    ]
    head = ("reader", "pictures/s", "by the clock", "cold start, s", "by the clock", "peak memory, MB", "installed, MB")
    return _markdown(head, lines)


def verdict(those: Sequence[Row]) -> str:
    """Say, of each peer, in what it is better than what a bare install runs, and in which sets."""
    own = ours(those)
    told = []
    for peer in peers(those):
        better = ", ".join(name for name, ahead in _AHEAD.items() if ahead(peer, own))
        pairs = {name: (peer.sets[name][1], own.sets[name][1]) for name in own.sets}
        sets = ", ".join(f"*{name}* ({a:.2f} against {b:.2f})" for name, (a, b) in pairs.items() if a > b)
        told.append(
            f"- **{peer.title}**: exact {peer.exact:.1%} against {own.exact:.1%}; numbre-edge reads "
            f"{own.speed / peer.speed:.2g} times as many pictures a second. "
            f"Better in: {better or 'nothing'}. Sets it reads better: {sets or 'none'}."
        )
    return "\n".join(told)


_AHEAD: dict[str, Callable[[Row, Row], bool]] = {
    "exact": lambda peer, own: peer.exact > own.exact,
    "number F1": lambda peer, own: peer.f1 > own.f1,
    "wrong at 95 %": lambda peer, own: peer.sure > 0 and peer.lies < own.lies,
    "exact on *samples*": lambda peer, own: peer.samples > own.samples,
    "pictures/s": lambda peer, own: peer.speed > own.speed,
    "cold start": lambda peer, own: peer.cold < own.cold,
    "peak memory": lambda peer, own: peer.peak < own.peak,
    "installed size": lambda peer, own: peer.size < own.size,
}


def by_set(those: Sequence[Row], counts: dict[str, int]) -> str:
    """Return a line a set."""
    lines = []
    for name, count in counts.items():
        cells = [f"{row.sets[name][1]:.2f}" for row in those]
        lines.append((name, str(count), *(f"**{cell}**" if cell == max(cells) else cell for cell in cells)))
    return _markdown(("set", "n", *(row.title for row in those)), lines)


def who(told: dict[str, Any]) -> str:
    """Say how each reader is set up, and why one could not be measured."""
    lines = []
    for one in CONTESTANTS:
        read = told["read"]["readers"].get(one.name, {})
        versions = ", ".join(f"{name} {version}" for name, version in read.get("versions", {}).items())
        lines.append((one.title, one.digits, versions if "sets" in read else f"not measured: {read.get('reason')}"))
    return _markdown(("reader", "digits only", "versions"), lines)


def _markdown(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rule = ["---", *("---" if title in ("digits only", "versions") else "---:" for title in head[1:])]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rule, *lines))
