"""Numbers are read a second time as a whole; the likelier of two readings stands, with all that belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from numbre_edge.backends import open_backend
from numbre_edge.errors import ModelError
from numbre_edge.finding.grid import CLASSES
from numbre_edge.finding.strips import LONGEST, SAID, STEPS, STRIP
from numbre_edge.model import Format, InputSpec, Model, ModelCard
from numbre_edge.recognition import open_recogniser
from numbre_edge.recognition.transcribed import Retold, TranscribingRecogniser
from numbre_edge.types import Box, Digit, Floats, Frame, Pixels, Reading, Recognition
from numbre_edge.vision.page import Page
from tests.recognition.test_both import Says

PAGE = Page(Frame(np.random.default_rng(0).integers(0, 255, (40, 200)).astype(np.uint8)))  # no two strips are alike
KIND: Format = "onnx"
TRUST = {"ratio": 1.0, "certain": 0.0, "against": -1.0, "digits": 0.0}


class Transcribes:
    """A transcriber that says these texts, one a strip, its characters evenly over so many pixels of the strip."""

    name = "transcribes"

    def __init__(self, *texts: str, sure: float = 0.999, wide: int = 60, trust: dict[str, float] = TRUST) -> None:
        self._texts, self._sure, self._wide = texts, sure, wide
        spec = InputSpec(shape=STRIP, ink="either, normalized")
        card = ModelCard("transcribes", 1, classes=CLASSES, input=spec, kind="transcriber", trust=trust)
        self.model = Model(Path("transcribes"), KIND, card, b"")
        self.asked = 0
        self.beside: list[str] = []  # what is read without it

    def answer(self, strips: Pixels) -> Floats:
        if not strips.any():  # what the recogniser tries it with
            return np.zeros((len(strips), STEPS * SAID), np.float32)
        again = self.asked > 0
        self.asked += len(strips)
        differing = [text for text in self._texts if text not in self.beside]
        looks = len(strips) // max(1, len(differing))
        said = np.full((len(strips), STEPS, SAID), (1 - self._sure) / (SAID - 1))
        for rows, text in zip(said, np.repeat(differing, looks) if again else self._texts, strict=True):
            places = STEPS / 2 + (np.arange(len(text)) + 0.5 - len(text) / 2) * self._wide / 3 / max(1, len(text))
            characters = np.zeros(STEPS, np.intp)
            characters[places.astype(int)] = [1 + CLASSES.index(character) for character in text]
            rows[range(STEPS), characters] = self._sure
        return np.log(said).astype(np.float32).reshape(len(strips), -1)


def reader(inner: Says, transcriber: Transcribes, min_confidence: float | None = None) -> TranscribingRecogniser:
    transcriber.beside = texts(inner.recognise(PAGE))
    return TranscribingRecogniser(inner, transcriber, min_confidence)


def read(inner: Says, transcriber: Transcribes) -> Recognition:
    found = reader(inner, transcriber).recognise(PAGE)
    assert len(found.sources) == sum(len(reading.digits) for reading in found.readings)
    for patch, digit in found.chosen.items():
        assert digit.confidence == float(found.probabilities[patch].max())
        assert digit.box == Box(*found.patches.boxes[patch].tolist())
        assert found.probabilities[patch].sum() == pytest.approx(1)
    assert len(found.patches) == len(found.probabilities) == len(found.patches.boxes)
    spans = [patch for lattice in found.patches.lattices for _, _, patch in lattice.spans]
    assert sorted(spans) == sorted(found.sources), "nothing is said of ink that is read otherwise now"
    return found


def texts(found: Recognition) -> list[str]:
    return [reading.text for reading in found.readings]


def test_what_is_read_alike_stays_as_it_is() -> None:
    inner = Says(("407", 0.8))

    found = read(inner, Transcribes("407"))

    assert found.readings == inner.recognise(PAGE).readings


def test_a_digit_that_was_not_found_is_read_where_it_stands() -> None:
    found = read(Says(("47", 0.6)), Transcribes("4.17"))

    (number,) = found.readings
    assert number.text == "4.17"
    assert number.confidence < 0.99
    assert [digit.value for digit in number.digits] == [4, 1, 7]
    assert all(before.box.x < after.box.x for before, after in zip(number.digits, number.digits[1:], strict=False))
    assert number.box == Box.around([digit.box for digit in number.digits])


def test_what_is_no_number_as_a_whole_is_none() -> None:
    assert texts(read(Says(("47", 0.6), ("3", 0.9)), Transcribes("", "3"))) == ["3"]


def test_what_is_certain_stays_but_is_doubted() -> None:
    found = read(Says(("47", 0.999)), Transcribes("41", sure=0.8))

    assert texts(found) == ["47"]
    assert 0.5 <= found.readings[0].confidence < 0.999


def test_what_is_less_sure_than_is_asked_for_is_doubtful() -> None:
    found = reader(Says(("47", 0.6)), Transcribes("4.17", sure=0.95), 0.97).recognise(PAGE)

    assert texts(found) == ["?.??"]
    assert [digit.value for digit in found.readings[0].digits] == [None] * 3


def test_a_classifier_that_knows_digits_alone_will_do() -> None:
    inner = Says(("49", 0.6))
    known = inner.recognise(PAGE)
    inner._said = replace(known, probabilities=known.probabilities[:, :10])

    found = reader(inner, Transcribes("499")).recognise(PAGE)

    assert texts(found) == ["499"]
    assert found.probabilities.shape[1] == 10
    assert [digit.confidence for digit in found.readings[0].digits] == pytest.approx([0.999] * 3, abs=1e-3)


def test_whose_place_is_known_is_read_without_being_found() -> None:
    places = [[Box(90, 10, 12, 20), Box(110, 10, 12, 20)], [], [Box(30, 10, 12, 20)]]

    first, none, last = reader(Says(), Transcribes(*["1/2"] * 3, *["7"] * 3)).likeliest(PAGE, places)

    assert first[0] == ("1/2", pytest.approx(0.999**STEPS, abs=1e-3))
    assert none == []
    assert last[0][0] == "7"


def test_what_was_said_of_a_strip_is_not_asked_again() -> None:
    transcriber, page = Transcribes("407"), Page(PAGE._frame)
    once = reader(Says(("407", 0.8)), transcriber)

    TranscribingRecogniser(once, transcriber).recognise(page)

    assert transcriber.asked == 1


def test_what_is_too_long_for_a_strip_is_nothing() -> None:
    places = [Box(8 * at, 30, 3, 6) for at in range(25)]

    assert reader(Says(), Transcribes()).likeliest(PAGE, [places]) == [[]]


class Wavers(Transcribes):
    """A transcriber that is half sure of a text at first, and of another whenever it looks again."""

    def __init__(self, first: str, later: str, sure: float) -> None:
        super().__init__(first, sure=0.6)
        self._later, self._surely = later, sure

    def answer(self, strips: Pixels) -> Floats:
        if self.asked:
            self._texts, self._sure = (self._later,) * len(strips), self._surely
        self.beside = []
        return super().answer(strips)


@pytest.mark.parametrize(("later", "sure", "wanted"), [("44", 0.999, "44"), ("41", 0.999, "41"), ("44", 0.1, "41")])
def test_who_reads_otherwise_looks_again_and_says_what_is_so_in_the_mean(later: str, sure: float, wanted: str) -> None:
    transcriber = Wavers("41", later, sure)

    (retold,) = reader(Says(("47", 0.9)), transcriber).retold(PAGE, Says(("47", 0.9)).recognise(PAGE).readings)

    assert retold.transcript.text == wanted
    assert transcriber.asked == 3


def test_who_reads_alike_looks_once() -> None:
    transcriber = Transcribes("407")

    read(Says(("407", 0.8)), transcriber)

    assert transcriber.asked == 1


def test_another_number_is_taken_in_whole_or_not_at_all() -> None:
    two = Says(("1", 0.5), ("2", 0.5))
    assert texts(read(two, Transcribes("12", "2", wide=90))) == ["12"]

    part = Says(("1", 0.5), ("28", 0.5))
    assert texts(read(part, Transcribes("12", "28", wide=90))) == ["1", "28"]


def test_doubtful_numbers_and_those_too_long_are_not_asked_for() -> None:
    inner, transcriber = Says(("4" * 14, 0.9)), Transcribes()
    assert texts(read(inner, transcriber)) == ["4" * 14], "wider than a strip"

    narrow = Reading.of([Digit(1, 0.9, Box(9 * at, 0, 6, 20)) for at in range(LONGEST + 1)])
    doubtful = Reading.of([Digit(None, 0.4, Box(0, 0, 16, 20))])
    assert TranscribingRecogniser(inner, transcriber).retold(PAGE, [narrow, doubtful]) == []
    assert transcriber.asked == 0


def test_a_page_without_numbers_is_read() -> None:
    assert texts(read(Says(), Transcribes())) == []


def test_both_ways_read_as_a_whole_before_they_are_compared_and_after(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[list[str]] = []

    def listening(self: TranscribingRecogniser, page: Page, readings: Sequence[Reading]) -> list[Retold]:
        heard.append([reading.text for reading in readings])
        return []

    monkeypatch.setattr(TranscribingRecogniser, "retold", listening)
    page, backend = Page(Frame(np.full((60, 90), 255, np.uint8))), open_backend("auto")
    for finder, digits_only, count in (("both", False, 2), ("transcribed", False, 1), ("both", True, 0)):
        heard.clear()
        open_recogniser(finder, backend, digits_only=digits_only).recognise(page)
        assert len(heard) == count


def test_a_card_that_wants_what_is_unknown_is_refused() -> None:
    with pytest.raises(ModelError, match="its card's trust has colour, unknown here"):
        TranscribingRecogniser(Says(), Transcribes(trust={"colour": 1.0}))
