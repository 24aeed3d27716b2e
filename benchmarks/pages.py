"""How many dots an inch a PDF's page needs: samples/ put into PDFs as writing of one height, drawn and read.

    python benchmarks/pages.py [DPI ...]

Each picture becomes a page on which its digits are 4 mm high, small handwriting, and another with the picture's pixels
at 200 dots an inch. Needs the ``[pdf]`` extra. Prints a Markdown table: pictures of which every number is read right,
and how long drawing and reading a page take, medians.
"""

from __future__ import annotations

import io
import json
import sys
import time
from pathlib import Path
from statistics import median

import cv2
import pypdfium2

from numbre_edge import Reader
from numbre_edge.sources.decode import decode
from numbre_edge.sources.paging import DPI, Paging
from numbre_edge.sources.pdf import pdf_pages
from numbre_edge.types import Frame, Pixels, readable

SAMPLES = Path(__file__).parents[1] / "samples"
HIGH, INCH, POINTS = 4.0, 25.4, 72  # mm of a digit, mm and points of an inch


def document(pixels: Pixels, dpi: float) -> bytes:
    """Return a PDF with a picture on its page, of so many dots an inch."""
    made, written = pypdfium2.PdfDocument.new(), io.BytesIO()
    across, down = (side * POINTS / dpi for side in pixels.shape[1::-1])
    page, image = made.new_page(across, down), pypdfium2.PdfImage.new(made)
    image.load_jpeg(io.BytesIO(cv2.imencode(".jpg", pixels, (cv2.IMWRITE_JPEG_QUALITY, 95))[1].tobytes()))
    image.set_matrix(pypdfium2.PdfMatrix().scale(across, down))
    page.insert_obj(image)
    page.gen_content()
    made.save(written)
    return written.getvalue()


def main() -> None:
    reader = Reader()
    resolutions = [int(dpi) for dpi in sys.argv[1:]] or [75, 100, 150, DPI, 300]
    expected = [json.loads(line) for line in (SAMPLES / "expected.jsonl").read_text(encoding="utf-8").splitlines()]
    pictures = [(decode((SAMPLES.parent / line["source"]).read_bytes(), "a"), line["texts"]) for line in expected]
    scales = []  # dots an inch at which digits are 4 mm high
    right = 0
    for pixels, texts in pictures:
        readings = reader.read_frame(Frame(pixels))
        scales.append(INCH * median(digit.box.height for reading in readings for digit in reading.digits) / HIGH)
        right += [reading.text for reading in readings] == texts
    print("| digits of 4 mm, drawn at | pictures read right | drawing, s | reading, s |\n|---|---:|---:|---:|")
    print(f"| (the picture itself) | {right} of {len(pictures)} | | |", flush=True)
    rows = [(f"{dpi} dpi, {dpi * HIGH / INCH:.0f} pixels", dpi, scales) for dpi in resolutions]
    for name, dpi, sizes in [*rows, (f"the picture's pixels, {DPI} dpi", DPI, [float(DPI)] * len(pictures))]:
        right, drawing, reading = 0, [], []
        for (pixels, texts), size in zip(pictures, sizes, strict=True):
            content = document(pixels, size)
            begun = time.monotonic()
            (page,) = pdf_pages(content, "a.pdf", paging=Paging(dpi=dpi))
            drawn = time.monotonic()
            right += [found.text for found in reader.read_frame(readable(page))] == texts
            drawing.append(drawn - begun)
            reading.append(time.monotonic() - drawn)
        print(f"| {name} | {right} of {len(pictures)} | {median(drawing):.2f} | {median(reading):.2f} |", flush=True)


if __name__ == "__main__":
    main()
