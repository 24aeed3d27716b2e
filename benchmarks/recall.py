"""Where digits are lost that a finder might find: by which digit it is, and whether others stand on both its sides.

    python benchmarks/recall.py SHARDS [--finder FINDER.onnx] [--threshold 0.15]

Of each digit in rendered views (``python -m numbre_export.synthesis.shards``) that is to be found and that somebody can
read: whether a cell around its middle is as sure as the threshold (*sure*); whether an answer says where it is
(*answered*: no cell beside it is surer); and whether no surer answer swallows that (*left*). Prints a Markdown table.
Needs the ``[export]`` extra.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from numbre_edge.backends import NetworkBackend, open_network
from numbre_edge.finding.grid import DIGIT_CLASSES, STRIDE, Answers, Found, peaks
from numbre_edge.finding.overlap import suppressed
from numbre_edge.types import Floats
from numbre_export.synthesis.views import View
from numbre_export.training.finder.targets import heights, taught
from numbre_export.training.refiner.candidates import matched
from numbre_export.training.views import Variation, read_shards, varied

_LEVEL, _NEXT = 0.5, 1.3  # of its height: how far the middle of a neighbour is, at most, down and across
_SEED = 0


def stages(view: View, finder: NetworkBackend, threshold: float) -> Iterator[tuple[int, bool, tuple[bool, bool, bool]]]:
    """Yield of each digit which it is, whether others stand on both sides, and whether it is sure, answered, left."""
    answers = Answers.of(finder.answer(view.grey[np.newaxis]), view.grey.shape[1])
    every = peaks(answers, 0, threshold=threshold)
    every = every.chosen(~every.mark)
    said = [set(_symbols(view, found).tolist()) for found in (every, suppressed(every))]
    likely = 1 / (1 + np.exp(-answers.heat[0, :, :, 0]))
    digit = view.labels < DIGIT_CLASSES
    to_find, _ = taught(heights(view.boxes, view.labels), view.hard)
    middles = view.boxes[:, :2] + view.boxes[:, 2:] / 2
    for at in np.flatnonzero(digit & to_find):
        column, row = (middles[at] // STRIDE).astype(int)
        around = likely[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2]
        if not around.size:  # beyond the view
            continue
        sure = bool(around.max() > threshold)
        here = (at in known for known in said)
        yield int(view.labels[at]), _within(middles, digit, at, view.boxes[at, 3]), (sure, *here)


def _symbols(view: View, found: Found) -> NDArray[np.intp]:
    """Return which symbol of the view each answer is, as a refiner is taught."""
    return matched(view, found.boxes, np.zeros(len(found), np.bool_))[0]


def _within(middles: Floats, digit: NDArray[np.bool_], at: int, tall: float) -> bool:
    across, down = (middles[digit] - middles[at]).T
    near = (abs(down) < _LEVEL * tall) & (abs(across) < _NEXT * tall)
    return bool(np.any(near & (across < 0)) and np.any(near & (across > 0)))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("shards", type=Path, help="folder of rendered shards, best by other writers")
    parser.add_argument("--finder", type=Path, help="an .onnx; the shipped one without")
    parser.add_argument("--threshold", type=float, default=0.15, help="of heat")
    given = parser.parse_args()
    finder, rng = open_network("finder", "onnx", given.finder), np.random.default_rng(_SEED)
    side = finder.model.card.size[0]
    tallies: defaultdict[tuple[int, bool], list[tuple[bool, bool, bool]]] = defaultdict(list)
    for view in read_shards(given.shards):
        for which, within, each in stages(varied(view, (side, side), Variation(), rng), finder, given.threshold):
            tallies[which, within].append(each)
    print("| digit | alone or at an end | sure | answered | left | within | sure | answered | left |")
    print("|---|" + "---:|" * 8)
    for which in range(DIGIT_CLASSES):
        print(f"| {which} |" + "".join(_cells(tallies[which, within]) for within in (False, True)))


def _cells(digits: list[tuple[bool, bool, bool]]) -> str:
    shares = np.mean(digits, 0) if digits else np.full(3, np.nan)
    return f" {len(digits)} |" + "".join(f" {share:.2f} |" for share in shares)


if __name__ == "__main__":
    main()
