"""PDFs, ZIP archives and TIFFs of many pages: damaged ones, and those made to take all memory or all time."""

from __future__ import annotations

import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2

from hostile_files.damage import Rng, copies
from hostile_files.pictures import page

sys.path.insert(0, str(Path(__file__).parents[2]))  # for tests.pdfs: tests are not installed
from tests.pdfs import pdf, stream

File = tuple[str, bytes]  # its name, and what is in it

_COPIES = 40  # of each good file
_TALL = b"[0 0 200 200]"  # points


def documents(rng: Rng) -> Iterator[File]:
    """Yield all hostile files of several pages or entries."""
    jpeg = cv2.imencode(".jpg", page())[1].tobytes()
    good = (
        ("scan.pdf", _scan(jpeg)),
        ("pages.tif", cv2.imencodemulti(".tif", [page(), page()[:60], page()])[1].tobytes()),
        ("photos.zip", _zip({"a.jpg": jpeg, "b/c.jpg": jpeg, "notes.txt": b"no picture"})),
    )
    for name, content in good:
        stem, _, suffix = name.rpartition(".")
        yield f"{stem}-good.{suffix}", content
        for number, copy in enumerate(copies(content, _COPIES, rng)):
            yield f"{stem}-{number:03d}.{suffix}", copy
    yield from _pdfs()
    yield from _archives()
    yield from _tiffs()


def _repeated(unit: bytes, times: int, entries: bytes = b"") -> bytes:
    """Return a packed stream of so many units."""
    packing, packed = zlib.compressobj(9), bytearray()
    at_once = max(1, 2**20 // len(unit))
    for done in range(0, times, at_once):
        packed += packing.compress(unit * min(at_once, times - done))
    return stream(b"/Filter/FlateDecode" + entries, bytes(packed + packing.flush()))


def _one(content: bytes, *extra: bytes, box: bytes = _TALL, resources: bytes = b"", pages: int = 1) -> bytes:
    """Return a PDF of one page, shown so many times; ``content`` is object 4, and what is ``extra`` follows."""
    kids = b"3 0 R " * pages
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, pages),
        b"<</Type/Page/Parent 2 0 R/MediaBox%b/Contents 4 0 R/Resources<<%b>>>>" % (box, resources),
        *(content, *extra),
    )


def _scan(jpeg: bytes) -> bytes:
    picture = (
        b"/Type/XObject/Subtype/Image/Width 160/Height 96/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode"
    )
    content = stream(b"", b"160 0 0 96 0 0 cm /I Do")
    resources = b"/XObject<</I 5 0 R>>"
    return _one(content, stream(picture, jpeg), box=b"[0 0 160 96]", resources=resources, pages=2)


