"""The plots of the page: right against fast, and each set."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from pathlib import Path
from typing import Any

import matplotlib

from benchmarks.peers.rows import Row, ours, peers

OWN, PEER = "#0b6e4f", "#b3541e"
_STYLE: Any = {"svg.fonttype": "none", "svg.hashsalt": "peers", "font.family": "sans-serif", "font.size": 10}
# (numbre-edge, int8) -> where its label stands, points, and its side at the dot: most pairs are close to each other.
_LABELS = {(True, False): ((-5, 5), "right"), (True, True): ((5, 5), "left"), (False, False): ((5, -13), "left")}


def draw_speed(those: Sequence[Row], file: Path) -> None:
    """Number F1 over pictures a second of the processors' time."""
    with matplotlib.rc_context(_STYLE):
        figure, axes = _axes(8, 4.5)
        for row in those:
            color, f1 = OWN if row.contestant.own else PEER, row.over(row.labelled).f1
            offset, side = _LABELS[row.contestant.own, "int8" in row.title]
            axes.scatter(row.speed, f1, color=color)
            text = row.title.strip("`")
            axes.annotate(text, (row.speed, f1), offset, textcoords="offset points", color=color, ha=side)
        axes.set(
            xscale="log", xlabel="pictures a second of one processor", ylabel="number F1, mean over sets", ylim=(0, 1)
        )
        left, right = axes.get_xlim()
        axes.set_xlim(left / 1.5, right * 5)
        _save(figure, file)


def draw_sets(those: Sequence[Row], file: Path) -> None:
    """Each set's number F1: numbre-edge, and each peer."""
    own = ours(those)
    names = sorted(own.labelled, key=lambda name: own.sets[name].f1)
    with matplotlib.rc_context(_STYLE):
        figure, axes = _axes(8, 5)
        for row, marker in zip(peers(those), "s^Dv<>P*", strict=False):
            axes.scatter([_f1(row, name) for name in names], names, marker=marker, label=row.title.strip("`"), s=24)
        axes.scatter([_f1(own, name) for name in names], names, color=OWN, label=own.title, s=60, zorder=3)
        axes.set(xlabel="number F1", xlim=(-0.02, 1.02))
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
        _save(figure, file)


def _f1(row: Row, name: str) -> float:
    return row.sets[name].f1 if name in row.sets else nan


def _axes(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _save(figure: Any, file: Path) -> None:
    figure.savefig(file, metadata={"Date": None})
