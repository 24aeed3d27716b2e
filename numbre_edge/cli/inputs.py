"""What commands that read files say and refuse alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from numbre_edge.atomic import real
from numbre_edge.cli.console import plural
from numbre_edge.drawn import is_anothers
from numbre_edge.errors import UsageError

if TYPE_CHECKING:
    from numbre_edge.sources.files import PassedOver, Source
    from numbre_edge.sources.listing import LeftOut
    from numbre_edge.sources.paging import Paging
    from numbre_edge.types import Frame, Unreadable

_NAMED = 3  # files passed over that the last line names


def named(passed_over: Iterable[PassedOver]) -> str:
    """Return for example "; 2 files passed over: a.txt, b.pdf (not a picture or video by its name)"."""
    files = list(passed_over)
    if not files:
        return ""
    names: dict[str, list[str]] = {}
    for file in files[:_NAMED]:
        names.setdefault(file.why, []).append(file.name)
    parts = [f"{', '.join(group)} ({why})" for why, group in names.items()]
    more = [f"{len(files) - _NAMED} more (-v names them)"] if len(files) > _NAMED else []
    return f"; {plural(len(files), 'file')} passed over: {', '.join(parts + more)}"


def within(left_out: Sequence[LeftOut]) -> str:
    """Return for example "; 2 folders within left out (--recursive reads all)"."""
    return f"; {plural(len(left_out), 'folder')} within left out (--recursive reads all)" if left_out else ""


def pages_of(source: Source, *, max_pixels: int, paging: Paging) -> Iterator[Frame | Unreadable]:
    """Return a picture, or the pages of a file; of a video its first frame. What cannot be read is one of them."""
    from numbre_edge.sources.files import attempts

    return islice(attempts(source, max_pixels=max_pixels, paging=paging), 1 if source.is_video else None)


def check_output(output: Path | None, paths: list[Path]) -> None:
    """Refuse before any work what would fail after all of it."""
    if output is None:
        return
    if output.is_dir():
        raise UsageError(f"--output {output}: is a folder; give a file name in it")
    if not output.parent.is_dir():
        raise UsageError(f"--output {output}: there is no folder {output.parent}; make it first")
    if real(output) in map(real, paths):
        raise UsageError(f"--output {output}: would overwrite a picture to be read; choose another name")


def check_unnamed(sheet: Path) -> None:
    """Refuse to write over what nobody named: a file of this name that is no sheet of ours."""
    if is_anothers(sheet, "explain"):
        raise UsageError(f"{sheet}: is there already, and was not drawn by this command; name another with --output")
