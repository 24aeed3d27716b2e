"""What commands that read files say and refuse alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from numbre_edge.atomic import real
from numbre_edge.cli.console import plural
from numbre_edge.drawn import is_anothers
from numbre_edge.errors import UsageError

if TYPE_CHECKING:
    from numbre_edge.cli.progress import Bar
    from numbre_edge.cli.signals import Stop
    from numbre_edge.sources.files import PassedOver, Source
    from numbre_edge.sources.listing import LeftOut, Sources
    from numbre_edge.sources.paging import Paging
    from numbre_edge.types import Frame, Unreadable

_NAMED = 3  # files passed over that the last line names
_Format = TypeVar("_Format", bound=str)


def besides(listed: Sources) -> str:
    """Return what the last line says of all that is not read; "" where there is nothing of the kind."""
    return _named(listed.passed_over) + _within(listed.left_out)


def _named(passed_over: Iterable[PassedOver]) -> str:
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


def _within(left_out: Sequence[LeftOut]) -> str:
    """Return for example "; 2 folders within left out (--recursive reads all)"."""
    return f"; {plural(len(left_out), 'folder')} within left out (--recursive reads all)" if left_out else ""


def pages_of(
    sources: Iterable[Source], bar: Bar, stop: Stop, *, max_pixels: int, paging: Paging
) -> Iterator[tuple[Source, Frame | Unreadable]]:
    """Yield each picture, or page of a file; of a video its first frame. What cannot be read is one of them.

    Args:
        sources: what is read.
        bar: shows which of them is.
        stop: ends it between two pages.
        max_pixels: of a page.
        paging: which pages.
    """
    from numbre_edge.sources.files import attempts
    from numbre_edge.types import numbered

    for source in sources:
        bar.show(source.name)
        for page in islice(attempts(source, max_pixels=max_pixels, paging=paging), 1 if source.is_video else None):
            stop.check()
            bar.show(numbered(source.name, page.index))
            yield source, page
        bar.step()


def format_of(output: Path | None, formats: Mapping[str, _Format], what: str) -> _Format:
    """Return the format of ``what`` that a file's name says, by its suffix."""
    suffix = output.suffix.lower() if output is not None else ""
    if suffix not in formats:
        *others, last = filter(None, formats)
        raise UsageError(
            f"--output {output}: {suffix} names no format of {what}; give --format, "
            f"or a name that ends in {', '.join(others)} or {last}"
        )
    return formats[suffix]


def check_output(output: Path | None, sources: Iterable[Source] = ()) -> None:
    """Refuse before any work what would fail after all of it."""
    if output is None:
        return
    if output.is_dir():
        raise UsageError(f"--output {output}: is a folder; give a file name in it")
    if not output.parent.is_dir():
        raise UsageError(f"--output {output}: there is no folder {output.parent}; make it first")
    if real(output) in (real(source.file) for source in sources if source.error is None):
        raise UsageError(f"--output {output}: would overwrite a picture to be read; choose another name")


def check_unnamed(sheet: Path) -> None:
    """Refuse to write over what nobody named: a file of this name that is no sheet of ours."""
    if is_anothers(sheet, "explain"):
        raise UsageError(f"{sheet}: is there already, and was not drawn by this command; name another with --output")
