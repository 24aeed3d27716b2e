"""A stream read as it comes: frames read where something changed, numbers followed, and all who listen told of it."""

from __future__ import annotations

from numbre_edge.live.session import run
from numbre_edge.live.watch import watch
from numbre_edge.reader import FrameReader

__all__ = ["FrameReader", "run", "watch"]
