"""What a finder found is cut out, read a second time, weighed and grouped; boxes are the frame's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.backends import open_backend
from numbre_edge.errors import ModelError
from numbre_edge.finding.crops import ANSWERS, CROP, LINKED, NEAR, NOTHING
from numbre_edge.finding.grid import BOXES_TIMES, CHANNELS, CLASSES, DIGIT_CLASSES, STRIDE, encoded
from numbre_edge.model import Format, InputSpec, Model, ModelCard
from numbre_edge.recognition.learned import LearnedRecogniser
from numbre_edge.types import Box, Floats, Frame, Pixels
from numbre_edge.vision.page import Page
from tests.vision.drawing import blank, digits_on

SIDE = 256
MnistSample = tuple[NDArray[np.uint8], NDArray[np.uint8]]
KIND: Format = "onnx"


class ConnectedInk:
    """A finder for clean pages: dark connected ink of the level's size is a digit, small ink beside one a point.

    A number goes on where another stands right beside.
    """

    name = "connected"
    model = Model(
        Path("connected"),
        KIND,
        ModelCard(
            "connected", 1, classes=CLASSES, input=InputSpec(shape=(SIDE, SIDE)), kind="finder", reject_threshold=0.5
        ),
        b"",
    )

    def answer(self, tiles: Pixels) -> Floats:
        cells = np.zeros((len(tiles), SIDE // STRIDE, SIDE // STRIDE, CHANNELS), np.float32)
        cells[..., :2] = -9
        for said, tile in zip(cells, tiles, strict=True):
            count, _, stats, _ = cv2.connectedComponentsWithStats((tile < 90).astype(np.uint8))
            digits = [box for box in stats[1:count, :4].tolist() if 13 <= box[3] < 26]
            points = [box for box in stats[1:count, :4].tolist() if 2 < box[2] < 8 and box[3] < 8] if digits else []
            for x, y, w, h in digits + points:
                point = [x, y, w, h] in points
                cell = np.array([[(x + w / 2) // STRIDE, (y + h / 2) // STRIDE]], np.intp)
                at = said[cell[0, 1], cell[0, 0]]
                at[int(point)] = 4
                at[-5:-1] = BOXES_TIMES * encoded(np.array([[x, y, w, h]], np.float32), cell)[0]
                at[-1] = 4 if any(0 < other[0] - x < 2 * h for other in digits) else -4
        return cells.reshape(len(tiles), -1)


class Agrees:
    """A refiner that takes dark ink in the middle of a crop for a digit, which it does not know, and a point as one.

    A number goes on where there is ink to the right.
    """

    name = "agrees"
    model = Model(
        Path("agrees"),
        KIND,
        ModelCard(
            "agrees",
            1,
            classes=(*CLASSES, "not a digit"),
            input=InputSpec(shape=CROP),
            kind="refiner",
            trust={"classifier": 1.0},
        ),
        b"",
    )

    def answer(self, crops: Pixels) -> Floats:
        said = np.zeros((len(crops), ANSWERS), np.float32)
        ink = crops[:, : NEAR[0]] < 90
        low = ink[:, 10:22, 18:38].any(2).sum(1) <= 6
        said[~low, :DIGIT_CLASSES] = 4
        said[low, DIGIT_CLASSES:NOTHING] = 4
        said[:, LINKED] = np.where(ink[:, :, 44:].any((1, 2)), 4, -4)
        return said


@pytest.fixture(scope="module")
def recogniser() -> LearnedRecogniser:
    return LearnedRecogniser(ConnectedInk(), Agrees(), open_backend("onnx"), None)


@pytest.fixture
def number(mnist_sample: MnistSample) -> tuple[list[Pixels], str]:
    """Ink of three digits, and what they read."""
    images, labels = mnist_sample
    which = [int(np.flatnonzero(labels == digit)[0]) for digit in (3, 7, 2)]
    return [images[at] for at in which], "372"


def test_a_number_is_read_where_it_stands(recogniser: LearnedRecogniser, number: tuple[list[Pixels], str]) -> None:
    ink, text = number
    page = digits_on(blank(200, 300), ink, at=[(60, 80), (90, 82), (118, 79)], size=28)

    (reading,) = recogniser.recognise(Page(Frame(page))).readings

    assert reading.text == text
    assert 60 <= reading.box.x < 75
    assert 125 < reading.box.right <= 146
    assert reading.confidence > 0.5


def test_a_digit_is_looked_at_again_where_its_box_was_moved_to(number: tuple[list[Pixels], str]) -> None:
    class Moves(Agrees):
        """Says that digits stand half their height to the right, and keeps what it was shown."""

        def __init__(self) -> None:
            self.shown: list[Pixels] = []

        def answer(self, crops: Pixels) -> Floats:
            self.shown.append(crops)
            said = super().answer(crops)
            said[:, LINKED + 1] = 0.5
            return said

    page = digits_on(blank(200, 300), number[0][:1], at=[(60, 80)], size=28)
    refiner = Moves()
    learned = LearnedRecogniser(ConnectedInk(), refiner, open_backend("onnx"), None)
    refiner.shown.clear()  # it was asked how much it answers
    learned.recognise(Page(Frame(page)))

    first, second = (shown[0, : NEAR[0]].astype(int) for shown in refiner.shown)
    assert np.abs(first[:, 9:] - second[:, :-9]).mean() < 3 < np.abs(first - second).mean()


def test_a_large_frame_has_its_boxes_in_its_own_pixels(
    recogniser: LearnedRecogniser, number: tuple[list[Pixels], str]
) -> None:
    ink, text = number
    page = digits_on(blank(1600, 2560), ink, at=[(1600, 900), (1800, 900), (2000, 900)], size=200)

    (reading,) = recogniser.recognise(Page(Frame(page))).readings

    assert reading.text == text
    assert abs(reading.box.x - 1640) < 40


def test_a_region_is_read_as_if_it_were_the_picture(
    recogniser: LearnedRecogniser, number: tuple[list[Pixels], str]
) -> None:
    ink, text = number
    page = digits_on(blank(300, 400), ink, at=[(160, 180), (190, 182), (218, 179)], size=28)

    (reading,) = recogniser.recognise(Page(Frame(page), roi=Box(140, 150, 200, 100))).readings

    assert reading.text == text
    assert 160 <= reading.box.x < 175


@pytest.mark.parametrize("digits_only", [False, True])
def test_a_point_between_digits_is_in_the_number_or_parts_two(
    number: tuple[list[Pixels], str], digits_only: bool
) -> None:
    recogniser = LearnedRecogniser(ConnectedInk(), Agrees(), open_backend("onnx"), None, digits_only=digits_only)
    ink, text = number
    page = digits_on(blank(200, 300), ink, at=[(60, 80), (90, 80), (124, 80)], size=28)
    page[101:105, 118:122] = 60

    texts = [reading.text for reading in recogniser.recognise(Page(Frame(page))).readings]

    assert texts == ([text[:2], text[2:]] if digits_only else [f"{text[:2]}.{text[2:]}"])


def test_nothing_found_is_nothing_read(recogniser: LearnedRecogniser) -> None:
    recognition = recogniser.recognise(Page(Frame(blank(200, 300))))

    assert recognition.readings == ()
    assert len(recognition.patches) == len(recognition.probabilities) == 0


def test_each_digit_tells_its_patch_and_confidence(
    recogniser: LearnedRecogniser, number: tuple[list[Pixels], str]
) -> None:
    ink, _ = number
    page = digits_on(blank(200, 300), ink, at=[(60, 80), (90, 82), (118, 79)], size=28)

    recognition = recogniser.recognise(Page(Frame(page)))

    for patch, digit in recognition.chosen.items():
        assert digit.confidence == float(recognition.probabilities[patch].max())
        assert digit.box == Box(*recognition.patches.boxes[patch].tolist())


def test_a_finder_of_other_answers_is_refused() -> None:
    class Older(ConnectedInk):
        def answer(self, tiles: Pixels) -> Floats:
            return super().answer(tiles)[:, : -((SIDE // STRIDE) ** 2)]

    with pytest.raises(ModelError, match="connected: gives 24,576 values; this version expects 28,672"):
        LearnedRecogniser(Older(), Agrees(), open_backend("onnx"), None)


def test_a_refiner_of_other_crops_is_refused() -> None:
    refiner = Agrees()
    refiner.model = replace(refiner.model, card=replace(refiner.model.card, input=InputSpec(shape=(28, 28))))

    with pytest.raises(ModelError, match=r"agrees: takes \(28, 28\) pixels; this version expects \(64, 56\)"):
        LearnedRecogniser(ConnectedInk(), refiner, open_backend("onnx"), None)


def test_a_card_that_trusts_in_another_way_is_refused() -> None:
    refiner = Agrees()
    refiner.model = replace(refiner.model, card=replace(refiner.model.card, trust={"refiner": 1.0, "stars": 2.0}))

    with pytest.raises(ModelError, match="agrees: its card's trust has stars, unknown here"):
        LearnedRecogniser(ConnectedInk(), refiner, open_backend("onnx"), None)
