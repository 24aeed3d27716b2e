"""``Reader``: pictures of any kind in, numbers out."""

from __future__ import annotations

import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge import Frame, NumbreError, Reader
from numbre_edge.errors import SourceError, UsageError
from numbre_edge.geometry import upright
from numbre_edge.sources.decode import decode
from numbre_edge.types import Box, Recognition
from numbre_edge.vision.page import Page

SAMPLES = Path(__file__).parents[1] / "samples"
MODEL = Path(__file__).parent / "cli" / "tiny.onnx"  # made by make_tiny_model.py there
FINDER_MODEL = Path(__file__).parent / "backends" / "finder.onnx"  # made by make_models.py there
MnistSample = tuple[NDArray[np.uint8], NDArray[np.uint8]]


@pytest.fixture(scope="module")
def shipped() -> Reader:
    return Reader()


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(MODEL)


def test_a_path_bytes_and_pixels_are_the_same_picture(reader: Reader, page: NDArray[np.uint8], tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    cv2.imwrite(str(path), page)

    readings = [reader.read(picture) for picture in (path, str(path), path.read_bytes(), page, np.dstack([page] * 3))]

    assert [reading.text for reading in readings[0]] == ["111"]
    assert all(other == readings[0] for other in readings)


def test_a_file_of_too_many_pixels_is_an_error(page: NDArray[np.uint8]) -> None:
    small = Reader(MODEL, max_pixels=page.size - 1)
    assert [reading.text for reading in small.read(page)] == ["111"]
    for reader in (small, pickle.loads(pickle.dumps(small))):
        with pytest.raises(SourceError, match="picture: too large: its 320x160 pixels"):
            reader.read(cv2.imencode(".png", page)[1].tobytes())


def test_running_out_of_memory_while_it_reads_is_an_error(page: NDArray[np.uint8]) -> None:
    class Exhausted:
        def recognise(self, page: Page) -> Recognition:
            raise MemoryError

    reader = Reader(MODEL)
    reader.recogniser = Exhausted()
    for read in (reader.read, reader.following().read_frame, reader.explain):
        with pytest.raises(SourceError, match="out of memory"):
            read(Frame(page))


def test_a_reading_says_where_and_how_sure(reader: Reader, page: NDArray[np.uint8]) -> None:
    (reading,) = reader.read(page)

    assert reading.confidence == min(digit.confidence for digit in reading.digits)
    assert reading.box == Box.around([digit.box for digit in reading.digits])
    assert [digit.value for digit in reading.digits] == [1, 1, 1]


def centre(box: Box) -> NDArray[np.float64]:
    return np.array([box.x + box.width / 2, box.y + box.height / 2])


@pytest.mark.parametrize("tilt", [-14.0, 12.0])
def test_a_tilted_page_reads_as_the_level_one_and_boxes_are_the_frame_s(
    shipped: Reader, mnist_sample: MnistSample, tilt: float
) -> None:
    digits, labels = mnist_sample
    level = np.full((500, 800), 225, np.uint8)
    level[119::120], level[120::120] = 150, 150
    expected = []
    for row, chosen in enumerate(([7, 2, 0], [3, 8, 4])):
        expected.append("".join(str(label) for label in chosen))
        for column, label in enumerate(chosen):
            left, top = 180 + column * 80, 150 + row * 120
            digit = cv2.resize(digits[labels == label][2], (84, 84), interpolation=cv2.INTER_CUBIC)
            level[top : top + 84, left : left + 84] -= (digit * 0.55).astype(np.uint8)
    page = upright(level, -tilt, paper=225)
    middle, turn = np.array(page.shape[::-1]) / 2, np.radians(tilt)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])

    readings = shipped.read(page)

    assert [reading.text for reading in readings] == expected
    for reading, before in zip(readings, shipped.read(level), strict=True):
        for digit, there in zip(reading.digits, before.digits, strict=True):
            assert centre(digit.box) == pytest.approx(spin @ (centre(there.box) - (400, 250)) + middle, abs=5)
    part = shipped.read_frame(Frame(page), roi=Box(20, 20, page.shape[1] - 20, page.shape[0] - 20))
    assert [reading.text for reading in part] == expected
    assert part[0].box == pytest.approx(readings[0].box, abs=4)


def test_a_region_s_boxes_are_the_frame_s(reader: Reader, page: NDArray[np.uint8]) -> None:
    whole = reader.read(page)[0].digits[1]

    (part,) = reader.read(page, roi=Box(115, 0, 90, 160))

    assert part.text == "1"
    assert part.box == pytest.approx(whole.box, abs=3)


def test_a_region_outside_the_picture_is_an_error(reader: Reader, page: NDArray[np.uint8]) -> None:
    with pytest.raises(UsageError, match="region 900,0,10,10 lies outside the 320x160 picture"):
        reader.read_frame(Frame(page), roi=Box(900, 0, 10, 10))


def test_what_is_not_sure_enough_is_doubtful(page: NDArray[np.uint8]) -> None:
    (reading,) = Reader(MODEL, min_confidence=1.0).read(page)

    assert reading.text == "???"
    assert all(digit.value is None for digit in reading.digits)


def test_a_picture_without_writing_has_no_readings(reader: Reader) -> None:
    assert reader.read(np.full((100, 100), 200, np.uint8)) == []


def noise(mean: float, deviation: float, *, blur: float = 0, seed: int = 2) -> NDArray[np.uint8]:
    """A picture of nothing, as a sensor or a wall gives it."""
    grain = np.random.default_rng(seed).normal(0, deviation, (480, 640)).astype(np.float32)
    return (mean + (cv2.GaussianBlur(grain, (0, 0), blur) if blur else grain)).clip(0, 255).astype(np.uint8)


