"""PDF file -> its pages, drawn by PDFium in a process of its own (``pdf_renderer.py``)."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from numbre_edge.errors import MissingExtra, SourceError, TooLarge, memory_errors
from numbre_edge.sources.content import MAX_PIXELS, check_pixels, most_memory
from numbre_edge.sources.paging import Paging
from numbre_edge.types import Frame, Pixels, Unreadable

if TYPE_CHECKING:
    import subprocess

PATIENCE = 30.0  # seconds that drawing one page may take
_RENDERER = Path(__file__).with_name("pdf_renderer.py")
_PIXEL = 6  # bytes that a page's pixel takes: three there, three here
_MOST_ENDS = 3  # of the renderer in one file: whoever made one such page may have made thousands
_WHY_NOT = {  # PDFium's FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY
    4: "locked: this PDF needs a password; save a copy without one",
    5: "locked: this PDF is encrypted in a way that is not known here; save a copy without a password",
}


def pdf_pages(
    content: BinaryIO | bytes,
    name: str,
    *,
    paging: Paging,
    max_pixels: int = MAX_PIXELS,
    patience: float = PATIENCE,
) -> Generator[Frame | Unreadable, None, None]:
    """Yield pages of a PDF. While one is read the next is drawn: there are two in memory, no more.

    Args:
        content: the file, which is read in parts; or all that is in it.
        name: what the user calls it.
        paging: which pages, and how large.
        max_pixels: that a page may have.
        patience: seconds that drawing one may take.

    Raises:
        SourceError: no PDF, a locked one, one without the pages wanted, or a package is not installed; or, after
            pages that ended the renderer, that it is given up.
    """
    if find_spec("pypdfium2") is None:
        raise SourceError(str(MissingExtra("reading PDF files", "pdf")))
    ends, start, left = 0, 0, [0]
    while left:
        with _started(content, paging, start, max_pixels, patience) as renderer:
            count = renderer.open(content)
            left = [index for index in paging.wanted(count) if index >= start]
            while left:
                index = left.pop(0)
                start = index + 1
                try:
                    yield Frame(renderer.page(), name, index, pages=count)
                except _EndedError as exc:
                    yield Unreadable(name, index, str(exc))
                    ends += 1
                    break
                except SourceError as exc:
                    yield Unreadable(name, index, str(exc))
        if left and ends == _MOST_ENDS:
            raise SourceError(f"damaged: {ends} pages could not be drawn; the {len(left)} after them were not tried")


class _EndedError(SourceError):
    """The renderer is no more, or cannot go on."""


class _Renderer:
    """What the renderer's process says.

    Args:
        process: the renderer.
        dpi: what it draws with.
        max_pixels: that a page may have.
        patience: seconds that each answer may take.
    """

    def __init__(self, process: subprocess.Popen[bytes], dpi: int, max_pixels: int, patience: float) -> None:
        assert process.stdout is not None
        self._process, self._out = process, process.stdout
        self._dpi, self._max_pixels, self._patience = dpi, max_pixels, patience
        self._late = False

    def open(self, content: BinaryIO | bytes) -> int:
        """Return how many pages the PDF has."""
        with self._in_time("opening this PDF"):
            if self._process.stdin is not None and isinstance(content, bytes):
                with suppress(BrokenPipeError), self._process.stdin as stdin:
                    stdin.write(content)
            said = self._line()
        if "error" in said:
            if said["code"] is None:
                raise SourceError(f"pypdfium2 cannot be used here: {said['error']}")
            raise SourceError(_WHY_NOT.get(said["code"], "damaged: this PDF cannot be opened; copy it again"))
        return int(said["pages"])

    def page(self) -> Pixels:
        """Return the next page: (H, W, 3) BGR."""
        with self._in_time("drawing this page"):
            said = self._line()
            if said.get("error"):
                raise SourceError(f"damaged: this page cannot be drawn ({said['error']}); save the PDF anew")
            width, height = said["width"], said["height"]
            try:
                check_pixels(width, height, memory=_PIXEL * width * height, max_pixels=self._max_pixels)
                with memory_errors():
                    pixels = np.empty((height, width, 3), np.uint8)
            except TooLarge as exc:
                raise (SourceError if "error" in said else _EndedError)(f"at {self._dpi} dpi {exc}") from exc
            left = pixels.data.cast("B")
            while left and (size := self._out.readinto(left)):  # type: ignore[attr-defined]
                left = left[size:]
            if left:
                raise EOFError
            return pixels

    def _line(self) -> dict[str, Any]:
        line = self._out.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        said: dict[str, Any] = json.loads(line)
        return said

    @contextmanager
    def _in_time(self, what: str) -> Iterator[None]:
        """Wait for the renderer, but not for ever.

        Raises:
            _EndedError: it took too long, or came to an end.
        """
        timer = Timer(self._patience, self._give_up)
        timer.start()
        try:
            yield
        except (EOFError, KeyError, TypeError, ValueError) as exc:  # it ended, or says what it cannot say
            if self._late:
                raise _EndedError(f"damaged: {what} takes longer than {self._patience:g} s; save it anew") from exc
            most = most_memory(self._max_pixels) * 2 // 3 // 2**20
            raise _EndedError(f"damaged: {what} takes more than {most} MB, or ended PDFium; save it anew") from exc
        finally:
            timer.cancel()

    def _give_up(self) -> None:
        self._late = True
        self._process.kill()


@contextmanager
def _started(
    content: BinaryIO | bytes, paging: Paging, start: int, max_pixels: int, patience: float
) -> Iterator[_Renderer]:
    """Start a renderer of the pages from ``start`` on, counted from 0, and end it afterwards."""
    import subprocess  # not for the start of a program that draws no PDF

    memory = most_memory(max_pixels)
    ranges = json.dumps(paging.ranges or ((1, None),))
    # Of the memory for one picture, a third is for the page that is handed over.
    numbers = (paging.dpi, min(max_pixels, memory // _PIXEL), memory * 2 // 3, ranges, start + 1)
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", str(_RENDERER), *map(str, numbers)],
            stdin=subprocess.PIPE if isinstance(content, bytes) else content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for this program, which yet reads the page at hand
        )
    except OSError as exc:
        raise SourceError(f"the program that draws pages of PDFs cannot be started: {exc.strerror}") from exc
    try:
        yield _Renderer(process, paging.dpi, max_pixels, patience)
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
