"""What is written in two public collections of pen trajectories: UNIPEN train_r01_v07, and UCI's pendigits.

In both, y points up, in every contribution: all were looked at.
"""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator

from numbre_edge.errors import DataError
from numbre_edge.types import Floats
from numbre_export.data.pen import DIGIT, LOWER, NUMBER, SYMBOL, UPPER, WORD
from numbre_export.data.unipen import Component, Counts, components, expand, pick, read_text, segments

SOURCES = ("unipen", "pendigits")

_CHARACTER_CATEGORIES = ("1a", "1b", "1c", "1d", "2", "3")
_WORD_CATEGORIES = ("7", "6", "8")
_WORDS_PER_FILE = 40  # so that few words are read only to be dropped
_LONGEST_WORD = 20  # longer labels are alphabets, written over several lines
_FLIP = np.array([1, -1], np.float32)
# Contributors that share writers: the first is the name they go by.
_SAME_HOUSE = ("apa apb apc apd ape app", "cea ceb cec ced cee cef", "hpb hpp sta", "bba bbb bbc bbd", "ata att atu")
_HOUSE = {name: names.split()[0] for names in _SAME_HOUSE for name in names.split()}
# Contributions in which some segments are single strokes of a character, and the characters that nobody there writes
# in one stroke.
_FRAGMENTED = ("ibm",)
_SEVERAL_STROKES = frozenset('EFHTXKijtxf+=#$%*":;!?')
_NUMBER = re.compile(r"(?=.*\d)[0-9.,\-+/%:]{2,}$")
_WORD = re.compile(r"(?=.*[A-Za-z])[!-~]+")
_COMMENT = re.compile(r"^\.COMMENT[ \t]+(\d)[ \t]+(\d+)[ \t]+\d+", re.M)  # digit, writer, number


@dataclass(frozen=True, eq=False)
class Item:
    """A character, a word or a number.

    Attributes:
        strokes: (n, 2) float32 each, x, y down, as large as recorded.
        label: what it says.
        kind: index in :data:`numbre_export.data.pen.KINDS`.
        writer: house and person; never kept.
        source: index in SOURCES.
        place: file and range, to tell items apart.
    """

    strokes: list[Floats]
    label: str
    kind: int
    writer: str
    source: int
    place: str

    def corners(self) -> tuple[Floats, Floats]:
        """Return the upper left and the lower right corner of what the strokes cover."""
        points = np.concatenate(self.strokes)
        return points.min(axis=0), points.max(axis=0)


def unipen_items(root: Path, rng: Generator, left_out: Counts) -> list[Item]:
    """Return every usable segment of the distribution, with ``data`` and ``include`` in it; words thinned per file.

    Raises:
        DataError: nothing is there.
    """
    files: dict[Path, list[tuple[str, Path]]] = defaultdict(list)
    for category in _CHARACTER_CATEGORIES + _WORD_CATEGORIES:
        folder = root / "data" / category
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            files[path.relative_to(folder)].append((category, path))
    if not files:
        raise DataError(f"{root}: has no data/1a, data/1b, … with files; expected UNIPEN's train_r01_v07")
    items: list[Item] = []
    for name in sorted(files):
        contributor = name.parts[0]
        texts = [(category, read_text(path) or "") for category, path in files[name]]
        wanted = _thinned(_wanted(texts, contributor, left_out), rng)
        if not wanted:
            continue
        parts = components(expand(texts[0][1], root / "include", left_out), left_out)
        found = []
        for (ranges, label), kind in wanted.items():
            chosen = pick(parts, ranges)
            if chosen is None:
                left_out[f"{contributor}: range without strokes"] += 1
                continue
            writer = _person(contributor, chosen[0].writer)
            found.append(Item(_strokes(chosen), label, kind, writer, 0, f"{name} {ranges}"))
        items += _whole(found, left_out) if contributor in _FRAGMENTED else found
    return items


def pendigits_items(folder: Path, left_out: Counts) -> list[Item]:
    """Return all digits of ``pendigits-orig.tra`` and ``.tes``, plain or compressed (``.Z``).

    A comment ``digit writer number`` after each segment says whose it is. Numbers and writers start again in each half,
    so a writer's name says which half.

    Raises:
        DataError: a half is missing, or its segments and comments do not pair.
    """
    items = []
    for half in ("tra", "tes"):
        text = _half(folder, half)
        parts, found, comments = components(text, left_out), list(segments(text)), _COMMENT.findall(text)
        if len(found) != len(comments):
            raise DataError(
                f"{folder}: pendigits-orig.{half} has {len(found)} segments and {len(comments)} comments that name"
                " digit and writer; expected as many"
            )
        for segment, (digit, writer) in zip(found, comments, strict=True):
            chosen = pick(parts, segment.ranges)
            if chosen is None or segment.label != digit:
                left_out["pendigits: does not parse"] += 1
                continue
            name, place = f"pendigits/{half}{int(writer):02d}", f"pendigits-orig.{half} {segment.ranges}"
            items.append(Item(_strokes(chosen), digit, DIGIT, name, 1, place))
    return items


