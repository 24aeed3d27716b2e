"""What is in a ZIP archive is read as if it lay in a folder; what is wrong with an entry is that entry's error."""

from __future__ import annotations

import pickle
import struct
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from numbre_edge.errors import SourceError, UsageError
from numbre_edge.sources import archive
from numbre_edge.sources.archive import entries
from numbre_edge.sources.files import Source, frames
from numbre_edge.sources.listing import list_sources
from numbre_edge.types import Frame

PICTURE = cv2.imencode(".png", np.full((20, 30), 200, np.uint8))[1].tobytes()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(names: dict[str, bytes], name: str = "a.zip", method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(name, "w", method) as file:
        for entry, content in names.items():
            file.writestr(zipfile.ZipInfo(entry), content, method)
    return Path(name)


def errors(*arguments: str) -> dict[str, str | None]:
    """Return the name of each file to read, and why it is not read; what only its reading tells too."""
    found: dict[str, str | None] = {}
    for source in list_sources(arguments).files:
        found[source.name] = source.error
        if source.error is None:
            try:
                (frame,) = frames(source)
                assert isinstance(frame, Frame)
                assert (frame.source, frame.width) == (source.name, 30)
            except SourceError as exc:
                found[source.name] = str(exc)
    return found


def passed_over(*arguments: str) -> dict[str, str]:
    return {file.name: file.why for file in list_sources(arguments).passed_over}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_its_pictures_are_read_sorted_in_all_folders(method: int) -> None:
    write({"b/2.png": PICTURE, "b/": b"", "a.PNG": PICTURE, "b/10.png": PICTURE}, method=method)
    assert errors("a.zip") == {"a.zip/a.PNG": None, "a.zip/b/10.png": None, "a.zip/b/2.png": None}
    assert errors("*.zip", "a.zip") == errors("a.zip")
    assert list_sources(["a.zip"]).files[0].file == Path("a.zip")


def test_one_entry_may_be_named_and_needs_no_suffix() -> None:
    write({"b/2": PICTURE, "c.png": PICTURE})
    assert errors("a.zip/b/2") == {"a.zip/b/2": None}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("d.png", "no such entry in this archive; name a.zip itself, or one picture in it, such as a.zip/b/1.png"),
        ("b", "a folder in an archive; name a.zip itself, or one picture in it, such as a.zip/b/1.png"),
        ("c/", "a folder in an archive; name a.zip itself, or one picture in it, such as a.zip/c/2.png"),
        ("c/*.png", "no pattern is looked for in an archive; name a.zip itself, or"),
        ("inner.zip", "an archive in an archive; name a.zip itself, or"),
        ("inner.zip/1.png", "an archive in an archive; name a.zip itself, or"),
        ("clip.mp4", "a video in an archive; name a.zip itself, or"),
    ],
)
def test_what_can_be_named_in_it_is_said(name: str, why: str) -> None:
    write({"b/1.png": PICTURE, "c/2.png": PICTURE, "inner.zip": b"x", "clip.mp4": b"x"})
    with pytest.raises(UsageError) as told:
        list_sources([f"a.zip/{name}"])
    assert str(told.value).startswith(f"a.zip/{name}: {why}")


def test_names_that_a_terminal_would_obey_are_written_out_and_named_either_way() -> None:
    write({"a\nb.png": PICTURE, "\x1b[2J.png": PICTURE, "a\\nb.png": PICTURE})
    assert errors("a.zip") == {"a.zip/\\x1b[2J.png": None, "a.zip/a\\nb.png": None} | {
        "a.zip/a\\nb.png": "refused: the archive has another entry of this name"
    }
    assert errors("a.zip/\x1b[2J.png") == errors("a.zip/\\x1b[2J.png") == {"a.zip/\\x1b[2J.png": None}


def test_what_is_no_picture_is_passed_over() -> None:
    names = ("notes.txt", "clip.mp4", "inner.zip", "__MACOSX/._1.png", ".DS_Store")
    write({"1.png": PICTURE, **dict.fromkeys(names, b"x")})
    assert errors("a.zip") == {"a.zip/1.png": None}
    assert passed_over("a.zip") == {
        "a.zip/notes.txt": "not a picture or video by its name",
        "a.zip/clip.mp4": "a video in an archive",
        "a.zip/inner.zip": "an archive in an archive",
        "a.zip/__MACOSX/._1.png": "what macOS keeps about a file, not the file",
    }


def test_an_archive_in_a_folder_is_passed_over_and_an_empty_one_is_wrong_usage(folder: Path) -> None:
    (folder / "1.png").write_bytes(PICTURE)
    write({"notes.txt": b"x"})
    assert passed_over(".") == {"a.zip": "an archive, read where it is named itself"}
    with pytest.raises(UsageError, match=r"a.zip: no pictures in this archive"):
        list_sources(["a.zip"])


