"""Write docs/images/serve.jpg: the three tabs of the page as a phone shows them, side by side.

    python docs/make_screenshots.py

Needs numbre-edge[web,browser] and the program chromium.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Page

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # for what the tests drive the page with

from tests.web.browsing import chromium, write  # noqa: E402

SAMPLES = ROOT / "samples"
PICTURE = ROOT / "docs" / "images" / "serve.jpg"
_SIZE = {"width": 390, "height": 760}  # pixels of a phone
_GAP = 16  # pixels
_QUALITY = 72
# Points in pixels of the paper: 4, 7.
_STROKES = (
    [(95, 60), (60, 165), (150, 165)],
    [(125, 110), (120, 245)],
    [(200, 75), (290, 72), (235, 245)],
)


def clip(folder: Path) -> Path:
    """Write a video of a sample."""
    path = folder / "camera.avi"
    picture = cv2.imread(str(SAMPLES / "squared-sums.jpg"))
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (picture.shape[1], picture.shape[0]))
    for _ in range(5):
        writer.write(picture)
    writer.release()
    return path


@contextmanager
def served(source: Path) -> Iterator[str]:
    """Yield the page's address."""
    command = [sys.executable, "-m", "numbre_edge", "serve", "--port", "0", "--source", source.name]
    with subprocess.Popen(command, cwd=source.parent, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            yield next(line.split()[0] for line in process.stderr if line.startswith("http"))
        finally:
            process.terminate()


def live(page: Page) -> None:
    page.wait_for_function("() => document.getElementById('live-numbers').tBodies[0].rows.length >= 6")
    page.wait_for_function("() => document.getElementById('live-picture').naturalWidth > 0")
    page.wait_for_selector("#live-state:has-text('Ended')")


def photo(page: Page) -> None:
    page.set_input_files("#choose", SAMPLES / "plain-number.jpg")
    page.wait_for_selector("#photos figure")
    page.evaluate("scrollTo(0, document.getElementById('photo-bar').offsetTop - 10)")


def draw(page: Page) -> None:
    write(page, *_STROKES)
    page.wait_for_function("() => document.getElementById('draw-text').textContent.includes('47')")


def main() -> None:
    shots = []
    with (
        tempfile.TemporaryDirectory() as folder,
        served(clip(Path(folder))) as address,
        chromium() as browser,
    ):
        for tab in (live, photo, draw):
            page = browser.new_page(viewport=_SIZE)
            page.goto(f"{address}#/{tab.__name__}")
            tab(page)
            shots.append(cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR))
            shots.append(np.full((_SIZE["height"], _GAP, 3), 160, np.uint8))
    cv2.imwrite(str(PICTURE), np.hstack(shots[:-1]), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])


if __name__ == "__main__":
    main()
