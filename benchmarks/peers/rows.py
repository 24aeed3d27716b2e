"""The figures that are kept, put together: a row a reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from benchmarks.peers.contestants import CONTESTANTS, OURS, Contestant

SAMPLES = "samples"  # the project's own pictures: they stand apart from the others


@dataclass(frozen=True)
class Row:
    """A reader that could be measured.

    Attributes:
        exact: mean over the labelled sets of the share of pictures that are exact.
        f1: mean over them of the number F1, of a joined set of ``exact``.
        sure: numbers read on them with a confidence of 95 % or more.
        wrong: those that are not there.
        samples: share of samples/ that is exact.
        speed: pictures for each second of the processors' time.
        clock: pictures a second by the clock.
        cold: the processors' time from the start of the process until the first picture is read, seconds.
        cold_clock: the same by the clock.
        peak: memory, bytes.
        size: of the environment, bytes.
        sets: set -> share of exact pictures, F1, and the setting that reads it best.
    """

    contestant: Contestant
    exact: float
    f1: float
    sure: int
    wrong: int
    samples: float
    speed: float
    clock: float
    cold: float
    cold_clock: float
    peak: int
    size: int
    sets: Mapping[str, tuple[float, float, str]]

    @property
    def title(self) -> str:
        return self.contestant.title

    @property
    def lies(self) -> float:
        """The share of wrong ones among the numbers that it is sure of."""
        return self.wrong / max(1, self.sure)


def rows(told: dict[str, Any]) -> list[Row]:
    """Return a row for each reader that read the pictures and was timed."""
    read, timed = told["read"]["readers"], told["time"]["readers"]
    return [
        _row(one, read[one.name], timed[one.name], told)
        for one in CONTESTANTS
        if one.name in timed and "sets" in read.get(one.name, {})
    ]


def unmeasured(told: dict[str, Any]) -> dict[str, str]:
    """Return what could not be measured: title -> why."""
    readers = told["read"]["readers"]
    return {one.title: readers[one.name]["reason"] for one in CONTESTANTS if "reason" in readers.get(one.name, {})}


def ours(those: Iterable[Row]) -> Row:
    """Return the row of what a bare install runs."""
    return next(row for row in those if row.contestant.name == OURS)


def peers(those: Iterable[Row]) -> list[Row]:
    return [row for row in those if not row.contestant.own]


def _row(contestant: Contestant, read: dict[str, Any], timed: dict[str, float], told: dict[str, Any]) -> Row:
    counts = {one["name"]: one["n"] for one in told["read"]["sets"]}
    sets = {name: (one["exact"] / counts[name], one["measure"], one["variant"]) for name, one in read["sets"].items()}
    labelled = [name for name in sets if name != SAMPLES]
    return Row(
        contestant=contestant,
        exact=fmean(sets[name][0] for name in labelled),
        f1=fmean(sets[name][1] for name in labelled),
        sure=sum(read["sets"][name]["sure"] for name in labelled),
        wrong=sum(read["sets"][name]["wrong"] for name in labelled),
        samples=sets[SAMPLES][0],
        speed=told["time"]["pictures"] / timed["warm_cpu"],
        clock=told["time"]["pictures"] / timed["warm"],
        cold=timed["cold_cpu"],
        cold_clock=timed["cold"],
        peak=read["peak"],
        size=read["size"],
        sets=sets,
    )
