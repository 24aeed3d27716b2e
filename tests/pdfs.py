"""PDF files written by hand, as small as they can be (ISO 32000-1, 7.5)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

DPI = 200
_POINTS = 72  # an inch


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """Return a file of these objects, numbered from 1: the first is the catalogue."""
    content, places = bytearray(b"%PDF-1.4\n"), []
    for number, item in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return b"%bxref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (
        *(bytes(content), len(objects) + 1, table, len(objects) + 1, trailer, len(content)),
    )


def stream(entries: bytes, content: bytes) -> bytes:
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (entries, len(content), content)


def scanned(*pictures: bytes, trailer: bytes = b"") -> bytes:
    """Return a PDF with a page for each JPEG, as large as it is at 200 dots an inch."""
    pages = [_page(picture, 3 + 3 * number) for number, picture in enumerate(pictures)]
    return _document([part for page in pages for part in page], len(pages), trailer)


def drawn(
    *contents: bytes, sides: tuple[int, ...] = (), resources: bytes = b"", extra: tuple[bytes, ...] = ()
) -> bytes:
    """Return a PDF with a page for each content stream, square, of these sides in points or 72."""
    parts: list[bytes] = []
    for number, content in enumerate(contents):
        side = sides[number] if number < len(sides) else _POINTS
        parts += [_page_object(side, side, 4 + 3 * number, resources), stream(b"", content), b"null"]
    return _document([*parts, *extra], len(contents), b"")


def _document(parts: list[bytes], pages: int, trailer: bytes) -> bytes:
    kids = b" ".join(b"%d 0 R" % (3 + 3 * number) for number in range(pages))
    tree = b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, pages)
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", tree, *parts, trailer=trailer)


def _page_object(width: float, height: float, content: int, resources: bytes) -> bytes:
    return b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %f %f]/Contents %d 0 R/Resources<<%b>>>>" % (
        *(width, height, content, resources),
    )


def _page(picture: bytes, number: int) -> list[bytes]:
    pixels: NDArray[np.uint8] = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_UNCHANGED)
    height, width = pixels.shape[:2]
    space = b"/DeviceGray" if pixels.ndim == 2 else b"/DeviceRGB"
    across, down = (side * _POINTS / DPI for side in (width, height))
    return [
        _page_object(across, down, number + 1, b"/XObject<</I %d 0 R>>" % (number + 2)),
        stream(b"", b"%f 0 0 %f 0 0 cm /I Do" % (across, down)),
        stream(
            b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace%b/BitsPerComponent 8/Filter/DCTDecode"
            % (width, height, space),
            picture,
        ),
    ]
