"""The page without a server: what it reads in Chromium is what Reader reads; nothing is asked of anybody else.

Its JavaScript is held to the Python that it stands for, function by function, on the same input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.decoding import grouped
from numbre_edge.decoding.opinions import MarkOpinions, Opinions, Trust, weighed, weighed_marks
from numbre_edge.decoding.values import valued
from numbre_edge.finding.crops import CROP, crops
from numbre_edge.finding.grid import Found
from numbre_edge.finding.levels import levels
from numbre_edge.finding.light import normalized
from numbre_edge.finding.overlap import distinct
from numbre_edge.finding.packing import packed as tiled
from numbre_edge.model import load_model, shipped_network
from numbre_edge.reader import Reader
from numbre_edge.sources.decode import decode_frame
from numbre_edge.types import Box, Digit, Frame, Patches, Pixels, Reading
from numbre_edge.vision.cutouts import cut_out
from numbre_edge.vision.normalize import normalize
from numbre_edge.vision.page import Page
from numbre_edge.vocabulary import MARKS
from numbre_edge.web.alone import export
from tests.web.alone import RUNTIME, UNPACKED, Scripts, packed, pictures, serving
from tests.web.browsing import ONE, PHONE, SAMPLES, SEVEN, done, dropped, reads, violations, write

pytestmark = pytest.mark.skipif(
    not RUNTIME.is_dir(), reason=f"needs onnxruntime-web in {RUNTIME}: docs/static-page.md has the command"
)

LARGEST = 15e6  # bytes of all files
NEAR = 1  # grey levels between OpenCV's arithmetic and the page's
QUICK = ("scanned-label.png", "one-digit-pencil.jpg")  # benchmarks/alone.py reads all


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "numbers"
    assert export(folder, RUNTIME) == sum(file.stat().st_size for file in folder.iterdir()) < LARGEST
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with serving(folder) as address:
        yield address


@pytest.fixture(scope="module")
def scripts(browser: Any, address: str) -> Iterator[Scripts]:
    page = browser.new_page()
    page.set_default_timeout(60000)
    yield Scripts(page, address)
    page.close()


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(finder="learned")


@pytest.fixture
def asked() -> list[str]:
    """All that the page, and who reads for it, asked for in a test."""
    return []


@pytest.fixture
def visit(browser: Any, address: str, asked: list[str]) -> Iterator[Callable[..., Any]]:
    """Open the page at a tab. In the end: no error was logged, and nothing was asked but of its own folder."""
    contexts: list[Any] = []
    faults: list[str] = []

    def open_page(tab: str = "", **settings: Any) -> Any:
        context = browser.new_context(**settings)
        context.set_default_timeout(60000)
        context.on("request", lambda request: asked.append(request.url))
        context.on("weberror", lambda error: faults.append(str(error.error)))
        context.on("console", lambda said: said.type == "error" and faults.append(said.text))
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{address}#/{tab}" if tab else address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
    ours = (address, "data:", "blob:http://127.0.0.1:")
    assert [url for url in asked if not url.startswith(ours)] == []


def test_the_classifier_says_the_same_of_mnist_s_digits(scripts: Scripts, reader: Reader, mnist_sample: Any) -> None:
    digits, _ = mnist_sample
    body = "return (await its.answers('classifier', given.map(bytes))).map((row) => [...row]);"
    said = np.array(scripts.run("networks", body, [packed(digit)["pixels"] for digit in digits]))

    expected = reader.backend.predict(digits)
    assert np.abs(said - expected).max() < 1e-3
    assert (said.argmax(1) == expected.argmax(1)).all()


@pytest.mark.parametrize("name", QUICK)
def test_a_photo_reads_as_the_reader_reads_it(scripts: Scripts, reader: Reader, name: str) -> None:
    reads_alike(scripts, reader, (SAMPLES / name).read_bytes())


def test_small_pictures_read_as_the_reader_reads_them(scripts: Scripts, reader: Reader, mnist_sample: Any) -> None:
    digits, _ = mnist_sample
    for side, digit in zip((28, 64, 100), digits[::40], strict=True):
        reads_alike(scripts, reader, cv2.imencode(".png", cv2.resize(digit, (side, side)))[1].tobytes())


@pytest.mark.parametrize("size", [(41, 30), (200, 150), (1500, 60)], ids=["enlarged", "kept", "made smaller"])
def test_levels_of_a_picture_are_the_same(scripts: Scripts, size: tuple[int, int]) -> None:
    grey = noise(*size)
    scale = Page(Frame(grey)).scale
    page = Page(Frame(grey)).grey_at(scale)
    body = f"""{UNPACKED}
        const scale = its.scaleOf(given);
        const page = its.greyAt(unpacked(given), scale);
        const levels = its.levels(page, scale).map(({{ width, height, scale }}) => [[width, height], scale]);
        return [text(page.pixels), text(its.normalized(page).pixels), levels];"""
    theirs, light, found = scripts.run("levels", body, packed(grey))

    assert off(pictures([theirs], page.shape)[0], page) <= NEAR
    # A level more or less of grey is several without its light, where a neighbourhood is even.
    assert off(pictures([light], page.shape)[0], normalized(pictures([theirs], page.shape)[0])) <= NEAR
    assert [(tuple(size), tuple(scale)) for size, scale in found] == [
        (level.size, level.scale) for level in levels(page, scale)
    ]


def test_parts_are_packed_into_the_same_tiles(scripts: Scripts) -> None:
    random = np.random.default_rng(2)
    given = [random.integers(1, 257, (count, 2)) // random.choice([1, 4]) + 1 for count in range(1, 30)]
    sizes = [[tuple(size) for size in np.minimum(some, 256).tolist()] for some in given]
    theirs = scripts.run("packing", "return given.map((sizes) => its.packed(sizes, 256));", sizes)
    assert theirs == [[[*map(list, places)] for places in tiled(some, 256)] for some in sizes]


def test_what_a_refiner_sees_is_the_same(scripts: Scripts) -> None:
    level = levels(noise(300, 200))[-1]
    boxes = np.float32([[40, 50, 12.5, 20.25], [-5, -8, 30, 31], [280, 180, 16, 40], [100, 90, 3, 2]])
    mark = np.array([False, False, False, True])
    numbers = np.zeros(len(boxes), np.float32)
    found = Found(
        **{
            **dict.fromkeys(vars(Found.joined([])), numbers),
            "boxes": boxes,
            "mark": mark,
            "level": numbers.astype(np.intp),
        }
    )
    body = f"""{UNPACKED}
        const level = {{ ...unpacked(given.level), scale: given.scale }};
        const found = given.boxes.map((box, at) => ({{ box, mark: given.mark[at], level }}));
        return its.crops(found).map(text);"""
    given = {"level": packed(level.pixels), "scale": level.scale, "boxes": boxes.tolist(), "mark": mark.tolist()}

    assert off(pictures(scripts.run("crops", body, given), CROP), crops([level], found)) <= NEAR


def test_ink_is_cut_out_alike(scripts: Scripts, mnist_sample: Any) -> None:
    digits, _ = mnist_sample
    body = f"{UNPACKED} return its.cutOut(unpacked(given[0]), given[1]).map(text);"
    for page in (paper_of(digits[:20]), 255 - paper_of(digits[:20])):
        boxes = [[30 + 60 * at, 20, 44, 50] for at in range(20)] + [[-3, 60, 20, 60], [1200, 100, 80, 40]]
        patches = pictures(scripts.run("cutouts", body, [packed(page), boxes]), (28, 28))
        assert off(patches, cut_out(page, np.int32(boxes))) <= NEAR


def test_ink_of_any_size_becomes_the_same_patch(scripts: Scripts, mnist_sample: Any) -> None:
    digits, _ = mnist_sample
    inks = [cv2.resize(digit, (9 + 5 * at, 12 + 4 * at)) for at, digit in enumerate(digits[:30])]
    inks += [np.zeros((5, 4), np.uint8), np.full((90, 2), 255, np.uint8), np.eye(120, dtype=np.uint8) * 200]
    body = f"{UNPACKED} return given.map((ink) => text(its.normalize(unpacked(ink))));"
    patches = pictures(scripts.run("cutouts", body, [packed(ink) for ink in inks]), (28, 28))
    assert off(patches, np.stack([normalize(ink) for ink in inks])) <= 2 * NEAR  # the smallest are made brighter after


def test_opinions_weigh_the_same(scripts: Scripts) -> None:
    random = np.random.default_rng(5)
    rows = {name: random.dirichlet(np.full(columns, 0.3), 40).astype(np.float32) for name, columns in ROWS.items()}
    heat = random.random(40, np.float32)
    boxes = np.column_stack([random.integers(0, 200, (40, 2)), random.integers(4, 40, (40, 2))]).astype(np.int32)
    trust = Trust(**load_model(shipped_network("refiner", "onnx")).card.trust)
    said = Opinions(**{name: rows.get(name, heat) for name in Opinions.__dataclass_fields__})
    names = {"found": "classes"}
    each = [
        {"heat": float(heat[at]), "box": boxes[at].tolist()}
        | {names.get(name, name): values[at].tolist() for name, values in rows.items() if name in vars(said)}
        for at in range(40)
    ]
    body = (
        "return [its.weighed(given), given.map(({ heat, refined }) => its.weighedMark(heat, refined.slice(10, 17)))];"
    )

    digits, marks = scripts.run("opinions", body, each)

    assert np.allclose(digits, weighed(said, boxes, trust), atol=1e-5)
    assert np.allclose(marks, weighed_marks(MarkOpinions(heat, rows["refined"][:, 10:17]), trust), atol=1e-5)


ROWS = {"found": 10, "refined": 18, "read": 13}


def test_numbers_are_put_together_alike(scripts: Scripts) -> None:
    pages = [writing(seed) for seed in range(150)]
    expected = [
        grouped(patches, rows, links, np.ones(len(rows), np.bool_), marks, 0.0).readings
        for patches, rows, links, marks in pages
    ]
    given = [
        {
            "digits": [
                {"box": box, "row": row, "linked": link, "patch": None}
                for box, row, link in zip(patches.boxes.tolist(), rows.tolist(), links.tolist(), strict=True)
            ],
            "marks": [{"box": list(b), "row": row} for b, row in zip(patches.punctuation, marks.tolist(), strict=True)],
        }
        for patches, rows, links, marks in pages
    ]
    body = "return given.map(({ digits, marks }) => its.grouped(digits, marks)"
    body += ".map(({ text, confidence, box }) => [text, confidence, box]));"

    for theirs, ours in zip(scripts.run("reader", body, given), expected, strict=True):
        assert [(text, box) for text, _, box in theirs] == [(one.text, list(one.box)) for one in ours]
        assert [sure for _, sure, _ in theirs] == pytest.approx([one.confidence for one in ours])


def test_of_what_overlaps_the_same_stays(scripts: Scripts) -> None:
    random = np.random.default_rng(3)
    boxes = np.column_stack([random.integers(0, 60, (80, 2)), random.integers(4, 40, (80, 2))]).astype(np.int32)
    likely, mark = random.random(80, np.float32), random.random(80) < 0.3
    things = [{"box": box, "mark": kind} for box, kind in zip(boxes.tolist(), mark.tolist(), strict=True)]
    kept = scripts.run("finding", "return its.distinct(...given);", [things, likely.tolist()])
    assert kept == distinct(boxes, likely, mark).tolist()


@pytest.mark.parametrize(
    "texts",
    [["12", "-3", "+4.5", "1.234", "1,234.5", "1?"], ["1.234", "7,5"], ["1,234", "1.500,25"], ["0.5", "1,2", "2.000"]],
)
def test_values_are_the_same(scripts: Scripts, texts: list[str]) -> None:
    values = scripts.run(
        "values", "return its.valued(given.map((text) => ({ text }))).map(({ value }) => value);", texts
    )
    digit = Digit(1, 1.0, Box(0, 0, 1, 1))
    assert values == [one.value for one in valued([Reading.of([digit], text=text) for text in texts])]


def test_what_is_drawn_reads_as_connected_ink_does(scripts: Scripts, mnist_sample: Any) -> None:
    digits, labels = mnist_sample
    drawings = Reader(finder="components")
    for first in range(0, 20, 5):
        paper = paper_of(digits[first : first + 5], ground=255, width=400)
        expected = [one.text for one in drawings.read(paper)]
        answer = scripts.read(cv2.imencode(".png", paper)[1].tobytes(), drawing=True)
        assert [one["text"] for one in answer["readings"]] == expected, labels[first : first + 5]


class TestPage:
    def test_a_dropped_sample_is_read_and_its_patches_are_shown(self, visit, asked, address) -> None:
        page = visit()
        dropped(page, SAMPLES / "scanned-label.png")
        dropped(page, Path("notes.txt"), content=b"no picture")
        done(page, 2)
        assert page.locator("#photos tbody tr").first.inner_text().startswith("60274\t")
        assert page.evaluate("document.querySelector('#photos figure img').naturalWidth") == 28
        assert page.inner_text("#photos .wrong") == "not a picture that this browser can show; try a JPEG or PNG"
        assert page.locator("[role=tab]").all_inner_texts() == ["Photo", "Draw"]
        assert {f"{address}{name}" for name in ("worker.js", "finder.onnx", "ort-wasm.wasm")} <= set(asked)

    def test_it_reads_as_one_writes_in_the_dark_on_a_phone(self, visit) -> None:
        page = visit("draw", **PHONE, color_scheme="dark")
        write(page, ONE)
        reads(page, "1")
        write(page, SEVEN)
        reads(page, "17")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.click("text=Undo")
        reads(page, "1")

    def test_the_keyboard_is_enough(self, visit) -> None:
        page = visit("photo")
        page.focus("#tab-photo")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        for _ in range(20):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")
        reads(page, "1")

    def test_a_network_that_does_not_come_is_said_in_words(self, browser, address) -> None:
        page = browser.new_page()
        page.route("**/cnn.onnx", lambda route: route.abort())
        page.goto(f"{address}#/draw")
        write(page, ONE)
        page.wait_for_selector("#draw-state:text-is('cnn.onnx could not be loaded; load the page again.')")
        page.close()

    def test_opened_as_a_file_it_says_that_it_needs_a_server(self, browser, folder) -> None:
        page = browser.new_page()
        page.goto(folder.joinpath("index.html").as_uri())
        assert page.inner_text("#starting").startswith("This page starts where a web server gives it")
        page.close()


def reads_alike(scripts: Scripts, reader: Reader, content: bytes) -> None:
    """Assert that the page and the reader read the same in a picture file, and something."""
    page = Page(decode_frame(content, "picture"), level=False)
    expected = reader.valued(reader.recogniser.recognise(page).readings)

    answer = scripts.read(content)

    assert expected
    assert [(one["text"], one["value"], one["box"]) for one in answer["readings"]] == [
        (one.text, one.value, list(one.box)) for one in expected
    ]
    assert [one["confidence"] for one in answer["readings"]] == pytest.approx(
        [one.confidence for one in expected], abs=0.02
    )


def noise(width: int, height: int) -> Pixels:
    """Return grey paper with strokes and grain."""
    random = np.random.default_rng(width)
    grey = np.full((height, width), 190, np.uint8)
    for x, y in random.integers(0, (width, height), (12, 2)).tolist():
        cv2.line(grey, (x, y), (x + 9, y + 14), 40, 3, cv2.LINE_AA)
    return np.clip(grey + random.normal(0, 6, grey.shape), 0, 255).astype(np.uint8)


def paper_of(digits: Pixels, *, ground: int = 225, width: int = 1280) -> Pixels:
    """Return paper with a row of digits in dark ink."""
    paper = np.full((140, width), ground, np.uint8)
    for at, digit in enumerate(digits):
        paper[10:70, 25 + 60 * at : 80 + 60 * at] -= cv2.resize(digit, (55, 60)) // 5 * 4
    return paper


def off(theirs: Pixels, ours: Pixels) -> int:
    """Return by how many levels two pictures differ at most."""
    assert theirs.shape == ours.shape
    return int(np.abs(theirs.astype(int) - ours).max(initial=0))


def writing(seed: int) -> tuple[Patches, NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return digits and marks of a few rows, some of them doubtful, raised, or with dust between."""
    random = np.random.default_rng(seed)
    boxes, marks = [], []
    for row in range(3):
        x = int(random.integers(0, 40))
        for _ in range(int(random.integers(2, 9))):
            height = int(random.integers(20, 34)) if random.random() < 0.85 else 14
            y = 60 * row + int(random.integers(0, 8))
            if random.random() < 0.3:
                marks.append(Box(x - 5, y + int(random.integers(0, 30)), 4, 5))
            boxes.append([x, y, int(random.integers(6, 20)), height])
            x += boxes[-1][2] + int(random.choice([2, 4, 6, 8, 30]))
    rows = random.dirichlet(np.full(11, 0.15), len(boxes)).astype(np.float32)
    kinds = (random.dirichlet(np.full(len(MARKS), 0.2), len(marks)) * random.random((len(marks), 1))).astype(np.float32)
    patches = Patches(np.zeros((len(boxes), 28, 28), np.uint8), np.int32(boxes), (), tuple(marks))
    return patches, rows, random.random(len(boxes), np.float32), kinds.reshape(-1, len(MARKS))
