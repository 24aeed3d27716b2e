"""The pages of a PDF are pictures like others; what a page does to PDFium is that page's error."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from numbre_edge.errors import SourceError
from numbre_edge.sources import content
from numbre_edge.sources.decode import decode_frame
from numbre_edge.sources.files import Source, attempts, frame_at, frames
from numbre_edge.sources.paging import Paging
from numbre_edge.sources.pdf import pdf_pages
from numbre_edge.types import Frame, Unreadable
from tests.pdfs import drawn, pdf, scanned, stream

pytest.importorskip("pypdfium2")

BLACK = b"0 0 50 50 re f"


def picture(shade: int) -> bytes:
    """Return a JPEG of 90 x 60 pixels."""
    page = np.full((60, 90, 3), 230, np.uint8)
    cv2.putText(page, "7", (10, 50), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (shade, 40, 60), 5)
    return cv2.imencode(".jpg", page)[1].tobytes()


def read(data: bytes, **options: int) -> list[tuple[int, str | tuple[int, ...]]]:
    """Return what becomes of each page: its shape, or its error."""
    paging = Paging(**options)  # type: ignore[arg-type]
    return [
        (page.index, page.error if isinstance(page, Unreadable) else page.pixels.shape)
        for page in attempts(Source("a.pdf", content=data), paging=paging)
    ]


def test_pages_are_read_as_the_pictures_on_them(tmp_path: Path) -> None:
    path = tmp_path / "a.PDF"
    path.write_bytes(scanned(picture(20), picture(200)))
    pages = list(frames(Source(str(path))))
    for page, shade in zip(pages, (20, 200), strict=True):
        assert isinstance(page, Frame)
        original = decode_frame(picture(shade), "a.jpg").pixels
        assert page.pixels.shape == original.shape
        assert np.abs(page.pixels.astype(int) - original).max() < 4  # decoders round differently
    assert [(page.source, page.index) for page in pages] == [(str(path), 0), (str(path), 1)]


def test_pages_may_be_chosen_and_their_size() -> None:
    data = scanned(*[picture(20)] * 5)
    assert read(data, ranges=((2, 2), (4, None))) == [(1, (60, 90, 3)), (3, (60, 90, 3)), (4, (60, 90, 3))]
    assert read(data, ranges=((5, 9),), dpi=100) == [(4, (30, 45, 3))]
    assert read(data, ranges=((6, 9),)) == [(0, "has 5 pages, and none of those that are asked for")]


def test_of_a_file_s_bytes_the_first_page_is_one_picture() -> None:
    frame = decode_frame(scanned(picture(20), picture(200)), "a.pdf")
    assert (frame.pixels.shape, frame.note, frame.pages) == ((60, 90, 3), "page 1 of 2 was read", 1)


def test_one_page_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(scanned(picture(20), picture(200)))
    frame = frame_at(Source(str(path)), 1, dpi=400)
    assert (frame.index, frame.pixels.shape) == (1, (120, 180, 3))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"%PDF-1.4\n", "damaged: this PDF cannot be opened; copy it again"),
        (scanned(picture(20))[:300], "damaged: this PDF cannot be opened; copy it again"),
        (drawn(), "damaged: this PDF cannot be opened; copy it again"),
        (
            pdf(
                b"<</Type/Catalog/Pages 2 0 R>>",
                b"<</Type/Pages/Kids[]/Count 0>>",
                b"<</Filter/Standard/V 1/R 2/P -4/O<%b>/U<%b>>>" % (b"41" * 32, b"42" * 32),
                trailer=b"/Encrypt 3 0 R/ID[<00><00>]",
            ),
            "locked: this PDF needs a password; save a copy without one",
        ),
    ],
)
def test_what_cannot_be_opened_says_why(data: bytes, error: str) -> None:
    assert read(data) == [(0, error)]


def test_a_page_that_would_be_too_large_is_that_page_s_error() -> None:
    data = drawn(BLACK, BLACK, BLACK, sides=(72, 14_400, 72))
    good, (index, error), after = read(data)
    assert (good, after) == ((0, (200, 200, 3)), (2, (200, 200, 3)))
    assert index == 1
    assert str(error).startswith("at 200 dpi too large: its 40000x40000 pixels are more than 200 million;")


def test_pages_that_take_all_memory_are_errors_and_after_three_the_rest_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(content, "MAX_MEMORY", 90 << 20)
    bomb = b"/F Do"
    form = stream(b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 24 0 R>>>>", b"/F Do /F Do")
    data = drawn(BLACK, bomb, BLACK, bomb, bomb, BLACK, BLACK, resources=b"/XObject<</F 24 0 R>>", extra=(form,))
    error = "damaged: drawing this page takes more than 60 MB, or ended PDFium; save it anew"
    assert read(data) == [
        *((0, (200, 200, 3)), (1, error), (2, (200, 200, 3)), (3, error), (4, error)),
        (5, "damaged: 3 pages could not be drawn; the 2 after them were not tried"),
    ]


def test_what_takes_too_long_is_ended() -> None:
    with pytest.raises(SourceError, match=r"damaged: opening this PDF takes longer than 0 s; save it anew"):
        list(pdf_pages(drawn(BLACK), "a.pdf", paging=Paging(), patience=0))


def test_without_the_package_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    assert read(drawn(BLACK)) == [
        (0, "reading PDF files needs packages that are not installed: pip install 'numbre-edge[pdf]'")
    ]
