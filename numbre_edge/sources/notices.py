"""What the system tells of a folder as it happens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import NamedTuple


class Notice(NamedTuple):
    """What the system tells of the folder: that something changed, and what is no longer there."""

    came: bool = False
    deleted: frozenset[str] = frozenset()
    folder_deleted: bool = False


class Notices:
    """The system's notices of changes in a folder, by watchfiles, on a thread of their own.

    On the main thread, watchfiles would make a KeyboardInterrupt of whatever a
    signal's handler raises.

    Where the system can give no notices (Linux limits their number), or the folder's name is no UTF-8, none
    come: the looks of ``WatchedFolder`` find what is new all the same, later.
    """

    def __init__(self, folder: Path, *, is_picture: Callable[[str], bool]) -> None:
        """``is_picture`` tells by a file's name whether it matters."""
        self._folder = folder.resolve()
        self._is_picture = is_picture
        self._queue: SimpleQueue[Notice] = SimpleQueue()
        self._stop = Event()
        self._thread = Thread(target=self._watch, name=f"watch {folder}", daemon=True)
        self._thread.start()

    def wait(self, timeout: float) -> Notice:
        """Return what came at most ``timeout`` seconds from now."""
        try:
            return self._queue.get(timeout=timeout)
        except Empty:
            return Notice()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        from watchfiles import Change, watch

        def matters(change: Change, path: str) -> bool:
            return self._is_picture(Path(path).name) or Path(path) == self._folder

        try:
            for changes in watch(
                self._folder, watch_filter=matters, debounce=200, step=50, stop_event=self._stop, recursive=False
            ):
                gone = [Path(path) for change, path in changes if change == Change.deleted]
                self._queue.put(Notice(True, frozenset(path.name for path in gone), self._folder in gone))
        except (OSError, RuntimeError, UnicodeError):
            return
