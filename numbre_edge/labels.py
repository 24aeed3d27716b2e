"""What is on the pictures of a folder, its labels.csv, and how much of it was read."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from numbre_edge.errors import DataError

LABELS = "labels.csv"


def load_labels(folder: Path) -> dict[str, tuple[str, ...]]:
    """Return picture file -> its numbers in reading order, from ``folder``'s labels.csv.

    ``file,label`` or ``file,expression``: a picture a line, its numbers with spaces or anything else
    that is no digit between them; ``-`` or nothing is no number.

    Raises:
        DataError: missing, of another form, or of none of the pictures there, with the line that is wrong.
    """
    path = folder / LABELS
    if not path.is_file():
        raise DataError(f"{path}: no such file; the folder needs a {LABELS} of file,label lines")
    labels: dict[str, tuple[str, ...]] = {}
    for line, name, label in _rows(path):
        if name in labels:
            raise DataError(f"{path}: line {line}: {name} has a label already; a picture has one line")
        labels[name] = tuple(re.findall(r"\d+", label))
    if not labels:
        raise DataError(f"{path}: names no picture")
    if not any(os.path.isfile(picture_path(folder, name)) for name in labels):
        raise DataError(
            f"{path}: none of its {len(labels)} pictures, such as {next(iter(labels))}, is in {folder} or its images/"
        )
    return labels


def picture_path(folder: Path, name: str) -> Path:
    """Return where the picture ``name`` is: in ``images`` or beside labels.csv."""
    inside = folder / "images" / name
    return inside if os.path.exists(inside) else folder / name  # not a path's own: no error where a name is too long


def numbers_in(text: str) -> list[str]:
    """Return what counts of a reading's text: runs of digits, with ``?`` for a doubtful one."""
    return re.findall(r"[\d?]+", text)


def number_f1(pictures: Iterable[tuple[Sequence[str], Sequence[str]]]) -> float:
    """Return F1 of numbers found and right over all pictures, each the numbers on it and those read: a multiset."""
    right = total = 0
    for there, read in pictures:
        right += (Counter(there) & Counter(read)).total()
        total += len(there) + len(read)
    return 2 * right / max(1, total)


def _rows(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield the line number, the file and the label of each row."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            columns = reader.fieldnames or []
            truth = next((name for name in ("label", "expression") if name in columns), None)
            if "file" not in columns or truth is None:
                raise DataError(
                    f"{path}: its first line is {_shown(','.join(columns))}; expected file,label or file,expression, "
                    "with a comma between"
                )
            for row in reader:
                name, label = row["file"], row[truth]
                if not name or label is None:
                    raise DataError(
                        f"{path}: line {reader.line_num}: expected a file and a label; found {_shown(name or '')}"
                    )
                yield reader.line_num, name, label
    except UnicodeDecodeError as exc:
        raise DataError(f"{path}: is not UTF-8 text ({exc.reason}); save it as CSV in UTF-8") from exc
    except csv.Error as exc:
        raise DataError(f"{path}: is not CSV ({exc})") from exc
    except OSError as exc:
        raise DataError(f"{path}: cannot be read ({exc.strerror})") from exc


def _shown(text: str) -> str:
    """Return a text that may be anything, short and in quotes."""
    return repr(text if len(text) <= 60 else f"{text[:60]}…") if text else "empty"
