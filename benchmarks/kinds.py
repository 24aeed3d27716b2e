"""Read every kind of labelled pictures, and say how well and how honestly.

usage: python benchmarks/kinds.py DATA [--finder NAME]... [--finder-model FILE] [--refiner-model FILE]
       [--transcriber-model FILE] [--backend NAME] [KIND...]

DATA/KIND/images and DATA/KIND/labels.csv (``file,label`` or ``file,expression``; numbers in reading order, ``-`` for
none). Prints a Markdown table. Of each kind counts the F1 of its numbers; of ``amounts``, whose labels have no
separators, the share of pictures whose digits, joined, are right; of pictures without numbers, how many read as one.
Wrong at 95 %: of the numbers read with 95 % confidence or more, those that are not in the picture.
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
from numbre_edge.recognition import FINDERS
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
    def right(self) -> int:
        """Pictures of which all is right."""
        return self.joined if self.name in JOINED else self.exact

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


def report(finders: dict[str, list[Kind]]) -> str:
    """Return a Markdown table: a row a kind, of each finder its figure and its lies.

    Below, of kinds with numbers, the mean and the lies, the F1 of all numbers as one set, and pictures of which all is
    right.
    """
    head = ["kind", "n", *(cell for finder in finders for cell in (finder, "wrong at 95 %", "ms"))]
    rows = [
        [kinds[0].name, str(kinds[0].pictures), *(cell for kind in kinds for cell in _cells(kind))]
        for kinds in zip(*finders.values(), strict=True)
    ]
    written = [[kind for kind in kinds if not kind.empty] for kinds in finders.values()]
    lies = [_lies(kinds) for kinds in written]
    none = [""] * len(lies)
    rows += [
        [
            name,
            "",
            *(cell for kinds, beside in zip(written, wrong, strict=True) for cell in (figure(kinds), beside, "")),
        ]
        for name, figure, wrong in (
            ("mean", _mean, lies),
            ("all numbers as one set", _one_set, none),
            ("pictures right", _right, none),
        )
    ]
    lines = [head, ["---"] * 2 + ["---:"] * (len(head) - 2), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(kind: Kind) -> tuple[str, str, str]:
    figure = f"{kind.read} read" if kind.empty else f"{kind.counts:.3f}"
    return figure, f"{kind.lies} of {kind.sure}", f"{1000 * kind.seconds / kind.pictures:.0f}"


def _mean(kinds: list[Kind]) -> str:
    return f"{sum(kind.counts for kind in kinds) / max(1, len(kinds)):.3f}"


def _lies(kinds: list[Kind]) -> str:
    return f"{sum(kind.lies for kind in kinds)} of {sum(kind.sure for kind in kinds)}"


def _one_set(kinds: list[Kind]) -> str:
    hit, extra, missed = (sum(getattr(kind, name) for kind in kinds) for name in ("hit", "extra", "missed"))
    return f"{Kind('', hit=hit, extra=extra, missed=missed).f1:.3f}"


def _right(kinds: list[Kind]) -> str:
    return f"{sum(kind.right for kind in kinds)} of {sum(kind.pictures for kind in kinds)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("kinds", nargs="*", default=KINDS)
    parser.add_argument(
        "--finder", choices=FINDERS, action="append", help="repeatable; by default those for handwriting"
    )
    parser.add_argument("--finder-model", type=Path)
    parser.add_argument("--refiner-model", type=Path)
    parser.add_argument("--transcriber-model", type=Path)
    parser.add_argument("--backend", default="auto")
    given = parser.parse_args()
    models = {
        f"{network}_model": getattr(given, f"{network}_model") for network in ("finder", "refiner", "transcriber")
    }
    finders = given.finder or [name for name in FINDERS if name != "printed"]
    read = {name: Reader(backend=given.backend, finder=name, **models).read for name in finders}
    pictures = {kind: labelled(given.data / kind) for kind in given.kinds}
    print(
        report({name: [measured(kind, truth, each) for kind, truth in pictures.items()] for name, each in read.items()})
    )


if __name__ == "__main__":
    main()
