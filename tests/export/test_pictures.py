"""Pictures by the whole reader: what counts as right, what is told of it, and what is shown."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from numbre_edge.errors import SourceError
from numbre_edge.types import Box, Digit, Reading
from numbre_export.evaluation import report
from numbre_export.evaluation.evaluate import Evaluation
from numbre_export.evaluation.pictures import (
    PictureResult,
    PictureScore,
    edit_distance,
    mean_measure,
    score_folder,
    together,
)
from numbre_export.evaluation.worst import worst_numbers, write_worst

pytestmark = pytest.mark.export


def reading(text: str, *confidences: float, left: int = 0) -> Reading:
    """A number; each digit is 0.9 sure where nothing else is said."""
    sure = confidences or (0.9,) * len(text)
    digits = zip(text, sure, strict=True)
    return Reading.of(
        [Digit(None if c == "?" else int(c), p, Box(left + 10 * i, 0, 8, 12)) for i, (c, p) in enumerate(digits)]
    )


def result(expected: str, *readings: Reading, error: str | None = None, file: str = "a.jpg") -> PictureResult:
    return PictureResult(file, Path(file), tuple(expected.split()), readings, error)


def labelled(folder: Path, *lines: str, images: bool = True) -> Path:
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")
    place = folder / "images" if images else folder
    place.mkdir(exist_ok=True)
    for line in lines[1:]:
        (place / line.split(",")[0]).write_bytes(b"picture")
    return folder


@pytest.mark.parametrize("images", [True, False])
def test_labelled_pictures_are_scored(tmp_path: Path, images: bool) -> None:
    folder = labelled(tmp_path, "file,label", "a.jpg,561247", "b.jpg,12 34", "c.jpg,7", "d.jpg,90", images=images)
    answers = {"a.jpg": ["561247"], "b.jpg": ["34", "12"], "c.jpg": ["7", "1"]}

    def read(path: Path) -> list[Reading]:
        assert path.is_file()
        if path.name == "d.jpg":
            raise SourceError(f"{path}: is not a picture")
        return [reading(text) for text in answers[path.name]]

    score = score_folder(folder, read)
    assert [r.exact for r in score.results] == [True, False, False, False]
    assert (score.exact, score.errors) == (0.25, 1)
    # numbers right 1 + 2 + 1 + 0; there 1 + 2 + 1 + 1, read 1 + 2 + 2 + 0
    assert score.f1 == score.measure == pytest.approx(2 * 4 / 10)
    # edits 0, 1234 -> 3412: 4, 7 -> 71: 1, 90 -> nothing: 2; digits 6 + 4 + 1 + 2
    assert score.digit_accuracy == pytest.approx(1 - 7 / 13)
    assert score.results[3].error == "is not a picture"


def test_a_joined_folder_is_judged_by_all_digits_as_one_string(tmp_path: Path) -> None:
    folder = labelled(tmp_path, "file,label", "a.jpg,1234", "b.jpg,1234", "c.jpg,12", "d.jpg,-")
    answers = {"a.jpg": ["12", "34"], "b.jpg": ["1234"], "c.jpg": ["1"], "d.jpg": []}

    def read(path: Path) -> list[Reading]:
        return [reading(text) for text in answers[path.name]]

    apart, joined = score_folder(folder, read), score_folder(folder, read, joined=True)
    assert (joined.measure, joined.exact) == (0.75, 0.5)
    assert apart.measure == pytest.approx(2 / 7)  # 1 of the 3 numbers there; 4 were read
    assert [r.file for r in joined.misread] == ["c.jpg"]
    assert sorted(r.file for r in apart.misread) == ["a.jpg", "c.jpg"]
    assert mean_measure([apart, joined]) == pytest.approx((0.75 + 2 / 7) / 2)


@pytest.mark.parametrize(
    ("expected", "read", "right"),
    [
        ("12 34", ("34", "12"), (True, True)),  # wherever they stand
        ("12", ("12", "12"), (True, False)),  # there is one
        ("12 12", ("12", "12"), (True, True)),
        ("123", ("1?3",), (False,)),
        ("", ("1",), (False,)),
        ("7", (), ()),
    ],
)
def test_a_number_is_right_once_for_each_time_it_is_there(
    expected: str, read: tuple[str, ...], right: tuple[bool, ...]
) -> None:
    found = result(expected, *map(reading, read)).numbers
    assert tuple(number.right for number in found) == right


def test_of_the_numbers_read_at_95_percent_so_many_are_wrong() -> None:
    score = PictureScore(
        "a",
        (
            result("1 2", reading("1", 0.95), reading("3", 0.99)),
            result("4", reading("5", 0.9499), reading("4", 0.94996)),  # which is printed as 0.95
            result("6"),
        ),
    )
    assert (score.sure, score.sure_and_wrong) == (3, 1)


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [("", "", 0), ("123", "123", 0), ("123", "", 3), ("1234", "124", 1), ("12", "21", 2), ("1?3", "123", 1)],
)
def test_edit_distance(a: str, b: str, distance: int) -> None:
    assert edit_distance(a, b) == edit_distance(b, a) == distance


@pytest.mark.parametrize(
    ("expected", "read", "judged"),
    [
        ("12 3", [reading("12", 0.9, 0.8), reading("4", 0.7)], ((0.9, True), (0.8, True), (0.7, False))),
        # the digits are what is judged, however they are grouped
        ("123", [reading("1", 0.9), reading("23", 0.8, 0.7)], ((0.9, True), (0.8, True), (0.7, True))),
        ("123", [reading("1?3", 0.9, 0.8, 0.7)], ((0.9, True), (0.7, True))),  # a doubtful one holds its place
        ("123", [reading("12")], ()),  # which of them is missing?
        ("", [], ()),
    ],
)
def test_digits_are_judged_where_as_many_were_read_as_are_there(
    expected: str, read: list[Reading], judged: tuple[tuple[float, bool], ...]
) -> None:
    assert result(expected, *read).judged == judged


def test_a_folder_s_doubts_and_blanks_are_counted_and_folders_are_put_together(tmp_path: Path) -> None:
    labelled(tmp_path, "file,label", "a.jpg,12", "b.jpg,1?", "c.jpg,7", "d.jpg,")
    answers = {"a.jpg": ["12"], "b.jpg": ["?"], "c.jpg": [], "d.jpg": []}
    score = score_folder(tmp_path, lambda path: [reading(text) for text in answers[path.name]])
    assert (score.doubtful, score.unread, score.judged) == (1, 1, 2)
    assert score.calibration_error == pytest.approx(0.1)  # both digits right, each 0.9 sure
    both = together([score, PictureScore("scans", (result("34", reading("56")),))])
    assert (len(both.results), both.judged) == (5, 4)
    assert both.calibration_error == pytest.approx(0.4)  # 0.9 sure, half right


def test_the_most_confident_mistake_comes_first_and_a_blank_last() -> None:
    score = PictureScore(
        "a",
        (
            result("7", file="blank"),
            result("1", reading("2", 0.6), file="doubting"),
            result("3", reading("3"), file="right"),
            result("4 5", reading("4", 0.99), reading("6", 0.97), file="sure"),
        ),
    )
    assert [misread.file for misread in score.misread] == ["sure", "doubting", "blank"]


def test_the_report_says_it_all_to_people_and_to_scripts(five: Evaluation, tmp_path: Path) -> None:
    results = (result("12", reading("12", 0.9, 0.7)), result("7", error="b.jpg: is empty", file="b.jpg"))
    found = report.Report(Path("models/cnn.onnx"), five, (PictureScore("dir/photos/", results),))
    report.write(tmp_path, found)
    told = json.loads((tmp_path / "report.json").read_text())
    assert (told["model"], told["digits"]["n"], told["digits"]["accuracy"]) == ("models/cnn.onnx", 5, 0.6)
    assert told["digits"]["confusion"][2][1] == 1
    assert told["digits"]["classes"][3] == {"digit": 3, "n": 2, "precision": 1.0, "recall": 0.5}
    folder = told["pictures"][0]
    assert (folder["folder"], folder["exact"], folder["unread"]) == ("dir/photos/", 0.5, 1)
    assert folder["calibration_error"] == pytest.approx(0.2)
    assert folder["results"] == [
        {
            "file": "a.jpg",
            "expected": ["12"],
            "read": ["12"],
            "exact": True,
            "numbers": [{"text": "12", "confidence": 0.7, "right": True, "box": [0, 0, 18, 12]}],
            "error": None,
        },
        {"file": "b.jpg", "expected": ["7"], "read": [], "exact": False, "numbers": [], "error": "b.jpg: is empty"},
    ]
    lines = report.text(found).splitlines()
    assert lines[0] == "cnn.onnx: 60.00% of 5 held-out digits right, 2 wrong; 1 of 2 pictures read right"
    row = next(line for line in lines if line.startswith("photos "))
    assert row.split() == ["photos", "2", "50.0%", "0.667", "66.67%", "0", "of", "0", "0.200", "2", "0", "1", "1"]
    assert lines[-1].split() == ["photos/b.jpg", "7", "b.jpg:", "is", "empty", "–"]


def test_the_terminal_lists_the_worst_of_many_and_the_page_all_of_them(tmp_path: Path) -> None:
    results = tuple(result("1", reading("7", n / 100), file=f"{n:02}.jpg") for n in range(50))
    found = report.Report(Path("cnn.onnx"), pictures=(PictureScore("photos", results),))
    lines = report.text(found).splitlines()
    assert lines[0] == "cnn.onnx: 0 of 50 pictures read right"
    assert "Misread: 50 of 50 pictures; the 20 most confident, all in report.json" in lines
    assert [line.split() for line in lines[-20:-18]] == [
        ["photos/49.jpg", "1", "7", "49.0%"],
        ["photos/48.jpg", "1", "7", "48.0%"],
    ]
    report.write(tmp_path, found)
    assert (tmp_path / "accuracy.md").read_text().count("| photos/") == 50


def test_long_lists_of_numbers_are_cut_in_the_terminal_alone() -> None:
    found = report.Report(Path("cnn.onnx"), pictures=(PictureScore("a", (result("123456789 " * 20),)),))
    assert max(map(len, report.text(found).splitlines())) < 130
    assert "123456789 " * 19 in report.markdown(found)


def test_the_report_is_a_page_too(five: Evaluation, tmp_path: Path) -> None:
    scores = tuple(PictureScore(name, (result("12", reading(read)),)) for name, read in (("a", "1"), ("b", "12")))
    report.write(tmp_path, report.Report(Path("models/cnn.onnx"), five, scores))
    page = (tmp_path / "accuracy.md").read_text()
    assert page.startswith("## cnn.onnx\n")
    assert "models/" not in page
    section = page[page.index("### Pictures") : page.index("### Misread")]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    assert [row[:3] for row in rows[2:5]] == [["a", "1", "0.0%"], ["b", "1", "100.0%"], ["together", "2", "50.0%"]]
    assert rows[5][:2] == ["mean of folders", "2"]
    assert rows[5][3] == "0.500"
    assert rows[2][6] == "–"  # nothing to judge confidence by
    assert page.endswith("| a/a.jpg | 12 | 1 | 90.0% |\n")


def test_the_most_confident_wrong_numbers_are_drawn_twenty_at_most(tmp_path: Path) -> None:
    results = []
    for n in range(24):
        path = tmp_path / f"{n:02}.png"
        shape = ((40, 200), (40, 200, 3), (12, 12))[n % 3]
        cv2.imwrite(str(path), np.full(shape, 10 * n, np.uint8))
        wrong = reading("7", 0.5 + n / 100, left=2)
        results.append(PictureResult(path.name, path, ("1",), (wrong, reading("1", 0.99, left=150))))
    worst = worst_numbers([PictureScore(str(tmp_path), tuple(results))])
    assert [round(number.reading.confidence, 2) for number in worst[:2]] == [0.73, 0.72]
    assert len(worst) == 20
    assert {number.reading.text for number in worst} == {"7"}
    write_worst(tmp_path / "worst.png", worst)
    sheet = cv2.imread(str(tmp_path / "worst.png"))
    assert sheet is not None
    assert sheet.shape[:2] == (5 * 248 + 10, 4 * 330 + 10)
    write_worst(tmp_path / "worst.png", worst[:1])
    few = cv2.imread(str(tmp_path / "worst.png"))
    assert few is not None
    assert few.shape[0] == 248 + 10
