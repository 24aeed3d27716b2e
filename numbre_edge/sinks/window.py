"""A window on the desktop that shows frames with their readings drawn in."""

from __future__ import annotations

import os
import re
import sys

import cv2

from numbre_edge.errors import UsageError, printable
from numbre_edge.events import Listener, Seen
from numbre_edge.sinks.annotate import draw

_ESCAPE = 27  # key code


class Window(Listener):
    """Shows one frame after the other, until it is closed or q or Esc is pressed.

    Args:
        title: of the window.

    Raises:
        UsageError: the installed OpenCV has no windows, or there is no screen to show one on.
    """

    def __init__(self, title: str) -> None:
        if not has_windows(cv2.getBuildInformation()):
            raise UsageError(
                "--window: the installed OpenCV is the build without windows; swap it: "
                "pip uninstall opencv-python-headless && pip install opencv-python"
            )
        # Qt and GTK end the whole program where there is no display.
        if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            raise UsageError("--window: there is no screen here (DISPLAY is not set); leave --window out")
        self._title = printable(title)
        try:
            cv2.namedWindow(self._title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO)
        except cv2.error as exc:
            raise UsageError(f"--window: OpenCV cannot open a window: {exc.err}; leave --window out") from exc

    def __exit__(self, *error: object) -> None:
        cv2.destroyAllWindows()

    def frame(self, seen: Seen) -> None:
        cv2.imshow(self._title, draw(seen.frame.pixels, seen.numbers))

    def closed(self) -> bool:
        """Let the window react to its user; return whether they have had enough."""
        key = cv2.waitKey(1) & 0xFF
        return key in (ord("q"), _ESCAPE) or cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) < 1


def has_windows(build: str) -> bool:
    """Return whether an OpenCV has windows, by its ``cv2.getBuildInformation()``."""
    gui = re.search(r"^\s*GUI:\s*(\S+)", build, re.MULTILINE)
    return gui is not None and gui[1] != "NONE"
