"""The figures that are kept, put together: a row a reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from benchmarks.peers.contestants import CONTESTANTS, OURS, Contestant

SAMPLES = "samples"  # the project's own pictures: they stand apart from the others


@dataclass(frozen=True)
class Read:
    """How a set was read, or several: the means of their shares.

    Attributes:
        exact: share of pictures that are exact.
        f1: number F1; of a joined set ``exact``.
        sure: numbers read with a confidence of 95 % or more.
        wrong: those that are not there.
    """

    exact: float
    f1: float
    sure: int
    wrong: int


@dataclass(frozen=True)
class Row:
    """A reader that could be measured.

    Attributes:
        sets: those that it was asked for.
        ways: setting -> the mean of F1 over the labelled sets, all read with that one.
        speed: pictures for each second of the processors' time.
        clock: pictures a second by the clock.
        cold: the processors' time from the start of the process until the first picture is read, seconds.
        cold_clock: the same by the clock.
        peak: memory, bytes.
        size: of the environment, bytes.
    """

    contestant: Contestant
    sets: Mapping[str, Read]
    ways: Mapping[str, float]
    speed: float
    clock: float
    cold: float
    cold_clock: float
    peak: int
    size: int

    @property
    def title(self) -> str:
        return self.contestant.title

    @property
    def labelled(self) -> list[str]:
        """The sets that count: all but samples/."""
        return [name for name in self.sets if name != SAMPLES]

    def over(self, names: Iterable[str]) -> Read:
        """Return how these sets were read; each counts alike."""
        read = [self.sets[name] for name in names]
        return Read(
            exact=fmean(one.exact for one in read),
            f1=fmean(one.f1 for one in read),
            sure=sum(one.sure for one in read),
            wrong=sum(one.wrong for one in read),
        )


def rows(told: dict[str, Any]) -> list[Row]:
    """Return a row for each reader that read the pictures and was timed."""
    read, timed = told["read"]["readers"], told["time"]["readers"]
    return [
        _row(one, read[one.name], timed[one.name], told)
        for one in CONTESTANTS
        if one.name in timed and "sets" in read.get(one.name, {})
    ]


def ours(those: Iterable[Row]) -> Row:
    """Return the row of what a bare install runs."""
    return next(row for row in those if row.contestant.name == OURS)


def peers(those: Iterable[Row]) -> list[Row]:
    return [row for row in those if not row.contestant.own]


def _row(contestant: Contestant, read: dict[str, Any], timed: dict[str, float], told: dict[str, Any]) -> Row:
    counts = {one["name"]: one["n"] for one in told["read"]["sets"]}
    return Row(
        contestant=contestant,
        sets={
            name: Read(one["exact"] / counts[name], one["measure"], one["sure"], one["wrong"])
            for name, one in read["sets"].items()
        },
        ways={
            way: fmean(measure for name, measure in measures.items() if name != SAMPLES)
            for way, measures in read.get("ways", {}).items()
        },
        speed=told["time"]["pictures"] / timed["warm_cpu"],
        clock=told["time"]["pictures"] / timed["warm"],
        cold=timed["cold_cpu"],
        cold_clock=timed["cold"],
        peak=read["peak"],
        size=read["size"],
    )
