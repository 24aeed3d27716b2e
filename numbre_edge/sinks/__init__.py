"""Where readings go: a table, JSON Lines, CSV, annotated pictures, a contact sheet, MQTT."""

from __future__ import annotations

from typing import Protocol

from numbre_edge.types import Result


class Sink(Protocol):
    """Takes results one by one, in input order."""

    def write(self, result: Result) -> None:
        """Write one frame's result and flush it: the reader may be another program."""
        ...
