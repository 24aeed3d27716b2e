"""Pieces that belong together are found among thousands without comparing each with each."""

from __future__ import annotations

import numpy as np

from numbre_edge.types import Box
from numbre_edge.vision.symbols import Symbol, joined
from tests.growth import growth


def fives(count: int) -> list[Symbol]:
    """So many 5s in rows, the bar of each apart."""
    at = [(20 + place % 60 * 40, 20 + place // 60 * 60) for place in range(count)]
    return [
        Symbol(box, (number,))
        for number, box in enumerate(box for x, y in at for box in (Box(x, y, 18, 5), Box(x, y + 7, 20, 25)))
    ]


def test_each_bar_goes_to_its_own_body() -> None:
    whole = joined(fives(500))

    assert len(whole) == 500
    assert {symbol.box[2:] for symbol in whole} == {(20, 32)}
    assert sorted(number for symbol in whole for number in symbol.labels) == list(range(1000))


def test_the_order_of_what_was_found_does_not_matter() -> None:
    pieces = fives(50)
    shuffled = [pieces[number] for number in np.random.default_rng(0).permutation(len(pieces))]

    assert {symbol.box for symbol in joined(pieces)} == {symbol.box for symbol in joined(shuffled)}


def test_four_times_the_pieces_take_about_four_times_as_long() -> None:
    assert growth(joined, fives(500), fives(2000)) < 9
