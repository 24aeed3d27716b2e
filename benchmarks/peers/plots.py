"""The plots of the page: right against fast, and each set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib

from benchmarks.peers.rows import SAMPLES, Row, ours, peers

matplotlib.use("svg")
OWN, PEER = "#0b6e4f", "#b3541e"
_STYLE: Any = {"svg.fonttype": "none", "svg.hashsalt": "peers", "font.family": "sans-serif", "font.size": 10}


def draw_speed(those: Sequence[Row], file: Path) -> None:
    """Number F1 over pictures a second of the processors' time."""
    with matplotlib.rc_context(_STYLE):
        figure, axes = _axes(8, 4.5)
        for row in those:
            color = OWN if row.contestant.own else PEER
            axes.scatter(row.speed, row.f1, color=color)
            axes.annotate(row.title.strip("`"), (row.speed, row.f1), (6, 5), textcoords="offset points", color=color)
        axes.set(
            xscale="log", xlabel="pictures a second of one processor", ylabel="number F1, mean over sets", ylim=(0, 1)
        )
        axes.set_xlim(right=axes.get_xlim()[1] * 3)
        _save(figure, file)


def draw_sets(those: Sequence[Row], file: Path) -> None:
    """Each set's number F1: numbre-edge, and each peer."""
    own = ours(those)
    names = sorted((name for name in own.sets if name != SAMPLES), key=lambda name: own.sets[name][1])
    with matplotlib.rc_context(_STYLE):
        figure, axes = _axes(8, 5)
        for row, marker in zip(peers(those), "s^Dv<>P*", strict=False):
            axes.scatter([row.sets[name][1] for name in names], names, marker=marker, label=row.title.strip("`"), s=24)
        axes.scatter([own.sets[name][1] for name in names], names, color=OWN, label=own.title, s=60, zorder=3)
        axes.set(xlabel="number F1", xlim=(-0.02, 1.02))
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
        _save(figure, file)


def _axes(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _save(figure: Any, file: Path) -> None:
    figure.savefig(file, metadata={"Date": None})
