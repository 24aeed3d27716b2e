"""What every way to read a page is to the rest of the package."""

from __future__ import annotations

from typing import Protocol

from numbre_edge.types import Recognition
from numbre_edge.vision.page import Page


class Recogniser(Protocol):
    """Reads pages. It keeps nothing of one page for the next, so that threads may share it."""

    def recognise(self, page: Page) -> Recognition:
        """Return the page's numbers and the evidence for them, all boxes in frame pixels."""
        ...