def _pdfs() -> Iterator[File]:
    plain, line = stream(b"", b"0 0 m 100 100 l S"), b"0 0 m 1 1 l S\n"
    yield "operators.pdf", _one(_repeated(line, 80_000_000))
    yield "some-operators.pdf", _one(_repeated(line, 3_000_000))
    for name, bits, space in (("bits", 1, b"Gray"), ("colour", 24, b"RGB")):
        side = 60_000 if bits == 1 else 20_000
        entries = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/Device%b/BitsPerComponent %d" % (
            *(side, side, space, min(bits, 8)),
        )
        shown = stream(b"", b"200 0 0 200 0 0 cm /I Do")
        picture = _repeated(bytes(side * bits // 8), side, entries)
        yield f"picture-{name}.pdf", _one(shown, picture, resources=b"/XObject<</I 5 0 R>>")
    boxes = (b"0 0 1000000 1000000", b"0 0 -5 -5", b"0 0 0 0", b"0 0 1e400 9999999999999999999", b"0 0 14400 14400")
    for number, box in enumerate((*boxes, b"0 0 0.001 9", b"-2147483648 0 2147483647 9", b"(a) /b <</c 0>> null", b"")):
        yield f"box-{number}.pdf", _one(plain, box=b"[%b]" % box)
    catalogue, leaf = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 20 20]>>"
    for number, tree in enumerate(
        (b"[3 0 R]/Count 2147483647", b"[3 0 R]/Count -1", b"[2 0 R 3 0 R]/Count 3", b"[]/Count 0")
    ):
        yield f"count-{number}.pdf", pdf(catalogue, b"<</Type/Pages/Kids%b>>" % tree, leaf)
    yield "many-pages.pdf", _one(plain, box=b"[0 0 9 9]", pages=300)
    form = b"/Type/XObject/Subtype/Form/BBox%b" % _TALL
    forms = [stream(form + b"/Resources<</XObject<</F %d 0 R>>>>" % number, b"/F Do\n" * 10) for number in range(6, 18)]
    calls = stream(b"", b"/F Do")
    yield "laughs.pdf", _one(calls, *forms, stream(form, line), resources=b"/XObject<</F 5 0 R>>")
    itself = stream(form + b"/Resources<</XObject<</F 5 0 R>>>>", b"/F Do /F Do")
    yield "itself.pdf", _one(calls, itself, resources=b"/XObject<</F 5 0 R>>")
    yield "itself-often.pdf", _one(calls, itself, resources=b"/XObject<</F 5 0 R>>", pages=1000)
    tile = b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.001/YStep 0.001/Resources<<>>"
    tiled = stream(b"", b"/Pattern cs /P scn 0 0 100000 100000 re f")
    yield "tiles.pdf", _one(tiled, stream(tile, b"0 0 1 1 re f"), resources=b"/Pattern<</P 5 0 R>>")
    lock = b"<</Filter/Standard/V %d/R 2/Length 40/P -4/O<%b>/U<%b>>>"
    for number in (1, 99):
        locked = lock % (number, b"41" * 32, b"42" * 32)
        tree = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
        yield f"locked-{number}.pdf", pdf(catalogue, tree, leaf, locked, trailer=b"/Encrypt 4 0 R/ID[<00><00>]")


def _zip(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return packed.getvalue()


def _archives() -> Iterator[File]:
    small = cv2.imencode(".png", page())[1].tobytes()
    outside = (
        "../../a.png",
        "/etc/a.png",
        "C:\\a.png",
        "..\\a.png",
        "a/../../b.png",
        "\x1b[2J.png",
        "a\nb.png",
        "-.png",
    )
    yield "names.zip", _zip(dict.fromkeys(outside, small))
    yield "inner.zip", _zip({"a.zip": _zip({"b.png": small}), "c.png": small})
    yield "bomb.zip", _zip({f"{number}.bmp": bytes(390 << 20) for number in range(2)})
    for name, method in (("bzip2", zipfile.ZIP_BZIP2), ("lzma", zipfile.ZIP_LZMA)):
        yield f"bomb-{name}.zip", _zip({"1.bmp": bytes(2**20)}, method)
    one = _zip({"1.png": small})
    start, end = one.index(b"PK\1\2"), one.index(b"PK\5\6")
    for name, copies_of in (("shared", 2000), ("entries", 300_000)):
        listed = one[start:end] * copies_of
        tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, copies_of & 0xFFFF, copies_of & 0xFFFF, len(listed), start, 0)
        yield f"{name}.zip", one[:start] + listed + tail
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    many = entry * 170_000
    yield "directory.zip", many + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, len(many), 0, 0)
    for number, size in enumerate((0, 1, 2**31, 2**32 - 1)):
        yield f"size-{number}.zip", one.replace(struct.pack("<I", len(small)), struct.pack("<I", size))


def _tiffs() -> Iterator[File]:
    """Yield TIFFs of pages that are one another's next, or that hold nothing."""
    tags = ((256, 9), (257, 9), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 9), (279, 81))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    size = 2 + len(entries) + 4
    for name, pages in (("shared", 300), ("circle", 3)):
        content = bytearray(b"II*\0" + struct.pack("<I", 92) + bytes(84))
        for number in range(pages):
            after = 92 + size * (number + 1)
            last = 92 if name == "circle" else 0
            content += struct.pack("<H", len(tags)) + entries + struct.pack("<I", after if number < pages - 1 else last)
        yield f"{name}.tif", bytes(content)
    huge = b"".join(struct.pack("<HHII", tag, 4, 1, 2**31 - 1 if tag in (256, 257) else value) for tag, value in tags)
    begin = b"II*\0" + struct.pack("<I", 92) + bytes(84) + struct.pack("<H", len(tags)) + entries
    second = struct.pack("<I", 92 + size) + struct.pack("<H", len(tags)) + huge + bytes(4)
    yield "huge-page.tif", begin + second
