"""Many readings of one number -> its text: a vote on its form, how many digits and where marks, and one on every digit.

A camera reads a number thirty times a second, and now and then wrongly. At first
each reading is worth the logarithm of its odds; the worth adds up, and the value
that leads by ``margin`` is settled. From then on another needs one of two things.
Either it is read without the settled one in between, for ``hold`` seconds, and so
often that chance does not explain it: what such a run is worth follows from how rare
the value was here until then, so that a 1 that now and then reads 7 needs a longer
run of 7s than one that never did. (That evidence of change is summed as it comes, and
dropped when it ends, is E. Page's idea, "Continuous inspection schemes", 1954.) Or it
has long been read much more often than the settled one.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from numbre_edge.types import Reading

Value = TypeVar("Value")

# How much a vote counts one frame later: about a hundred frames are remembered.
_FADE = 0.99
_FORGOTTEN = 0.01
# No single reading is worth more than this, nats: a model's certainty has bounds, and frames resemble each other.
_MOST = 4.0
_LEAST = 0.1
# Before its run a challenger was read in at least the one share of frames, and at most the other; so we assume.
_RARE, _COMMON = 0.02, 0.5
# Much more often: this many times as often, and by as many frames as this for a nat of the margin.
_TIMES = 2.0
_AHEAD = 2.0
# A run of sightings loses this share of its worth in a frame that says nothing.
_LOST = 0.2
# How far a reading's form is trusted: a digit may be missed, or cut in two, a point overlooked.
_FORM = 0.95


@dataclass(frozen=True)
class Caution:
    """How much it takes to believe something.

    Attributes:
        margin: nats that a value leads by when it is settled; at 0 the newest reading is believed at once.
        hold: seconds that another value is read before it takes the settled one's place.
        doubts: doubtful readings of a digit that make it ``?``.
    """

    margin: float
    hold: float
    doubts: int


@dataclass
class _Candidate:
    """One value that was read.

    Attributes:
        votes: sum of the confidences it was read with, the older the less.
        count: number of those readings, the older the less.
        worth: nats in its favour: since the beginning, or in its run against the settled value.
        since: when that run began, seconds.
        before: its votes at that time.
    """

    votes: float = 0.0
    count: float = 0.0
    worth: float = 0.0
    since: float = 0.0
    before: float = 0.0


@dataclass
class Ballot(Generic[Value]):
    """The vote on one thing: a digit, or the form of a number.

    Attributes:
        settled: what it was decided to be; None while nothing is firm.
        doubts: readings that said nothing since it was last read.
    """

    settled: Value | None = None
    doubts: int = 0
    _candidates: dict[Value, _Candidate] = field(default_factory=dict)
    _doubtful: float = 0.0

    def add(self, value: Value, confidence: float, now: float, caution: Caution) -> None:
        """Count one reading."""
        total = sum(other.votes for other in self._candidates.values())
        for known, other in list(self._candidates.items()):
            other.votes, other.count = other.votes * _FADE, other.count * _FADE
            if other.votes < _FORGOTTEN and known != self.settled:
                del self._candidates[known]
        candidate = self._candidates.setdefault(value, _Candidate())
        share = candidate.votes / total if total else 0.0
        if self.settled is None:
            candidate.worth += _log_odds(confidence)
        elif value == self.settled:
            self._end_runs()
        else:
            if not candidate.worth:
                candidate.since, candidate.before = now, candidate.votes
            candidate.worth += _log_odds(confidence) / _MOST * -math.log(min(max(share, _RARE), _COMMON))
        candidate.votes += confidence
        candidate.count += 1
        self.doubts = 0
        if self.settled is None:
            self._settle(caution)

    def pass_over(self, confidence: float) -> None:
        """Count a reading that says nothing: a digit the reader doubts."""
        self.doubts += 1
        self._doubtful = confidence
        if self.settled is not None:
            for candidate in self._candidates.values():
                candidate.worth *= 1 - _LOST
                if candidate.worth < 1:
                    candidate.worth = 0.0

    def challenger(self, now: float, caution: Caution) -> Value | None:
        """Return what has overtaken the settled value, if anything has."""
        if self.settled is None:
            return None
        ruling = self._candidates[self.settled].votes
        for value, candidate in self._candidates.items():
            if candidate.worth and value != self.settled:
                lasting = candidate.worth >= caution.margin and now - candidate.since >= caution.hold
                ahead = candidate.votes - ruling >= _AHEAD * caution.margin
                if lasting or (ahead and candidate.votes >= _TIMES * ruling):
                    return value
        return None

    @property
    def challenged(self) -> bool:
        """Whether another value has been read since the settled one was."""
        return self.settled is not None and any(candidate.worth for candidate in self._candidates.values())

    def take(self, value: Value) -> None:
        """Settle on ``value`` instead; it is as easily mistaken for the former as the former was for it."""
        if self.settled is not None and value != self.settled:
            new = self._candidates[value]
            self._candidates = {value: new, self.settled: _Candidate(votes=new.before, count=new.before)}
        self.settled = value
        self._end_runs()

    @property
    def confidence(self) -> float:
        """Mean confidence times share of the settled value, 0 to 1; of a doubtful digit the reader's own."""
        if self.settled is None:
            return self._doubtful
        count = sum(candidate.count for candidate in self._candidates.values())
        return min(1.0, self._candidates[self.settled].votes / count)

    def _end_runs(self) -> None:
        for candidate in self._candidates.values():
            candidate.worth = 0.0

    def _settle(self, caution: Caution) -> None:
        ranked = sorted(self._candidates, key=lambda value: -self._candidates[value].worth)
        second = self._candidates[ranked[1]].worth if len(ranked) > 1 else 0.0
        if self._candidates[ranked[0]].worth - second >= caution.margin:
            self.settled = ranked[0]
            self._end_runs()


