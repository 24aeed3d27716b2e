"""A look that fails is a finding, not the end of the examination."""

from __future__ import annotations

from collections.abc import Iterator

from numbre_edge.doctor.check import Check, guarded


def test_a_look_that_fails_is_a_problem_after_what_it_had_found() -> None:
    first = Check("a", "ok", "well")

    def look() -> Iterator[Check]:
        yield first
        raise ValueError("two\nlines")

    assert list(guarded("things", look, "mend it so")) == [
        first,
        Check("things", "problem", "could not be looked at: ValueError: two lines", "mend it so"),
    ]
