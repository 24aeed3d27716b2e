"""Is there anything new in a frame? Noise, compression and passing clouds are not; a digit is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge import Frame
from numbre_edge.vision.candidates import candidates
from numbre_edge.vision.change import ChangeDetector
from numbre_edge.vision.page import Page
from tests.vision.drawing import Ink, blank, digits_on

MnistSample = tuple[NDArray[np.uint8], NDArray[np.uint8]]
HEIGHT, WIDTH = 720, 1280
FAR = 29  # pixels of a digit's 28: the digit is 21 high


def counter(digits: NDArray[np.uint8], *numbers: int, size: int = FAR, strength: float = 0.7) -> Ink:
    """Return a 720p sheet with these of the ``digits``, side by side, in ink of such a strength."""
    places = [(500 + size * place, 350) for place in range(len(numbers))]
    paper = blank(HEIGHT, WIDTH, 200)
    return digits_on(paper, [digits[number] for number in numbers], at=places, size=size, strength=strength)


def camera(pages: Iterable[Ink], *, noise: float = 3.0, quality: int | None = None) -> Iterator[Ink]:
    """Yield the pages with a sensor's noise, and through JPEG at ``quality``."""
    rng = np.random.default_rng(0)
    sheet = rng.normal(0, noise, (HEIGHT + 100, WIDTH + 100)).astype(np.float32)
    for page in pages:
        x, y = rng.integers(100, size=2)
        picture = (page + sheet[y : y + HEIGHT, x : x + WIDTH]).clip(0, 255).astype(np.uint8)
        if quality:
            picture = np.asarray(cv2.imdecode(cv2.imencode(".jpg", picture, [1, quality])[1], 0), np.uint8)
        yield picture


def changes(frames: Iterable[Ink]) -> list[int]:
    """Return the numbers of the frames that have changed."""
    detector = ChangeDetector()
    return [number for number, frame in enumerate(frames) if detector.changed(frame)]


@pytest.fixture(scope="module")
def digits(mnist_sample: MnistSample) -> NDArray[np.uint8]:
    return mnist_sample[0]


@pytest.mark.parametrize("quality", [None, 90, 50])
@pytest.mark.parametrize("noise", [0.0, 3.0, 8.0])
def test_noise_and_compression_are_no_change(digits: NDArray[np.uint8], noise: float, quality: int | None) -> None:
    page = counter(digits, 40, 0, 70)
    assert changes(camera([page] * 40, noise=noise, quality=quality)) == [0]


@pytest.mark.parametrize("strength", [0.7, 0.35])
@pytest.mark.parametrize(("before", "after"), [(0, 80), (10, 70), (30, 80), (50, 60), (40, 90)])
def test_one_small_digit_that_changes_in_720p_is_noticed_at_once(
    digits: NDArray[np.uint8], before: int, after: int, strength: float
) -> None:
    first, second = (counter(digits, 40, last, strength=strength) for last in (before, after))
    assert changes(camera([first] * 30 + [second] * 30, quality=80)) == [0, 30]


def test_what_appears_and_goes_is_noticed_both_times(digits: NDArray[np.uint8]) -> None:
    empty, page = blank(HEIGHT, WIDTH, 200), counter(digits, 40)
    found = changes(camera([empty] * 20 + [page] * 20 + [empty] * 20))
    assert {0, 20, 40} <= set(found)


def test_what_changes_slowly_adds_up(digits: NDArray[np.uint8]) -> None:
    empty, page = blank(HEIGHT, WIDTH, 200).astype(np.float32), counter(digits, 40, 0, 70, size=84).astype(np.float32)
    fade = [(empty + (page - empty) * share).astype(np.uint8) for share in np.linspace(0, 1, 90)]
    found = changes(camera(fade, noise=1.0))
    assert len(found) > 2
    assert found[-1] > 60


def test_light_that_flickers_is_no_change(digits: NDArray[np.uint8]) -> None:
    page = counter(digits, 40, 0, 70)
    assert changes(camera((page * share).astype(np.uint8) for share in [1.0, 0.97] * 20)) == [0]


def test_a_cloud_that_passes_over_empty_paper_is_no_change() -> None:
    paper = blank(HEIGHT, WIDTH, 200).astype(np.float32)
    across = np.linspace(0, 1, WIDTH, dtype=np.float32)
    clouds = [1 - 0.15 * np.exp(-(((across - middle) / 0.25) ** 2)) for middle in np.linspace(-0.6, 1.6, 40)]
    assert changes(camera((paper * cloud).astype(np.uint8) for cloud in clouds)) == [0]


def test_what_changes_all_the_time_is_noticed_every_time(digits: NDArray[np.uint8]) -> None:
    first, second = counter(digits, 40, 30), counter(digits, 40, 80)
    assert changes(camera(([first] * 3 + [second] * 3) * 12)) == list(range(0, 72, 3))


def test_light_that_fades_is_a_change_now_and_then_not_all_the_time(digits: NDArray[np.uint8]) -> None:
    page = counter(digits, 40, 0, 70)
    assert len(changes(camera((page * share).astype(np.uint8) for share in np.linspace(1, 0.8, 60)))) < 8


def test_after_a_change_the_new_frame_is_what_others_are_compared_with(digits: NDArray[np.uint8]) -> None:
    first, second = counter(digits, 40, size=84), counter(digits, 70, size=84)
    found = changes([first, second, second, second, first])
    assert found == [0, 1, 4]


def test_a_frame_of_a_new_size_or_kind_has_changed() -> None:
    frames = [blank(120, 160), blank(120, 160), blank(160, 120), np.dstack([blank(160, 120)] * 3), blank(160, 120)]
    assert changes(frames) == [0, 2, 3, 4]


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (2000, 3), (7, 5, 3)])
def test_any_size_will_do(shape: tuple[int, ...]) -> None:
    dark, light = np.zeros(shape, np.uint8), np.full(shape, 255, np.uint8)
    detector = ChangeDetector()
    assert [detector.changed(frame) for frame in (dark, dark, light, light)][:2] == [True, False]


def test_the_frame_is_left_as_it_was(digits: NDArray[np.uint8]) -> None:
    page = counter(digits, 40)
    before = page.copy()
    changes([page, page])
    assert (page == before).all()


def test_it_costs_far_less_than_to_look_for_digits(digits: NDArray[np.uint8]) -> None:
    page = np.dstack([counter(digits, *range(0, 100, 10), size=60)] * 3)
    detector = ChangeDetector()
    detector.changed(page)

    def quickest(work: Callable[[], object]) -> float:
        times = []
        for _ in range(7):
            begun = time.thread_time()
            work()
            times.append(time.thread_time() - begun)
        return min(times)

    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # the time of this thread is all the time
    try:
        ratio = quickest(lambda: detector.changed(page)) / quickest(lambda: candidates(Page(Frame(page))))
    finally:
        cv2.setNumThreads(threads)
    print(f"{ratio:.1%} of finding candidates")
    assert ratio < 0.25
