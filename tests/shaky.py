"""Videos of a sheet in an unsteady hand: it shifts, turns and comes nearer, a shadow passes, the sensor is noisy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.vision.drawing import Ink, blank, digits_on

_NOISE_SIDE = 256  # pixels more than a frame: a frame's noise is cut from a random place of one large sheet of it


@dataclass(frozen=True, kw_only=True)
class Hand:
    """How unsteady the picture is; everything at 0 is a tripod in a studio.

    Attributes:
        shift: largest way from the middle, pixels; about one there-and-back a second at 30 frames.
        turn: largest turn, degrees.
        zoom: largest change of size, as a share.
        smear: length of the blur of motion, pixels, where the hand is fastest.
        noise: deviation of the sensor's noise, grey levels.
        shadow: share of the light that a passing shadow takes.
        shadow_frames: first frame of it, and the one where it is gone.
    """

    shift: float = 6.0
    turn: float = 1.5
    zoom: float = 0.03
    smear: float = 0.0
    noise: float = 4.0
    shadow: float = 0.0
    shadow_frames: tuple[int, int] = (0, 0)


def sheet(
    digits: Sequence[Ink], *, height: int, width: int, size: int, pitch: float = 0.8, strength: float = 0.7
) -> Ink:
    """Return (height, width) grey paper with ``digits`` ((28, 28) ink 255 on 0) as one number in its middle.

    ``size``: pixels of a digit's 28; ``pitch``: from digit to digit, in sizes; ``strength``: of the ink.
    """
    step = round(pitch * size)
    left, top = (width - step * (len(digits) - 1) - size) // 2, (height - size) // 2
    places = [(left + step * number, top) for number in range(len(digits))]
    return digits_on(blank(height, width, 205), digits, at=places, size=size, strength=strength)


def video(pages: Sequence[Ink], hand: Hand, *, seed: int) -> Iterator[Ink]:
    """Yield a picture of each of ``pages``, all of one size, (H, W) uint8: what the camera sees, frame by frame."""
    rng = np.random.default_rng(seed)
    height, width = pages[0].shape
    # Light that falls off to one corner, as a lamp's does.
    rows, columns = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    light = 1.05 - 0.3 * columns * rows
    side = _NOISE_SIDE
    grain = rng.normal(0, max(hand.noise, 1e-6), (height + side, width + side)).astype(np.float32)
    sway = _sway(rng, len(pages))
    for number, page in enumerate(pages):
        across, down, turn, zoom = sway[number]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn * hand.turn, 1 + zoom * hand.zoom)
        matrix[:, 2] += across * hand.shift, down * hand.shift
        seen = cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        if hand.smear:
            way = sway[number, :2] - sway[max(number - 1, 0), :2]
            seen = cv2.filter2D(seen, -1, _smear(hand.smear * way / _FASTEST))
        lit = seen * light
        if hand.shadow:
            lit *= _shade(hand, number, columns + 0.3 * rows)
        x, y = rng.integers(side, size=2)
        yield np.asarray((lit + grain[y : y + height, x : x + width]).clip(0, 255), np.uint8)


_SLOWEST, _QUICKEST = 0.4, 1.4  # sways a second, at 30 frames a second
_FASTEST = 2 * np.pi * _QUICKEST / 30 / 2  # of a frame's movement, in shifts


def _sway(rng: np.random.Generator, frames: int) -> NDArray[np.float64]:
    """Return (frames, 4) movements between -1 and 1, smooth in time, no two alike: sums of three sines each."""
    rates = rng.uniform(_SLOWEST, _QUICKEST, (3, 4)) / 30
    phases = rng.uniform(0, 2 * np.pi, (3, 4))
    times = np.arange(frames)[:, None, None]
    return np.asarray(np.sin(2 * np.pi * rates * times + phases).mean(1))


def _smear(way: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the kernel that blurs along ``way``, pixels."""
    reach = int(np.ceil(np.abs(way).max() / 2))
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    for part in np.linspace(-0.5, 0.5, 4 * reach + 1):
        column, row = np.rint(way * part).astype(int)
        kernel[row + reach, column + reach] += 1
    return np.asarray(kernel / kernel.sum(), np.float32)


def _shade(hand: Hand, number: int, across: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the light that a shadow leaves, (H, W): a band with soft edges that moves over the picture."""
    first, end = hand.shadow_frames
    middle = -0.4 + 2.1 * (number - first) / max(1, end - first)  # from left of the picture to right of it
    depth = np.clip(1.5 - np.abs(across - middle) / 0.2, 0, 1)
    return np.asarray(1 - hand.shadow * depth, np.float32)
