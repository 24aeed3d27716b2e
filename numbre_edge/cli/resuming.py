"""A run of ``predict`` that goes on where it was cut short: what must be as it was, and what has to be remembered."""

from __future__ import annotations

import os
import sys
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

import numbre_edge
from numbre_edge.atomic import partial
from numbre_edge.backends.registry import RUNTIMES
from numbre_edge.batch import Listener, Tally
from numbre_edge.errors import UsageError
from numbre_edge.reader import networks_of
from numbre_edge.sinks.journal import Done, Journal

if TYPE_CHECKING:
    from numbre_edge.reader import Reader
    from numbre_edge.sinks.annotate import AnnotatedFolder
    from numbre_edge.sources.files import Source

# Options that rows do not depend on, but for the sources, which are compared one by one.
_FREE = frozenset({"sources", "output", "resume", "recursive", "jobs", "verbose", "quiet"})


def is_whole(output: Path | None) -> bool:
    """Return whether ``--resume`` finds nothing to do: the file is there, and nothing partial beside it.

    Raises:
        UsageError: there is no file to go on with.
    """
    if output is None or (output.exists() and not output.is_file()):
        raise UsageError(
            "--resume needs --output FILE: what was printed, or went into a pipe, is not there to go on with"
        )
    return output.is_file() and not partial(output).exists()


def settings_of(context: typer.Context, *, format: str, reader: Reader) -> dict[str, str]:
    """Return all that rows depend on, beside the pictures: every option, also those to come, and what it stands for."""
    given = {
        f"--{name.replace('_', '-')}": str(value.absolute() if isinstance(value, Path) else value)
        for name, value in context.params.items()
        if name not in _FREE and value is not None
    }
    modules = ("cv2", "numpy", RUNTIMES[reader.backend.name].module)
    versions = {module: str(getattr(sys.modules.get(module), "__version__", "unknown")) for module in modules}
    return given | networks_of(reader) | versions | {"--format": format, "numbre-edge": numbre_edge.__version__}


class Keeper(Listener):
    """Keeps a run's journal: last of the listeners that know of a source, so that all is done when it says so.

    Args:
        journal: of the run's output.
        tally: counts what the run did; one that goes on counts what was done before.
        folder: where pictures are drawn to.
    """

    def __init__(self, journal: Journal, tally: Tally, folder: AnnotatedFolder[Any] | None) -> None:
        self._journal, self._tally, self._folder = journal, tally, folder
        self._stamps: deque[list[int] | None] = deque()  # of sources that are not done
        self._named = 0  # pictures in the folder that the journal knows of

    def go_on(self, settings: dict[str, str], sources: Sequence[Source]) -> int:
        """Return how many of the sources are done.

        Raises:
            UsageError: one of them is another now, or a setting is.
        """
        growing = self._journal.growing
        count, tally = 0, vars(self._tally)

        def take(done: Done) -> None:
            nonlocal count, tally
            if change := _change(done, count, sources):
                anew = f"put it back as it was, or delete {growing} to begin anew"
                raise UsageError(f"{growing} cannot be gone on with: {done.name} {change}; {anew}")
            if self._folder:
                self._folder.restore(done.notes["drawn"])
            count, tally = count + 1, done.notes["tally"]

        self._journal.begin(settings, take)
        vars(self._tally).update(tally)
        self._named += len(self._folder.names_since(0)) if self._folder else 0
        return count

    def stamped(self, sources: Sequence[Source]) -> Iterable[Source]:
        """Return the sources to read: each is looked at as it is taken, which is before it is read by any process."""
        return _Stamped(sources, self._stamps)

    def end(self, source: Source) -> None:
        drawn = self._folder.names_since(self._named) if self._folder else []
        self._named += len(drawn)
        self._journal.add(source.name, self._stamps.popleft(), {"tally": vars(self._tally), "drawn": drawn})


@dataclass(frozen=True)
class _Stamped:
    """Sources, of which each gives its stamp as it is taken."""

    sources: Sequence[Source]
    stamps: deque[list[int] | None]

    def __len__(self) -> int:
        return len(self.sources)

    def __iter__(self) -> Iterator[Source]:
        for source in self.sources:
            self.stamps.append(stamp_of(source))
            yield source


def stamp_of(source: Source) -> list[int] | None:
    """Return a file's size and the time of its last change in ns, or what is as good of a picture on stdin.

    A hash of its content would tell more, and take a second reading of all that is done.
    """
    if source.content is not None:
        return [len(source.content), zlib.crc32(source.content)]
    try:
        about = os.stat(source.file)
    except (OSError, ValueError):
        return None
    return [about.st_size, about.st_mtime_ns]


def _change(done: Done, count: int, sources: Sequence[Source]) -> str | None:
    """Return what is otherwise with a source that was done as number ``count``, from 0, or None."""
    here = sources[count] if count < len(sources) else None
    if here is not None and here.name == done.name:
        now = stamp_of(here)
        if now == done.stamp:
            return None
        return "was changed since it was read" if now else "was read, and is not there any more"
    if here is None or all(source.name != done.name for source in sources):
        return "was read, and is none of the files to read any more"
    return f"was number {count + 1} of the files to read, and now {here.name} is"
