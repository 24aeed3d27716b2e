"""docs/benchmarks.md and its plots, from the figures that are kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.contestants import CONTESTANTS
from benchmarks.peers.figures import FIGURES
from benchmarks.peers.plots import draw_sets, draw_speed
from benchmarks.peers.rows import SAMPLES, Read, Row, ours, peers, rows

_HEAD = """\
# Beside what else one could use

<!-- Written by `python -m benchmarks.peers page` from docs/benchmarks.json; edit benchmarks/peers/page.py. -->

What reads handwritten numbers in pictures, offline, and can be installed by one command: how much of them it reads
right, how fast, and what it takes. Every reader has an environment of its own and gets the same files, upright.

Know this first:

- The labelled sets are those that numbre-edge is developed on ([accuracy](accuracy.md)): no weights have seen them, but
  how its parts are put together was chosen by them. Nobody tuned the others on them. *samples* are rendered by this
  project.
- Of each set only the first {first} pictures are read, by name: some readers take seconds for one. A difference of a
  few hundredths is none.
- Of readers with several ways to read a picture the best of each set counts: the most that they can reach. Who has no
  labels cannot choose so well; what one way for all sets gives is said below.
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
- A reader that takes long for large pictures is asked for the sets without them alone: its means are over those, and it
  is compared with numbre-edge on those. Its peak memory is of those too.
- A picture that a reader cannot open counts as read empty.
- Readers that can be told that a picture is one line are told so too: Tesseract reads it with `--psm` 6, 7 and 11,
  RapidOCR and EasyOCR with detection on and off. They are timed with `--psm` 6 and with detection.
"""

_COMMANDS = """\
```sh
python -m benchmarks.peers make --env ../peers
python -m benchmarks.peers read --env ../peers --answers ../answers --first {first} photos/ years/ --joined amounts/
python -m benchmarks.peers read --env ../peers --answers ../answers --first {first} photos/ years/ --joined amounts/ \\
  --only easyocr --largest 0.6
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
    lines = []
    for row in those:
        read, samples = row.over(row.labelled), row.sets[SAMPLES]
        cells = (f"{read.exact:.1%}", f"{read.f1:.3f}", f"{read.wrong} of {read.sure}", f"{samples.exact:.0%}")
        lines.append((row.title, str(len(row.labelled)), *cells))
    return _markdown(("reader", "sets", "exact", "number F1", "wrong at 95 %", "*samples*: exact"), lines)


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
    """Say, of each peer, in what it is better than what a bare install runs, and which of its sets it reads better."""
    own = ours(those)
    told = []
    for peer in peers(those):
        exact = [row.over(peer.labelled).exact for row in (peer, own)]
        told.append(f"- **{peer.title}**: exact {exact[0]:.1%} against {exact[1]:.1%}, {_pace(peer, own)}.")
        if ahead := [name for name, is_ahead in _AHEAD.items() if is_ahead(peer, own)]:
            told.append(f"  Better in {', '.join(ahead)}.")
        pairs = {name: (peer.sets[name].f1, own.sets[name].f1) for name in peer.sets}
        if sets := [f"*{name}* ({a:.2f} against {b:.2f})" for name, (a, b) in pairs.items() if a > b]:
            told.append(f"  Reads better: {', '.join(sets)}.")
        if peer.ways:
            ways = ", ".join(f"{f1:.3f} with {way}" for way, f1 in peer.ways.items())
            told.append(f"  Its number F1 where one setting reads all sets: {ways}.")
        both = [row.title for row in those if row.contestant.own and _is_ahead_in_both(row, peer)]
        told.append(f"  Better than it in exact and in pictures/s, both: {'; '.join(both) or 'none of the four'}.")
    return "\n".join(told)


def _pace(peer: Row, own: Row) -> str:
    ratio = own.speed / peer.speed
    if ratio < 1:
        return f"and it reads {1 / ratio:.2g} times as many pictures a second"
    return f"and numbre-edge reads {ratio:.2g} times as many pictures a second"


def _is_ahead_in_both(own: Row, peer: Row) -> bool:
    return own.over(peer.labelled).exact > peer.over(peer.labelled).exact and own.speed > peer.speed


def _lies(read: Read) -> float:
    """Return the share of wrong ones among the numbers that a reader is sure of."""
    return read.wrong / max(1, read.sure)


_AHEAD: dict[str, Callable[[Row, Row], bool]] = {
    "exact": lambda peer, own: peer.over(peer.labelled).exact > own.over(peer.labelled).exact,
    "number F1": lambda peer, own: peer.over(peer.labelled).f1 > own.over(peer.labelled).f1,
    "wrong at 95 %": lambda peer, own: (
        peer.over(peer.labelled).sure > 0 and _lies(peer.over(peer.labelled)) < _lies(own.over(peer.labelled))
    ),
    "exact on *samples*": lambda peer, own: peer.sets[SAMPLES].exact > own.sets[SAMPLES].exact,
    "pictures/s": lambda peer, own: peer.speed > own.speed,
    "cold start": lambda peer, own: peer.cold < own.cold,
    "peak memory": lambda peer, own: peer.peak < own.peak,
    "installed size": lambda peer, own: peer.size < own.size,
}


def by_set(those: Sequence[Row], counts: dict[str, int]) -> str:
    """Return a line a set."""
    lines = []
    for name, count in counts.items():
        cells = [f"{row.sets[name].f1:.2f}" if name in row.sets else "" for row in those]
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
