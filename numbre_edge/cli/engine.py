"""``predict --engine``: what a run on a cluster takes, refuses and says."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numbre_edge import __version__
from numbre_edge.cli.console import Console, plural
from numbre_edge.cli.inputs import besides, check_output
from numbre_edge.cli.progress import Bar
from numbre_edge.cli.signals import at_once, stop_signals
from numbre_edge.errors import UsageError
from numbre_edge.sources.masking import masked

if TYPE_CHECKING:
    from numbre_edge.batch import ReadOptions, Tally
    from numbre_edge.engines.storage import Item
    from numbre_edge.reader import Reader


_LOCAL = "file://"


def check_paths(sources: Sequence[str], output: str | None) -> None:
    """Refuse addresses where no engine reads them."""
    for text in (*sources, output or ""):
        if "://" in text:
            raise UsageError(f"{masked(text)}: is no path of this machine; --engine ray reads and writes addresses")


def check_engine(sources: Sequence[str], output: str | None, given: Mapping[str, bool]) -> None:
    """Refuse what makes no sense with an engine; ``given`` are the options that do not, and whether they were given."""
    for option in (option for option, is_given in given.items() if is_given):
        raise UsageError(f"{option} and --engine make no sense together; leave one of them out")
    if output is None or not output.lower().endswith(".parquet"):
        raise UsageError("--engine writes one Parquet file; give --output, a path or an address that ends in .parquet")
    if "-" in sources:
        raise UsageError("-: an engine's workers do not see stdin; name pictures, folders or globs")


def run_on_engine(
    sources: Sequence[str],
    output: str,
    reader: partial[Reader],
    *,
    recursive: bool,
    options: ReadOptions,
    console: Console,
) -> Tally:
    """Read the numbers in pictures on a cluster, into one Parquet file, and return what is in it.

    Args:
        sources: pictures, folders and globs: paths or addresses.
        output: a path or an address.
        reader: makes the Reader of each worker.
        recursive: look into folders within folders.
        options: how each picture is read.
        console: who is told.

    Raises:
        NumbreError: the sources, the storage, the cluster or the networks cannot be used.
    """
    logging.getLogger().addHandler(logging.NullHandler())  # what storage libraries log, they raise too
    with at_once():
        from numbre_edge.engines import ray
        from numbre_edge.engines.parts import Job, cut, finished, join, read_part
        from numbre_edge.engines.storage import Folder, is_remote
        from numbre_edge.reader import networks_of

        output = output.removeprefix(_LOCAL)
        items = _items([source.removeprefix(_LOCAL) for source in sources], recursive=recursive, console=console)
        if not is_remote(output):
            check_output(Path(output))
            output = str(Path(output).absolute())
        job = Job(_anywhere(reader), options, networks_of(reader()), __version__)
        parts = cut(items, job)
        before = finished(parts, output)
    pictures = plural(len(items), "picture")
    if before is not None:
        console.say(f"{masked(output)} has been read already, of the same {pictures}")
        return before
    folder = Folder(f"{output}.partial")
    folder.make()
    folder.write("about.txt", f"What was read of {pictures}: the same command goes on with it.\n".encode())
    there = folder.names()
    left = list({part.name: part for part in parts if part.name not in there}.values())
    done = sum(len(part.items) for part in parts if part.name in there)
    if done:
        console.say(f"{done} of {pictures} done already")
    try:
        with (
            ray.cluster() if left else nullcontext(),
            stop_signals() as stop,
            Bar(len(items), shares_terminal=False, quiet=console.quiet) as bar,
        ):
            bar.step(done)
            for read in ray.results(partial(read_part, job=job, folder=folder.location), left):
                done += read
                bar.step(read)
                if read:
                    console.detail(f"{done} of {pictures} done")
                stop.check()
        tally = join(parts, folder, output)
    except BaseException as exc:
        if done:
            exc.add_note(
                f"{done} of {pictures} done, kept in {masked(folder.location)}: the same command goes on with them"
            )
        raise
    folder.remove()
    return tally


def _items(sources: Sequence[str], *, recursive: bool, console: Console) -> list[Item]:
    """Return the pictures that the arguments mean, in their order."""
    from numbre_edge.engines.storage import is_remote, local_item, remote_items
    from numbre_edge.sources.listing import list_sources

    items: list[Item] = []
    for remote, some in groupby(sources, is_remote):
        if remote:
            for address in some:
                found, others = remote_items(address, recursive=recursive)
                items += found
                if others:
                    console.say(f"{plural(len(found), 'picture')}; {others} other files and folders there passed over")
            continue
        listed = list_sources(some, recursive=recursive)
        for source in listed.files:
            if source.is_video:
                raise UsageError(f"{source.name}: a video; engines read pictures, leave --engine out")
            if source.entry is not None:
                raise UsageError(f"{source.file}: an archive; engines read files, unpack it or leave --engine out")
            items.append(local_item(source.path, error=source.error))
        if listed.passed_over or listed.left_out:
            console.say(f"{plural(len(listed.files), 'picture')}{besides(listed)}")
    return items


def _anywhere(reader: partial[Reader]) -> partial[Reader]:
    """Return the same with whole paths: a worker stands in another folder."""

    def whole(argument: Any) -> Any:
        return argument.absolute() if isinstance(argument, Path) and argument.exists() else argument

    return partial(reader.func, *map(whole, reader.args), **{key: whole(it) for key, it in reader.keywords.items()})