def _log_odds(confidence: float) -> float:
    confidence = min(max(confidence, 1e-6), 1 - 1e-6)
    return min(_MOST, max(_LEAST, math.log(confidence / (1 - confidence))))


def form(text: str) -> str:
    """Return a text's form: 0 for each digit, known or doubtful, and its marks."""
    return re.sub(r"[\d?]", "0", text)


@dataclass
class Vote:
    """The vote on a number's text: its form first, then each digit among the readings of that form."""

    _form: Ballot[str] = field(default_factory=Ballot)
    _digits: dict[str, list[Ballot[int]]] = field(default_factory=dict)

    def add(self, reading: Reading, now: float, caution: Caution) -> None:
        """Count one reading, made ``now`` (seconds)."""
        of = form(reading.text)
        self._form.add(of, _FORM, now, caution)
        ballots = self._digits.setdefault(of, [Ballot() for _ in reading.digits])
        for ballot, digit in zip(ballots, reading.digits, strict=True):
            if digit.value is None:
                ballot.pass_over(digit.confidence)
            else:
                ballot.add(digit.value, digit.confidence, now, caution)

    def proposal(self, now: float, caution: Caution) -> str | None:
        """Return the text as it stands; None while any part of it is open."""
        of = self._form.challenger(now, caution) or self._form.settled
        if of is None:
            return None
        digits = []
        for ballot in self._digits[of]:
            challenger = ballot.challenger(now, caution)
            value = ballot.settled if challenger is None else challenger
            if challenger is None and ballot.challenged:
                return None  # one digit of a counter turns a little later than another
            if value is None and ballot.doubts < caution.doubts:
                return None
            digits.append("?" if value is None else str(value))
        left = iter(digits)
        return "".join(next(left) if sign == "0" else sign for sign in of)

    def accept(self, text: str) -> None:
        """Settle on ``text``, which was proposed."""
        of = form(text)
        self._form.take(of)
        self._digits = {of: self._digits[of]}
        for ballot, sign in zip(self._digits[of], re.findall(r"[\d?]", text), strict=True):
            if sign != "?":
                ballot.take(int(sign))

    @property
    def confidence(self) -> float:
        """That of the least certain digit, times the share of readings of its form, 0 to 1."""
        ballots = self._digits[self._form.settled or ""]
        return min(ballot.confidence for ballot in ballots) * self._form.confidence / _FORM
