"""What a person does with the page in Chromium, by mouse and finger; and what axe-core says of it."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SAMPLES = Path(__file__).parents[2] / "samples"
SAMPLE = SAMPLES / "plain-number.jpg"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
DROP = """([target, name, content]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name));
    const event = target === "paste"
        ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true })
        : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
    document.getElementById("drop").dispatchEvent(event);
}"""


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Debian's Chromium; the test is skipped, aloud, where that or its driver is not installed."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs numbre-edge[browser]")
    if CHROMIUM is None:
        pytest.skip("needs the program chromium")
    with sync_api.sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-dev-shm-usage"]  # tests may run as root, in a container
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


def dropped(page: Any, path: Path, *, target: str = "drop", content: bytes | None = None) -> None:
    """Drop a file on the page, or paste it."""
    page.evaluate(DROP, [target, path.name, base64.b64encode(content or path.read_bytes()).decode()])


def done(page: Any, pictures: int) -> None:
    """Wait until so many pictures are read."""
    page.wait_for_selector(f"#photos article:nth-of-type({pictures}):not([aria-busy])")


def write(page: Any, *strokes: list[tuple[int, int]]) -> None:
    """Draw with the mouse: points in pixels of the paper."""
    paper = page.locator("#paper").bounding_box()
    for stroke in strokes:
        for step, (x, y) in enumerate(stroke):
            page.mouse.move(paper["x"] + x, paper["y"] + y, steps=4 if step else 1)
            if not step:
                page.mouse.down()
        page.mouse.up()


ONE = [(60, 60), (60, 240)]
SEVEN = [(140, 70), (240, 70), (180, 240)]


def reads(page: Any, text: str) -> None:
    """Wait until the paper reads so."""
    page.wait_for_function("text => document.getElementById('draw-text').textContent.trim() === text", arg=text)


def violations(page: Any) -> list[str]:
    """Return what axe-core finds wrong, by WCAG 2.1 AA and its best practices."""
    if page.evaluate("!window.axe"):
        axe = pytest.importorskip("axe_playwright_python", reason="needs numbre-edge[browser]")
        page.evaluate(Path(axe.__file__).with_name("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(({ violations }) => violations)")
    return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]
