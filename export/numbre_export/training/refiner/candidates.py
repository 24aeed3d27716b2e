"""What a finder finds in rendered views, and what each of it is: all that a refiner is taught with."""

from __future__ import annotations

import hashlib
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_edge.atomic import replacing
from numbre_edge.backends import NetworkBackend, open_finder
from numbre_edge.errors import DataError
from numbre_edge.finding.crops import CROP, NEAR, NOTHING, crop, halved, moves
from numbre_edge.finding.grid import DIGIT_CLASSES, Answers, Found, peaks
from numbre_edge.finding.overlap import overlaps, suppressed, widened
from numbre_edge.types import Floats, Pixels
from numbre_export.data.npz import load_npz
from numbre_export.synthesis.views import View
from numbre_export.training.finder.targets import heights
from numbre_export.training.views import SHARDS, Variation, read_shard, shard_files, varied

MARGIN = (4, 8)  # pixels above and below, left and right of what a refiner sees, to move it by
_THRESHOLD = 0.05  # of heat: what is less likely is never looked at
# Of the union of a detection and a symbol, both at least half as wide as high: from here on it is that symbol, if not
# quite where it should be; below, nobody can say; lower, it is none.
_SAME, _NONE = 0.3, 0.15
# A point is four pixels high, and found two beside its place: of marks counts how far from the symbol's ink the middle
# of a detection is, in heights of the digit nearest to it. By their union, 31 of 100 points that were found were known
# for points, and many of the others taught as nothing.
_AT, _OFF = 0.2, 0.4
_OTHERS = 1.2  # of what is nothing, so many for each symbol; the likelier to be kept, the surer the finder was
_TILES = 8  # at a time


@dataclass(frozen=True, eq=False)
class Candidates:
    """N crops of what was found.

    Attributes:
        crops: (N, 2, h, w) uint8, near and wide, MARGIN larger than NEAR on all sides.
        labels: (N,) int32, which class, or NOTHING.
        linked: (N,) float32, 1 where the number goes on after it.
        heat: (N,) float32, how sure the finder was.
        moves: (N, 4) float32, what is wrong with a digit's box, as ``finding.crops.moves`` says.
    """

    crops: Pixels
    labels: NDArray[np.int32]
    linked: Floats
    heat: Floats
    moves: Floats

    @property
    def seen(self) -> Pixels:
        """(N, *CROP) uint8, what a refiner sees of them."""
        return self.crops[:, :, MARGIN[0] : -MARGIN[0], MARGIN[1] : -MARGIN[1]].reshape(-1, *CROP)

    def chosen(self, which: NDArray[Any]) -> Candidates:
        return Candidates(*(values[which] for values in vars(self).values()))

    @staticmethod
    def joined(parts: list[Candidates]) -> Candidates:
        return Candidates(*(np.concatenate(all_of) for all_of in zip(*(vars(p).values() for p in parts), strict=True)))


def prepared(shards: Path, finder: Path | None, folder: Path, *, seed: int = 0, processes: int = 2) -> Candidates:
    """Return the candidates of all ``shards``; ``folder`` keeps them, and what it has is not made again.

    Raises:
        DataError: there are no shards; or the folder has candidates of other views, or that another finder found.
    """
    files = shard_files(shards)
    folder.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        make = partial(_prepare, finder=finder, folder=folder, seed=seed)
        for done, _ in enumerate(pool.map(make, files, range(len(files))), 1):
            print(f"\rcandidates: {done} of {len(files)}, {time.monotonic() - begun:.0f} s", end="", file=sys.stderr)
    print(file=sys.stderr, flush=True)
    return kept_candidates(folder)


def kept_candidates(folder: Path) -> Candidates:
    """Return the candidates that :func:`prepared` left in a folder.

    Raises:
        DataError: there are none, or they cannot be read.
    """
    files = sorted(folder.glob(SHARDS))
    if not files:
        raise DataError(f"{folder}: holds no {SHARDS}; python -m numbre_export.training.refiner makes them")
    names = ("crops", "labels", "linked", "heat", "moves")
    return Candidates.joined([Candidates(**load_npz(file, names, wanted="candidates")) for file in files])


