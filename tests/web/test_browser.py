"""The page in a real browser, Chromium: what a person sees and does there, by mouse, finger and keyboard."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from numbre_edge.reader import Reader
from numbre_edge.sources.spec import open_stream
from numbre_edge.web.hub import Hub
from numbre_edge.web.live import OwnPace, keep_watching
from numbre_edge.web.metrics import Metrics
from tests.web.browsing import ONE, PHONE, SAMPLE, SAMPLES, SEVEN, done, dropped, reads, violations, write
from tests.web.serving import TOKEN, Client, running

TABS = ("live", "photo", "draw")
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach(({ value, sources }) => {
    window.shifts.push([value, ...sources.map(({ node }) => node?.outerHTML?.slice(0, 80))]);
})).observe({ type: "layout-shift", buffered: true });
"""

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(finder="components")  # the quickest


@pytest.fixture(scope="module")
def site(reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A server whose camera is a video of a sample, of a second."""
    clip = tmp_path_factory.mktemp("video") / "clip.avi"
    picture = cv2.resize(cv2.imread(str(SAMPLE)), (640, 354), interpolation=cv2.INTER_AREA)
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), 10, (640, 354))
    for _ in range(10):
        writer.write(picture)
    writer.release()
    hub = Hub("clip.avi", Metrics())
    with running(reader, hub=hub) as client:
        end = threading.Event()
        listeners = [hub, OwnPace(end.is_set)]
        watch = partial(keep_watching, partial(open_stream, str(clip)), reader.following(), listeners, stop=end.is_set)
        thread = threading.Thread(target=watch)
        thread.start()
        yield client
        end.set()
        thread.join()


@pytest.fixture
def visit(browser: Any, site: Client) -> Iterator[Open]:
    """Open the page at a tab. In the end: no error was logged, and nothing was asked of another host."""
    contexts: list[Any] = []
    faults: list[str] = []

    def open_page(tab: str = "", *, client: Client = site, **settings: Any) -> Any:
        base = f"http://127.0.0.1:{client.port}/"
        context = browser.new_context(base_url=base, **settings)
        context.set_default_timeout(60000)
        context.add_init_script(SHIFTS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        ours = (base, "data:", f"blob:{base}")
        page.on("request", lambda request: request.url.startswith(ours) or faults.append(request.url))
        page.goto(f"/#/{tab}" if tab else "/")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


class TestLive:
    def test_it_comes_first_and_shows_what_is_in_view(self, visit) -> None:
        page = visit()
        page.wait_for_selector("#live-numbers td:text('4071')")
        page.wait_for_function("() => document.getElementById('live-picture').naturalWidth === 640")
        assert page.get_attribute("#tab-live", "aria-selected") == "true"

    def test_a_pause_keeps_the_picture_and_asks_for_no_more(self, visit) -> None:
        page = visit("live")
        page.wait_for_function("() => document.getElementById('live-picture').naturalWidth === 640")
        page.click("text=Pause")
        assert page.get_attribute("#live-pause", "aria-pressed") == "true"
        assert page.get_attribute("#live-picture", "src") is None
        assert page.evaluate("document.getElementById('live-still').width") == 640
        page.click("text=Pause")
        page.wait_for_function("() => document.getElementById('live-picture').naturalWidth === 640")

    def test_a_snapshot_is_a_file_to_keep(self, visit, tmp_path) -> None:
        page = visit("live")
        page.wait_for_selector("#live-numbers td")
        with page.expect_download() as download:
            page.click("text=Snapshot")
        download.value.save_as(tmp_path / "snapshot.jpg")
        assert cv2.imread(str(tmp_path / "snapshot.jpg")).shape == (354, 640, 3)

    def test_a_region_is_dragged_with_the_mouse_or_typed(self, visit) -> None:
        page = visit("live")
        page.wait_for_selector("#live-region[viewBox]")
        option = page.locator("#region-option")
        area = page.locator("#live-region").bounding_box()
        scale = min(area["width"] / 640, area["height"] / 354)  # the picture is fitted into the area, in its middle
        left, top = area["x"] + (area["width"] - 640 * scale) / 2, area["y"] + (area["height"] - 354 * scale) / 2
        page.mouse.move(left + 300 * scale, top + 200 * scale)
        page.mouse.down()
        page.mouse.move(left + 100 * scale, top + 50 * scale, steps=3)
        page.mouse.up()
        assert option.inner_text() == "--roi 100,50,200,150"
        page.fill("#region [name=width]", "220")
        assert option.inner_text() == "--roi 100,50,220,150"

    def test_a_region_is_spanned_by_two_fingers(self, visit) -> None:
        page = visit("live", **PHONE)
        page.wait_for_selector("#live-region[viewBox]")
        area = page.locator("#live-region").bounding_box()
        scale = min(area["width"] / 640, area["height"] / 354)
        left, top = area["x"] + (area["width"] - 640 * scale) / 2, area["y"] + (area["height"] - 354 * scale) / 2
        fingers = [{"x": left + x * scale, "y": top + y * scale, "id": x} for x, y in ((100, 50), (420, 250))]
        touch = page.context.new_cdp_session(page)
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": fingers[:1]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": fingers})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        x, y, width, height = map(int, page.locator("#region-option").inner_text().removeprefix("--roi ").split(","))
        assert (x, y, width, height) == pytest.approx((100, 50, 320, 200), abs=2)


class TestPhoto:
    def test_a_dropped_sample_reads_as_the_reader_reads_it(self, visit, reader) -> None:
        page = visit("photo")
        dropped(page, SAMPLE)
        done(page, 1)
        (reading,) = reader.read(SAMPLE)
        row = f"{reading.text}\t{reading.confidence:.0%}\t{reading.box.x}, {reading.box.y}, "
        assert page.locator("#photos tbody tr").all_inner_texts()[0].startswith(row)
        captions = page.locator("#photos figcaption").all_inner_texts()
        assert captions == [f"{digit} {digit.confidence:.0%}" for digit in reading.digits]
        assert page.evaluate("document.querySelector('#photos figure img').naturalWidth") == 28
        assert page.locator("#photos svg rect.sure").count() == 1

    def test_pictures_in_a_row_are_chosen_and_pasted_and_copied(self, visit) -> None:
        page = visit("photo", permissions=["clipboard-read", "clipboard-write"])
        page.set_input_files("#choose", [SAMPLE, SAMPLES / "red-pen.jpg"])
        dropped(page, SAMPLES / "one-digit-marker.jpg", target="paste")
        done(page, 3)
        copied = {}
        for kind in ("text", "csv", "json"):
            page.click(f"[data-copy={kind}]")
            page.wait_for_selector("#photo-state:text('Copied as')")
            copied[kind] = page.evaluate("navigator.clipboard.readText()")
        results = json.loads(copied["json"])
        assert [result["source"] for result in results] == ["plain-number.jpg", "red-pen.jpg", "one-digit-marker.jpg"]
        numbers = [reading["text"] for result in results for reading in result["readings"]]
        assert copied["text"].split("\n") == numbers
        assert len(numbers) == 3
        header, *rows = copied["csv"].splitlines()
        assert header == "source,frame,text,confidence,x,y,width,height,error,value"
        assert [row.split(",")[2] for row in rows] == numbers

    def test_what_is_no_picture_is_said_in_words_and_the_next_is_read(self, visit) -> None:
        page = visit("photo")
        dropped(page, Path("notes.txt"), content=b"no picture")
        dropped(page, SAMPLE)
        done(page, 2)
        assert (
            page.inner_text("#photos .wrong") == "not a picture: the content is no format known here, though named .txt"
        )
        assert page.inner_text("#photo-state") == "2 pictures, 1 number."

    def test_a_format_that_no_browser_shows_is_shown(self, visit) -> None:
        page = visit("photo")
        tiff = cv2.imencode(".tiff", cv2.imread(str(SAMPLE)))[1].tobytes()
        dropped(page, Path("scan.tiff"), content=tiff)
        done(page, 1)
        assert page.evaluate("document.querySelector('#photos .view img').naturalWidth") == 760
        assert page.locator("#photos tbody tr").count() == 1

    def test_a_transparent_picture_lies_on_white_in_the_dark_too(self, visit) -> None:
        page = visit("photo", color_scheme="dark")
        dropped(page, Path("ink.png"), content=cv2.imencode(".png", np.zeros((300, 400, 4), np.uint8))[1].tobytes())
        done(page, 1)
        seen = page.locator("#photos .view").screenshot()
        assert np.median(cv2.imdecode(np.frombuffer(seen, np.uint8), cv2.IMREAD_GRAYSCALE)) == 255


class TestDraw:
    def test_what_is_drawn_is_read_though_its_tab_is_left_meanwhile(self, visit) -> None:
        page = visit("draw")
        held: list[Any] = []
        page.route("**/api/read*", lambda route: held.append(route), times=1)
        with page.expect_request("**/api/read*"):
            write(page, ONE)
        assert page.inner_text("#draw-state") == "Reading …"
        write(page, SEVEN)
        page.click("#tab-photo")
        held[0].continue_()
        reads(page, "17")

    def test_a_picture_dropped_there_is_a_photo_and_the_drawing_stays(self, visit) -> None:
        page = visit("draw")
        write(page, ONE)
        dropped(page, SAMPLE)
        done(page, 1)
        assert page.get_attribute("#tab-photo", "aria-selected") == "true"
        reads(page, "1")

    def test_it_reads_as_one_writes_takes_back_and_clears(self, visit) -> None:
        page = visit("draw")
        write(page, ONE)
        reads(page, "1")
        write(page, SEVEN)
        reads(page, "17")
        page.click("text=Undo")
        reads(page, "1")
        page.click("#draw-clear")
        reads(page, "")
        assert page.is_disabled("#draw-undo")

    def test_a_finger_writes_too(self, visit) -> None:
        page = visit("draw", **PHONE)
        paper = page.locator("#paper").bounding_box()
        touch = page.context.new_cdp_session(page)
        for kind, y in (("touchStart", 60), ("touchMove", 150), ("touchMove", 240)):
            point = {"x": paper["x"] + 60, "y": paper["y"] + y}
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        reads(page, "1")


def test_an_address_by_hand_and_the_way_back_show_their_tabs(visit) -> None:
    page = visit("photo")
    page.evaluate("location.hash = '#draw'")
    page.wait_for_selector("#tab-draw[aria-selected=true]")
    page.go_back()
    page.wait_for_selector("#tab-photo[aria-selected=true]")


class TestKeyboard:
    def test_everything_is_reached_and_used_without_a_mouse(self, visit) -> None:
        page = visit("live")
        page.on("filechooser", lambda chooser: None)  # from here on, so that none opens before it is looked for
        page.wait_for_selector("#live-numbers td:text('4071')")  # all that it starts with is there
        focused = "document.activeElement.id"
        press = page.keyboard.press
        press("Tab")
        assert page.evaluate(focused) == "tab-live"
        press("ArrowRight")
        assert page.evaluate(focused) == "tab-photo"
        press("Tab")
        press("Tab")  # past the link to the description of the API
        assert page.evaluate(focused) == "choose"
        with page.expect_file_chooser() as chooser:
            press("Space")
        chooser.value.set_files(SAMPLE)
        done(page, 1)
        press("Tab")
        press("Tab")
        assert page.evaluate("document.activeElement.dataset.copy") == "text"
        page.focus("#tab-photo")
        press("ArrowRight")
        press("Tab")
        press("Tab")
        assert page.evaluate(focused) == "paper"
        press("Space")
        for _ in range(20):
            press("ArrowDown")
        press("Space")
        reads(page, "1")
        press("Tab")
        press("Enter")  # undo
        reads(page, "")


def fill(page: Any, tab: str) -> None:
    """Go to a tab and put something in it."""
    page.click(f"#tab-{tab}")
    if tab == "live":
        page.wait_for_selector("#live-numbers td")
    elif tab == "photo":
        dropped(page, SAMPLE)
        dropped(page, Path("notes.txt"), content=b"no picture")
        done(page, 2)
    else:
        write(page, ONE)
        reads(page, "1")


class TestForEverybody:
    @pytest.mark.parametrize("settings", [{}, {"color_scheme": "dark"}, PHONE], ids=["light", "dark", "phone"])
    def test_axe_finds_nothing_wrong_and_nothing_jumps_or_hangs_over(self, visit, settings) -> None:
        page = visit("photo", **settings)
        for tab in TABS:
            fill(page, tab)
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("window.shifts") == []
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
        assert dark == (settings.get("color_scheme") == "dark")

    def test_the_description_of_the_api_is_readable(self, visit) -> None:
        page = visit()
        page.goto("/docs")
        page.wait_for_selector("text=POST /api/read")
        assert violations(page) == []


class TestToken:
    def test_a_person_logs_in_and_stays(self, visit, locked) -> None:
        page = visit(client=locked)
        assert violations(page) == []
        page.fill("#token", "wrong-wrong-wrong-wrong")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=That is not the token.")
        page.fill("#token", TOKEN)
        page.click("text=Log in")
        page.wait_for_selector("#tab-photo[aria-selected=true]")
        page.reload()
        page.wait_for_selector("#tab-photo[aria-selected=true]")


def test_the_paper_is_white_in_the_dark_too(visit) -> None:
    page = visit("draw", color_scheme="dark")
    page.wait_for_function("() => document.getElementById('paper').width > 0")
    corner = page.evaluate("[...document.getElementById('paper').getContext('2d').getImageData(2, 2, 1, 1).data]")
    assert np.min(corner) == 255
