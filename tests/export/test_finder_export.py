"""A finder's and a refiner's files: what passes the gate is kept with its card, and says what may be believed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from numbre_edge.backends import open_network
from numbre_edge.decoding.opinions import MarkOpinions, Opinions, Trust
from numbre_edge.errors import ModelError
from numbre_edge.finding.crops import CROP
from numbre_edge.finding.grid import CLASSES
from numbre_edge.model import load_model, verify_sums
from numbre_edge.types import Floats
from numbre_export.synthesis.views import View
from tests.export.test_finder import view

RUNTIMES = (("onnx", "onnx"), ("opencv", "onnx"), ("tflite", "int8.tflite"))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finder that has learned nothing."""
    from numbre_export.training.finder.network import build
    from numbre_export.training.loop import HISTORY

    folder = tmp_path_factory.mktemp("run")
    build((128, 192)).save(folder / "finder.keras")
    (folder / HISTORY).write_text("step,views,f1\n1,2,0.0\n")
    return folder


@pytest.fixture
def views() -> list[View]:
    return [view(("7", 40, 60, 16, 20)), view(("3", 70, 60, 14, 22), ("1", 100, 30, 6, 24))]


def test_both_files_are_kept_with_their_card_and_sums(run: Path, views: list[View], tmp_path: Path) -> None:
    from numbre_export.exporting.finder import SIDE, finder
    from numbre_export.exporting.networks import export_network

    export_network(finder([run], views, views), tmp_path)

    assert verify_sums(tmp_path) == {"finder.int8.tflite": True, "finder.onnx": True}
    tiles = np.random.default_rng(0).integers(0, 256, (3, SIDE, SIDE), np.uint8)
    for name in verify_sums(tmp_path):
        card = load_model(tmp_path / name).card
        assert (card.kind, card.classes, card.input.shape) == ("finder", CLASSES, (SIDE, SIDE))
    answers = [open_network("finder", runtime, tmp_path / f"finder.{kind}").answer(tiles) for runtime, kind in RUNTIMES]
    assert np.abs(answers[0] - answers[1]).max() < 1e-3
    assert np.abs(answers[0] - answers[2]).max() < 1.0


def test_of_several_runs_the_mean_of_their_weights_is_exported(
    run: Path, views: list[View], tmp_path_factory: pytest.TempPathFactory
) -> None:
    from numbre_export.exporting.finder import finder
    from numbre_export.training.finder.network import build
    from numbre_export.training.loop import HISTORY

    other = tmp_path_factory.mktemp("other")
    build((128, 192)).save(other / "finder.keras")
    (other / HISTORY).write_text("step,views,f1\n3,4,0.5\n")

    alone = [finder([each], views, views).model.get_weights() for each in (run, other)]
    both = finder([run, other], views, views)

    assert not all(map(np.array_equal, *alone))
    for mine, its, mean in zip(*alone, both.model.get_weights(), strict=True):
        np.testing.assert_allclose(mean, (mine + its) / 2, atol=1e-6)
    assert both.training == {"step": 3, "views": 4, "f1": 0.5}


def test_a_file_that_is_too_large_is_not_kept(run: Path, views: list[View], tmp_path: Path) -> None:
    from numbre_export.exporting.finder import finder
    from numbre_export.exporting.networks import Budgets, export_network

    with pytest.raises(ModelError, match=r"finder.onnx: has .* bytes; its budget is 1,000"):
        export_network(finder([run], views, views), tmp_path, budgets=Budgets(bytes=(("onnx", 1000), ("tflite", 1000))))

    assert list(tmp_path.iterdir()) == []


def test_a_refiner_is_exported_and_says_what_may_be_believed(views: list[View], tmp_path: Path) -> None:
    from numbre_export.exporting.networks import export_network
    from numbre_export.exporting.refiner import refiner
    from numbre_export.training.loop import HISTORY
    from numbre_export.training.refiner.network import build
    from tests.export.test_refiner import some_candidates

    (tmp_path / HISTORY).write_text("step,candidates,accuracy\n1,2,0.0\n")
    build().save(tmp_path / "refiner.keras")
    some, out = some_candidates(), tmp_path / "models"

    export_network(refiner(tmp_path, some, some, views), out)

    assert verify_sums(out) == {"refiner.int8.tflite": True, "refiner.onnx": True}
    card = load_model(out / "refiner.onnx").card
    assert (card.kind, card.classes, card.input.shape) == ("refiner", (*CLASSES, "not a digit"), CROP)
    assert Trust(**card.trust)
    answers = [
        open_network("refiner", runtime, out / f"refiner.{kind}").answer(some.seen) for runtime, kind in RUNTIMES
    ]
    assert np.abs(answers[0] - answers[1]).max() < 1e-3
    assert np.abs(answers[0] - answers[2]).max() < 0.5


def test_what_turns_out_right_is_believed_more() -> None:
    from numbre_export.exporting.trust import Evidence, MarkEvidence, fitted

    rng = np.random.default_rng(0)
    truth = rng.integers(0, 11, 2000)
    heat = np.where(truth < 10, rng.uniform(0.5, 0.9, 2000), rng.uniform(0.2, 0.6, 2000)).astype(np.float32)
    told = np.where(truth < 10, truth, rng.integers(0, 10, 2000))
    right = (0.05 + 0.5 * np.eye(10)[told]).astype(np.float32)
    guess = (0.05 + 0.5 * np.eye(10)[rng.integers(0, 10, 2000)]).astype(np.float32)

    linked = rng.random(2000).astype(np.float32).round()
    said = Opinions(heat, right, guess, rng.random(2000).astype(np.float32), 0.2 + 0.6 * linked)
    mark = (rng.random(2000) < 0.1).astype(np.float32)
    refined = np.tile(0.1 + 0.1 * mark[:, np.newaxis], (1, 4))
    marks = MarkEvidence(MarkOpinions(rng.random(2000).astype(np.float32), refined), mark, np.ones(2000, np.float32))
    trust = fitted(Evidence(said, np.full((2000, 6), -1), truth, linked, np.ones(2000, np.float32)), marks)

    assert trust.refiner > 2 * trust.classifier
    assert trust.heat > 1
    assert trust.onward > 2 * abs(trust.ahead)
    assert trust.mark_closer > 2 * abs(trust.mark_heat)


def test_marks_are_asked_for_where_one_may_stand_in_a_number() -> None:
    from numbre_export.exporting.trust import by_digits

    boxes: Floats = np.array([[100, 100, 20, 30], [300, 100, 20, 30]], np.float32)
    labels = np.array([7, CLASSES.index(".")], np.int8)
    page = View(np.zeros((200, 400), np.uint8), boxes, labels, np.zeros(2, bool), np.zeros(2, bool))
    places = ((124, 126), (90, 112), (160, 126), (124, 80), (306, 126))
    points: Floats = np.array([[x, y, 4, 4] for x, y in places], np.float32)

    assert by_digits(page, points).tolist() == [True, True, False, False, False]
    assert by_digits(page, points[:0]).shape == (0,)