def _prepare(file: Path, number: int, *, finder: Path | None, folder: Path, seed: int) -> None:
    path = folder / file.name
    views_made = load_npz(file, ("made",), wanted="a shard of views; render it anew")["made"]
    made = f"{views_made}; finder {hashlib.sha256(_finder(finder).model.content).hexdigest()}; seed {seed}"
    if path.exists():
        if str(load_npz(path, ("made",), wanted="candidates")["made"]) != made:
            raise DataError(f"{path}: was made of other views, or by another finder; name another --out, or remove it")
        return
    cv2.setNumThreads(1)
    rng = np.random.default_rng((seed, number))
    views = read_shard(file)
    found = candidates(views, _finder(finder), rng)
    symbols, others = np.flatnonzero(found.labels != NOTHING), np.flatnonzero(found.labels == NOTHING)
    count = min(len(others), round(_OTHERS * len(symbols)))
    likely = found.heat[others] / found.heat[others].sum()
    kept = np.concatenate([symbols, rng.choice(others, count, replace=False, p=likely)])
    with replacing(path) as temporary:
        np.savez(temporary, **vars(found.chosen(kept)), made=np.array(made))


@cache
def _finder(path: Path | None) -> NetworkBackend:
    return open_finder("onnx", path)


def candidates(views: list[View], finder: NetworkBackend, rng: Generator) -> Candidates:
    """Vary each view, and return what is found in it, without what nobody can tell."""
    side = finder.model.card.size[0]
    parts = []
    for begin in range(0, len(views), _TILES):
        shown = [varied(view, (side, side), Variation(), rng) for view in views[begin : begin + _TILES]]
        answers = Answers.of(finder.answer(np.stack([view.grey for view in shown])), side)
        parts += [told(view, suppressed(peaks(answers, at, threshold=_THRESHOLD))) for at, view in enumerate(shown)]
    return Candidates.joined(parts)


def told(view: View, found: Found) -> Candidates:
    """Return what was found in a normalized view, without what nobody can tell: a part of a digit, or a hard one."""
    which, known = matched(view, found.boxes, found.mark)
    symbol = which >= 0
    labels, linked, truth = np.full(len(found), NOTHING, np.int32), np.zeros(len(found), np.float32), found.boxes.copy()
    labels[symbol], linked[symbol] = view.labels[which[symbol]], view.linked[which[symbol]]
    truth[symbol] = view.boxes[which[symbol]]
    size, half = (NEAR[0] + 2 * MARGIN[0], NEAR[1] + 2 * MARGIN[1]), halved(view.grey)
    cut = [
        crop(view.grey, half, box, mark=bool(mark), size=size)
        for box, mark in zip(found.boxes[known], found.mark[known], strict=True)
    ]
    crops = np.array(cut, np.uint8).reshape(-1, 2, *size)
    return Candidates(crops, labels[known], linked[known], found.heat[known], moves(found.boxes, truth)[known])


def matched(view: View, boxes: Floats, mark: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return which symbol of a view each of (N, 4) ``boxes`` is, -1 for none, and whether anybody can tell.

    ``mark`` says whether it is to be a mark.
    """
    which, known = np.full(len(boxes), -1), np.ones(len(boxes), np.bool_)
    if not len(view.boxes):
        return which, known
    is_mark, symbols = view.labels >= DIGIT_CLASSES, widened(view.boxes)
    tall = np.maximum(heights(view.boxes, view.labels), 1)
    for at, (box, wide) in enumerate(zip(boxes, widened(boxes), strict=True)):
        near = -_away(box, view.boxes) / tall if mark[at] else overlaps(wide, symbols)[0]
        same, none = (-_AT, -_OFF) if mark[at] else (_SAME, _NONE)
        near[is_mark != mark[at]] = -np.inf
        best = int(near.argmax())
        if near[best] > same:
            which[at], known[at] = best, not view.hard[best]
        else:
            known[at] = near[best] <= none
    return which, known


def _away(box: Floats, symbols: Floats) -> Floats:
    """Return how far the middle of ``box`` is from each of (N, 4) symbols, 0 within, along the axis that is worse."""
    middles = symbols[:, :2] + symbols[:, 2:] / 2
    apart = abs(middles - box[:2] - box[2:] / 2) - symbols[:, 2:] / 2
    return np.asarray(np.maximum(apart, 0).max(1), np.float32)
