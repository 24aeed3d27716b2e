"""Which files an argument stands for, and what comes out of each."""

from __future__ import annotations

import io
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from numbre_edge.errors import SourceError, UsageError
from numbre_edge.sources.files import frames, list_sources


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """b.png, A.JPG, notes.txt, a folder called d.png, and deep/c.webp; it is the working directory."""
    monkeypatch.chdir(tmp_path)
    page = np.full((20, 30), 200, np.uint8)
    (tmp_path / "deep").mkdir()
    (tmp_path / "d.png").mkdir()
    for name in ("b.png", "A.JPG", "deep/c.webp"):
        cv2.imwrite(str(tmp_path / name), page)
    (tmp_path / "notes.txt").write_text("not a picture")
    return tmp_path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Seven frames at 10 a second; frame n is n * 30 grey."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10, (64, 48))
    for index in range(7):
        writer.write(np.full((48, 64, 3), index * 30, np.uint8))
    writer.release()
    return path


def listed(*arguments: str, recursive: bool = False) -> list[str]:
    return [path.as_posix() for path in list_sources(arguments, recursive=recursive)]


@pytest.mark.usefixtures("folder")
class TestListing:
    def test_a_folder_is_its_pictures_sorted(self) -> None:
        assert listed(".") == ["A.JPG", "b.png"]

    def test_recursive_looks_into_folders_within(self) -> None:
        assert listed(".", recursive=True) == ["A.JPG", "b.png", "deep/c.webp"]

    def test_arguments_keep_their_order(self) -> None:
        assert listed("deep", "b.png", "A.JPG") == ["deep/c.webp", "b.png", "A.JPG"]

    def test_a_glob_is_the_pictures_it_matches(self) -> None:
        assert listed("*") == ["A.JPG", "b.png"]
        assert listed("**/*.webp") == ["deep/c.webp"]

    def test_a_name_with_brackets_that_exists_is_no_glob(self, folder: Path) -> None:
        (folder / "b.png").rename("b[1].png")
        assert listed("b[1].png") == ["b[1].png"]

    def test_a_dash_is_the_paths_on_stdin(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("b.png\n\ndeep\r\n"))
        assert listed("-", "A.JPG") == ["b.png", "deep/c.webp", "A.JPG"]

    def test_a_missing_picture_is_listed_and_fails_when_read(self) -> None:
        assert listed("gone.png") == ["gone.png"]

    @pytest.mark.parametrize(
        ("argument", "message"),
        [
            ("notes.txt", "notes.txt: not a picture or video by its name; pictures end in avif, bmp"),
            ("photoz", "photoz: no such file or folder"),
            ("d.png", "d.png: no pictures in this folder"),
            ("*.tiff", "*.tiff: matches no picture or video"),
        ],
    )
    def test_wrong_usage_is_refused(self, argument: str, message: str) -> None:
        with pytest.raises(UsageError) as caught:
            listed("b.png", argument)
        assert str(caught.value).startswith(message)

    def test_a_folder_with_pictures_only_deeper_names_the_option(self, folder: Path) -> None:
        (folder / "outer" / "inner").mkdir(parents=True)
        with pytest.raises(UsageError, match="--recursive"):
            listed("outer")

    def test_an_empty_stdin_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
        with pytest.raises(UsageError, match="stdin named none"):
            listed("-")


class TestFrames:
    def test_a_picture_is_one_frame_of_full_size(self, folder: Path) -> None:
        (frame,) = frames(Path("b.png"))
        assert (frame.source, frame.index, frame.timestamp) == ("b.png", 0, 0.0)
        assert (frame.width, frame.height) == (30, 20)
        assert folder.is_dir()

    def test_a_video_is_every_nth_frame(self, clip: Path) -> None:
        found = list(frames(clip, every=3))
        assert [frame.index for frame in found] == [0, 3, 6]
        assert [frame.timestamp for frame in found] == pytest.approx([0.0, 0.3, 0.6])
        assert [round(float(frame.pixels.mean())) for frame in found] == pytest.approx([0, 90, 180], abs=3)
        assert found[0].pixels.shape == (48, 64, 3)

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("gone.png", None, "no such file"),
            ("gone.mp4", None, "no such file"),
            ("zero.png", b"", "empty: the file has 0 bytes"),
            ("zero.mp4", b"", "empty: the file has 0 bytes"),
            ("text.mp4", b"hello", "cannot be opened as a video"),
        ],
    )
    def test_what_cannot_be_read_is_an_error_without_the_path(
        self, name: str, content: bytes | None, message: str, tmp_path: Path
    ) -> None:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(SourceError) as caught:
            list(frames(tmp_path / name))
        assert str(caught.value).startswith(message)
        assert str(tmp_path) not in str(caught.value)

    def test_a_folder_called_like_a_picture_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "a.png").mkdir()
        with pytest.raises(SourceError, match="is a folder, not a picture"):
            list(frames(tmp_path / "a.png"))

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
    def test_permission_denied_is_an_error(self, folder: Path) -> None:
        (folder / "b.png").chmod(0)
        with pytest.raises(SourceError, match="permission denied"):
            list(frames(folder / "b.png"))

    def test_a_video_cut_short_before_its_first_frame_is_an_error(self, clip: Path) -> None:
        clip.write_bytes(clip.read_bytes()[:300])
        with pytest.raises(SourceError, match=r"video"):
            list(frames(clip))
