"""Which files the arguments stand for; one bad apple among them spoils nothing."""

from __future__ import annotations

import inspect
import io
import os
import socket
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from numbre_edge.drawn import marked
from numbre_edge.errors import UsageError
from numbre_edge.sources.listing import Sources, list_sources


def png(side: int = 20) -> bytes:
    return cv2.imencode(".png", np.full((side, side), 200, np.uint8))[1].tobytes()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """b.png, A.JPG, notes.txt, a folder called d.png, and deep/c.webp; it is the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep").mkdir()
    (tmp_path / "d.png").mkdir()
    for name in ("b.png", "A.JPG", "deep/c.webp"):
        cv2.imwrite(str(tmp_path / name), np.full((20, 30), 200, np.uint8))
    (tmp_path / "notes.txt").write_text("not a picture")
    return tmp_path


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """What is on stdin: write it, and it is read from its beginning."""

    class Rewound(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return self.getvalue()[:size]

    content = Rewound()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(content))
    return content


def listed(*arguments: str, recursive: bool = False) -> list[str]:
    """Return the files that are to be read."""
    found = list_sources(arguments, recursive=recursive)
    assert [source.error for source in found.files] == [None] * len(found.files)
    return [Path(source.name).as_posix() for source in found.files]


def errors(found: Sources) -> dict[str, str | None]:
    return {source.name: source.error for source in found.files}


def passed_over(found: Sources) -> dict[str, str]:
    return {one.name: one.why for one in found.passed_over}


NOTES = {"notes.txt": "not a picture or video by its name"}


class TestArguments:
    def test_a_folder_is_its_pictures_sorted(self) -> None:
        assert listed(".") == ["A.JPG", "b.png"]

    def test_recursive_looks_into_folders_within(self) -> None:
        assert listed(".", recursive=True) == ["A.JPG", "b.png", "deep/c.webp"]

    def test_without_it_the_folders_within_are_left_out_and_told(self) -> None:
        assert [folder.name for folder in list_sources(["."]).left_out] == ["d.png", "deep"]
        assert list_sources(["."], recursive=True).left_out == ()

    def test_a_folder_s_videos_are_passed_over_and_read_where_they_are_named(self, folder: Path) -> None:
        (folder / "clip.MP4").touch()
        found = list_sources(["."])
        assert set(errors(found)) == {"A.JPG", "b.png"}
        assert passed_over(found) == NOTES | {"clip.MP4": "a video, read where it is named itself"}
        assert listed("clip.MP4") == ["clip.MP4"]

    def test_a_folder_s_pdfs_are_read_and_what_else_it_holds_is_passed_over_but_what_is_hidden(
        self, folder: Path
    ) -> None:
        for name in ("scan.PDF", "photo.HIF", ".hidden", "a.docx"):
            (folder / name).touch()
        found = list_sources(["."])
        assert set(errors(found)) == {"A.JPG", "b.png", "scan.PDF", "photo.HIF"}
        assert passed_over(found) == NOTES | {"a.docx": "not a picture or video by its name"}

    def test_a_hidden_folder_is_looked_into_only_where_it_is_named(self, folder: Path) -> None:
        (folder / "deep").rename(".thumbnails")
        assert listed(".", recursive=True) == ["A.JPG", "b.png"]
        assert [left.name for left in list_sources(["."]).left_out] == ["d.png"]
        assert listed(".thumbnails") == [".thumbnails/c.webp"]

    def test_arguments_keep_their_order(self) -> None:
        assert listed("deep", "b.png", "A.JPG") == ["deep/c.webp", "b.png", "A.JPG"]

    def test_a_glob_is_the_pictures_it_matches(self) -> None:
        found = list_sources(["*"])
        assert errors(found) == {"A.JPG": None, "b.png": None}
        assert passed_over(found) == {"notes.txt": "not a picture or video by its name"}
        assert listed("**/*.webp") == ["deep/c.webp"]

    def test_a_name_with_brackets_that_exists_is_no_glob(self, folder: Path) -> None:
        (folder / "b.png").rename("b[1].png")
        assert listed("b[1].png") == ["b[1].png"]

    def test_a_missing_picture_is_listed_and_fails_when_read(self) -> None:
        assert listed("gone.png") == ["gone.png"]

    def test_a_picture_named_by_hand_needs_no_suffix(self, folder: Path) -> None:
        for name in ("scan0001", "photo.jpg_large", "photo.jfif"):
            (folder / name).write_bytes(png())
        assert listed("scan0001", "photo.jpg_large") == ["scan0001", "photo.jpg_large"]
        assert listed("scan0001") == ["scan0001"]
        assert listed(".") == ["A.JPG", "b.png", "photo.jfif"]

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no pipes among its files")
    def test_a_pipe_named_by_hand_is_read(self, folder: Path) -> None:
        os.mkfifo(folder / "63")
        assert listed("63") == ["63"]


class TestAlone:
    """A lone wrong argument is refused before any work."""

    @pytest.mark.parametrize(
        ("argument", "message"),
        [
            ("notes.txt", "notes.txt: not a picture or video by its name; pictures end in apng, avif, avifs, bmp"),
            ("photoz", "photoz: no such file or folder"),
            ("x" * 5000, "x"),
            ("d.png", "d.png: no pictures in this folder"),
            ("*.tiff", "*.tiff: matches no picture or video"),
            ("*.txt", "*.txt: matches no picture or video"),
            ("", "an empty name instead of a file or folder: a variable that is not set?"),
            (os.devnull, f"no picture to read: {os.devnull}: not a regular file"),
        ],
    )
    def test_is_wrong_usage(self, argument: str, message: str) -> None:
        with pytest.raises(UsageError) as caught:
            list_sources([argument])
        assert str(caught.value).startswith(message)

    def test_a_folder_with_pictures_only_deeper_names_the_option(self, folder: Path) -> None:
        (folder / "outer" / "inner").mkdir(parents=True)
        with pytest.raises(UsageError, match="--recursive"):
            list_sources(["outer"])


class TestAmongOthers:
    """What was named and cannot be read has its own line; what plainly is no picture is passed over and counted."""

    def test_no_picture_is_passed_over(self) -> None:
        found = list_sources(["A.JPG", "b.png", "notes.txt"])
        assert errors(found) == {"A.JPG": None, "b.png": None}
        assert passed_over(found) == {"notes.txt": "not a picture or video by its name"}

    def test_an_empty_folder_a_missing_file_and_an_empty_name_are_errors_in_their_place(self) -> None:
        found = list_sources(["A.JPG", "d.png", "photoz", "", "*.tiff", "b.png"])
        assert errors(found) == {
            "A.JPG": None,
            "d.png": "no pictures in this folder",
            "photoz": "no such file or folder",
            "": "an empty name instead of a file or folder: a variable that is not set?",
            "*.tiff": "matches no picture or video",
            "b.png": None,
        }

    def test_where_nothing_is_left_it_is_wrong_usage(self) -> None:
        with pytest.raises(UsageError, match=r"notes.txt: not a picture .*, and so for all 2 files"):
            list_sources(["notes.txt", "notes.txt"])

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
    def test_a_folder_within_that_may_not_be_listed_is_an_error_in_its_place(self, folder: Path) -> None:
        (folder / "deep").chmod(0)
        try:
            found = list_sources(["."], recursive=True)
        finally:
            (folder / "deep").chmod(0o700)
        why = "cannot list this folder: permission denied; check who may read it"
        assert errors(found) == {"A.JPG": None, "b.png": None, "deep": why}

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
    def test_a_folder_that_can_be_listed_and_no_more_spoils_no_glob(self, folder: Path) -> None:
        (folder / "deep").chmod(0o400)
        try:
            found = list_sources(["*.png", "deep/*"])
        finally:
            (folder / "deep").chmod(0o700)
        assert [source.name for source in found.files] == ["b.png", "deep/c.webp"]

    def test_links_in_a_circle_are_an_error_when_they_are_read(self, folder: Path) -> None:
        (folder / "round.png").symlink_to("round.png")
        (folder / "round").symlink_to("round")
        found = errors(list_sources(["round.png", "round", "."]))
        assert found == {
            "round.png": None,
            "round": "too many levels of symbolic links",
            "A.JPG": None,
            "b.png": None,
        }

    def test_folders_without_end_are_an_error_in_their_place(self, folder: Path) -> None:
        Path(folder, *["x"] * 60, "c.png").parent.mkdir(parents=True)
        Path(folder, *["x"] * 60, "c.png").write_bytes(png())
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(len(inspect.stack()) + 60)
        try:
            found = list_sources(["x/**/*.png", "b.png"])
        finally:
            sys.setrecursionlimit(limit)
        assert errors(found) == {
            "x/**/*.png": "folders within folders, more than can be looked into; name one further down",
            "b.png": None,
        }


class TestFound:
    """What looks like a picture in a folder or glob, and is none."""

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no pipes among its files")
    def test_pipes_and_sockets_are_passed_over(self, folder: Path) -> None:
        os.mkfifo(folder / "pipe.jpg")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("socket.jpg")
            for arguments in (["."], ["*"]):
                found = list_sources(arguments)
                assert errors(found) == {"A.JPG": None, "b.png": None}
                assert passed_over(found).items() >= {
                    ("pipe.jpg", "not a regular file"),
                    ("socket.jpg", "not a regular file"),
                }

    def test_a_broken_link_is_an_error_when_it_is_read(self, folder: Path) -> None:
        (folder / "link.png").symlink_to("gone.png")
        assert listed(".") == ["A.JPG", "b.png", "link.png"]

    def test_what_macos_keeps_beside_a_picture_is_passed_over(self, folder: Path) -> None:
        (folder / "._b.png").write_bytes(b"\0\x05\x16\x07\0\x02\0\0Mac OS X")
        (folder / "._real.png").write_bytes(png())
        for arguments in (["."], ["._b.png", "._real.png", "A.JPG", "b.png"]):
            found = list_sources(arguments)
            assert set(errors(found)) == {"._real.png", "A.JPG", "b.png"}
            assert passed_over(found).items() >= {"._b.png": "what macOS keeps about a file, not the file"}.items()

    def test_a_sheet_of_explain_is_passed_over_but_where_it_is_all_that_is_named(self, folder: Path) -> None:
        (folder / "b-explained.png").write_bytes(marked(png(), "explain"))
        for arguments in (["."], ["[Ab]*"], ["b.png", "A.JPG", "b-explained.png"]):
            found = list_sources(arguments)
            assert set(errors(found)) == {"A.JPG", "b.png"}
            assert passed_over(found).items() >= {"b-explained.png": "a sheet drawn by explain"}.items()
        assert listed("b-explained.png") == ["b-explained.png"]

    @pytest.mark.parametrize("name", ["c.png", "c.jpg", "c.JPEG", "c.jpe", "c.jfif"])
    def test_so_is_an_annotated_picture(self, folder: Path, name: str) -> None:
        picture = png() if name.endswith("png") else (folder / "A.JPG").read_bytes()
        (folder / name).write_bytes(marked(picture, "predict"))
        found = list_sources(["."])
        assert set(errors(found)) == {"A.JPG", "b.png"}
        assert passed_over(found) == NOTES | {name: "annotated by predict"}
        assert listed(name) == [name]

    def test_a_folder_of_nothing_else_says_why_it_is_empty(self, folder: Path) -> None:
        (folder / "deep" / "c.webp").unlink()
        (folder / "deep" / "s.png").write_bytes(marked(png(), "explain"))
        with pytest.raises(UsageError, match=r"deep: no pictures in this folder but .*s.png: a sheet drawn by explain"):
            list_sources(["deep"])


class TestStdin:
    def test_paths_one_a_line(self, stdin: io.BytesIO) -> None:
        stdin.write(b"b.png\n\ndeep\r\n")
        assert listed("-", "A.JPG") == ["b.png", "deep/c.webp", "A.JPG"]

    def test_paths_each_ended_by_a_nul(self, stdin: io.BytesIO) -> None:
        stdin.write(b"b.png\0deep\0")
        assert listed("-") == ["b.png", "deep/c.webp"]

    def test_a_path_in_no_encoding_is_a_path(self, stdin: io.BytesIO) -> None:
        stdin.write(b"caf\xe9.png\nb.png\n")
        assert [os.fsencode(source.name) for source in list_sources(["-"]).files] == [b"caf\xe9.png", b"b.png"]

    def test_one_bad_path_spoils_nothing(self, stdin: io.BytesIO) -> None:
        stdin.write(b"gone\nnotes.txt\n" + b"x" * 5000 + b"\nb.png\n")
        found = list_sources(["-"])
        assert [source.error for source in found.files] == ["no such file or folder", "file name too long", None]
        assert passed_over(found) == {"notes.txt": "not a picture or video by its name"}

    def test_a_picture_is_one_picture(self, stdin: io.BytesIO) -> None:
        stdin.write(png())
        (source,) = list_sources(["-"]).files
        assert (source.name, source.content) == ("-", png())

    @pytest.mark.parametrize("line", [b"BM.png", b"GIF8.png", b"P5 scan.png", b"P1"])
    def test_a_path_that_begins_like_a_picture_is_a_path(self, line: bytes, stdin: io.BytesIO, folder: Path) -> None:
        (folder / os.fsdecode(line)).write_bytes(png())
        stdin.write(line + b"\n")
        assert listed("-") == [os.fsdecode(line)]

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "stdin named none"),
            (b"\n", "stdin named none"),
            (b"\0\0\0\x20ftypisom\0\0", "stdin holds neither a picture of a known format nor paths"),
        ],
    )
    def test_what_is_neither_is_wrong_usage(self, content: bytes, message: str, stdin: io.BytesIO) -> None:
        stdin.write(content)
        with pytest.raises(UsageError, match=message):
            list_sources(["-"])

    def test_none_at_all_is_wrong_usage(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", None)
        with pytest.raises(UsageError, match="stdin is closed"):
            list_sources(["-"])
