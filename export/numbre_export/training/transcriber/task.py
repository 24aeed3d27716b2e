"""What a transcriber learns: the characters of a number from left to right, wherever in the strip they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import cv2
import numpy as np
from keras import ops
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_edge.finding.grid import CLASSES
from numbre_edge.finding.light import PAPER
from numbre_edge.finding.strips import BESIDE, LONGEST, SIZE, STEP, STEPS, STRIP, marked
from numbre_edge.types import Floats, Pixels
from numbre_edge.vocabulary import SEPARATORS
from numbre_export.training.loop import Batch
from numbre_export.training.transcriber.network import build
from numbre_export.training.transcriber.numbers import NO_CHARACTER, Numbers
from numbre_export.training.warping import Warping

_SEPARATORS = [1 + CLASSES.index(mark) for mark in SEPARATORS]  # as characters
_WARPING = Warping(moved=0.9, scaled=0.07, stretched=0.12, turned=0.04, slanted=0.2, bent=1.5, bends=(4, 16))
_GAIN, _NOISE = 0.3, 8.0  # deviations; logarithm, grey levels
_NOISY, _NEGATIVE = 0.3, 0.1  # shares of strips with noise, and with the polarity turned round
_PEN, _BLURRED, _BLUR = 0.5, 0.3, 1.2  # shares with a thinner or thicker pen, and blurred; pixels, at most
_RULED, _RULES = 0.15, 3  # share of strips with lines across, and how many at most
_APART = 8  # pixels of paper, at most, between what is shown of two numbers of a strip
_HERE, _NEAR = 2.0, 4.5  # pixels from a character's middle: it is to be said; either will do
_PLACES_COUNT = 0.5  # of steps, beside the characters' 1


class TranscriberTask:
    """A :class:`~numbre_export.training.loop.Task`.

    Args:
        training, validation: numbers, and what is none.
        batch_size: strips.
    """

    name = "transcriber"
    losses: tuple[str, ...] = ("characters", "places")

    def __init__(self, training: Numbers, validation: Numbers, *, batch_size: int = 128) -> None:
        self._training, self._validation, self._batch_size = training, validation, batch_size

    def network(self, *, trained: bool) -> Any:
        return build()

    def loss(self, outputs: Any, *wanted: Any) -> tuple[Any, ...]:
        """Return the loss of a batch, and its parts.

        Connectionist temporal classification (A. Graves et al., 2006) asks for the characters, wherever they are said;
        cross entropy step by step for each where it stands, which is learned sooner.
        """
        characters, steps = wanted
        outputs = ops.cast(outputs, "float32")
        lengths = ops.sum(ops.cast(characters != NO_CHARACTER, "int32"), 1)
        said = ops.full_like(lengths, STEPS)
        of_characters = ops.mean(ops.ctc_loss(characters, outputs, lengths, said, NO_CHARACTER))
        wrong = ops.sparse_categorical_crossentropy(ops.maximum(steps, 0), outputs, from_logits=True)
        of_places = ops.sum(wrong * ops.cast(steps >= 0, "float32")) / ops.cast(ops.shape(steps)[0], "float32")
        return of_characters + _PLACES_COUNT * of_places, of_characters, of_places

    def batch(self, rng: Generator) -> Batch:
        """Make a batch of strips, each with as many numbers side by side as fit: half of most would be empty paper."""
        empty = marked(np.full(SIZE, PAPER, np.uint8), SIZE[1], 0)
        strips = np.repeat(empty[np.newaxis], self._batch_size, 0)
        characters = np.full((self._batch_size, LONGEST), NO_CHARACTER, np.int32)
        middles = np.full((self._batch_size, LONGEST), np.nan, np.float32)
        full, count = np.zeros(self._batch_size, int), np.zeros(self._batch_size, int)  # pixels, and characters
        for seen, ends, own, places in self._drawn(rng):
            said = np.flatnonzero(own != NO_CHARACTER)
            strip, (left, right, *moved) = _varied(seen, ends, places[said], rng)
            first, last = max(0, int(left - BESIDE)), min(SIZE[1], int(right + BESIDE) + 1)
            room = np.flatnonzero((full + last - first <= SIZE[1]) & (count + len(said) <= LONGEST))
            if not len(room):
                break
            at, x = room[0], int(rng.integers(full[room[0]], SIZE[1] - last + first + 1))
            x = min(x, full[at] + _APART)
            strips[at, :, x : x + last - first] = strip[:, first:last]
            characters[at, count[at] : count[at] + len(said)] = own[said]
            middles[at, count[at] : count[at] + len(said)] = np.array(moved) + (x - first)
            full[at], count[at] = x + last - first, count[at] + len(said)
        return strips, characters, _placed(characters, middles)

    def _drawn(self, rng: Generator) -> Iterator[tuple[Pixels, Floats, NDArray[np.int32], Floats]]:
        """Give what is known of one number after the other, any, without end."""
        while True:
            some = self._training.chosen(rng.integers(0, len(self._training.ends), self._batch_size))
            yield from zip(some.seen, some.ends, some.characters, some.middles, strict=True)

    def measured(self, network: Any) -> Mapping[str, float]:
        logits = network.predict(shown(self._validation).astype(np.float32), batch_size=256, verbose=0)
        return {"numbers": len(self._training.ends)} | figures(logits, self._validation)


def shown(numbers: Numbers) -> Pixels:
    """Return (N, *STRIP) uint8, what a transcriber sees of numbers."""
    top, left = (np.array(numbers.seen.shape[1:]) - SIZE) // 2
    seen = numbers.seen[:, top : top + SIZE[0], left : left + SIZE[1]]
    return np.array([marked(one, *ends) for one, ends in zip(seen, numbers.ends, strict=True)]).reshape(-1, *STRIP)


def figures(logits: Floats, numbers: Numbers) -> dict[str, float]:
    """Return how many numbers of one character, of more, and with a point or comma, are read right.

    And how much of nothing is read as something. Without what there is none of.
    """
    best = logits.argmax(2)
    first = np.ones_like(best, bool)
    first[:, 1:] = best[:, 1:] != best[:, :-1]
    kept = first & (best != NO_CHARACTER)
    read = np.zeros_like(numbers.characters)
    for at, (row, keep) in enumerate(zip(best, kept, strict=True)):
        said = row[keep][:LONGEST]
        read[at, : len(said)] = said
    right = (read == numbers.characters).all(1)
    length = (numbers.characters != NO_CHARACTER).sum(1)
    marked = np.isin(numbers.characters, _SEPARATORS).any(1)
    of = {"one": right[length == 1], "more": right[length > 1], "marked": right[marked], "nothing": ~right[length == 0]}
    return {name: float(each.mean()) for name, each in of.items() if len(each)}


def _placed(characters: NDArray[np.int32], middles: Floats) -> NDArray[np.int32]:
    """Return (N, STEPS) int32, what is to be said in each step: a character, nothing, or -1 where either will do."""
    away = abs(STEP * np.arange(STEPS) + (STEP - 1) / 2 - middles[..., np.newaxis])  # (N, LONGEST, STEPS)
    away[np.isnan(away)] = np.inf
    nearest = np.take_along_axis(characters, away.argmin(1), 1)
    away = away.min(1)
    return np.where(away < _HERE, nearest, np.where(away < _NEAR, -1, NO_CHARACTER)).astype(np.int32)


def _varied(seen: Pixels, ends: Floats, middles: Floats, rng: Generator) -> tuple[Pixels, Floats]:
    """Return STRIP of larger ``seen``, moved, scaled, turned, slanted, bent, by another pen, worse.

    And where its left and right end, and its middles, are then.
    """
    warp = _WARPING.drawn(SIZE, rng)
    distance = warp.seen(seen).astype(np.float32) - PAPER
    if rng.random() < _PEN:
        other = (cv2.erode if rng.random() < 0.5 else cv2.dilate)(distance, np.ones((2, 2), np.uint8))
        distance += np.float32(rng.uniform(0, 0.8)) * (other - distance)
    if rng.random() < _RULED:
        _rule(distance, rng)
    if rng.random() < _BLURRED:
        distance = np.asarray(cv2.GaussianBlur(distance, (0, 0), rng.uniform(0.3, _BLUR)), np.float32)
    distance *= np.exp(rng.normal(0, _GAIN)) * (-1 if rng.random() < _NEGATIVE else 1)
    if rng.random() < _NOISY:
        distance += rng.normal(0, rng.uniform(0, 2 * _NOISE), SIZE).astype(np.float32)
    middle = (SIZE[1] - 1) / 2
    places = (np.concatenate([ends, middles]) - middle) * warp.sides[0] + middle + warp.moved[0]
    strip = marked(np.clip(distance + PAPER, 0, 255).astype(np.uint8), float(places[0]), float(places[1]))
    return strip, places.astype(np.float32)


def _rule(distance: Floats, rng: Generator) -> None:
    """Draw straight lines across (h, w) ``distance``, level or upright, as forms have them."""
    height, width = distance.shape
    for _ in range(int(rng.integers(1, _RULES + 1))):
        lean, tone, thick = rng.normal(0, 0.03), float(rng.uniform(-120, 60)), int(rng.integers(1, 3))
        if rng.random() < 0.5:
            y = rng.uniform(0, height)
            ends = (0, round(y)), (width, round(y + lean * width))
        else:
            x = rng.uniform(0, width)
            ends = (round(x), 0), (round(x + lean * height), height)
        cv2.line(distance, *ends, tone, thick)
