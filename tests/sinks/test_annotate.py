"""Annotated pictures: every one under its own name, none over another."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from numbre_edge.drawn import SUFFIXES, drawn_in, marked
from numbre_edge.errors import NumbreError, UsageError
from numbre_edge.sinks.annotate import DOUBTFUL, SURE, AnnotatedFolder, draw
from numbre_edge.sources.files import PICTURES
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


def test_a_label_covers_no_other_number() -> None:
    lines = [Box(60, y, 40, 20) for y in (10, 38, 66, 94)]  # too close for a label between them
    drawn = draw(PAGE, [Reading.of([Digit(1, 1.0, line)]) for line in lines])
    for line in lines:
        inside = drawn[line.y : line.bottom, line.x : line.right]
        assert (inside == 255).all()
    assert has_colour(drawn[:, 110:], SURE)  # beside them


def written(folder: Path, *sources: str) -> list[str]:
    """Return where an AnnotatedFolder of all ``sources`` puts each of them, within ``folder``."""
    annotated = AnnotatedFolder(folder, sources=map(Path, sources), draw=draw)
    return [annotated.write(Frame(PAGE, source), []).relative_to(folder).as_posix() for source in sources]


def test_a_picture_keeps_its_name_its_format_and_its_size(tmp_path: Path) -> None:
    assert written(tmp_path / "new" / "drawn", "photos/a.jpg", "photos/B.PNG") == ["a.jpg", "B.PNG"]
    drawn = tmp_path / "new" / "drawn"
    assert cv2.imread(str(drawn / "a.jpg")).shape == (120, 200, 3)
    assert (drawn / "a.jpg").read_bytes().startswith(b"\xff\xd8\xff")
    assert (drawn / "B.PNG").read_bytes().startswith(b"\x89PNG")
    assert sorted(p.name for p in drawn.iterdir()) == ["B.PNG", "a.jpg"]


@pytest.mark.parametrize("suffix", sorted(PICTURES))
@pytest.mark.parametrize("size", [(1, 1), (17, 31)])
def test_every_format_becomes_a_picture_in_colour(tmp_path: Path, suffix: str, size: tuple[int, int]) -> None:
    folder = AnnotatedFolder(tmp_path, sources=[Path(f"a.{suffix}")], draw=draw)
    path = folder.write(Frame(np.full(size, 255, np.uint8), f"a.{suffix}"), [SURE_READING])
    assert cv2.imread(str(path), cv2.IMREAD_UNCHANGED).shape == (*size, 3)
    assert path.name in (f"a.{suffix}", f"a.{suffix}.png")


@pytest.mark.parametrize("suffix", [*sorted(SUFFIXES - {"webp", "avif"}), "heic", "JPEG"])
def test_they_say_that_they_are_ours_and_show_what_was_drawn(tmp_path: Path, suffix: str) -> None:
    (name,) = written(tmp_path, f"a.{suffix}")
    assert drawn_in(tmp_path / name) == "predict"
    unmarked = cv2.imencode(Path(name).suffix.lower().replace("jfif", "jpg"), draw(PAGE, []))[1]
    shown = cv2.imread(str(tmp_path / name))
    assert np.array_equal(shown, cv2.imdecode(unmarked, cv2.IMREAD_COLOR))


@pytest.mark.parametrize("suffix", ["heic", "pbm", "gif"])
def test_what_cannot_be_written_in_colour_becomes_png(tmp_path: Path, suffix: str) -> None:
    assert written(tmp_path, f"a.{suffix}", "a.png") == [f"a.{suffix}.png", "a.png"]


def test_folders_stay_as_they_are(tmp_path: Path) -> None:
    assert written(tmp_path, "in/a.jpg", "in/x/a.jpg", "in/x/y/a.jpg") == ["a.jpg", "x/a.jpg", "x/y/a.jpg"]
    assert written(tmp_path, "one/a.jpg", "two/a.jpg", "../three/b.jpg")[2] == "three/b.jpg"


def test_a_picture_on_stdin_has_a_name_too(tmp_path: Path) -> None:
    assert written(tmp_path, "-", "a") == ["stdin.png", "a.png"]


def test_pictures_of_the_same_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    # where case does not matter, the first two are one
    assert written(tmp_path, "a.jpg", "A.JPG", "A-2.JPG", "b.pbm", "b.pbm.png") == [
        *("a.jpg", "A-2.JPG", "A-2-2.JPG"),
        *("b.pbm.png", "b.pbm-2.png"),
    ]


def test_the_same_picture_twice_is_one(tmp_path: Path) -> None:
    assert written(tmp_path, "a.jpg", "b.jpg", "a.jpg") == ["a.jpg", "b.jpg", "a.jpg"]


def test_a_run_that_goes_on_names_pictures_as_if_it_had_read_all(tmp_path: Path) -> None:
    frames = [Frame(PAGE, source) for source in ("a.jpg", "A.JPG", "b.jpg", "a.jpg", "A.jpg")]
    sources = [Path(frame.source) for frame in frames]
    whole = AnnotatedFolder(tmp_path, sources=sources, draw=draw)
    names = [whole.write(frame, []) for frame in frames]
    for count in range(len(frames)):
        before, after = (AnnotatedFolder(tmp_path, sources=sources, draw=draw) for _ in range(2))
        for frame in frames[:count]:
            after.restore(before.names_since(len(after.names_since(0)) if before.write(frame, []) else 0))
        assert [after.write(frame, []) for frame in frames[count:]] == names[count:]


def calls_to_write(folder: Path, letters: str) -> int:
    """Return how many calls it takes to write pictures of one name, in every combination of case."""
    cases = itertools.product(*zip(letters, letters.upper(), strict=True))
    frames = [Frame(PAGE[:1, :1], "".join(case) + ".png") for case in cases]
    annotated = AnnotatedFolder(folder, sources=[Path(frame.source) for frame in frames], draw=draw)
    calls = itertools.count()
    sys.setprofile(lambda *_: next(calls))
    try:
        paths = {annotated.write(frame, []) for frame in frames}
    finally:
        sys.setprofile(None)
    assert len(paths) == len(frames)
    return next(calls)


def test_a_name_is_found_as_fast_among_many_of_its_kind_as_among_few(tmp_path: Path) -> None:
    assert calls_to_write(tmp_path / "256", "abcdefgh") < 9 * calls_to_write(tmp_path / "32", "abcde")


def test_frames_of_a_video_are_numbered(tmp_path: Path) -> None:
    folder = AnnotatedFolder(tmp_path, sources=[Path("clip.mp4"), Path("clip.avi")], draw=draw)
    names = [
        folder.write(Frame(PAGE, source, index), [], numbered=True).name
        for source in ("clip.mp4", "clip.avi")
        for index in (0, 30)
    ]
    assert names == ["clip-000000.png", "clip-000030.png", "clip-000000-2.png", "clip-000030-2.png"]


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_what_is_not_ours_is_never_overwritten_and_what_is_ours_is(tmp_path: Path, suffix: str) -> None:
    path, here = f"a.{suffix}", tmp_path / "drawn"
    (name,) = written(tmp_path / "other", path)
    theirs = (tmp_path / "other" / name).read_bytes().replace(b"numbre-edge", b"another one")
    here.mkdir()
    (here / name).write_bytes(theirs)
    for _ in range(2):
        (other,) = written(here, path)
        assert (here / name).read_bytes() == theirs
        assert sorted(file.name for file in here.iterdir()) == sorted([name, other])
    assert Path(other).stem == f"{Path(name).stem}-2"


def test_nor_is_a_sheet_of_explain_a_folder_or_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(marked(cv2.imencode(".png", PAGE)[1].tobytes(), "explain"))
    (tmp_path / "b.png").mkdir()
    (tmp_path / "c.png").symlink_to(tmp_path / "nowhere.png")
    assert written(tmp_path, "a.png", "b.png", "c.png", "in/d.png") == ["a-2.png", "b-2.png", "c-2.png", "in/d.png"]


def test_a_source_is_never_overwritten(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"would overwrite .*a\.png itself"):
        AnnotatedFolder(tmp_path, sources=[tmp_path / "a.png"], draw=draw)
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(UsageError, match=r"would overwrite .*a\.png itself"):
        AnnotatedFolder(tmp_path / "link", sources=[tmp_path / "a.png"], draw=draw)
    sources = [tmp_path / "clip.mp4", tmp_path / "drawn" / "clip-000000.png"]
    folder = AnnotatedFolder(tmp_path / "drawn", sources=sources, draw=draw)
    assert folder.write(Frame(PAGE, str(sources[0])), [], numbered=True).name == "clip-000000-2.png"


def test_a_file_in_the_way_of_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "drawn").write_text("")
    with pytest.raises(NumbreError, match="cannot make the folder"):
        AnnotatedFolder(tmp_path / "drawn", sources=[], draw=draw)
