"""Numbers of a column are written alike: which points and commas one has is weighed against what the others have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from numbre_edge.tables.table import Cell, Table
from numbre_edge.types import Box, Reading
from numbre_edge.vocabulary import SEPARATORS

# What numbers may be whose digits stand in boxes, the likeliest first, and how likely.
Likeliest = Callable[[Sequence[Sequence[Box]]], Sequence[Sequence[tuple[str, float]]]]
Form = tuple[str, int]  # the last point or comma of a number, and how many digits stand after it

_LEAST = 3  # numbers in a column, from which on they tell how others in it are written
# How numbers are written that a transcriber is taught on: this share of them whole, the others with points or commas
# in about so many ways. A column has its own shares; what is known before counts as so many numbers more.
_WHOLE, _WAYS, _KNOWN = 0.88, 8, 1.0
_ROUNDS = 20  # of estimation; after half as many nothing changes


def written_alike(table: Table, likeliest: Likeliest) -> Table:
    """Return a table whose numbers have the points and commas that are likeliest in their columns; digits stay."""
    columns: dict[int, list[Cell]] = {}
    for cell in table.cells:
        if cell.columns == 1 and len(cell.readings) == 1 and "?" not in cell.text:
            columns.setdefault(cell.column, []).append(cell)
    unlike = [cells for cells in columns.values() if len(cells) >= _LEAST and len({_form(c.text) for c in cells}) > 1]
    said = iter(likeliest([[digit.box for digit in cell.readings[0].digits] for cells in unlike for cell in cells]))
    changed: dict[Cell, Cell] = {}
    for cells in unlike:
        readings = _believed([cell.readings[0] for cell in cells], [next(said) for _ in cells])
        changed |= {cell: replace(cell, readings=(own,)) for cell, own in zip(cells, readings, strict=True)}
    return replace(table, cells=tuple(changed.get(cell, cell) for cell in table.cells))


def _believed(readings: Sequence[Reading], every: Sequence[Sequence[tuple[str, float]]]) -> list[Reading]:
    """Return a column's numbers with the marks that are likeliest if they are written in the shares that fit them best.

    The shares are estimated by expectation maximisation: M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the
    Outputs of a Classifier to New a Priori Probabilities" (2002).
    """
    alone = [_alone(reading.text, dict(texts)) for reading, texts in zip(readings, every, strict=True)]
    shares: Counter[Form] = Counter()
    believed = alone
    for _ in range(_ROUNDS):
        believed = [{text: likely * _share(shares, _form(text)) for text, likely in texts.items()} for texts in alone]
        believed = [{text: likely / sum(texts.values()) for text, likely in texts.items()} for texts in believed]
        shares = Counter()
        for texts in believed:
            for text, likely in texts.items():
                shares[_form(text)] += likely  # type: ignore[assignment]
    return [_told(reading, texts) for reading, texts in zip(readings, believed, strict=True)]


def _alone(read: str, texts: Mapping[str, float]) -> dict[str, float]:
    """Return how likely a number looks as each text of its digits; just as it was read where that is none of them."""
    if read not in texts:
        return {read: 1.0}
    return {text: likely / _taught(_form(text)) for text, likely in texts.items() if _digits(text) == _digits(read)}


def _told(reading: Reading, likely: Mapping[str, float]) -> Reading:
    best = max(likely, key=likely.__getitem__, default=reading.text)
    if best == reading.text:
        return reading
    return Reading.of(list(reading.digits), text=best, whole=min(reading.confidence, likely[best]))


def _share(shares: Counter[Form], form: Form) -> float:
    return (shares[form] + _KNOWN * _taught(form)) / (shares.total() + _KNOWN)


def _taught(form: Form) -> float:
    return (1 - _WHOLE) / _WAYS if form[0] else _WHOLE


def _form(text: str) -> Form:
    last = max(map(text.rfind, SEPARATORS))
    return (text[last], len(text) - last - 1) if last >= 0 else ("", 0)


def _digits(text: str) -> str:
    """Return a number without its points and commas; with its sign. What is none has nothing."""
    return re.sub(r"[.,]", "", text) if re.fullmatch(r"[-+]?\d+([.,]\d+)*", text) else ""
