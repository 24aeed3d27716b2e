"""The contact sheet has a place for whatever there is to show."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.model import ModelCard
from numbre_edge.sinks.annotate import DOUBTFUL, SURE
from numbre_edge.sinks.contact_sheet import contact_sheet
from numbre_edge.types import Box, Digit, Explanation, Frame, Lattice, Patches, Pixels, Placement, Reading, Recognition

CARD = ModelCard(name="test", preprocessing=1, classes=(*"0123456789", "not a digit"))


def explained(
    frame: Frame,
    patches: Pixels,
    values: list[int | None],
    *,
    boxes: list[Box] | None = None,
    lattices: tuple[Lattice, ...] | None = None,
    placement: Placement | None = None,
    sources: tuple[int, ...] | None = None,
) -> Explanation:
    """Explain ``patches``, in a row if nothing else is said, of which ``sources``, or the first, read as ``values``."""
    boxes = [Box(30 * i, 5, 28, 28) for i in range(len(patches))] if boxes is None else boxes
    sources = tuple(range(len(values))) if sources is None else sources
    digits = [Digit(value, 0.9, boxes[patch]) for value, patch in zip(values, sources, strict=True)]
    return Explanation(
        contrast=np.zeros((40, 60), np.uint8),
        mask=np.zeros((40, 60), np.uint8),
        placement=placement or Placement(Box(0, 0, frame.width, frame.height), 60 / frame.width),
        light_ink=False,
        recognition=Recognition(
            readings=(Reading.of(digits),) if digits else (),
            patches=Patches(
                patches,
                np.array(boxes, np.int32).reshape(-1, 4),
                lattices or tuple(Lattice((box,), ((0, 1, number),)) for number, box in enumerate(boxes)),
            ),
            probabilities=np.full((len(patches), 11), 1 / 11, np.float32),
            sources=sources,
        ),
    )


def has_colour(pixels: NDArray[np.uint8], colour: tuple[int, int, int]) -> bool:
    return bool((pixels == colour).all(2).any())


@pytest.mark.parametrize("shape", [(760, 680), (400, 800)])
def test_no_title_runs_into_the_next(shape: tuple[int, int]) -> None:
    frame = Frame(np.full(shape, 200, np.uint8))
    tilted = Placement(Box(0, 0, frame.width, frame.height), 0.5, -12.0)
    sheet = contact_sheet(frame, explained(frame, np.zeros((0, 28, 28), np.uint8), [], placement=tilted), CARD)
    across = 4 if shape[0] > shape[1] else 2
    titles, paper = sheet[:70], sheet[0, 0]
    for panel in range(1, across):
        gap = 32 + round(panel * (1600 - 32) / across)  # its right end, where the next panel begins
        assert (titles[:, gap - 20 : gap - 8] == paper).all()


@pytest.mark.parametrize("tilt", [0.0, -12.0])
@pytest.mark.parametrize("shape", [(300, 900, 3), (900, 300), (3, 2000), (2000, 3), (1, 1), (20, 33_000)])
def test_any_shape_of_picture_fits(shape: tuple[int, ...], tilt: float) -> None:
    frame = Frame(np.full(shape, 200, np.uint8))
    whole = Placement(Box(0, 0, frame.width, frame.height), 0.5, tilt)
    sheet = contact_sheet(frame, explained(frame, np.zeros((0, 28, 28), np.uint8), [], placement=whole), CARD)
    assert sheet.shape[1:] == (1600, 3)
    assert sheet.dtype == np.uint8


@pytest.mark.parametrize("region", [Box(0, 0, 900, 400), Box(60, 250, 300, 120)])
def test_boxes_are_around_their_ink_in_the_region_that_was_read_tilted_or_not(region: Box) -> None:
    frame = Frame(np.full((400, 900, 3), 200, np.uint8))
    frame.pixels[300:330, 100:130] = ink = (255, 0, 255)
    placement = Placement(region, 1.0, 15.0)
    explanation = explained(
        frame, np.zeros((1, 28, 28), np.uint8), [7], boxes=[Box(100, 300, 30, 30)], placement=placement
    )
    sheet = contact_sheet(frame, explanation, CARD)[:, 800:]  # the second and the fourth panel, at the right
    inside = np.argwhere((np.abs(sheet.astype(int) - ink) < 40).all(2))
    around = np.argwhere((sheet == SURE).all(2))
    around = around[around[:, 0] < 1100]  # the patch's frame is further down
    assert len(inside) > 100
    assert np.all(around.min(0) <= inside.min(0))
    assert np.all(inside.max(0) <= around.max(0) + 1)
    assert np.all(around.max(0) <= inside.max(0) + 10)  # their label is above them
    assert around.min(0)[1] >= inside.min(0)[1] - 10


def test_every_patch_is_there_enlarged() -> None:
    frame = Frame(np.full((60, 300), 200, np.uint8))
    patches = np.zeros((8, 28, 28), np.uint8)
    patches[:, 4:24, 12:16] = 255
    sheet = contact_sheet(frame, explained(frame, patches, [1, None]), CARD)
    assert has_colour(sheet, SURE)
    assert has_colour(sheet, DOUBTFUL)
    black = (sheet == 0).all(2).sum()
    assert black >= 8 * (112 * 112 - 20 * 4 * 16) - 8 * 4 * 112  # less what the frames cover


def test_pure_noise_does_not_make_a_sheet_without_end() -> None:
    frame = Frame(np.full((60, 300), 200, np.uint8))
    sheet = contact_sheet(frame, explained(frame, np.zeros((5000, 28, 28), np.uint8), []), CARD)
    assert sheet.shape[0] < 10_000


def test_candidates_that_share_ink_are_all_shown_the_chosen_ones_first_and_strongly() -> None:
    frame = Frame(np.full((60, 300), 200, np.uint8))
    patches = np.zeros((3, 28, 28), np.uint8)
    _, left, right = boxes = [Box(10, 5, 40, 28), Box(10, 5, 20, 28), Box(30, 5, 20, 28)]
    lattices = (Lattice((left, right), ((0, 2, 0), (0, 1, 1), (1, 2, 2))),)
    read = explained(frame, patches, [4, 1], boxes=boxes, lattices=lattices, sources=(1, 2))
    chosen = contact_sheet(frame, read, CARD)
    unread = contact_sheet(frame, explained(frame, patches, [], boxes=boxes, lattices=lattices), CARD)
    assert list(read.recognition.chosen) == [1, 2]
    assert has_colour(chosen, SURE)
    assert not has_colour(unread, SURE)
    assert chosen.shape == unread.shape


def test_a_text_that_cannot_be_encoded_is_written_out() -> None:
    frame = Frame(np.full((40, 60), 200, np.uint8))
    explanation = explained(frame, np.zeros((0, 28, 28), np.uint8), [])
    sheets = [contact_sheet(frame, explanation, CARD, [text]) for text in ("caf\udce9", r"caf\udce9")]
    np.testing.assert_array_equal(*sheets)  # OpenCV would end the whole program by SIGSEGV


def test_findings_have_a_place_of_their_own() -> None:
    frame = Frame(np.full((60, 300), 200, np.uint8))
    explanation = explained(frame, np.zeros((2, 28, 28), np.uint8), [1, 2])
    heights = [contact_sheet(frame, explanation, CARD, ["a line"] * count).shape[0] for count in (0, 1, 3, 500)]
    assert heights[0] < heights[1] < heights[2] < heights[3] < 5000
