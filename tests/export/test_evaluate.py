"""Evaluation: digits by any kind of model file, pictures by the whole reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from numbre_edge.errors import DataError, ModelError, SourceError, UsageError
from numbre_edge.types import Box, Digit, Reading
from numbre_export.data.mnist import Digits, Mnist
from numbre_export.evaluation import plots, report
from numbre_export.evaluation.evaluate import Evaluation, evaluate, open_model
from numbre_export.evaluation.pictures import (
    PictureResult,
    PictureScore,
    edit_distance,
    load_labels,
    score_folder,
    together,
)
from numbre_export.exporting.cards import card_for, embed
from numbre_export.exporting.convert import KINDS, calibration_digits, convert

pytestmark = pytest.mark.export


@pytest.fixture
def five() -> Evaluation:
    """Digits 1 1 2 3 3, read as 1 1 1 3 9; the 2 more surely than the second 3."""
    labels = np.array([1, 1, 2, 3, 3], np.uint8)
    probabilities = np.full((5, 11), 0.01, np.float32)
    for row, (digit, share) in enumerate([(1, 0.9), (1, 0.8), (1, 0.7), (3, 0.9), (9, 0.6)]):
        probabilities[row, digit] = share
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)
    return evaluate(lambda _: probabilities, Digits(images, labels))


def test_accuracy_precision_recall_and_confusion(five: Evaluation) -> None:
    assert five.accuracy == pytest.approx(0.6)
    one, two, three, nine = (five.classes[digit] for digit in (1, 2, 3, 9))
    assert (one.n, one.recall) == (2, 1)
    assert one.precision == pytest.approx(2 / 3)
    assert (two.n, two.precision, two.recall) == (1, 0, 0)
    assert (three.precision, three.recall) == (1, 0.5)
    assert (nine.n, nine.precision, nine.recall) == (0, 0, 0)
    assert (five.confusion[2, 1], five.confusion[3, 9], five.confusion.trace(), five.confusion.sum()) == (1, 1, 3, 5)


def test_the_most_confident_mistake_comes_first(five: Evaluation) -> None:
    assert five.mistakes.tolist() == [2, 4]


@pytest.mark.parametrize("suffix", [".keras", ".h5", ".onnx", ".tflite"])
def test_every_kind_of_model_file_scores_the_same(
    run_folder: Path, trained: Any, small_mnist: Mnist, tmp_path: Path, suffix: str
) -> None:
    path = run_folder / f"model{suffix}"
    if suffix in (".onnx", ".tflite"):
        kind = KINDS[0] if suffix == ".onnx" else KINDS[1]
        calibration = calibration_digits(small_mnist.train, per_class=1)
        path = tmp_path / kind.file_name("numbre")
        path.write_bytes(embed(convert(trained, kind, calibration=calibration), card_for(trained, kind), kind.format))
    told = json.loads((run_folder / "metrics.json").read_text())
    assert evaluate(open_model(path), small_mnist.test).accuracy == pytest.approx(told["test"]["accuracy"])


def test_other_files_and_damaged_ones_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"model\.pt: is not a model; evaluate takes \.keras, \.h5, \.onnx, \.tflite"):
        open_model(tmp_path / "model.pt")
    with pytest.raises(ModelError, match=r"model\.keras: no such model"):
        open_model(tmp_path / "model.keras")
    for name in ("model.keras", "model.h5"):
        (tmp_path / name).write_bytes(b"not a model at all")
        with pytest.raises(ModelError, match=f"{name}: is not a Keras model"):
            open_model(tmp_path / name)


def test_a_keras_model_of_another_shape_is_refused(tmp_path: Path) -> None:
    import keras

    keras.Sequential([keras.Input((4,)), keras.layers.Dense(10)]).save(tmp_path / "other.keras")
    with pytest.raises(ModelError, match=r"maps \(None, 4\) to \(None, 10\); expected \(None, 28, 28\)"):
        open_model(tmp_path / "other.keras")


@pytest.mark.parametrize("plot", [plots.confusion, plots.predictions, plots.mistakes])
def test_pictures_are_drawn(five: Evaluation, tmp_path: Path, plot: Any) -> None:
    plot(five, tmp_path / "plot.png")
    drawn = cv2.imread(str(tmp_path / "plot.png"))
    assert drawn is not None
    assert drawn.std() > 5


def test_a_faultless_model_has_pictures_too(five: Evaluation, tmp_path: Path) -> None:
    faultless = Evaluation(five.digits, five.probabilities, five.digits.labels.astype(np.intp))
    plots.confusion(faultless, tmp_path / "confusion.png")
    plots.mistakes(faultless, tmp_path / "mistakes.png")
    assert faultless.accuracy == 1


def reading(text: str) -> Reading:
    return Reading.of([Digit(None if c == "?" else int(c), 0.9, Box(10 * i, 0, 8, 12)) for i, c in enumerate(text)])


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
    assert score.f1 == pytest.approx(2 * 4 / 10)
    # edits 0, 1234 -> 3412: 4, 7 -> 71: 1, 90 -> nothing: 2; digits 6 + 4 + 1 + 2
    assert score.digit_accuracy == pytest.approx(1 - 7 / 13)
    assert "is not a picture" in str(score.results[3].error)


def test_an_expression_s_numbers_are_what_is_to_be_read(tmp_path: Path) -> None:
    labelled(tmp_path, "file,expression", "a.jpg,2x+10=3.5", "b.jpg,x=y")
    assert load_labels(tmp_path) == {"a.jpg": ("2", "10", "3", "5"), "b.jpg": ()}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file; --pictures wants a folder with a labels.csv"),
        ("", "has the columns none; expected file,label"),
        ("name,truth\na,1\n", "has the columns name, truth; expected file,label"),
        ("file,label\n", "names no picture"),
    ],
)
def test_a_folder_without_labels_is_an_error(tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "labels.csv").write_text(content)
    with pytest.raises(DataError, match=f"labels.csv: {message}"):
        load_labels(tmp_path)


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [("", "", 0), ("123", "123", 0), ("123", "", 3), ("1234", "124", 1), ("12", "21", 2), ("1?3", "123", 1)],
)
def test_edit_distance(a: str, b: str, distance: int) -> None:
    assert edit_distance(a, b) == edit_distance(b, a) == distance


@pytest.mark.parametrize(
    ("expected", "read", "judged"),
    [
        (("12", "3"), ("12", "4"), ((0.9, True), (0.8, True), (0.7, False))),
        (("123",), ("1", "23"), ((0.9, True), (0.8, True), (0.7, True))),  # the digits are what is judged
        (("123",), ("1?3",), ((0.9, True), (0.7, True))),  # a doubtful one holds its place
        (("123",), ("12",), ()),  # which of them is missing?
        ((), (), ()),
    ],
)
def test_digits_are_judged_where_as_many_were_read_as_are_there(
    expected: tuple[str, ...], read: tuple[str, ...], judged: tuple[tuple[float, bool], ...]
) -> None:
    count = len("".join(read))
    assert PictureResult("a.jpg", expected, read, (0.9, 0.8, 0.7)[:count]).judged == judged


def test_a_folder_s_doubts_and_blanks_are_counted_and_folders_are_put_together(tmp_path: Path) -> None:
    labelled(tmp_path, "file,label", "a.jpg,12", "b.jpg,1?", "c.jpg,7", "d.jpg,")
    answers = {"a.jpg": ["12"], "b.jpg": ["?"], "c.jpg": [], "d.jpg": []}
    score = score_folder(tmp_path, lambda path: [reading(text) for text in answers[path.name]])
    assert (score.doubtful, score.unread, score.judged) == (1, 1, 2)
    assert score.calibration_error == pytest.approx(0.1)  # both digits right, each 0.9 sure
    wrong = PictureScore("scans", (PictureResult("e.jpg", ("34",), ("56",), (0.9, 0.9)),))
    both = together([score, wrong])
    assert (len(both.results), both.judged) == (5, 4)
    assert both.calibration_error == pytest.approx(0.4)  # 0.9 sure, half right


def test_the_card_has_the_run_s_calibration_and_credits(trained: Any, tmp_path: Path) -> None:
    metrics = {"calibration": {"temperature": 1.3, "threshold": 0.4, "error": 0.01, "n": 9}, "symbols": 24000}
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    card = card_for(trained, KINDS[0], run=tmp_path)
    assert (card.temperature, card.reject_threshold) == (1.3, 0.4)
    assert [credit.split(":")[0] for credit in card.data_credits] == ["MNIST", "BHMSDS"]
    assert card.training["symbols"] == 24000


@pytest.mark.parametrize(
    ("metrics", "credits"),
    [
        ({}, 1),
        ({"command": "numbre-edge train --symbols bhmsds.npz"}, 2),
        ({"command": "numbre-edge train --symbols bhmsds.npz", "symbols": 0}, 1),
    ],
)
def test_a_card_without_calibration_has_the_defaults(
    trained: Any, tmp_path: Path, metrics: dict[str, Any], credits: int
) -> None:
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    card = card_for(trained, KINDS[0], run=tmp_path)
    assert (card.temperature, card.reject_threshold, len(card.data_credits)) == (1.0, 0.0, credits)


def test_the_report_says_it_all_to_people_and_to_scripts(five: Evaluation, tmp_path: Path) -> None:
    results = (
        PictureResult("a.jpg", ("12",), ("12",), (0.9, 0.7)),
        PictureResult("b.jpg", ("7",), (), (), "b.jpg: is empty"),
    )
    found = report.Report(Path("models/cnn.onnx"), five, (PictureScore("dir/photos/", results),))
    report.write(tmp_path, found)
    told = json.loads((tmp_path / "report.json").read_text())
    assert (told["model"], told["digits"]["n"], told["digits"]["accuracy"]) == ("models/cnn.onnx", 5, 0.6)
    assert told["digits"]["confusion"][2][1] == 1
    assert told["digits"]["classes"][3] == {"digit": 3, "n": 2, "precision": 1.0, "recall": 0.5}
    folder = told["pictures"][0]
    assert (folder["folder"], folder["exact"], folder["unread"]) == ("dir/photos/", 0.5, 1)
    assert folder["calibration_error"] == pytest.approx(0.2)
    assert folder["results"][1]["error"] == "b.jpg: is empty"
    lines = report.text(found).splitlines()
    assert lines[0] == "cnn.onnx: 60.00% of 5 held-out digits right, 2 wrong"
    assert lines[-1].split() == ["photos", "2", "50.0%", "0.667", "66.67%", "0.200", "2", "0", "1", "1"]


def test_the_report_is_a_page_too(five: Evaluation, tmp_path: Path) -> None:
    scores = tuple(
        PictureScore(name, (PictureResult("a.jpg", ("12",), (read,), (0.9,) * len(read)),))
        for name, read in (("a", "1"), ("b", "12"))
    )
    report.write(tmp_path, report.Report(Path("models/cnn.onnx"), five, scores))
    page = (tmp_path / "accuracy.md").read_text()
    assert page.startswith("## cnn.onnx\n")
    assert "models/" not in page
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("|")]
    assert [row[:3] for row in rows[-3:]] == [["a", "1", "0.0%"], ["b", "1", "100.0%"], ["together", "2", "50.0%"]]
    assert rows[-3][5] == "–"  # nothing to judge confidence by
    assert len({len(row) for row in rows[-5:]}) == 1
