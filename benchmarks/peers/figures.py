"""What was read, held against what is there; the figures alone are kept, in docs/benchmarks.json."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unicodedata import normalize

from benchmarks.peers.contestants import CONTESTANTS
from benchmarks.peers.sets import Set
from numbre_edge.types import Box, Reading
from numbre_export.evaluation.pictures import PictureResult, PictureScore

FIGURES = Path(__file__).parents[2] / "docs" / "benchmarks.json"


@dataclass(frozen=True)
class Figures:
    """How a reader read a set.

    Attributes:
        exact: pictures whose numbers are right, all of them, in reading order; of a joined set, all digits as one.
        measure: number F1; of a joined set, the share of ``exact``.
        sure: numbers read with a confidence of 95 % or more.
        wrong: those of them that are not on the picture.
        errors: pictures that it could not read at all.
        variant: of its settings, the one that these are of.
    """

    exact: int
    measure: float
    sure: int
    wrong: int
    errors: int
    variant: str = ""


def score(answers: Path, sets: Sequence[Set]) -> dict[str, Any]:
    """Return the figures of every reader whose answers are in a folder."""
    told = {}
    for contestant in CONTESTANTS:
        file = answers / f"{contestant.name}.json"
        if not file.exists():
            continue
        answer = json.loads(file.read_text(encoding="utf-8"))
        if "variants" in answer:
            variants = answer.pop("variants")
            asked = {given["set"] for read in variants.values() for given in read}
            there = [one for one in sets if one.name in asked]
            answer["sets"] = {one.name: asdict(best(one, variants, own=contestant.own)) for one in there}
            if len(variants) > 1:
                answer["ways"] = {way: measures(there, {way: read}) for way, read in variants.items()}
        told[contestant.name] = answer
    kinds = [{"name": one.name, "n": len(one.pictures), "joined": one.joined} for one in sets]
    return {"read": {"sets": kinds, "readers": told}}


def measures(sets: Sequence[Set], variants: dict[str, list[dict[str, Any]]]) -> dict[str, float]:
    """Return how each set was read: number F1, of a joined set the share of exact pictures."""
    return {one.name: best(one, variants).measure for one in sets}


def best(pictures: Set, variants: dict[str, list[dict[str, Any]]], *, own: bool = False) -> Figures:
    """Return the figures of the variant that read a set best."""
    tried = [
        figures(pictures, [answer for answer in read if answer["set"] == pictures.name], name, own=own)
        for name, read in variants.items()
    ]
    return max(tried, key=lambda figure: (figure.measure, figure.exact))


def figures(pictures: Set, answers: Iterable[dict[str, Any]], variant: str = "", *, own: bool = False) -> Figures:
    """Hold the answers, one a picture, against what is there; ``own`` ones have ``?`` for a doubtful digit."""
    results = tuple(
        PictureResult(picture.path.name, picture.path, picture.numbers, readings(answer, own=own), answer["error"])
        for picture, answer in zip(pictures.pictures, answers, strict=True)
    )
    scored = PictureScore(pictures.name, results, pictures.joined)
    right = sum(result.joined if pictures.joined else result.exact for result in results)
    return Figures(right, round(scored.measure, 4), scored.sure, scored.sure_and_wrong, scored.errors, variant)


def readings(answer: dict[str, Any], *, own: bool = False) -> tuple[Reading, ...]:
    """Return what counts of an answer: each word of its texts that has a digit, as sure as the text."""
    told = [(normalize("NFKC", number["text"]), number["confidence"]) for number in answer["numbers"]]
    return tuple(
        Reading((), word, sure, Box(0, 0, 0, 0))
        for text, sure in told
        for word in (text if own else text.replace("?", " ")).split()
        if re.search(r"[\d?]", word)
    )


def kept(file: Path, figures: dict[str, Any]) -> None:
    """Let ``figures`` take the place of what was kept of the same."""
    before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.write_text(f"{json.dumps(before | figures, indent=1, ensure_ascii=False)}\n", encoding="utf-8")
