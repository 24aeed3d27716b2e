"""What a form is: a reference picture, and where on it which fields are; one small TOML file says so."""

from __future__ import annotations

import re
import tomllib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from numbre_edge.decoding.values import value_of
from numbre_edge.errors import ModelError, SourceError, UsageError
from numbre_edge.model.file import read_whole
from numbre_edge.sources.pictures import as_frame
from numbre_edge.types import Box, Frame

Kind = Literal["number", "decimal", "comb", "cross"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_KEYS = ("name", "box", "kind", "cells", "decimals", "range", "pattern")
_RESERVED = ("source", "needs_review", "error")  # columns of their own
_LARGEST = 2**18  # bytes of a form's file: some 2,500 fields
_MOST_DECIMALS = 9
_LONGEST = 1000  # characters of a line: TOML's reader takes minutes over a key of 10,000 parts


@dataclass(frozen=True)
class Field:
    """A place on a form.

    Attributes:
        name: by which results call it.
        box: in pixels of the reference picture.
        kind: ``number``, digits alone; ``decimal``, with a sign, a point or a comma; ``comb``, one digit in each of its
            cells; ``cross``, ticked or not.
        cells: of a comb.
        range: the lowest and the highest value that it may have.
        pattern: a regular expression that its whole text must match.
        decimals: of a decimal, how many digits it has after its point or comma; None for any.
    """

    name: str
    box: Box
    kind: Kind = "number"
    cells: int = 0
    range: tuple[float, float] | None = None
    pattern: str | None = None
    decimals: int | None = None

    @property
    def _written(self) -> str:
        """A regular expression for what may be written into a field of its kind."""
        if self.kind == "decimal":
            end = "" if self.decimals is None else rf"[.,]\d{{{self.decimals}}}"
            return rf"[-+]?\d+(?:[.,]\d+)*?{end}"
        return rf"\d{{{self.cells}}}" if self.kind == "comb" else r"\d+"

    def value(self, text: str) -> float | None:
        """Return the value of what is written; None where it has none, or may have several."""
        known = self.decimals is not None and re.fullmatch(self._written, text)
        return value_of(text, text[-self.decimals - 1] if known and self.decimals else None)

    def fits(self, text: str) -> bool:
        """Whether this is what the field may hold; it may be empty unless it has a range, or a pattern against that."""
        if self.pattern is not None and not re.fullmatch(self.pattern, text):
            return False
        if not text:
            return self.range is None
        if not re.fullmatch(self._written, text):
            return False
        value = self.value(text)
        if value is None:
            return self.range is None and self.decimals is None
        return self.range is None or self.range[0] <= value <= self.range[1]


@dataclass(frozen=True, eq=False)
class Form:
    """A form.

    Attributes:
        path: its TOML file.
        reference: the picture of an empty one, or of any.
        fields: at least one, each of another name.
    """

    path: Path
    reference: Frame
    fields: tuple[Field, ...]


def load_form(path: Path) -> Form:
    """Load a form and its reference picture.

    Raises:
        UsageError: the file is none of a form; the message names the file, the line and what is wrong.
        SourceError: the reference picture cannot be read.
    """
    lines, content = _parsed(path)
    if unknown := content.keys() - {"reference", "field"}:
        raise lines.wrong(f"{min(unknown)} is no key of a form; there are reference and [[field]]", min(unknown))
    name = content.get("reference")
    if not isinstance(name, str) or not name:
        raise lines.wrong('reference must name a picture, such as "reference.jpg"', "reference")
    tables = content.get("field")
    if not isinstance(tables, list) or not tables:
        raise lines.wrong("a form has at least one [[field]]", "field")
    try:
        reference = as_frame(path.parent / name)
    except SourceError as exc:
        raise SourceError(f"{path}: reference {exc}") from exc
    page = Box(0, 0, reference.width, reference.height)
    fields: dict[str, Field] = {}
    for number, table in enumerate(tables):
        field = _field(table, lines, number)
        if field.name in fields:
            raise lines.wrong(f"there are two fields named {field.name}", "name", number)
        if field.box.x < 0 or field.box.y < 0 or field.box.right > page.right or field.box.bottom > page.bottom:
            raise lines.wrong(
                f"field {field.name}: its box lies outside the {page.width}x{page.height} reference", "box", number
            )
        fields[field.name] = field
    return Form(path, reference, tuple(fields.values()))


def _parsed(path: Path) -> tuple[_Lines, dict[str, Any]]:
    try:
        text = read_whole(path, _LARGEST).decode("utf-8-sig")
    except ModelError as exc:
        raise UsageError(str(exc)) from exc
    except UnicodeDecodeError as exc:
        raise UsageError(f"{path}: is no UTF-8 text") from exc
    if max(map(len, text.splitlines()), default=0) > _LONGEST:
        raise UsageError(f"{path}: a line of it is longer than {_LONGEST} characters")
    try:
        return _Lines(path, text), tomllib.loads(text)
    except (ValueError, RecursionError) as exc:  # ValueError: of a whole number with too many digits, too
        raise UsageError(f"{path}: no TOML: {exc}") from exc


def _field(table: Mapping[str, Any], lines: _Lines, number: int) -> Field:
    for key in table:
        if key not in _KEYS:
            raise lines.wrong(f"{key} is no key of a field; there are {', '.join(_KEYS)}", key, number)
    name, kind, box = table.get("name"), table.get("kind", "number"), table.get("box")
    if not isinstance(name, str) or not name or name in _RESERVED:
        raise lines.wrong(f"a field needs a name of its own, other than {', '.join(_RESERVED)}", "name", number)
    if kind not in KINDS:
        raise lines.wrong(f"field {name}: no kind {kind!r}; there are {', '.join(KINDS)}", "kind", number)
    if not _is_box(box):
        raise lines.wrong(f"field {name}: box must be four whole numbers [x, y, width, height]", "box", number)
    cells = table.get("cells", 0)
    if type(cells) is not int or (kind == "comb") != (cells >= 1) or cells < 0:
        raise lines.wrong(f"field {name}: a comb, and nothing else, has cells, 1 or more", "cells", number)
    if cells > table["box"][2]:
        raise lines.wrong(f"field {name}: has more cells than its box is wide", "cells", number)
    decimals = table.get("decimals")
    if decimals is not None and (kind != "decimal" or type(decimals) is not int or not 1 <= decimals <= _MOST_DECIMALS):
        raise lines.wrong(
            f"field {name}: a decimal, and nothing else, may say its decimals, 1 to {_MOST_DECIMALS}",
            "decimals",
            number,
        )
    span = table.get("range")
    if span is not None and (not _numbers(span, 2) or span[0] > span[1]):
        raise lines.wrong(f"field {name}: range must be two numbers [lowest, highest]", "range", number)
    pattern = table.get("pattern")
    if pattern is not None:
        try:
            with warnings.catch_warnings(action="ignore"):  # of what Python's next version may take otherwise
                re.compile(pattern)
        except (re.error, TypeError, OverflowError, RecursionError) as exc:
            raise lines.wrong(f"field {name}: pattern is no regular expression: {exc}", "pattern", number) from exc
    return Field(name, Box(*table["box"]), kind, cells, tuple(span) if span is not None else None, pattern, decimals)


def _is_box(value: object) -> bool:
    return isinstance(value, list) and _numbers(value, 4, whole=True) and min(value[2:]) >= 1


def _numbers(value: object, count: int, *, whole: bool = False) -> bool:
    kinds = (int,) if whole else (int, float)
    if not isinstance(value, list) or len(value) != count:
        return False
    return all(isinstance(part, kinds) and not isinstance(part, bool) for part in value)


class _Lines:
    """Where in a TOML file its keys stand."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._lines = path, text.splitlines()

    def wrong(self, what: str, key: str, number: int | None = None) -> UsageError:
        """Return the error about a key of the file, or of its field of this number."""
        starts = [at for at, line in enumerate(self._lines) if re.match(r"\s*\[\[\s*field\s*\]\]", line)]
        first, last = 0, len(self._lines)
        if number is not None and number < len(starts):
            first, last = starts[number], (*starts, len(self._lines))[number + 1]
        said = (at for at in range(first, last) if re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", self._lines[at]))
        return UsageError(f"{self._path}, line {next(said, first) + 1}: {what}")
