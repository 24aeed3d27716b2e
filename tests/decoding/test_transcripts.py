"""Steps that say a character or nothing become a number, and how likely it is just that one."""

from __future__ import annotations

from dataclasses import fields
from itertools import groupby, product

import numpy as np
import pytest

from numbre_edge.decoding.transcripts import (
    Preference,
    Transcript,
    differing,
    likeliest,
    likelihood,
    logarithms,
    transcribed,
)
from numbre_edge.finding.grid import CLASSES
from numbre_edge.finding.strips import SAID


def saying(steps: str, sure: float = 0.99) -> np.ndarray:
    """Return (T, SAID) logarithms: a character in each step, or nothing where there is a space."""
    rows = np.full((len(steps), SAID), (1 - sure) / (SAID - 1))
    rows[range(len(steps)), [0 if said == " " else 1 + CLASSES.index(said) for said in steps]] = sure
    return np.log(rows)


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        (" 1 1 ", "11"),
        (" 11  ", "1"),
        ("22113", "213"),
        (" -2 2.55 ", "-22.5"),
        ("1,2,3", "1,2,3"),
        (" 12. ", "12"),
        (" .12", "12"),
        ("4/125 ", "125"),
        (" -= ", ""),
        ("     ", ""),
    ],
)
def test_what_is_said_is_a_number_or_none(steps: str, text: str) -> None:
    read = transcribed(saying(steps))

    assert read.text == text
    assert len(read.steps) == len(read.sure) == sum(character.isdigit() for character in text)


def test_a_digit_stands_in_the_middle_of_the_steps_that_say_it() -> None:
    read = transcribed(saying(" 4444 .7 "))

    assert read.steps == (2.5, 7.0)
    assert read.sure == pytest.approx((0.99, 0.99))


def test_how_likely_a_text_is_counts_every_way_to_say_it() -> None:
    rng = np.random.default_rng(0)
    said = logarithms(rng.normal(0, 1, (5, SAID)).astype(np.float32))
    ways: dict[str, float] = {}
    for path in product(range(3), repeat=5):  # nothing, 0 and 1
        text = "".join(CLASSES[said - 1] for said, _ in groupby(path) if said)
        ways[text] = ways.get(text, 0.0) + float(np.exp(sum(said[at, step] for at, step in enumerate(path))))

    for text in ("", "0", "1", "01", "10", "00", "101", "0101"):
        assert np.exp(likelihood(said, text)) == pytest.approx(ways[text])
    assert likelihood(said, "000000") == -np.inf


def test_the_likeliest_texts_come_first_each_as_likely_as_all_its_ways() -> None:
    said = logarithms(np.random.default_rng(1).normal(0, 2, (2, SAID)).astype(np.float32))
    every = {text: np.exp(likelihood(said, text)) for text in ("", *CLASSES, *map("".join, product(CLASSES, repeat=2)))}

    texts = likeliest(said)

    assert [text for text, _ in texts[:5]] == sorted(every, key=lambda text: -every[text])[:5]
    for text, likely in texts[:5]:
        assert likely == pytest.approx(every[text], rel=0.01), "but for ways that are hardly likely"


def test_a_character_said_twice_is_two_only_with_nothing_between() -> None:
    assert likeliest(saying(" 77  "))[0][0] == "7"
    assert likeliest(saying(" 7 7 "))[0][0] == "77"
    assert likeliest(saying("     "))[0][0] == ""
    assert all(likely > 0 for _, likely in likeliest(saying("3" * 40, sure=1 - 1e-12)))


@pytest.mark.parametrize(
    ("whole", "text", "way"),
    [
        ("17", "11", "another"),
        ("1.7", "17", "marked"),
        ("1.7", "1,7", "marked"),
        ("17", "1.7", "unmarked"),
        ("177", "17", "more"),
        ("-7", "17", "fewer"),
        ("", "17", "none"),
    ],
)
def test_how_two_readings_differ(whole: str, text: str, way: str) -> None:
    rows = np.full((2, 11), 0.01, np.float32)
    rows[0, 1], rows[1, 1], rows[1, 7] = 0.9, 0.6, 0.2
    said = differing(Transcript(whole, (), (), -0.5), -2.0, text, 0.75, rows)

    assert said[:3] == pytest.approx((1.5, -0.5, np.log(3)))
    assert said[3] == pytest.approx(np.log(3) if way == "another" else 0, abs=1e-6)
    ways = [field.name for field in fields(Preference)][4:]
    assert [name for name, here in zip(ways, said[4:], strict=True) if here] == [way]


def test_what_is_likelier_to_the_transcriber_and_less_certain_else_is_preferred() -> None:
    rows = np.full((2, 11), 0.05, np.float32)

    def odds(other: float, confidence: float) -> float:
        return Preference().odds(differing(Transcript("17", (), (), -0.1), other, "11", confidence, rows))

    assert odds(-9.0, 0.5) > 0 > odds(-0.5, 0.99)
    assert odds(-5.0, 0.5) > odds(-5.0, 0.99)
