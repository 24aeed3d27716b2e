"""The scene renderer: its ground truth is true, its chance is the caller's, its samples are complete."""

from __future__ import annotations

import importlib
import json
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

from numbre_edge.types import Pixels
from numbre_export.synthesis.scenes.camera import Camera
from numbre_export.synthesis.scenes.ink import BALLPOINT_BLUE, CHALK, GEL_BLACK, MARKER_BLACK, PENCIL, Pen
from numbre_export.synthesis.scenes.layout import Hand, place_line, place_word
from numbre_export.synthesis.scenes.light import Light, Shadow
from numbre_export.synthesis.scenes.paper import Paper
from numbre_export.synthesis.scenes.scene import Scene, Script, photograph
from numbre_export.synthesis.scenes.strokes import Glyph, blank, stamp, thin, trace

ROOT = Path(__file__).parents[2]
PAGE = (240, 420)
HAND = Hand(height=60, pen=5)
SAMPLES = ROOT / "samples"
# The renderer's own limits for the pictures in the repository, bytes.
MOST_A_PICTURE, MOST_TOGETHER = 150_000, 1_800_000


@pytest.fixture(scope="module")
def glyphs() -> list[Glyph]:
    """One glyph a class, 0 to 9."""
    with np.load(ROOT / "tests" / "data" / "mnist_test_100.npz") as digits:
        first = [int(np.flatnonzero(digits["y"] == label)[0]) for label in range(10)]
        return [trace(digits["x"][index], label) for label, index in enumerate(first)]


def shoot(
    glyphs: list[Glyph],
    lines: list[list[str]],
    *,
    seed: int = 0,
    pen: Pen = GEL_BLACK,
    paper: Paper | None = None,
    light: Light | None = None,
    camera: Camera | None = None,
    desk: Paper | None = None,
) -> Scene:
    """Photograph lines of numbers, written with one pen."""
    rng = np.random.default_rng(seed)
    words = [
        word
        for row, line in enumerate(lines)
        for word in place_line([[glyphs[int(c)] for c in text] for text in line], HAND, 50, 95 + 90 * row, 60, rng)
    ]
    return photograph(
        paper=paper or Paper(),
        page=PAGE,
        scripts=[Script(words, pen, HAND.pen)],
        picture=PAGE,
        rng=rng,
        light=light,
        camera=camera,
        desk=desk,
    )


def dark(scene: Scene) -> Pixels:
    """Return the ink of an evenly lit scene, (H, W) uint8, 0 or 1."""
    grey = cv2.cvtColor(scene.pixels, cv2.COLOR_BGR2GRAY)
    return np.asarray(grey < 0.5 * float(np.median(grey)), np.uint8)


CAMERAS = {
    "above": Camera(),
    "turned": Camera(turn=0.15, zoom=0.85),
    "tilted": Camera(tilt=(-0.4, 0.2), turn=-0.1, zoom=0.85),
    "aimed": Camera(aim=(0.45, 0.55), zoom=0.9, tilt=(0.3, 0.0)),
    "jpeg": Camera(jpeg=60),
}


@pytest.mark.parametrize("camera", CAMERAS.values(), ids=CAMERAS.keys())
def test_boxes_hold_the_ink_and_nothing_else_does(glyphs: list[Glyph], camera: Camera) -> None:
    scene = shoot(glyphs, [["407", "12"], ["5386"]], camera=camera, light=Light(gradient=0, vignette=0))
    ink = dark(scene)
    for number in scene.numbers:
        for digit in number.digits:
            x, y, width, height = digit.box
            inside = ink[y : y + height, x : x + width]
            rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
            slack = (rows[0], height - 1 - rows[-1], columns[0], width - 1 - columns[-1])
            assert max(slack) <= 5, f"{digit.label}: {slack} pixels between the box and its ink"
            ink[max(0, y - 2) : y + height + 2, max(0, x - 2) : x + width + 2] = 0
    assert not ink.any()


def test_numbers_come_in_the_order_written_and_boxes_nest(glyphs: list[Glyph]) -> None:
    scene = shoot(glyphs, [["407", "12"], ["5386"]])
    assert [number.text for number in scene.numbers] == ["407", "12", "5386"]
    for number in scene.numbers:
        assert "".join(str(digit.label) for digit in number.digits) == number.text
        lefts = [digit.box.x for digit in number.digits]
        assert lefts == sorted(lefts)
        assert number.box.x == lefts[0]
        assert number.box.bottom == max(digit.box.bottom for digit in number.digits)


def test_digits_of_a_number_never_touch(glyphs: list[Glyph]) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        word = place_word([glyphs[int(c)] for c in "2740"], Hand(height=60, pen=6, gap=0.1, slant=0.3), 30, 90, rng)
        page = blank((120, 400))
        for placed in word:
            stamp(page, placed.drawn, placed.matrix, (0, 0, 400, 120))
        for left, right in pairwise(word):
            between = page[:, int(np.ceil(left.right)) + 1 : int(right.hull[:, 0].min())]
            assert between.shape[1] >= 1
            assert (between < 0.5).all()


