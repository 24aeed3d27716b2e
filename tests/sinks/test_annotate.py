"""Annotated pictures: every one under its own name, none over another."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from numbre_edge.errors import NumbreError, UsageError
from numbre_edge.sinks.annotate import DOUBTFUL, SURE, AnnotatedFolder, draw
from numbre_edge.types import Box, Digit, Frame, Reading

PAGE = np.full((120, 200), 255, np.uint8)
SURE_READING = Reading.of([Digit(4, 0.9, Box(60, 60, 20, 30))])
DOUBTFUL_READING = Reading.of([Digit(None, 0.2, Box(60, 60, 20, 30))])


def has_colour(pixels: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool((pixels == colour).all(2).any())


def test_a_doubtful_number_has_another_colour() -> None:
    assert has_colour(draw(PAGE, [SURE_READING]), SURE)
    assert not has_colour(draw(PAGE, [SURE_READING]), DOUBTFUL)
    assert has_colour(draw(PAGE, [DOUBTFUL_READING]), DOUBTFUL)


def test_drawing_leaves_the_frame_alone() -> None:
    page = np.dstack([PAGE] * 3)
    drawn = draw(page, [SURE_READING])
    assert page.min() == 255
    assert drawn.shape == (120, 200, 3)
    assert np.array_equal(drawn[:20], page[:20])  # nothing is drawn far from the number


@pytest.mark.parametrize("box", [Box(0, 0, 200, 120), Box(199, 119, 1, 1), Box(0, 0, 3, 3), Box(0, 100, 200, 20)])
def test_a_number_at_the_very_edge_can_be_drawn(box: Box) -> None:
    assert has_colour(draw(PAGE, [Reading.of([Digit(1, 1.0, box)])]), SURE)


def test_a_picture_keeps_its_name_and_size(tmp_path: Path) -> None:
    path = AnnotatedFolder(tmp_path / "new" / "drawn").write(Frame(PAGE, "photos/a.jpg"), [SURE_READING])
    assert path == tmp_path / "new" / "drawn" / "a.png"
    assert cv2.imread(str(path)).shape == (120, 200, 3)
    assert [p.name for p in path.parent.iterdir()] == ["a.png"]


def test_pictures_of_the_same_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    folder = AnnotatedFolder(tmp_path)
    sources = ["x/a.jpg", "y/a.jpg", "x/A.png", "x/a-2.jpg"]
    names = [folder.write(Frame(PAGE, source), []).name for source in sources]
    assert names == ["a.png", "a-2.png", "A-3.png", "a-2-2.png"]


def test_frames_of_a_video_are_numbered(tmp_path: Path) -> None:
    folder = AnnotatedFolder(tmp_path)
    names = [folder.write(Frame(PAGE, "clip.mp4", index), [], numbered=True).name for index in (0, 30)]
    assert names == ["clip-000000.png", "clip-000030.png"]


def test_a_source_is_never_overwritten(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"would overwrite a\.png itself"):
        AnnotatedFolder(tmp_path, sources=[tmp_path / "a.png"])
    folder = AnnotatedFolder(tmp_path, sources=[tmp_path / "a.jpg", tmp_path / "other" / "a.png"])
    assert folder.write(Frame(PAGE, str(tmp_path / "a.jpg")), []).name == "a.png"


def test_a_file_in_the_way_of_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "drawn").write_text("")
    with pytest.raises(NumbreError, match="cannot make the folder"):
        AnnotatedFolder(tmp_path / "drawn")
