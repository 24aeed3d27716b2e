"""Teaching the refiner: what it is shown of what a finder found, and that a run can be left."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.random import default_rng

from numbre_edge.errors import DataError
from numbre_edge.finding.crops import ANSWERS, CROP, LINKED, NEAR, NOTHING, moved
from numbre_edge.finding.grid import CHANNELS, CLASSES, DIGIT_CLASSES
from numbre_edge.finding.light import normalized
from numbre_edge.types import Floats
from numbre_export.synthesis.shards import save_views
from numbre_export.synthesis.views import View
from numbre_export.training.refiner.candidates import CANDIDATES, MARGIN, Candidates, told
from tests.export.test_finder import view
from tests.finding.test_tiles import found_at

SIZE = (NEAR[0] + 2 * MARGIN[0], NEAR[1] + 2 * MARGIN[1])


def some_candidates(count: int = 40) -> Candidates:
    """Return crops of rings, which are a 0, and of noise."""
    rng = default_rng(0)
    crops = rng.integers(100, 156, (count, 2, *SIZE), np.uint8)
    for at in range(0, count, 2):
        cv2.ellipse(crops[at, 0], (SIZE[1] // 2, SIZE[0] // 2), (6, 9), 0, 0, 360, 0, 2)
    labels = np.where(np.arange(count) % 2, NOTHING, 0).astype(np.int32)
    return Candidates(
        crops,
        labels,
        np.zeros(count, np.float32),
        np.full(count, 0.5, np.float32),
        np.zeros((count, 4), np.float32),
    )


@pytest.fixture
def page() -> View:
    shown = view(("3", 40, 60, 16, 20), ("7", 60, 60, 16, 20), ("5", 120, 60, 16, 20), hard=(2,), linked=(0,))
    return View(normalized(shown.grey), *list(vars(shown).values())[1:])


@pytest.mark.parametrize(
    ("box", "label", "linked"),
    [
        ((41, 61, 16, 20), "3", 1),
        ((60, 60, 15, 19), "7", 0),
        ((10, 10, 16, 20), "", 0),
        ((46, 63, 16, 20), "3", 1),  # not quite
        ((40, 60, 10, 6), None, 0),  # a part of it
        ((120, 60, 16, 20), None, 0),  # hard
    ],
)
def test_what_is_found_is_the_digit_that_stands_there(
    page: View, box: tuple[float, ...], label: str | None, linked: int
) -> None:
    shown = told(page, found_at(*box))

    if label is None:
        assert len(shown.labels) == 0
    else:
        assert shown.labels.tolist() == [CLASSES.index(label) if label else NOTHING]
        assert shown.linked.tolist() == [linked]
        assert shown.seen.shape == (1, *CROP)
        if label:
            truth = page.boxes[page.labels == CLASSES.index(label)]
            assert np.allclose(moved(np.float32([box]), shown.moves), truth, atol=1e-3)


def test_a_mark_is_no_digit_that_stands_in_its_place(page: View) -> None:
    assert told(page, found_at(60, 60, 16, 20, mark=True)).labels.tolist() == [NOTHING]


@pytest.mark.parametrize(
    ("found", "label"),
    [
        ((78, 76, 6, 6), "."),  # two pixels beside it, and larger
        ((76, 80, 2, 2), None),  # nobody can tell
        ((78, 60, 4, 4), ""),
    ],
)
def test_a_point_is_known_by_where_its_middle_is(found: tuple[float, ...], label: str | None) -> None:
    shown = view(("3", 56, 60, 16, 20), (".", 81, 78, 3, 3), ("7", 88, 60, 16, 20))

    given = told(View(normalized(shown.grey), *list(vars(shown).values())[1:]), found_at(*found, mark=True))

    assert [CLASSES[at] if at != NOTHING else "" for at in given.labels] == ([] if label is None else [label])


def test_candidates_are_kept_and_those_of_other_views_are_refused(tmp_path: Path) -> None:
    shards, folder = tmp_path / "shards", tmp_path / "candidates"
    shards.mkdir()
    shown = view(("1", 40, 60, 6, 24), ("1", 60, 60, 6, 24))
    save_views(shards / "shard-00000.npz", [shown] * 8, "one way")

    made = CANDIDATES.prepared(shards, None, folder, processes=1)
    again = CANDIDATES.prepared(shards, None, folder, processes=1)

    assert len(made.labels)
    assert np.array_equal(made.crops, again.crops)
    save_views(shards / "shard-00000.npz", [shown] * 8, "another way")
    with pytest.raises(DataError, match=r"shard-00000.npz: was made of other views, or by another finder"):
        CANDIDATES.prepared(shards, None, folder, processes=1)


def test_candidates_that_were_not_made_are_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no shard-\*.npz; python -m numbre_export.training.refiner makes them"):
        CANDIDATES.kept(tmp_path)


def test_a_batch_holds_crops_varied_anew_and_their_truth() -> None:
    from numbre_export.training.refiner.task import RefinerTask

    some = some_candidates()
    task = RefinerTask(some, some, batch_size=16)

    (crops, labels, linked, moves), (others, *_) = task.batch(default_rng(1)), task.batch(default_rng(2))

    assert crops.shape == (16, *CROP)
    assert crops.dtype == np.uint8
    assert set(labels.tolist()) == {0, NOTHING}
    assert linked.shape == (16,)
    assert moves.shape == (16, 4)
    assert not np.array_equal(crops, others)


@pytest.mark.parametrize("seed", range(5))
def test_a_varied_box_is_where_it_is_said_to_be(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    from numbre_export.training.refiner import task
    from numbre_export.training.warping import Warping

    still = Warping(moved=1.5, scaled=0.1, stretched=0.4, turned=0, slanted=0, bent=0, bends=(4, 7))
    monkeypatch.setattr(task, "_WARPING", still)
    monkeypatch.setattr(task, "_NOISY", 0.0)
    tall, wide = 18, 12
    views = np.full((2, *SIZE), 128, np.uint8)
    views[:, 11 : 11 + tall, 30 : 30 + wide] = 228  # in the very middle

    crop, (across, down, width, height) = task._varied(
        views, np.float32([0, 0, np.log(wide / tall), 0]), default_rng(seed)
    )

    rows, columns = np.nonzero(crop[: NEAR[0]] > 178)
    shown = (columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1)
    size = tall * np.exp([width, height])
    middle = np.array(NEAR[::-1]) / 2 + tall * np.array([across, down])
    assert shown == pytest.approx((*(middle - size / 2), *size), abs=1.5)


def test_marks_are_shown_more_often_than_they_occur() -> None:
    from numbre_export.training.refiner.task import RefinerTask

    some = some_candidates(100)
    some.labels[0] = CLASSES.index(".")

    labels = RefinerTask(some, some, batch_size=10000).batch(default_rng(0))[1]

    assert 0.015 < (labels == CLASSES.index(".")).mean() < 0.025


def test_figures_are_of_digits_of_everything_and_of_links() -> None:
    from numbre_export.training.refiner.task import figures

    some = some_candidates(4)
    answers: Floats = np.zeros((4, ANSWERS), np.float32)
    answers[[0, 2, 1, 3], [0, 5, NOTHING, 3]] = 9
    answers[:, LINKED] = [-1, 0, 1, 0]

    assert figures(answers, some) == {"accuracy": 0.5, "digits": 0.5, "goes_on": 0.5, "moves": 0.0}


def test_it_learns_and_a_run_that_was_left_goes_on(tmp_path: Path) -> None:
    from numbre_export.training.loop import HISTORY, Schedule, train
    from numbre_export.training.refiner.task import RefinerTask

    some = some_candidates()
    task = RefinerTask(some, some, batch_size=16)

    train(task, Schedule(steps=20, epoch=10, warm_up=1, decay=1), tmp_path)
    train(task, Schedule(steps=30, epoch=10, warm_up=1, decay=1), tmp_path, resume=True)

    with (tmp_path / HISTORY).open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == [10, 20, 30]
    assert float(rows[-1]["classes"]) < 0.5
    assert (tmp_path / "refiner.keras").exists()


def test_a_run_begins_with_another_s_weights(tmp_path: Path) -> None:
    from keras import Sequential, layers

    from numbre_export.training.loop import HISTORY, Schedule, train
    from numbre_export.training.refiner.task import RefinerTask

    some = some_candidates()
    task = RefinerTask(some, some, batch_size=16)
    train(task, Schedule(steps=40, epoch=40, warm_up=1, decay=1), tmp_path / "first")
    still = Schedule(steps=1, epoch=1, learning_rate=1e-9, warm_up=1, decay=1)

    train(task, still, tmp_path / "second", begin=tmp_path / "first" / "refiner.keras")
    train(task, still, tmp_path / "third")

    losses = {}
    for name in ("second", "third"):
        with (tmp_path / name / HISTORY).open() as file:
            losses[name] = float(next(csv.DictReader(file))["classes"])
    assert losses["second"] < 0.5 * losses["third"]

    Sequential([layers.Input((3,)), layers.Dense(2)]).save(tmp_path / "other.keras")
    with pytest.raises(DataError, match=r"other.keras: is not a refiner of this version"):
        train(task, still, tmp_path / "fourth", begin=tmp_path / "other.keras")
    with pytest.raises(DataError, match=r"no.keras: cannot be opened as a Keras model"):
        train(task, still, tmp_path / "fourth", begin=tmp_path / "no.keras")


@pytest.mark.parametrize("kind", ["finder", "refiner"])
def test_a_shipped_network_is_taught_on_from_what_it_says(kind: str) -> None:
    from numbre_edge.backends import open_network
    from numbre_edge.model import shipped_network
    from numbre_export.training.exported import restore, settle
    from numbre_export.training.finder.network import build as build_finder
    from numbre_export.training.refiner.network import build as build_refiner

    path = shipped_network(kind, "onnx")
    model = build_finder((256, 256)) if kind == "finder" else build_refiner()
    size = CROP if kind == "refiner" else (256, 256)
    pixels = default_rng(0).integers(0, 256, (4, *size), np.uint8)
    said = open_network(kind, "onnx").answer(pixels)

    def answers(*, training: bool = False) -> Floats:
        given = np.asarray(model(pixels.astype(np.float32), training=training))
        return given[..., :CHANNELS].reshape(4, -1) if kind == "finder" else given

    restore(model, path)
    restored = answers()
    settle(model, pixels.astype(np.float32))

    assert np.allclose(restored, said, atol=1e-3)
    assert np.allclose(answers(), said, atol=1e-2)
    if kind == "finder":  # the refiner leaves out some of what it sees while it learns
        assert np.allclose(answers(training=True), said, atol=0.1), "batches are normalized as is expected"


def test_marks_are_learned_and_what_is_said_of_digits_stays() -> None:
    from numbre_edge.model import shipped_network
    from numbre_export.training.exported import restore
    from numbre_export.training.refiner.marks import teach_marks
    from numbre_export.training.refiner.network import build

    some = some_candidates(200)
    some.labels[some.labels == NOTHING] = CLASSES.index(",")
    model, seen = build(), some.seen.astype(np.float32)
    restore(model, shipped_network("refiner", "onnx"))
    before = model.predict(seen, verbose=0)

    teach_marks(model, some, epochs=800)

    after = model.predict(seen, verbose=0)
    marks = np.arange(ANSWERS)[DIGIT_CLASSES:NOTHING]
    assert np.allclose(np.delete(after, marks, 1), np.delete(before, marks, 1), atol=1e-5)
    comma = after[:, CLASSES.index(",")] - before[:, CLASSES.index(",")]
    assert comma[some.labels != 0].mean() > comma[some.labels == 0].mean() + 0.5