def test_an_archive_without_pictures_among_others_takes_nothing_from_them() -> None:
    write({"notes.txt": b"-"}, "none.zip")
    write({"a.png": PICTURE}, "some.zip")

    listed = list_sources(["*.zip"])

    assert [source.name for source in listed.files] == ["some.zip/a.png"]
    assert [(file.name, file.why) for file in listed.passed_over] == [("none.zip", "no pictures in this archive")]
    with pytest.raises(UsageError, match=r"matches no picture or video but none\.zip: no pictures in this archive"):
        list_sources(["n*.zip"])


def test_names_that_lead_out_are_refused() -> None:
    outside = ("../1.png", "/etc/1.png", "b/../../1.png", "C:\\1.png", "\\1.png", "b\\..\\1.png")
    write(dict.fromkeys((*outside, "b..c/1..png", "2:30.png"), PICTURE))
    found = errors("a.zip")
    assert {name for name, error in found.items() if error} == {f"a.zip/{name}" for name in outside}
    assert set(filter(None, found.values())) == {"refused: its name leads out of the archive"}


def test_a_damaged_entry_is_an_error_and_the_others_are_read() -> None:
    path = write({"1.png": PICTURE, "2.png": PICTURE, "3.png": b""}, method=zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[content.index(b"2.png") + 40] ^= 255
    path.write_bytes(content)
    assert errors("a.zip") == {
        "a.zip/1.png": None,
        "a.zip/2.png": "damaged: cannot be unpacked; get the archive again",
        "a.zip/3.png": "empty: the file has 0 bytes",
    }


def test_encrypted_entries_and_odd_packings_say_what_to_do() -> None:
    path = write({"1.png": PICTURE, "2.png": PICTURE})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_BZIP2) as file:
        file.writestr("3.png", PICTURE)
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\1\2", 0, content.index(b"1.png", content.index(b"PK\1\2"))) + 8] |= 1
    path.write_bytes(content)
    assert errors("a.zip") == {
        "a.zip/1.png": "encrypted: unpack the archive with its password, and read the folder",
        "a.zip/2.png": None,
        "a.zip/3.png": "packed by method 12, not known here: unpack the archive, and read the folder",
    }


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_entries_of_one_name_or_one_place_are_read_once() -> None:
    with zipfile.ZipFile("a.zip", "w") as file:
        for name in ("1.png", "1.png"):
            file.writestr(name, PICTURE)
    assert list(errors("a.zip").items()) == [("a.zip/1.png", "refused: the archive has another entry of this name")]
    assert next(source.error for source in list_sources(["a.zip"]).files) is None
    content = write({"1.png": PICTURE}).read_bytes()
    start, end = content.index(b"PK\1\2"), content.index(b"PK\5\6")
    twice = content[start:end] + content[start:end].replace(b"1.png", b"2.png")
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 2, 2, len(twice), start, 0)
    Path("a.zip").write_bytes(content[:start] + twice + tail)
    why = "refused: shares its bytes with another entry, as in a zip bomb"
    assert [source.error for source in list_sources(["a.zip"]).files] == [why, why]


def test_an_entry_of_too_many_bytes_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numbre_edge.sources.content.MAX_BYTES", 1 << 20)
    write({"1.bmp": bytes(2 << 20), "2.png": PICTURE})
    assert errors("a.zip") == {
        "a.zip/1.bmp": "too large: a picture file may have 1 MB; scale it down",
        "a.zip/2.png": None,
    }


def test_an_entry_that_holds_more_than_it_says_is_damaged() -> None:
    path = write({"1.bmp": bytes(2 << 20)})
    content = path.read_bytes().replace(struct.pack("<I", 2 << 20), struct.pack("<I", 10))
    path.write_bytes(content)
    assert errors("a.zip") == {"a.zip/1.bmp": "damaged: cannot be unpacked; get the archive again"}


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"PK\5\6" + bytes(8), PICTURE])
def test_what_is_no_archive_is_an_error(content: bytes) -> None:
    Path("a.zip").write_bytes(content)
    assert errors("a.zip") == {"a.zip": "damaged: this ZIP archive cannot be opened; get it again"}


def test_the_list_of_entries_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_MOST_DIRECTORY", 100)
    write({f"{number}.png": PICTURE for number in range(5)})
    with pytest.raises(SourceError, match="too many entries"):
        entries("a.zip")


def test_an_archive_that_changed_or_went_is_an_error_when_it_is_read(folder: Path) -> None:
    write({"1.png": PICTURE, "2.png": PICTURE})
    one, two = (source for source in list_sources(["a.zip"]).files)
    write({"1.png": PICTURE})
    assert list(frames(one))
    with pytest.raises(SourceError, match="damaged"):
        list(frames(two))
    Path("a.zip").unlink()
    with pytest.raises(SourceError, match="no such file"):
        list(frames(one))


def test_it_pickles_for_another_process() -> None:
    write({"1.png": PICTURE})
    (source,) = list_sources(["a.zip"]).files
    again: Source = pickle.loads(pickle.dumps(source))
    assert len(list(frames(again))) == 1
