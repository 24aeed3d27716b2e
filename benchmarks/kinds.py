"""Read every kind of labelled pictures, and say how well and how honestly.

usage: python benchmarks/kinds.py DATA [--finder NAME --finder-model FILE] [--backend NAME] [KIND...]

DATA/KIND/images and DATA/KIND/labels.csv (``file,label`` or ``file,expression``; numbers in reading order, ``-`` for
none). Of each kind counts the F1 of its numbers; of ``amounts``, whose labels have no separators, the share of pictures
whose digits, joined, are right. ``sure``: numbers read at 95 % confidence or more; ``lies``: those of them that are
not in the picture.
"""

from __future__ import annotations

import argparse
import csv
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from numbre_edge.reader import Reader
from numbre_edge.recognition import FINDER
from numbre_edge.types import Reading

KINDS = (
    *("photos", "digits", "drawn", "rows", "pages", "scans", "notes", "equations", "sums", "years", "amounts"),
    *("boxes", "registers", "tables", "tallies", "decimals"),
)
JOINED = ("amounts",)
_SURE = 0.95


@dataclass(frozen=True)
class Kind:
    """How a kind of pictures was read: counts of pictures, and of numbers."""

    name: str
    pictures: int = 0
    exact: int = 0
    joined: int = 0
    hit: int = 0
    extra: int = 0
    missed: int = 0
    sure: int = 0
    lies: int = 0
    read: int = 0
    seconds: float = 0.0

    @property
    def f1(self) -> float:
        return 2 * self.hit / max(1, 2 * self.hit + self.extra + self.missed)

    @property
    def empty(self) -> bool:
        """Whether no picture of this kind has a number."""
        return not self.hit + self.missed

    @property
    def counts(self) -> float:
        """The figure of this kind that the mean over kinds is made of."""
        return self.joined / max(1, self.pictures) if self.name in JOINED else self.f1


def measured(name: str, truth: dict[Path, list[str]], read: Callable[[Path], Iterable[Reading]]) -> Kind:
    """Read every picture of ``truth``."""
    sums: Counter[str] = Counter()
    begun = time.monotonic()
    for path, want in truth.items():
        readings = list(read(path))
        texts = [re.sub(r"[^\d?]", "", r.text) if name in JOINED else r.text for r in readings]
        got = [part for text in texts for part in re.findall(r"[\d?]+", text)]
        both = sum((Counter(want) & Counter(got)).values())
        sums.update(read=bool(readings), exact=got == want, joined="".join(got) == "".join(want))
        sums.update(hit=both, extra=len(got) - both, missed=len(want) - both)
        left = Counter(want)
        for text, reading in zip(texts, readings, strict=True):
            right = left[text] > 0 or all(left[part] > 0 for part in re.findall(r"\d+", text))
            left[text] -= 1
            if reading.confidence >= _SURE:
                sums.update(sure=1, lies=not right)
    return Kind(name, len(truth), **sums, seconds=time.monotonic() - begun)


def labelled(folder: Path) -> dict[Path, list[str]]:
    """Return the numbers in each picture of a folder."""
    with (folder / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {folder / "images" / row["file"]: re.findall(r"\d+", row.get("label") or row["expression"]) for row in rows}


def report(kinds: Iterable[Kind]) -> str:
    """Return a line a kind, as they come, and the mean over kinds."""
    done = list(kinds)
    lines = [
        f"{kind.name:10} n {kind.pictures:4} exact {kind.exact / kind.pictures:.3f} joined"
        f" {kind.joined / kind.pictures:.3f} f1 {kind.f1:.3f} lies {kind.lies} of {kind.sure}"
        f" {1000 * kind.seconds / kind.pictures:.0f} ms"
        for kind in done
    ]
    lines += [
        f"{kind.name}: no numbers; {kind.read} of {kind.pictures} pictures with readings" for kind in done if kind.empty
    ]
    lies, sure = sum(kind.lies for kind in done), sum(kind.sure for kind in done)
    counted = [kind.counts for kind in done if not kind.empty]
    mean = sum(counted) / max(1, len(counted))
    return "\n".join(
        [*lines, f"mean over {len(counted)} kinds {mean:.3f}; lies {lies} of {sure} {lies / max(1, sure):.3f}"]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("kinds", nargs="*", default=KINDS)
    parser.add_argument("--finder", default=FINDER)
    parser.add_argument("--finder-model", type=Path)
    parser.add_argument("--backend", default="auto")
    given = parser.parse_args()
    reader = Reader(backend=given.backend, finder=given.finder, finder_model=given.finder_model)
    print(report(measured(kind, labelled(given.data / kind), reader.read) for kind in given.kinds))


if __name__ == "__main__":
    main()