NOISE = {
    "a lens cap": noise(3, 2),
    "a plain wall": noise(200, 12),
    "a snowy screen": noise(128, 60),
}


@pytest.mark.parametrize("picture", NOISE.values(), ids=NOISE.keys())
def test_a_picture_of_nothing_has_no_readings(shipped: Reader, picture: NDArray[np.uint8]) -> None:
    assert shipped.read(picture) == []


def test_walls_that_look_like_writing_have_hardly_any(shipped: Reader) -> None:
    walls = [noise(128, 80, blur=3, seed=seed) for seed in range(5)]

    assert sum(len(shipped.read(wall)) for wall in walls) <= 1  # of hundreds of blots that might be digits


def test_one_picture_leaves_nothing_behind_for_the_next(reader: Reader, page: NDArray[np.uint8]) -> None:
    before = page.copy()
    first = reader.read(page)
    reader.read(255 - page)

    assert reader.read(page) == first
    np.testing.assert_array_equal(page, before)


@pytest.mark.parametrize("roi", [None, Box(60, 100, 620, 520)])
@pytest.mark.parametrize("name", ["page-of-numbers", "tilted-note", "leaning-page", "three-numbers-on-a-line"])
def test_an_explanation_is_of_the_very_reading(shipped: Reader, name: str, roi: Box | None) -> None:
    frame = Frame(decode((SAMPLES / f"{name}.jpg").read_bytes(), name))
    explanation = shipped.explain(frame, roi=roi)
    found = explanation.recognition

    assert list(found.readings) == shipped.read_frame(frame, roi=roi)
    assert explanation.contrast.shape == explanation.mask.shape
    assert found.probabilities.shape[0] == len(found.patches)
    assert found.probabilities.shape[1] in (11, len(shipped.card.classes))  # whichever way the page was read
    assert list(found.chosen.values()) == [digit for reading in found.readings for digit in reading.digits]
    assert len(found.chosen) > 2
    for patch, digit in found.chosen.items():
        assert tuple(found.patches.boxes[patch]) == digit.box
        assert float(found.probabilities[patch].max()) == digit.confidence
        assert int(found.probabilities[patch].argmax()) == digit.value


def test_every_box_of_an_explanation_lies_in_the_region_explained(shipped: Reader) -> None:
    frame, roi = Frame(decode((SAMPLES / "leaning-page.jpg").read_bytes(), "")), Box(150, 120, 400, 300)
    explanation = shipped.explain(frame, roi=roi)
    patches = explanation.recognition.patches

    assert explanation.placement.region == roi
    assert explanation.placement.tilt
    boxes = [*patches.boxes.tolist(), *patches.punctuation, *(box for one in patches.lattices for box in one.segments)]
    for box in (Box(*box) for box in boxes):
        assert roi.x <= box.x < box.right <= roi.right
        assert roi.y <= box.y < box.bottom <= roi.bottom


def test_a_reader_pickles_by_its_arguments(reader: Reader, page: NDArray[np.uint8]) -> None:
    strict = Reader(MODEL, backend="onnx", min_confidence=1.0)

    assert pickle.loads(pickle.dumps(strict)).read(page) == strict.read(page)
    assert [reading.text for reading in pickle.loads(pickle.dumps(reader)).read(page)] == ["111"]
    assert len(pickle.dumps(reader)) < 1000


def test_no_such_finder_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="no finder 'magic'; there are components, learned, transcribed, both"):
        Reader(MODEL, finder="magic")


@pytest.mark.parametrize("finder", ["learned", "both"])
def test_a_finder_reads_beside_the_rules(finder: str) -> None:
    reader = pickle.loads(pickle.dumps(Reader(MODEL, backend="onnx", finder=finder, finder_model=FINDER_MODEL)))

    assert isinstance(reader.read(np.full((90, 120), 255, np.uint8)), list)


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xd8\xff\xe0 cut"])
def test_bytes_that_are_no_picture_are_an_error(reader: Reader, content: bytes) -> None:
    with pytest.raises(SourceError):
        reader.read(content)


def test_a_missing_file_is_an_error(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(NumbreError, match="no such file"):
        reader.read(tmp_path / "gone.png")


def test_the_reader_says_which_model_and_runtime(reader: Reader) -> None:
    assert reader.card.name == "tiny"
    assert reader.backend.name == "onnx"
    assert reader.backend.model.path == MODEL


def test_no_such_backend_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="no backend 'magic'; there are onnx, tflite, opencv and auto"):
        Reader(MODEL, backend="magic")


@pytest.mark.parametrize("name", ["page-of-numbers", "tilted-note"])
def test_a_number_whose_place_is_known_is_likeliest_what_it_was_read_as(shipped: Reader, name: str) -> None:
    frame = Frame(decode((SAMPLES / f"{name}.jpg").read_bytes(), name))
    readings = shipped.read_frame(frame)
    whole = Box(0, 0, frame.width, frame.height)

    said = shipped.likeliest(frame, [[digit.box for digit in reading.digits] for reading in readings], roi=whole)

    alike = [texts[0][0] == reading.text for texts, reading in zip(said, readings, strict=True)]
    assert sum(alike) >= 0.8 * len(readings) > 0
    for texts in said:
        assert 1 >= texts[0][1] >= texts[-1][1] > 0


def test_without_a_network_that_reads_at_once_nothing_is_likely(page: NDArray[np.uint8]) -> None:
    assert Reader(finder="components").likeliest(Frame(page), [[Box(10, 10, 20, 30)], []]) == [[], []]
