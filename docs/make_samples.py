"""Write what is read of the samples now, and how much of it is right, into the pages that show it.

    python docs/make_samples.py

Between ``<!-- read: COMMAND -->`` and ``<!-- end -->`` stands what the command prints and a sentence that compares it
with the expected file beside the picture; misread cells stay as they are.
"""

from __future__ import annotations

import csv
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples"
PAGES = tuple(ROOT / "docs" / name for name in ("tables.md", "forms.md", "pictures.md"))
_BLOCK = re.compile(r"<!-- read: (.+?) -->\n.*?<!-- end -->", re.DOTALL)

Rows = Sequence[Sequence[str]]


def filled(page: str) -> str:
    """Return the page with every block written anew."""

    def block(found: re.Match[str]) -> str:
        command = shlex.split(found[1])
        printed = subprocess.run(
            [sys.executable, "-m", "numbre_edge", *command, "--quiet"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        told = TOLD[command[0]](list(csv.reader(printed.splitlines())))
        return f"<!-- read: {found[1]} -->\n```\n{printed}```\n\n{told}\n<!-- end -->"

    return _BLOCK.sub(block, page)


def of_table(read: Rows) -> str:
    """Compare a table with the one that was written; rows above and below it are passed over."""
    written = _rows("table/expected.csv")
    shifts = range(max(1, len(read) - len(written) + 1))
    right = max(sum(map(_right, written, read[shift:])) for shift in shifts)
    return f"Of the {sum(bool(cell) for line in written for cell in line)} numbers in it {right} are right."


def _right(written: Sequence[str], read: Sequence[str]) -> int:
    return sum(bool(cell) and cell == got for cell, got in zip(written, read, strict=True))


def of_form(read: Rows) -> str:
    """Compare the copies of a form with what was filled in."""
    names, *written = _rows("form/expected.csv")
    head = read[0]
    right = marked = fields = 0
    for want, row in zip(written, read[1:], strict=True):
        got = dict(zip(head, row, strict=True))
        for name, text in zip(names[1:], want[1:], strict=True):
            fields += 1
            right += got[name] == text
            marked += got[name] != text and name in got["needs_review"].split()
    wrong = f"Wrong, and marked for a look: {marked}; wrong, and not: {fields - right - marked}."
    return f"Of {fields} fields {right} are right. {wrong}"


def of_numbers(read: Rows) -> str:
    """Compare the numbers read with those written."""
    written = json.loads((SAMPLES / "decimals" / "expected.jsonl").read_text(encoding="utf-8"))["texts"]
    texts = [row[read[0].index("text")] for row in read[1:]]
    return f"Written are {', '.join(written)}: {sum(text in texts for text in written)} of {len(written)} are right."


def _rows(name: str) -> list[list[str]]:
    return list(csv.reader((SAMPLES / name).read_text(encoding="utf-8").splitlines()))


TOLD: dict[str, Callable[[Rows], str]] = {"table": of_table, "form": of_form, "predict": of_numbers}

if __name__ == "__main__":
    for path in PAGES:
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
