"""What was found in one frame is looked at in the next; the finder searches when asked, now and then, and anew."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.backends import open_backend
from numbre_edge.finding.crops import NEAR, NOTHING
from numbre_edge.recognition.following import FollowingRecogniser
from numbre_edge.recognition.learned import LearnedRecogniser
from numbre_edge.types import Floats, Frame, Pixels
from numbre_edge.vision.page import Page
from tests.recognition.test_learned import Agrees, ConnectedInk
from tests.vision.drawing import blank, digits_on

PLACES = [(60, 80), (90, 82), (118, 79)]


class Searches(ConnectedInk):
    """A finder that counts."""

    def __init__(self) -> None:
        self.count = 0

    def answer(self, tiles: Pixels) -> Floats:
        self.count += 1
        return super().answer(tiles)


class Sees(Agrees):
    """A refiner that knows where there is nothing."""

    def answer(self, crops: Pixels) -> Floats:
        said = super().answer(crops)
        said[~(crops[:, : NEAR[0]] < 90).any((1, 2)), NOTHING] = 12
        return said


@pytest.fixture
def finder() -> Searches:
    return Searches()


@pytest.fixture
def following(finder: Searches) -> FollowingRecogniser:
    recogniser = LearnedRecogniser(finder, Sees(), open_backend("onnx"), None)
    finder.count = 0  # but for the look at its answers' shape
    return FollowingRecogniser(recogniser)


@pytest.fixture
def ink(mnist_sample: tuple[NDArray[np.uint8], NDArray[np.uint8]]) -> list[Pixels]:
    images, labels = mnist_sample
    return [images[int(np.flatnonzero(labels == digit)[0])] for digit in (3, 7, 2)]


def read(following: FollowingRecogniser, page: Pixels, *, thorough: bool) -> list[str]:
    return [number.text for number in following.recognise(Page(Frame(page), level=False), thorough=thorough).readings]


def test_what_was_found_is_read_again_without_a_search(
    following: FollowingRecogniser, finder: Searches, ink: list[Pixels]
) -> None:
    page = digits_on(blank(200, 300), ink, at=PLACES, size=28)

    assert read(following, page, thorough=True) == ["372"]
    searches = finder.count
    assert read(following, page, thorough=False) == ["372"]
    assert finder.count == searches > 0
    assert read(following, page, thorough=True) == ["372"]
    assert finder.count == 2 * searches


def test_what_moves_on_and_on_is_searched_now_and_then(
    following: FollowingRecogniser, finder: Searches, ink: list[Pixels]
) -> None:
    page = digits_on(blank(200, 300), ink, at=PLACES, size=28)
    for _ in range(9):
        read(following, page, thorough=False)
    searches = finder.count
    for _ in range(9):
        read(following, page, thorough=False)

    assert finder.count == 2 * searches > 0


def test_a_frame_of_another_size_is_searched(
    following: FollowingRecogniser, finder: Searches, ink: list[Pixels]
) -> None:
    read(following, digits_on(blank(200, 300), ink, at=PLACES, size=28), thorough=True)
    searches = finder.count

    assert read(following, digits_on(blank(240, 300), ink, at=PLACES, size=28), thorough=False) == ["372"]
    assert finder.count > searches


def test_what_is_gone_is_not_followed(following: FollowingRecogniser, ink: list[Pixels]) -> None:
    read(following, digits_on(blank(200, 300), ink, at=PLACES, size=28), thorough=True)

    read(following, blank(200, 300), thorough=False)

    assert read(following, digits_on(blank(200, 300), ink, at=PLACES, size=28), thorough=False) == []
