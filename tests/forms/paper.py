"""What the tests of forms look at: a printed form, copies of it seen by a camera, a reader that knows what is where."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from numbre_edge.types import Box, Digit, Frame, Pixels, Reading

FIELDS = {"year": Box(300, 100, 160, 44), "code": Box(300, 200, 250, 50), "total": Box(300, 300, 200, 44)}
TICK = Box(620, 110, 30, 30)
TOML = """\
reference = "form.png"

[[field]]
name = "year"
box = [300, 100, 160, 44]
range = [1900, 2100]

[[field]]
name = "code"
box = [300, 200, 250, 50]
kind = "comb"
cells = 5

[[field]]
name = "total"
box = [300, 300, 200, 44]
kind = "decimal"

[[field]]
name = "paid"
box = [620, 110, 30, 30]
kind = "cross"
"""


def printed(title: str = "Polling station results, copy for the district") -> Pixels:
    """An empty form, (480, 760) grey: print, three places to write, a box to tick."""
    page = np.full((480, 760), 235, np.uint8)

    def say(text: str, x: int, y: int, size: float = 0.6) -> None:
        cv2.putText(page, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, (40,), 1, cv2.LINE_AA)

    say(title, 40, 50, 0.8)
    for text, box in zip(("Year of count", "Station code", "Total (EUR)"), FIELDS.values(), strict=True):
        say(text, 60, box.y + 30)
        cv2.rectangle(page, (box.x, box.y), (box.right, box.bottom), (70,), 2)
    for cell in range(1, 5):
        cv2.line(page, (300 + 50 * cell, 200), (300 + 50 * cell, 250), (70,), 2)
    cv2.rectangle(page, (TICK.x, TICK.y), (TICK.right, TICK.bottom), (70,), 2)
    say("paid", 660, 132)
    say("Fill in with a black or blue pen. Do not fold this sheet, and hand it in at once.", 40, 420, 0.5)
    say("Form 27-B / printed by the district office / page 1 of 1", 40, 450, 0.5)
    return page


def photographed(page: Pixels, *, aslant: float = 0.06, size: tuple[int, int] = (900, 1200)) -> Pixels:
    """The page on a darker desk, seen aslant, in light that falls off."""
    height, width = size
    corners = np.array([(0, 0), (page.shape[1], 0), (page.shape[1], page.shape[0]), (0, page.shape[0])], np.float32)
    seen = np.array([(0.1, 0.12), (0.9, 0.1 + aslant), (0.88 - aslant, 0.86), (0.12 + aslant, 0.9)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, seen * np.array([width, height], np.float32))
    shown = cv2.warpPerspective(page, matrix, (width, height), borderValue=(90,))
    light = np.linspace(0.7, 1.0, width, dtype=np.float32)
    noise = np.random.default_rng(0).normal(0, 2, size)
    return np.asarray((shown * light + noise).clip(0, 255), np.uint8)


class Knows:
    """A reader of frames: in a field's region it reads what it was told, a number for each text.

    What else a field's number may be it was told in ``likely``, by the field's name.
    """

    def __init__(
        self,
        form: dict[str, Box],
        texts: dict[str, list[str]],
        confidence: float = 0.99,
        likely: dict[str, list[tuple[str, float]]] | None = None,
    ) -> None:
        self._form, self._texts, self._confidence, self._likely = form, texts, confidence, likely or {}
        self.asked: dict[str, list[Box]] = {}  # about which boxes, pixels of the form

    def valued(self, readings: Sequence[Reading]) -> Sequence[Reading]:
        return readings

    def likeliest(
        self, frame: Frame, numbers: Sequence[Sequence[Box]], *, roi: Box | None = None
    ) -> list[list[tuple[str, float]]]:
        assert roi is not None
        name, (boxes,) = self._name(frame, roi), numbers
        self.asked[name] = [Box(*(round(side * 760 / frame.width) for side in box)) for box in boxes]
        return [self._likely.get(name, [])]

    def read_frame(self, frame: Frame, *, roi: Box | None = None) -> list[Reading]:
        assert roi is not None
        scale, name = frame.width / 760, self._name(frame, roi)
        box, readings = self._form[name], []
        for at, text in enumerate(self._texts.get(name, [])):
            digits = []
            signs = [sign for sign in text if sign.isdigit() or sign == "?"]
            for place, sign in enumerate(signs):
                left = box.x + (place + 0.35) * (box.width / 5) + 100 * at
                own = Box(*(round(scale * side) for side in (left, box.y + 8, 16, 26)))
                digits.append(Digit(None if sign == "?" else int(sign), self._confidence, own))
            readings.append(Reading.of(digits, text=text))
        return readings

    def _name(self, frame: Frame, roi: Box) -> str:
        scale = frame.width / 760
        x, y = (roi.x + roi.width / 2) / scale, (roi.y + roi.height / 2) / scale
        return min(self._form, key=lambda n: abs(_middle(self._form[n])[0] - x) + abs(_middle(self._form[n])[1] - y))


def _middle(box: Box) -> tuple[float, float]:
    return box.x + box.width / 2, box.y + box.height / 2


def write_form(folder: Path, toml: str = TOML) -> Path:
    """Write form.toml and its reference picture; return the former."""
    cv2.imwrite(str(folder / "form.png"), printed())
    (folder / "form.toml").write_text(toml)
    return folder / "form.toml"
