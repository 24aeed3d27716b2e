"""The hostile files are the same ones every time, and what a program does with them is told."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from tests.modules import loaded

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
# Says a line of each name, but ends at some.
PROGRAM = """
import json, os, sys
for name in sys.stdin.read().split("\\0")[:-1]:
    if name == "abort": os.abort()
    if name == "leave": sys.exit(1)
    if name == "raise": raise ValueError(name)
    print("libpng warning" if name == "noise" else json.dumps({"source": name, "error": "damaged"}), flush=True)
"""


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return loaded(BENCHMARKS / "hostile.py")


@pytest.mark.parametrize("kind", ["cards", "tgz", "labels"])
def test_a_seed_makes_the_same_files(hostile, kind: str) -> None:  # type: ignore[no-untyped-def]
    once, again, other = (list(hostile.KINDS[kind](np.random.default_rng(seed))) for seed in (1, 1, 2))
    assert once == again != other
    assert len({name for name, _ in once}) == len(once)


def test_what_ends_a_program_is_told_of_the_file_it_was_at(hostile) -> None:  # type: ignore[no-untyped-def]
    names = ["a", "abort", "b", "leave", "raise", "noise", "c"]
    row = hostile.judged("any", [sys.executable, "-c", PROGRAM], names)
    assert {name: reason.partition(":")[0] for name, reason in row.failures.items()} == {
        "abort": "crash",
        "leave": "silent",
        "raise": "crash",
        "noise": "silent",
    }
    assert not row.good
