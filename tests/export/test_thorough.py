"""``evaluate --thorough``: each figure is what its name says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from numbre_edge.cli.app import app
from numbre_edge.errors import UsageError
from numbre_edge.types import Box, Digit, Floats, Pixels, Reading
from numbre_edge.vocabulary import WHOLE, Vocabulary
from numbre_export.data.mnist import Digits
from numbre_export.evaluation import thorough
from numbre_export.evaluation.evaluate import evaluate
from numbre_export.evaluation.thorough import PARTS, Sizes, Subject, measure
from numbre_export.synthesis.corruptions import CORRUPTIONS

TINY = Path(__file__).parents[1] / "cli" / "tiny.onnx"
SMALL = Sizes(thumbnails=6, corrupted=9, scenes=4, letters=8)


def subject(digits: Digits) -> Subject:
    """Return one that reads dark ink as 7 and light ink as 7 and 1, and is sure of digits it has seen."""
    known = {image.tobytes() for image in digits.images}

    def classify(images: Pixels) -> Floats:
        rows = np.full((len(images), 11), 0.01, np.float32)
        for row, image in zip(rows, images, strict=True):
            row[7] = 0.9 if image.tobytes() in known else 0.2
            row[10] = 1 - row[7] - 0.09
        return rows

    def read(picture: Pixels) -> list[Reading]:
        values = (7,) if picture.mean() > 128 else (7, 1)
        return [Reading.of([Digit(value, 0.9, Box(0, 0, 9, 9))]) for value in values]

    return Subject(read, classify, 1.0, WHOLE.first(11))


@pytest.fixture
def sevens(held_out: Digits) -> Digits:
    return held_out.take(np.flatnonzero(held_out.labels == 7))


def test_every_figure_is_what_it_is_called(sevens: Digits) -> None:
    who, told = subject(sevens), []
    symbols = Digits(np.stack([sevens.images[0], 255 - sevens.images[0]]), np.full(2, 10, np.uint8))
    found = measure(who, evaluate(who.classify, sevens), symbols=symbols, sizes=SMALL, begin=told.append)
    assert len(told) == PARTS
    assert [(s.name, s.n, s.share) for s in found.thumbnails] == [
        (f"{side} px, {how}", 6, share)
        for side in (28, 32, 16)
        for how, share in (("black on white", 1), ("white on black", 0))
    ]
    assert found.threshold == pytest.approx(0.9)
    # A symbol that looks like a known digit is accepted.
    assert [(s.name, s.n, s.count) for s in found.rejected] == [
        ("letters in unseen faces", 8, 8),
        ("whole symbols", 2, 1),
        ("together", 10, 9),
    ]
    mnist, scenes = found.calibration
    assert (mnist.n, mnist.accuracy, round(mnist.error, 3)) == (10, 1, 0.1)
    assert scenes.n > 0
    assert [s.name for s in found.corruptions] == list(CORRUPTIONS)
    assert all((s.n, s.share) == (9, 1) for s in found.corruptions)  # argmax over the ten digits is 7 throughout


def test_a_model_of_ten_outputs_is_asked_about_the_digits_in_scenes_alone(sevens: Digits) -> None:
    def classify(images: Pixels) -> Floats:
        return np.eye(10, dtype=np.float32)[np.full(len(images), 7)]

    who = Subject(subject(sevens).read, classify, 1.0, Vocabulary())
    scenes = measure(who, evaluate(classify, sevens), sizes=SMALL).calibration[1]
    assert (scenes.accuracy, scenes.error) == (1, 0)


def test_the_command_writes_it_all(held_out: Digits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thorough, "Sizes", lambda: SMALL)
    data, out = tmp_path / "mnist.npz", tmp_path / "evaluation"
    x, y = held_out.images, held_out.labels
    np.savez(data, x_train=x, y_train=y, x_test=x, y_test=y)
    result = CliRunner().invoke(
        app, ["evaluate", str(TINY), "--data", str(data), "--thorough", "--out", str(out)], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    told = json.loads((out / "report.json").read_text())["thorough"]
    assert [row["n"] for row in told["thumbnails"]] == [6] * 6
    assert len(told["corruptions"]) == 15
    assert [row["name"] for row in told["rejected"]] == ["letters in unseen faces", "together"]
    page = (out / "accuracy.md").read_text()
    assert page.startswith("## tiny.onnx\n")
    assert all(f"| {name} |" in page for name in CORRUPTIONS)
    assert str(tmp_path) not in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("x.keras", "--thorough"), "--thorough goes through the reader, which runs .onnx and .tflite"),
        (("--all",), "--all is for --thorough: add it"),
        (("--symbols", str(TINY)), "--symbols is for --thorough: add it"),
    ],
)
def test_options_that_need_each_other(arguments: tuple[str, ...], message: str) -> None:
    result = CliRunner().invoke(app, ["evaluate", *arguments])
    assert isinstance(result.exception, UsageError)
    assert message in str(result.exception)
