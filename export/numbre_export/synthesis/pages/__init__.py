"""Kinds of pages, by name: each fills a :class:`~numbre_export.synthesis.pages.page.Page`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from numbre_export.synthesis.pages import forms, notes
from numbre_export.synthesis.pages.page import Page


@dataclass(frozen=True)
class Kind:
    """A kind of page.

    Attributes:
        name: by which it can be left out.
        make: fills a page.
        share: how often it is drawn, relative to the others.
    """

    name: str
    make: Callable[[Page], None]
    share: float = 1.0


KINDS: tuple[Kind, ...] = (
    Kind("note", notes.note, 2.0),
    Kind("words", notes.words, 0.8),
    Kind("alone", notes.alone, 1.0),
    Kind("sums", notes.sums, 1.0),
    Kind("field", forms.field_line, 1.5),
    Kind("comb", forms.comb, 1.0),
    Kind("boxes", forms.boxes, 1.0),
    Kind("table", forms.table, 1.5),
)