def test_ink_that_is_no_digit_is_no_number(glyphs: list[Glyph]) -> None:
    rng = np.random.default_rng(0)
    seven = glyphs[7]
    clutter = Glyph(None, seven.outline, seven.spine, seven.hull, seven.stroke, seven.skew)
    words = place_line([[glyphs[4]], [clutter], [glyphs[2]]], HAND, 40, 130, 50, rng)
    scene = photograph(paper=Paper(), page=PAGE, scripts=[Script(words, GEL_BLACK, HAND.pen)], picture=PAGE, rng=rng)
    assert [number.text for number in scene.numbers] == ["4", "2"]


def test_the_generator_decides_every_pixel(glyphs: list[Glyph]) -> None:
    options = {
        "pen": PENCIL,
        "paper": Paper(ruling="squared", stains=0.3, margin=30),
        "desk": Paper(color=(60, 90, 120), veins=0.2),
        "light": Light(shadows=(Shadow(center=(0.2, 0.2), size=(0.5, 0.5), waviness=4),)),
        "camera": Camera(tilt=(0.2, 0.1), motion=4, jpeg=80, zoom=0.8),
    }
    first, again, other = (shoot(glyphs, [["90"]], seed=seed, **options) for seed in (3, 3, 4))  # type: ignore[arg-type]
    assert np.array_equal(first.pixels, again.pixels)
    assert first.numbers == again.numbers
    assert not np.array_equal(first.pixels, other.pixels)


@pytest.mark.parametrize("pen", [BALLPOINT_BLUE, MARKER_BLACK, PENCIL], ids=["ballpoint", "marker", "pencil"])
def test_ink_darkens_paper(glyphs: list[Glyph], pen: Pen) -> None:
    assert contrast(shoot(glyphs, [["8"]], pen=pen)) < -20


def test_chalk_lightens_a_board(glyphs: list[Glyph]) -> None:
    assert contrast(shoot(glyphs, [["8"]], pen=CHALK, paper=Paper(color=(62, 72, 58), smear=0.1))) > 20


def contrast(scene: Scene) -> float:
    """Return how much lighter the first digit's box is than the picture, grey levels."""
    x, y, width, height = scene.numbers[0].digits[0].box
    grey = cv2.cvtColor(scene.pixels, cv2.COLOR_BGR2GRAY)
    return float(grey[y : y + height, x : x + width].mean() - np.median(grey))


def test_a_bar_thins_to_a_line() -> None:
    bar = np.zeros((40, 60), np.uint8)
    bar[15:24, 10:50] = 1
    bones = thin(bar)
    assert bones.sum(axis=0).max() == 1
    assert 28 <= bones.sum() <= 40
    assert not (bones & (1 - bar)).any()


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """``samples/render.py``, which is a script and in no package; what it imports stands beside it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SAMPLES)
        return importlib.import_module("render")


def test_every_sample_has_its_line_and_every_line_its_sample(script: ModuleType) -> None:
    pictures = sorted(p.name for p in SAMPLES.iterdir() if p.suffix in {".jpg", ".png"})
    text = (SAMPLES / "expected.jsonl").read_text(encoding="utf-8")
    assert text == script.expected()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["source"] for line in lines] == [f"samples/{name}" for name in pictures]
    assert all(number.isdigit() for line in lines for number in line["texts"])


def test_what_stands_on_the_sheets_is_beside_them() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SAMPLES)
        sheets = importlib.import_module("sheets")
    for name, content in sheets.expected().items():
        assert (SAMPLES / name).read_bytes() == content


def test_samples_are_small_and_readable() -> None:
    pictures = [p for p in SAMPLES.rglob("*") if p.suffix in {".jpg", ".png"}]
    assert max(p.stat().st_size for p in pictures) <= MOST_A_PICTURE
    assert sum(p.stat().st_size for p in pictures) <= MOST_TOGETHER
    assert all(cv2.imread(str(p)) is not None for p in pictures)


def test_a_sample_shows_all_of_its_numbers(script: ModuleType) -> None:
    """Rendered with the fixture's digits, as the samples themselves need all of MNIST."""
    digits = script.Digits(*fixture())
    ranking = [[int(i) for i in np.flatnonzero(digits.labels == label)] for label in range(10)]
    for sample in script.SAMPLES:
        if sample.name in {"perspective-page.jpg", "squared-sums.jpg", "jpeg-noise.jpg"}:
            scene = script.render(sample, digits, ranking)
            height, width = scene.pixels.shape[:2]
            assert [n.text for n in scene.numbers] == [text for line in sample.lines for text in line]
            assert all(
                n.box.x > 0 and n.box.y > 0 and n.box.right < width and n.box.bottom < height for n in scene.numbers
            )


def fixture() -> tuple[Pixels, Pixels]:
    """Return the fixture's images and labels."""
    with np.load(ROOT / "tests" / "data" / "mnist_test_100.npz") as digits:
        return digits["x"], digits["y"]


def test_the_sideways_sample_is_upright_for_whoever_heeds_exif() -> None:
    file = str(SAMPLES / "rotated-by-exif.jpg")
    upright = cv2.imread(file, cv2.IMREAD_COLOR)
    stored = cv2.imread(file, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    assert upright is not None
    assert stored is not None
    assert upright.shape[0] > upright.shape[1]
    assert np.array_equal(upright, cv2.rotate(stored, cv2.ROTATE_90_CLOCKWISE))
