"""A program of its own that draws pages of the PDF on stdin: ``pdf_renderer.py DPI PIXELS MEMORY RANGES START``.

PDFium has no bounds: a PDF of 600 bytes makes it take all memory, another all time. Here it may try, since ``pdf.py``
started it and survives it. It is run by its path, and imports nothing of this package.

The pages are those of RANGES, ``[[1, 3], [8, null]]``, from page START on. stdout gets ``{"pages": N}``, or
``{"error": WHY, "code": N}`` where PDFium cannot open it. Then of each page ``{"width": W, "height": H}`` and W * H * 3
bytes of BGR; or no bytes, where it says ``{"width": W, "height": H, "error": ""}`` for more than PIXELS, or
``{"error": WHY}``.
"""

from __future__ import annotations

import json
import math
import sys
from typing import Any

_POINTS = 72  # an inch
_WHOLE = 1 - 1e-6  # PDFium's sizes are 32-bit floats: 760 pixels should not become 761 for being 760.00002


def say(**what: object) -> None:
    sys.stdout.buffer.write(json.dumps(what).encode() + b"\n")
    sys.stdout.buffer.flush()


def main(dpi: str, most: str, memory: str, ranges: str, start: str) -> None:
    _bound(int(memory))
    try:
        document = _opened()
    except Exception as exc:  # the package is broken, or PDFium says no
        return say(error=str(exc), code=getattr(exc, "err_code", None))
    count, scale = len(document), int(dpi) / _POINTS * _WHOLE
    say(pages=count)
    for first, last in json.loads(ranges):
        for index in range(max(first, int(start)) - 1, min(last or count, count)):
            try:
                page = document[index]
                width, height = (math.ceil(side * scale) for side in page.get_size())
                if width * height > int(most):
                    say(width=width, height=height, error="")
                    continue
                bitmap = page.render(scale=scale)
            except Exception as exc:
                say(error=str(exc))
                continue
            say(width=bitmap.width, height=bitmap.height)
            content, row = memoryview(bitmap.buffer), 3 * bitmap.width
            for at in range(0, bitmap.height * bitmap.stride, bitmap.stride):
                sys.stdout.buffer.write(content[at : at + row])
            bitmap.close()
            page.close()
    sys.stdout.buffer.flush()
    return None


def _opened() -> Any:
    import pypdfium2

    content = open(0, "rb", closefd=False)  # noqa: SIM115 - as long as the document is
    return pypdfium2.PdfDocument(content if content.seekable() else content.read())


def _bound(memory: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    except (ImportError, AttributeError, ValueError, OSError):  # not on this system, or somebody allows less
        return


if __name__ == "__main__":
    main(*sys.argv[1:])
