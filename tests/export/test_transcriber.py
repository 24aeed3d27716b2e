"""Teaching the transcriber: which numbers it is shown, what it is to say and where, and when it is believed."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.random import default_rng

from numbre_edge.backends import open_backend, open_network
from numbre_edge.decoding.transcripts import Preference, logarithms, transcribed
from numbre_edge.errors import DataError
from numbre_edge.finding.grid import CLASSES
from numbre_edge.finding.light import PAPER
from numbre_edge.finding.strips import LONGEST, SAID, SIZE, STEP, STEPS, STRIP
from numbre_edge.model import load_model, verify_sums
from numbre_edge.recognition.learned import LearnedRecogniser
from numbre_edge.recognition.transcribed import TranscribingRecogniser
from numbre_edge.types import Box, Digit, Reading
from numbre_export.synthesis.shards import save_views
from numbre_export.synthesis.views import View
from numbre_export.training.transcriber import numbers as module
from numbre_export.training.transcriber.numbers import (
    MARGIN,
    NO_CHARACTER,
    NUMBERS,
    Numbers,
    numbers,
    written,
)
from tests.export.test_finder import view

BESIDE = tuple((text, 40 + 18 * at, 60, 14, 20) for at, text in enumerate("-304.5"))


def texts(shown: View) -> list[str]:
    return ["".join(CLASSES[shown.labels[at]] for at in number) for number in written(shown)]


def some_numbers(count: int = 40) -> Numbers:
    """Return strips with one ring, which is a 0, with none, and with two."""
    rng = default_rng(0)
    height, width = SIZE[0] + 2 * MARGIN[0], SIZE[1] + 2 * MARGIN[1]
    seen = rng.integers(PAPER - 20, PAPER + 20, (count, height, width), np.uint8)
    characters, middles = np.full((count, LONGEST), NO_CHARACTER, np.int32), np.full((count, LONGEST), np.nan)
    for at in range(0, count, 2):
        for place, aside in enumerate((-9, 9) if at % 4 else (0,)):
            cv2.ellipse(seen[at], (width // 2 + aside, height // 2), (6, 9), 0, 0, 360, 0, 2)
            characters[at, place], middles[at, place] = 1, (SIZE[1] - 1) / 2 + aside
    return Numbers(seen, np.float32([[56, 87]] * count), characters, middles.astype(np.float32))


@pytest.mark.parametrize(
    ("symbols", "linked", "wanted"),
    [
        ("-304.5", (0, 1, 2, 3, 4), ["-304.5"]),
        ("12", (), ["1", "2"]),
        (".12,", (0, 1, 2), ["12"]),
        ("1/23", (0, 1, 2), ["1", "23"]),
        ("4-5", (0, 1), ["4", "5"]),
        ("--7", (0, 1), ["7"]),
        ("12", (0, 1), []),  # goes on beyond the view
        ("-.", (0,), []),
    ],
)
def test_what_is_linked_is_a_number_up_to_a_sign_within_it(
    symbols: str, linked: tuple[int, ...], wanted: list[str]
) -> None:
    shown = view(*((text, 20 + 18 * at, 60, 14, 20) for at, text in enumerate(symbols)), linked=linked)

    assert texts(shown) == wanted


def test_a_number_is_shown_with_its_characters_where_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    for share in ("_UNFOUND", "_BEYOND", "_MOVED", "_SIZED"):
        monkeypatch.setattr(module, share, 0.0)
    shown = view(*BESIDE, linked=(0, 1, 2, 3, 4))

    found = numbers([shown], open_network("finder", "onnx"), default_rng(0))

    assert len(found.ends) == 2
    said = found.characters[0]
    assert "".join(CLASSES[character - 1] for character in said if character != NO_CHARACTER) == "-304.5"
    assert np.allclose(np.diff(found.middles[0, :6]), 18 * 18 / 20, atol=0.1)
    assert (found.middles[0, 1:6] > found.ends[0, 0]).all()
    assert found.middles[0, 0] < found.ends[0, 0], "a sign stands before the digits"


@pytest.mark.parametrize("hard", [(), (2,)])
def test_a_number_that_nobody_can_read_is_not_shown(hard: tuple[int, ...]) -> None:
    shown = view(*BESIDE, linked=(0, 1, 2, 3, 4), hard=hard)

    found = numbers([shown] * 10, open_network("finder", "onnx"), default_rng(0))

    assert (found.characters[:, 0] != NO_CHARACTER).any() == (not hard)


def test_what_a_finder_takes_for_digits_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    grey = np.full((160, 256), 220, np.uint8)
    for at in range(3):
        cv2.ellipse(grey, (60 + 22 * at, 80), (7, 11), 0, 0, 360, 30, 2)
    nobody = np.zeros(0, bool)
    ring = View(grey, np.zeros((0, 4), np.float32), np.zeros(0, np.int8), nobody, nobody)
    monkeypatch.setattr(module, "_NOTHING", 100.0)

    found = numbers([ring], open_network("finder", "onnx"), default_rng(0))

    assert len(found.ends) == 3, "from each of them on"
    assert (found.characters == NO_CHARACTER).all()


def test_numbers_are_kept_and_those_of_other_views_are_refused(tmp_path: Path) -> None:
    shards, folder = tmp_path / "shards", tmp_path / "numbers"
    shards.mkdir()
    shown = view(*BESIDE, linked=(0, 1, 2, 3, 4))
    save_views(shards / "shard-00000.npz", [shown] * 8, "one way")

    made = NUMBERS.prepared(shards, None, folder, processes=1)

    assert len(made.ends)
    assert np.array_equal(made.seen, NUMBERS.prepared(shards, None, folder, processes=1).seen)
    save_views(shards / "shard-00000.npz", [shown] * 8, "another way")
    with pytest.raises(DataError, match=r"shard-00000.npz: was made of other views, or by another finder"):
        NUMBERS.prepared(shards, None, folder, processes=1)
    with pytest.raises(DataError, match=r"holds no shard-\*.npz; python -m numbre_export.training.transcriber"):
        NUMBERS.kept(tmp_path)


def test_a_batch_says_what_is_to_be_said_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    from numbre_export.training.transcriber import task

    for chance in ("_RULED", "_BLURRED", "_GAIN", "_NOISY"):
        monkeypatch.setattr(task, chance, 0.0)
    some = some_numbers()
    strips, characters, steps = task.TranscriberTask(some, some, batch_size=16).batch(default_rng(1))

    assert strips.shape == (16, *STRIP)
    assert strips.dtype == np.uint8
    for strip, said, row in zip(strips, characters, steps, strict=True):
        ring = np.abs(strip[: SIZE[0]].astype(int) - PAPER) > 60
        assert ring.any() == (said[0] == 1)
        if said[0] == 1:
            columns, here = np.flatnonzero(ring.any(0)), np.flatnonzero(row == 1)
            assert abs(STEP * here[[0, -1]].mean() + (STEP - 1) / 2 - columns[[0, -1]].mean()) < 4
        assert set(row.tolist()) <= {-1, NO_CHARACTER, said[0]}


def test_as_many_numbers_as_fit_stand_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    from numbre_export.training.transcriber import task

    for chance in ("_RULED", "_BLURRED", "_GAIN", "_NOISY", "_NEGATIVE", "_PEN"):
        monkeypatch.setattr(task, chance, 0.0)
    some = some_numbers()
    strips, characters, steps = task.TranscriberTask(some, some, batch_size=16).batch(default_rng(1))

    count = (characters != NO_CHARACTER).sum(1)
    assert count.mean() > 1.2 * (some.characters != NO_CHARACTER).sum(1).mean()
    for strip, said, row, shown in zip(strips, characters, steps, count, strict=True):
        rings = cv2.connectedComponentsWithStats((strip[: SIZE[0]] < PAPER - 60).astype(np.uint8))[2][1:]
        assert (rings[:, cv2.CC_STAT_AREA] > 20).sum() == shown
        assert (said[:shown] == 1).all()
        assert shown == np.count_nonzero(np.diff((row == 1).astype(int)) == 1), "each is to be said, and apart"


def test_it_learns_and_a_run_that_was_left_goes_on(tmp_path: Path) -> None:
    from numbre_export.training.loop import HISTORY, Schedule, train
    from numbre_export.training.transcriber.task import TranscriberTask

    some = some_numbers()
    task = TranscriberTask(some, some, batch_size=16)

    train(task, Schedule(steps=15, epoch=15, warm_up=1, decay=1), tmp_path)
    train(task, Schedule(steps=30, epoch=15, warm_up=1, decay=1), tmp_path, resume=True)

    with (tmp_path / HISTORY).open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == [15, 30]
    assert float(rows[-1]["characters"]) < 0.5 * float(rows[0]["characters"])
    assert (tmp_path / "transcriber.keras").exists()


def test_figures_are_of_one_digit_of_more_and_of_nothing() -> None:
    from numbre_export.training.transcriber.task import figures

    some, point = some_numbers(6), 1 + CLASSES.index(".")
    some.characters[2, :2] = 1, point
    some.characters[4, :2] = 1, 2
    logits = np.zeros((6, STEPS, SAID), np.float32)
    logits[..., NO_CHARACTER] = 1
    logits[0, 5:7, 1] = logits[1, 5, 3] = logits[2, 5, 1] = logits[2, 7, point] = logits[4, 5, 1] = logits[4, 6, 3] = 9

    assert figures(logits, some) == {"one": 1.0, "more": 0.5, "marked": 1.0, "nothing": pytest.approx(1 / 3)}


def test_it_is_exported_and_says_when_it_is_believed(tmp_path: Path) -> None:
    from numbre_export.exporting.networks import export_network
    from numbre_export.exporting.transcriber import transcriber
    from numbre_export.training.loop import HISTORY
    from numbre_export.training.transcriber.network import build
    from numbre_export.training.transcriber.task import shown

    (tmp_path / HISTORY).write_text("step,numbers,more\n1,2,0.0\n")
    build().save(tmp_path / "transcriber.keras")
    some, out = some_numbers(), tmp_path / "models"

    export_network(transcriber(tmp_path, some, some, [view(*BESIDE)]), out)

    assert verify_sums(out) == {"transcriber.int8.tflite": True, "transcriber.onnx": True}
    card = load_model(out / "transcriber.onnx").card
    assert (card.kind, card.classes, card.input.shape) == ("transcriber", CLASSES, STRIP)
    assert Preference(**card.trust)
    kinds = (("onnx", "onnx"), ("opencv", "onnx"), ("tflite", "int8.tflite"))
    answers = [
        open_network("transcriber", runtime, out / f"transcriber.{end}").answer(shown(some)) for runtime, end in kinds
    ]
    assert answers[0].shape == (len(some.ends), STEPS * SAID)
    assert np.abs(answers[0] - answers[1]).max() < 1e-3
    assert np.abs(answers[0] - answers[2]).max() < 0.5


def test_the_truth_of_a_number_is_what_stands_there() -> None:
    from numbre_export.exporting.transcriber import true_text

    shown = view(*BESIDE, ("7", 200, 60, 14, 20), linked=(0, 1, 2, 3, 4), hard=(6,))

    def truth(*boxes: tuple[int, int, int, int]) -> str | None:
        return true_text(shown, Reading.of([Digit(1, 0.9, Box(*box)) for box in boxes]))

    assert truth((58, 60, 14, 20), (76, 60, 14, 20)) == "-304.5"
    assert truth((10, 10, 14, 20)) == ""
    assert truth((200, 60, 14, 20)) is None, "nobody can read it"
    assert truth((70, 75, 14, 20)) is None, "a part of two"
    assert truth((112, 60, 14, 20), (200, 60, 14, 20)) is None, "two numbers"


def test_it_is_believed_as_far_as_it_turns_out_right() -> None:
    from numbre_export.exporting.transcriber import fitted

    rng = default_rng(0)
    seen = np.column_stack([np.ones(4000), rng.normal(0, 2, (4000, 2))])
    wanted = rng.random(4000) < 1 / (1 + np.exp(1 - 2 * seen[:, 1]))

    assert fitted(seen, wanted) == pytest.approx([-1, 2, 0], abs=0.25)


def test_where_the_two_never_differ_nothing_is_fitted() -> None:
    from numbre_export.exporting.transcriber import fit

    learned = LearnedRecogniser(
        open_network("finder", "onnx"), open_network("refiner", "onnx"), open_backend("onnx"), None
    )
    empty = View(np.full((60, 60), 200, np.uint8), *list(vars(view()).values())[1:])

    assert fit(TranscribingRecogniser(learned, open_network("transcriber", "onnx")), learned, [empty]) == Preference()


def test_what_ships_reads_rings_and_no_noise() -> None:
    from numbre_export.training.transcriber.task import shown

    answers = open_network("transcriber", "onnx").answer(shown(some_numbers(4))).reshape(-1, STEPS, SAID)

    assert [transcribed(logarithms(answer)).text for answer in answers] == ["0", "", "00", ""]