def kind_of(label: str, category: str) -> int | None:
    """Return what a label is; None for what is left out."""
    if len(label) == 1:
        if label in "0123456789":
            return DIGIT
        if "A" <= label <= "Z":
            return UPPER
        if "a" <= label <= "z":
            return LOWER
        return SYMBOL if "!" <= label <= "~" else None
    if category in _CHARACTER_CATEGORIES or not label:
        return None
    if _NUMBER.match(label):
        return NUMBER
    return WORD if len(label) <= _LONGEST_WORD and _WORD.fullmatch(label) else None


def _wanted(texts: list[tuple[str, str]], contributor: str, left_out: Counts) -> dict[tuple[str, str], int]:
    """Return the kind of each range and label that a file has, in any of its categories."""
    wanted: dict[tuple[str, str], int] = {}
    for category, text in texts:
        for segment in segments(text):
            label = _unescaped(segment.label, contributor)
            kind = kind_of(label, category)
            if segment.quality in ("BAD", "LOW"):
                left_out["marked BAD, once for each category"] += 1
            elif segment.label == r"\@":
                left_out["join mark, listed in three categories"] += 1
            elif kind is not None:
                wanted.setdefault((segment.ranges, label), kind)
    return wanted


def _thinned(wanted: dict[tuple[str, str], int], rng: Generator) -> dict[tuple[str, str], int]:
    words = [key for key, kind in wanted.items() if kind == WORD]
    if len(words) <= _WORDS_PER_FILE:
        return wanted
    kept = {words[i] for i in rng.choice(len(words), _WORDS_PER_FILE, replace=False).tolist()}
    return {key: kind for key, kind in wanted.items() if kind != WORD or key in kept}


def _unescaped(label: str, contributor: str) -> str:
    """Return the label as written; one contributor marks joins between letters by @."""
    if contributor == "kai" and len(label) > 2:
        label = re.sub(r"\\?@", "", label)
    return re.sub(r"\\(.)", r"\1", label).strip()


def _person(contributor: str, writer: str) -> str:
    """Return one name for one person, in all the spellings that the source uses."""
    house = _HOUSE.get(contributor, contributor)
    name = re.sub(r"[^a-z0-9]", "", writer.lower())
    if house == "apa":
        name = re.sub(r"^text|split$|\d+$", "", name)
    if house == "ibm":  # r03-12 is writer 12 in session 3
        name = re.sub(r"^r\d\d", "", name)
    if house == "syn":
        name = re.sub(r"dig\d*$", "", name)
    return f"{house}/{name}"


def _strokes(chosen: list[Component]) -> list[Floats]:
    return [np.asarray(part.points * _FLIP, np.float32) for part in chosen]


def _whole(items: list[Item], left_out: Counts) -> list[Item]:
    """Return the items of a fragmented file without those that are mere parts of a character.

    Some strokes there have a segment of their own, labelled as the whole. They show in neighbours with one label at
    one place, and in a single stroke for what takes two.
    """
    ordered = sorted(items, key=lambda item: int(re.split(r"\D", item.place.rsplit(" ", 1)[1])[0]))
    part = [len(one.strokes) == 1 and one.label in _SEVERAL_STROKES for one in ordered]
    for at in range(1, len(ordered)):
        if ordered[at - 1].label == ordered[at].label and _same_place(ordered[at - 1], ordered[at]):
            part[at - 1] = part[at] = True
    left_out["part of a character"] += sum(part)
    return [one for one, wrong in zip(ordered, part, strict=True) if not wrong]


def _same_place(first: Item, second: Item) -> bool:
    """Tell whether two drawings lie on or right above one another."""
    (low1, high1), (low2, high2) = first.corners(), second.corners()
    common = np.minimum(high1, high2) - np.maximum(low1, low2)
    narrow = min(high1[0] - low1[0], high2[0] - low2[0])
    large = max((high1 - low1).max(), (high2 - low2).max())
    return bool(common[0] >= 0.4 * narrow and common[1] > -0.6 * large)


def _half(folder: Path, half: str) -> str:
    path = folder / f"pendigits-orig.{half}"
    text = read_text(path)
    if text is not None:
        return text
    packed = path.with_name(path.name + ".Z")
    if not packed.exists():
        raise DataError(f"{folder}: has neither {path.name} nor {packed.name}; expected UCI's pendigits, unnormalised")
    try:
        plain = subprocess.run(["gzip", "-dc", str(packed)], capture_output=True, check=True)  # noqa: S607
    except (OSError, subprocess.CalledProcessError) as exc:
        raise DataError(f"{packed}: cannot be unpacked with gzip ({exc}); unpack it by hand to {path.name}") from exc
    return plain.stdout.decode("latin-1")
