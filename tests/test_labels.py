"""labels.csv, however it was saved: right ones are read, wrong ones are named with the line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from numbre_edge.errors import DataError
from numbre_edge.labels import load_labels, picture_path

TWO = {"a.jpg": ("12", "34"), "b.jpg": ()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pictures, one of them in images/."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.jpg").write_bytes(b"picture")
    (tmp_path / "b.jpg").write_bytes(b"picture")
    return tmp_path


@pytest.mark.parametrize(
    "content",
    [
        b"file,label\na.jpg,12 34\nb.jpg,\n",
        b"file,label\na.jpg,12 34\nb.jpg,-",
        b"\xef\xbb\xbffile,label\r\na.jpg,12 34\r\nb.jpg,-\r\n",  # as Excel saves it
        b'label,file,by\n"12, 34",a.jpg,Ann\n,b.jpg,\n',
        b"file,expression\n\na.jpg,12x=34\n\nb.jpg,x=y\n",
    ],
)
def test_labels_as_people_save_them(folder: Path, content: bytes) -> None:
    (folder / "labels.csv").write_bytes(content)
    assert load_labels(folder) == TWO


def test_a_picture_is_in_images_or_beside(folder: Path) -> None:
    assert picture_path(folder, "a.jpg") == folder / "images" / "a.jpg"
    assert picture_path(folder, "b.jpg") == folder / "b.jpg"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file; the folder needs a labels.csv of file,label lines"),
        (b"", "its first line is empty; expected file,label or file,expression, with a comma between"),
        (b"a.jpg,12 34\nb.jpg,\n", "its first line is 'a.jpg,12 34'; expected file,label"),
        (b"file;label\na.jpg;12\n", "its first line is 'file;label'; expected file,label or file,expression, with a"),
        (b"name,truth\na,1\n", "its first line is 'name,truth'; expected file,label"),
        (b"x" * 9999, f"its first line is '{'x' * 60}…'; expected"),
        (b"file,label\n", "names no picture"),
        (b"file,label\na.jpg,1\nb.jpg,2\na.jpg,1\n", "line 4: a.jpg has a label already; a picture has one line"),
        (b"file,label\na.jpg\n", "line 2: expected a file and a label; found 'a.jpg'"),
        (b"file,label\na.jpg,1\n,2\n", "line 3: expected a file and a label; found empty"),
        (b"file,label\nc.jpg,1\nd.jpg,2\n", "none of its 2 pictures, such as c.jpg, is in "),
        (b"file,label\n" + b"x" * 300 + b",1\n", "none of its 1 pictures, such as xxx"),
        (b"file,label\na\0b,1\n", "none of its 1 pictures, such as a\0b, is in"),
        ("file,label\nä.jpg,1\n".encode("latin-1"), "is not UTF-8 text (invalid continuation byte); save it as CSV in"),
        ("file,label\na.jpg,1\n".encode("utf-16"), "is not UTF-8 text"),
        (b"file,label\na.jpg," + b"1" * 200_000 + b"\n", "is not CSV (field larger than field limit"),
    ],
)
def test_what_is_wrong_with_a_labels_csv_is_said(folder: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (folder / "labels.csv").write_bytes(content)
    with pytest.raises(DataError, match=re.escape(f"labels.csv: {message}")):
        load_labels(folder)
