"""benchmarks/peers asks readers, scores what they answer, and writes the page from that."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from benchmarks.peers.contestants import CONTESTANTS, OURS
from benchmarks.peers.environments import ENVIRONMENTS
from benchmarks.peers.figures import FIGURES, best, figures, measures, readings, score
from benchmarks.peers.page import page, write_page
from benchmarks.peers.running import ADAPTERS, AdapterError, running
from benchmarks.peers.sets import Picture, Set, labelled, samples, upright

ADAPTER = f"""
import sys
sys.path.insert(0, {str(ADAPTERS)!r})
from protocol import answer

def reader(options):
    print("a library's chatter")
    if options.mood == "broken":
        raise SystemExit("no network: it would have to be downloaded")
    def read(path):
        if path.endswith("bad.png"):
            raise OSError("no picture")
        return [("12 a", 0.97)]
    return read

answer(reader)
"""


def answer(*texts: tuple[str, float], of: str = "years") -> dict[str, Any]:
    numbers = [{"text": text, "confidence": sure} for text, sure in texts]
    return {"set": of, "source": "a.png", "numbers": numbers, "seconds": 0.1, "error": None}


def kind(*numbers: tuple[str, ...], joined: bool = False) -> Set:
    return Set("years", tuple(Picture(Path(f"{at}.png"), own) for at, own in enumerate(numbers)), joined)


def recorded() -> dict[str, Any]:
    """What ``read`` and ``time`` keep, of two readers, and of one that cannot be had."""
    good = {"exact": 2, "measure": 0.9, "sure": 4, "wrong": 0, "errors": 0, "variant": ""}
    poor = {"exact": 1, "measure": 0.5, "sure": 2, "wrong": 1, "errors": 0, "variant": "psm 7"}
    readers = {
        OURS: {"versions": {"numbre-edge": "1"}, "size": 3e8, "peak": 2e8, "sets": {"samples": good, "years": poor}},
        "tesseract": {
            "versions": {},
            "size": 2e7,
            "peak": 1e8,
            "sets": {"samples": poor, "years": good},
            "ways": {"psm 6": {"samples": 0.1, "years": 0.7}},
        },
        "onnxtr": {"reason": "cannot be downloaded here"},
    }
    sets = [{"name": "samples", "n": 2, "joined": False}, {"name": "years", "n": 2, "joined": False}]
    timed = {
        OURS: {"cold": 1.5, "cold_cpu": 1.0, "warm": 0.8, "warm_cpu": 0.5},
        "tesseract": {"cold": 0.6, "cold_cpu": 0.5, "warm": 1.6, "warm_cpu": 1.0},
    }
    time = {"date": "2026-11-26", "rounds": 5, "pictures": 8, "threads": 1, "processor": "CPU", "cores": 2}
    return {"read": {"sets": sets, "readers": readers}, "time": time | {"readers": timed}}


def test_every_reader_has_an_environment_and_an_adapter() -> None:
    assert {one.environment for one in CONTESTANTS} == set(ENVIRONMENTS)
    assert all((ADAPTERS / one.adapter).is_file() for one in CONTESTANTS)
    assert len({one.name for one in CONTESTANTS}) == len(CONTESTANTS)


def test_a_reader_is_asked_picture_by_picture_in_a_process_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "adapter.py").write_text(ADAPTER)

    with running(Path(sys.executable), str(tmp_path / "adapter.py"), (("mood", "well"),)) as reader:
        read, failed = reader.read(tmp_path / "a.png"), reader.read(tmp_path / "bad.png")
        peak = reader.peak

    assert read["numbers"] == [{"text": "12 a", "confidence": 0.97}]
    assert read["error"] is None
    assert failed["error"] == "OSError: no picture"
    assert 0 < read["cpu"] <= failed["cpu"]
    assert peak > 1e6
    with (
        pytest.raises(AdapterError, match="it would have to be downloaded"),
        running(Path(sys.executable), str(tmp_path / "adapter.py"), (("mood", "broken"),)),
    ):
        pass
    with pytest.raises(AdapterError, match="make it first"), running(tmp_path / "python", "adapter.py", ()):
        pass


def test_each_word_with_a_digit_is_a_number_as_sure_as_its_text() -> None:
    told = answer(("No. 12 345?", 0.9), ("what?", 0.8), ("１９", 0.7))

    assert [(one.text, one.confidence) for one in readings(told)] == [("12", 0.9), ("345", 0.9), ("19", 0.7)]
    assert [one.text for one in readings(answer(("3?", 0.4)), own=True)] == ["3?"]


def test_answers_are_held_against_what_is_there() -> None:
    read = [answer(("1947", 0.99)), answer(("53", 0.96), ("7", 0.2))]

    plain = figures(kind(("1947",), ("58",)), read)

    assert (plain.exact, plain.sure, plain.wrong) == (1, 2, 1)
    assert plain.measure == pytest.approx(2 / 5)
    assert figures(kind(("1947",), ("537",), joined=True), read).exact == 2


def test_of_a_readers_settings_the_best_of_a_set_counts() -> None:
    variants = {"psm 6": [answer(("1", 0.9))], "psm 7": [answer(("1947", 0.9))]}

    assert best(kind(("1947",)), variants).variant == "psm 7"
    assert measures([kind(("1947",))], {"psm 6": variants["psm 6"]}) == {"years": 0.0}


def test_figures_are_of_the_readers_that_answered(tmp_path: Path) -> None:
    told = {"size": 1, "peak": 2, "versions": {}, "variants": {"": [answer(("1947", 0.9))]}}
    (tmp_path / f"{OURS}.json").write_text(json.dumps(told))
    (tmp_path / "onnxtr.json").write_text(json.dumps({"reason": "no network"}))

    read = score(tmp_path, [kind(("1947",))])["read"]

    assert read["readers"][OURS]["sets"]["years"]["exact"] == 1
    assert "variants" not in read["readers"][OURS]
    assert read["readers"]["onnxtr"] == {"reason": "no network"}


def test_the_page_says_where_a_peer_is_better(tmp_path: Path) -> None:
    (tmp_path / "figures.json").write_text(json.dumps(recorded()))

    write_page(tmp_path / "figures.json")

    text = (tmp_path / "figures.md").read_text(encoding="utf-8")
    assert "| numbre-edge | 1 | 50.0% | 0.500 | 1 of 2 | 100% |" in text
    assert "| numbre-edge | 16.0 | 10.0 | 1.0 | 1.5 | 200 | 300 |" in text
    assert "exact 100.0% against 50.0%, and numbre-edge reads 2 times as many pictures a second." in text
    assert "Better in exact, number F1, wrong at 95 %, cold start, peak memory, installed size." in text
    assert "0.700 with psm 6" in text
    assert "in exact and in pictures/s, both: none of the four" in text
    assert "*years* (0.90 against 0.50)" in text
    assert "not measured: cannot be downloaded here" in text
    for plot in ("peers-speed.svg", "peers-sets.svg"):
        assert 1_000 < (tmp_path / "images" / plot).stat().st_size < 100_000


def test_the_page_is_written_from_the_figures() -> None:
    written = FIGURES.with_suffix(".md").read_text(encoding="utf-8")

    assert written == page(json.loads(FIGURES.read_text(encoding="utf-8"))), "run: python -m benchmarks.peers page"


def test_pictures_come_by_name_with_what_is_on_them(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("file,label\nb.png,12 7\na.png,-\nc.png,3\n")
    for name in "abc":
        (tmp_path / f"{name}.png").touch()

    taken = labelled(tmp_path, 2)

    assert [(picture.path.name, picture.numbers) for picture in taken.pictures] == [
        ("a.png", ()),
        ("b.png", ("12", "7")),
    ]
    assert all(picture.path.is_file() for picture in samples(3).pictures)


def test_of_a_reader_that_was_not_asked_for_a_set_the_others_count(tmp_path: Path) -> None:
    told = {"size": 1, "peak": 2, "versions": {}, "variants": {"": [answer(("1947", 0.9))]}}
    (tmp_path / f"{OURS}.json").write_text(json.dumps(told))
    Image.new("L", (3000, 1000)).save(tmp_path / "large.png")
    large = Set("photos", (Picture(tmp_path / "large.png", ("7",)),))

    assert large.megapixels == 3
    assert list(score(tmp_path, [kind(("1947",)), large])["read"]["readers"][OURS]["sets"]) == ["years"]


def test_a_picture_that_lies_on_its_side_is_set_upright_for_all(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("L", (30, 20)).save(tmp_path / "turned.jpg", exif=exif)
    Image.new("L", (30, 20)).save(tmp_path / "plain.jpg")

    with Image.open(upright(tmp_path / "turned.jpg", tmp_path)) as image:
        assert image.size == (20, 30)
    assert upright(tmp_path / "plain.jpg", tmp_path) == tmp_path / "plain.jpg"
