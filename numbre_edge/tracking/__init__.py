"""Numbers that stay put over many frames: readings in, events out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from numbre_edge.errors import UsageError
from numbre_edge.events import NumberEvent, Tracked
from numbre_edge.tracking.match import Known, match, within
from numbre_edge.tracking.rules import Rules
from numbre_edge.tracking.vote import Caution, Vote, form
from numbre_edge.types import Box, Reading

__all__ = ["Rules", "Tracker"]

# Nats of evidence for each frame after the first that has to confirm: about one sure reading.
_FRAME = 4.0
# Another text has to last for this share of the patience. With less, what a blur is misread as for some frames gets
# through; with more, a counter is behind: benchmarks/tracking.py.
_HOLD = 0.25
# A digit is reported as doubtful after so many readings for each frame that has to confirm.
_DOUBTS = 3
# Seconds after which nothing but forbidden texts means that the meter was reset, or another put in its place.
_RESET = 30.0


@dataclass
class _Track:
    """One number as followed so far.

    Attributes:
        place: box of its last reading; ``box`` is that of its last one of the reported form.
        read: text of its last reading.
        id, text: None and "" before it has appeared.
        seen, absent: timestamp of its last reading, and frames read since without it.
        sightings, misses: frames with and without it before it appeared.
        shown: when its text was last read, seconds.
        forbidden: vote of the texts that the rules forbid, since there have been no others; ``reset`` is its begin.
    """

    place: Box
    box: Box
    read: str
    seen: float
    vote: Vote = field(default_factory=Vote)
    id: int | None = None
    text: str = ""
    absent: int = 0
    sightings: int = 0
    misses: int = 0
    shown: float = 0.0
    forbidden: Vote | None = None
    reset: float = 0.0

    def known(self) -> Known:
        return Known(self.place, frozenset({self.text, self.read}), self.absent > 0, self.id is None)

    def event(self, kind: Literal["appeared", "changed", "vanished"], frame: int, timestamp: float) -> NumberEvent:
        number = self.number()
        return NumberEvent(kind, number.id, number.text, number.confidence, number.box, frame, timestamp)

    def number(self) -> Tracked:
        return Tracked(self.id or 0, self.text, min(1.0, self.vote.confidence), self.box)


class Tracker:
    """Follows numbers from frame to frame and says what happens to them: each once, and only what is firm.

    A number appears when its text is firm: read in ``confirm`` frames at least, more
    if they disagree. It changes when another text has clearly taken its place, for a
    quarter of the patience. It vanishes when it has been missing for the patience and in
    ``confirm`` frames; if it comes back before that, close by, nothing has happened. Of
    a number at least one digit is known; a digit that stays doubtful is ``?``.

    A text that breaks the rules has no vote. Where nothing else is read for half a minute, the meter
    was reset or another put in its place: the number vanishes, and what stands there appears under a new id.

    Args:
        rules: what is known of the numbers.
        confirm: frames that a text is read in before it is believed. With 1 and a patience of 0
            every frame counts on its own, as single pictures do.
        patience: seconds that a number may be missing.

    Raises:
        UsageError: ``confirm`` or ``patience`` is too small.
    """

    def __init__(self, rules: Rules | None = None, *, confirm: int = 3, patience: float = 1.5) -> None:
        if confirm < 1:
            raise UsageError(f"a number cannot appear after {confirm} frames; give 1 or more")
        if not patience >= 0:
            raise UsageError(f"a patience of {patience:g} seconds is not possible; give 0 or more")
        self._rules = rules or Rules()
        self._confirm = confirm
        self._patience = patience
        self._caution = Caution(_FRAME * (confirm - 1), _HOLD * patience, _DOUBTS * (confirm - 1) + 1)
        self._tracks: list[_Track] = []
        self._last_id = 0

    def update(self, readings: Sequence[Reading], *, frame: int, timestamp: float) -> list[NumberEvent]:
        """Take what was read in a frame, and return what happened with it: by id, new numbers last.

        Args:
            readings: all of the frame's.
            frame: its index.
            timestamp: seconds since the stream began; not before that of the last frame.
        """
        pairs = match([track.known() for track in self._tracks], readings)
        for number, track in enumerate(self._tracks):
            if number in pairs:
                self._see(track, readings[pairs[number]], timestamp)
            else:
                track.absent += 1
                track.misses += 1
        for number, reading in enumerate(readings):
            if number not in pairs.values() and self._rules.allow_form(reading.text):
                track = _Track(reading.box, reading.box, reading.text, timestamp)
                self._see(track, reading, timestamp)
                self._tracks.append(track)
        # What begins within a number that is followed is a part of it, read by itself.
        numbers = [track.box for track in self._tracks if track.id is not None]
        self._tracks = [
            track
            for track in self._tracks
            if track.id is not None or not any(within(track.place, box) for box in numbers)
        ]
        return self._events(frame, timestamp)

    def unchanged(self, *, frame: int, timestamp: float) -> list[NumberEvent]:
        """Take a frame that was not read because it looks like the last one: what was there still is, and has no vote.

        What was missing there is missing still, and may vanish.
        """
        for track in self._tracks:
            if track.absent:
                track.absent += 1
                track.misses += 1
            else:
                track.seen = timestamp
                if track.read == track.text:
                    track.shown = timestamp
        return self._events(frame, timestamp)

    @property
    def current(self) -> tuple[Tracked, ...]:
        """The numbers that have appeared and not vanished, by id."""
        return tuple(track.number() for track in self._tracks if track.id is not None)

    def _see(self, track: _Track, reading: Reading, now: float) -> None:
        """Give ``track`` its reading."""
        track.place, track.read, track.seen, track.absent = reading.box, reading.text, now, 0
        track.sightings += 1
        if form(reading.text) == form(track.text) or not track.text:
            track.box = reading.box
        if reading.text == track.text:
            track.shown = now
        if not self._rules.allow_form(reading.text):
            return
        if not track.text or self._rules.allow_change(track.text, reading.text, now - track.shown):
            track.vote.add(reading, now, self._caution)
            track.forbidden = None
        else:
            if track.forbidden is None:
                track.forbidden, track.reset = Vote(), now
            track.forbidden.add(reading, now, self._caution)

    def _events(self, frame: int, timestamp: float) -> list[NumberEvent]:
        events: list[NumberEvent] = []
        kept: list[_Track] = []
        begun: list[_Track] = []
        for track in self._tracks:
            if track.id is None:
                if track.misses <= track.sightings:
                    begun.append(track)
            elif track.absent >= self._confirm and timestamp - track.seen >= self._patience:
                events.append(track.event("vanished", frame, timestamp))
            elif (reset := self._reset(track, timestamp)) is not None:
                events.append(track.event("vanished", frame, timestamp))
                begun.append(reset)
            else:
                if self._changes(track, timestamp):
                    events.append(track.event("changed", frame, timestamp))
                kept.append(track)
        for track in begun:
            text = track.vote.proposal(timestamp, self._caution)
            if (
                track.sightings >= self._confirm
                and not track.absent
                and text is not None
                and any(map(str.isdigit, text))
            ):
                self._last_id += 1
                self._name(track, text, timestamp)
                track.id = self._last_id
                events.append(track.event("appeared", frame, timestamp))
                kept.append(track)
        self._tracks = kept + [track for track in begun if track.id is None]
        return events

    def _changes(self, track: _Track, now: float) -> bool:
        """Give ``track`` the text that has taken the place of its own, if one has."""
        text = track.vote.proposal(now, self._caution)
        if track.absent or text is None or text == track.text or not any(map(str.isdigit, text)):
            return False
        if not self._rules.allow_change(track.text, text, now - track.shown):
            return False
        self._name(track, text, now)
        return True

    def _name(self, track: _Track, text: str, now: float) -> None:
        track.vote.accept(text)
        track.text, track.shown = text, now
        if form(text) == form(track.read):
            track.box = track.place

    def _reset(self, track: _Track, now: float) -> _Track | None:
        """Return what begins anew where nothing but forbidden texts was read for long."""
        if track.forbidden is None or track.absent or now - track.reset < _RESET:
            return None
        if track.forbidden.proposal(now, self._caution) is None:
            return None
        return _Track(track.place, track.place, track.read, now, vote=track.forbidden, sightings=self._confirm)
