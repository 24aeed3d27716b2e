"""What is trained on beside MNIST: labelled by the truth, the same for a seed, and without what is held out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from numbre_edge.errors import DataError
from numbre_edge.types import Box, Pixels
from numbre_export.data.mnist import Digits
from numbre_export.evaluation.rejection import held_out_letters
from numbre_export.synthesis import clutter
from numbre_export.synthesis import corpus as corpus_module
from numbre_export.synthesis.clutter import FACES, HELD_OUT_FACES
from numbre_export.synthesis.corpus import Mixture, build_corpus
from numbre_export.synthesis.pen_digits import pen_digits
from numbre_export.synthesis.photographs import NOT_A_DIGIT, PART, SEVERAL, _label

from .pen_data import tiny_pen

SMALL = Mixture(scenes=12, blanks=3, letters=8, prints=5, scribbles=6)


@pytest.fixture(scope="module")
def corpus(held_out: Digits) -> Digits:
    return build_corpus(held_out, None, SMALL, seed=4)


def of_classes(digits: Digits, *labels: int) -> Digits:
    return digits.take(np.flatnonzero(np.isin(digits.labels, labels)))


class Printer:
    """Writes down what cv2.putText writes, and writes it."""

    def __init__(self) -> None:
        self.letters: set[str] = set()
        self.faces: set[int] = set()

    def __call__(self, picture: Pixels, text: str, at: tuple[int, int], face: int, *rest: Any) -> Any:
        self.letters.add(text)
        self.faces.add(face & ~cv2.FONT_ITALIC)
        return self._write(picture, text, at, face, *rest)

    _write = staticmethod(cv2.putText)


@pytest.fixture
def printer(monkeypatch: pytest.MonkeyPatch) -> Printer:
    printer = Printer()
    monkeypatch.setattr(clutter.cv2, "putText", printer)
    return printer


def test_held_out_faces_and_unseen_symbols_are_never_written_for_training(held_out: Digits, printer: Printer) -> None:
    build_corpus(held_out, None, Mixture(scenes=1, blanks=0, letters=600, prints=0, scribbles=0), seed=0)
    assert printer.faces == {face for name, face in FACES.items() if name not in HELD_OUT_FACES}
    assert {"W", "w"}.isdisjoint(printer.letters)
    assert len(printer.letters) > 40


def test_held_out_letters_are_written_in_held_out_faces_alone(printer: Printer) -> None:
    letters = held_out_letters(300, seed=0)
    assert letters.shape == (300, 28, 28)
    assert printer.faces == {FACES[name] for name in HELD_OUT_FACES}
    assert {"W", "w"} <= printer.letters
    # No letter that is a digit to the eye.
    assert printer.letters.isdisjoint("BDIJOSZbgiloqsz/|0123456789")


def test_the_same_seed_gives_the_same_patches(held_out: Digits, corpus: Digits) -> None:
    again, other = (build_corpus(held_out, None, SMALL, seed=seed) for seed in (4, 5))
    assert np.array_equal(corpus.images, again.images)
    assert np.array_equal(corpus.labels, again.labels)
    assert corpus.images.shape != other.images.shape or not np.array_equal(corpus.images, other.images)


def test_several_processes_photograph_the_same_as_one(held_out: Digits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus_module, "_ROLL", 3)
    mixture = Mixture(scenes=7, blanks=0, letters=0, prints=0, scribbles=0)
    shards = [
        corpus_module._shard(held_out, None, scenes, (4, 21, first)) for first, scenes in ((0, 3), (3, 3), (6, 1))
    ]
    alone = [image for shard in shards for image in corpus_module._render(shard)[0]]
    assert np.array_equal(build_corpus(held_out, None, mixture, seed=4).images, np.array(alone))


def test_prints_are_letters_in_the_middle_of_paper() -> None:
    rng = np.random.default_rng(0)
    for picture in (clutter.printed(rng) for _ in range(60)):
        assert picture.max() > 100
        assert not any(side.any() for side in (picture[0], picture[-1], picture[:, 0], picture[:, -1]))
        assert 0.005 < (picture > 100).mean() < 0.4


def test_labels_are_what_was_photographed(held_out: Digits) -> None:
    corpus = build_corpus(
        of_classes(held_out, 6, 9), None, Mixture(scenes=40, blanks=0, letters=0, prints=0, scribbles=0), seed=0
    )
    assert set(corpus.labels.tolist()) == {6, 9, NOT_A_DIGIT, PART, SEVERAL}
    digits = np.count_nonzero(corpus.labels < NOT_A_DIGIT)
    for kind in (NOT_A_DIGIT, PART, SEVERAL):  # of none so many as to teach doubt
        assert np.count_nonzero(corpus.labels == kind) <= 2 * digits // 3 + 40
    rows = [np.flatnonzero((image > 64).any(1)) for image in corpus.images]
    # Patches are centred by mass: a 6 reaches further up from there, a 9 further down.
    lower = np.array([(row[0] + row[-1]) / 2 for row in rows]) - 14
    sixes, nines = (lower[corpus.labels == label] for label in (6, 9))
    assert min(len(sixes), len(nines)) > 20
    assert (sixes < 0).mean() > 0.9
    assert (nines > 0).mean() > 0.9


def test_letters_prints_and_scribbles_are_no_digits(corpus: Digits) -> None:
    assert (corpus.images.dtype, corpus.labels.dtype) == (np.uint8, np.uint8)
    assert corpus.labels[-SMALL.letters - SMALL.prints - SMALL.scribbles :].tolist() == [NOT_A_DIGIT] * 19
    assert (corpus.images.max((1, 2)) == 255).all()


DIGITS = [Box(10, 10, 20, 30), Box(34, 10, 20, 30)]


@pytest.mark.parametrize(
    ("box", "label"),
    [
        (Box(9, 9, 22, 32), 4),
        (Box(34, 10, 20, 30), 2),
        (Box(8, 8, 26, 36), 4),  # a little more all round
        (Box(10, 10, 44, 30), SEVERAL),  # both
        (Box(18, 10, 28, 30), SEVERAL),  # a half of each
        (Box(10, 10, 33, 30), SEVERAL),  # the first, and what is nearly half of the second
        (Box(12, 12, 18, 11), PART),  # a third of the first
        (Box(70, 10, 20, 30), NOT_A_DIGIT),  # other ink
        (Box(10, 10, 20, 24), None),  # four fifths: nobody could say
        (Box(18, 10, 4, 30), None),  # a part as narrow as a 1
        (Box(0, 0, 33, 60), None),  # much else beside
    ],
)
def test_a_patch_is_what_its_box_holds(box: Box, label: int | None) -> None:
    assert _label(box, DIGITS, [4, 2]) == label


def test_what_is_found_where_nothing_is_written_is_no_digit(held_out: Digits) -> None:
    corpus = build_corpus(held_out, None, Mixture(scenes=0, blanks=12, letters=0, prints=0, scribbles=0), seed=0)
    assert len(corpus) > 12
    assert set(corpus.labels.tolist()) == {NOT_A_DIGIT}


def test_pen_digits_join_the_corpus_where_the_mixture_has_some(held_out: Digits, corpus: Digits) -> None:
    with_pen = build_corpus(held_out, None, replace(SMALL, pen=20), seed=4, pen=tiny_pen())
    written = pen_digits(tiny_pen(), 20, np.random.default_rng((4, 22)))
    assert np.array_equal(with_pen.images, np.concatenate([corpus.images, written.images]))
    assert with_pen.labels[-20:].tolist() == written.labels.tolist()


def test_pen_digits_are_patches_as_the_reader_makes_them() -> None:
    digits = pen_digits(tiny_pen(), 200, np.random.default_rng(1))
    assert digits.images.shape == (200, 28, 28)
    assert set(digits.labels.tolist()) == set(range(10))
    for image in digits.images:
        ys, xs = np.nonzero(image)
        assert image.max() > 200
        assert max(np.ptp(ys), np.ptp(xs)) <= 21  # 20 by 20, and what resizing spreads


def test_pen_digits_are_of_the_part_asked_for() -> None:
    pen = tiny_pen()
    others = replace(pen, part=np.where(pen.part == 1, 2, 0).astype(np.int8))
    with pytest.raises(DataError, match="hold no digit of the validation part"):
        pen_digits(others, 1, np.random.default_rng(0), part="validation")
    assert len(pen_digits(pen, 3, np.random.default_rng(0), part="validation")) == 3
