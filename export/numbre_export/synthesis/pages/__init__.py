"""Kinds of pages, by name: each fills a :class:`~numbre_export.synthesis.pages.page.Page`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from numbre_export.synthesis.pages import (
    cells,
    cheques,
    counters,
    displays,
    fields,
    notes,
    prints,
    registers,
    screens,
    sums,
    tables,
)
from numbre_export.synthesis.pages.page import Page


@dataclass(frozen=True)
class Kind:
    """A kind of page.

    Attributes:
        name: by which it can be left out.
        make: fills a page.
        share: how often it is drawn, relative to the others.
        numbers: whether numbers stand on it that are to be found.
    """

    name: str
    make: Callable[[Page], None]
    share: float = 1.0
    numbers: bool = True


KINDS: tuple[Kind, ...] = (
    Kind("note", notes.note, 1.6),
    Kind("rows", notes.rows, 1.0),
    Kind("alone", notes.alone, 1.0),
    Kind("words", notes.words, 1.1, numbers=False),
    Kind("equations", sums.equations, 1.0),
    Kind("column", sums.column, 0.5),
    Kind("field", fields.field, 1.3),
    Kind("comb", cells.comb, 0.8),
    Kind("boxes", cells.boxes, 0.8),
    Kind("frame", cells.frame, 0.6),
    Kind("table", tables.table, 1.2),
    Kind("tally", tables.tally, 0.6),
    Kind("cheque", cheques.cheque, 1.2),
    Kind("register", registers.register, 0.8),
    Kind("drawn", screens.drawn, 0.5),
    Kind("print", prints.printed, 0.6, numbers=False),
    Kind("texture", prints.texture, 0.6, numbers=False),
    Kind("photograph", prints.photograph, 0.7, numbers=False),
)

# Without any handwriting: what the printed finder and refiner learn.
PRINTED: tuple[Kind, ...] = (
    Kind("display", displays.display, 3.0),
    Kind("counter", counters.counter, 2.0),
    Kind("figures", prints.figures, 1.2),
    Kind("print", prints.printed, 0.5, numbers=False),
    Kind("texture", prints.texture, 0.4, numbers=False),
    Kind("photograph", prints.photograph, 0.4, numbers=False),
)
