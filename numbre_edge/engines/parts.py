"""A run in parts: which there are, how one is read, and how they become one file."""

from __future__ import annotations

import hashlib
import io
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, TypeVar

from numbre_edge.batch import ReadOptions, Tally, outcomes
from numbre_edge.engines.storage import Folder, Item, content, opened, whole
from numbre_edge.errors import NumbreError, SourceError
from numbre_edge.reader import Reader, networks_of
from numbre_edge.sinks.jsonl import as_json
from numbre_edge.sinks.parquet import schema
from numbre_edge.sources.files import Source
from numbre_edge.types import Result

_Given = TypeVar("_Given")
_Got = TypeVar("_Got")

# Pictures of a part, on average: a lost worker's are read again, and each part is a file. Few pictures make some 64
# parts or more all the same, so that many workers have a share.
_PART = 256
_PARTS = 64
_ROW_GROUP = 2**16  # rows: Parquet's readers want many at once
_OF, _COUNTS = b"numbre-edge.of", b"numbre-edge.counts"  # what an output says of itself, in its metadata
_AHEAD = 4  # pictures fetched meanwhile, as a network may be slow


@dataclass(frozen=True)
class Job:
    """What is done with each picture.

    Attributes:
        reader: makes the Reader.
        options: how each picture is read.
        networks: what ``networks_of`` says of that Reader.
        version: of this package.
    """

    reader: partial[Reader]
    options: ReadOptions
    networks: dict[str, str]
    version: str


@dataclass(frozen=True)
class Part:
    """Pictures that are read in one go.

    Attributes:
        name: of the file with what was read in them: another one for other pictures, options or networks.
        items: the pictures, at least one.
    """

    name: str
    items: tuple[Item, ...]


def cut(items: Sequence[Item], job: Job) -> list[Part]:
    """Divide pictures into parts, in their order.

    Names decide where one ends: a picture more or less changes the part that it is in, and hardly ever another.
    """
    size = min(_PART, 1 << (len(items) // _PARTS).bit_length() >> 1 or 1)
    parts: list[Part] = []
    some: list[Item] = []
    for item in items:
        some.append(item)
        named = hashlib.blake2b(item.name.encode(errors="surrogateescape"), digest_size=4)
        if int.from_bytes(named.digest()) % size == 0 or len(some) == 4 * size:
            parts.append(_part(some, job))
            some = []
    return [*parts, _part(some, job)] if some else parts


def _part(items: list[Item], job: Job) -> Part:
    made_of = repr((job.version, job.networks, job.reader, job.options, items))
    return Part(hashlib.sha256(made_of.encode(errors="surrogateescape")).hexdigest()[:32] + ".parquet", tuple(items))


def read_part(part: Part, job: Job, folder: str) -> int:
    """Read the pictures of a part, write its file, and return how many they were. This is what a worker does.

    Raises:
        NumbreError: the storage or the networks cannot be used, or are others here.
    """
    reader = _reader(job)
    rows = [
        _row(outcome.result)
        for source in _ahead(_fetch, part.items, _AHEAD)
        for outcome in outcomes(source, reader, options=job.options)
    ]
    Folder(folder).write(part.name, _parquet(rows))
    return len(part.items)


_readers: dict[str, Reader] = {}  # of this process: one


def _reader(job: Job) -> Reader:
    """Return this process's Reader."""
    key = repr(job.reader)
    if key not in _readers:
        _readers.clear()
        reader = job.reader()
        if networks_of(reader) != job.networks:
            raise NumbreError(
                "a worker has other networks than this machine; install the same numbre-edge on every node"
            )
        _readers[key] = reader
    return _readers[key]


def _fetch(item: Item) -> Source:
    if item.error is not None:
        return Source(item.name, error=item.error)
    try:
        return Source(item.name, content=content(item))
    except SourceError as exc:
        return Source(item.name, error=str(exc))


def _row(result: Result) -> dict[str, Any]:
    """Return a result as Parquet takes it: a name that is no UTF-8 is written out."""
    row = as_json(result)
    texts = {name: row[name].encode(errors="backslashreplace").decode() for name in ("source", "error") if row[name]}
    return row | texts


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema()), file)
    return file.getvalue()


def join(parts: Sequence[Part], folder: Folder, output: str) -> Tally:
    """Write the files of all parts as one, in their order, and count what is in it.

    Raises:
        NumbreError: one is missing, or the output cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    tally = Tally()
    columns = schema()
    some: list[Any] = []
    with whole(output) as file, pq.ParquetWriter(file, columns) as writer:
        for data in _ahead(folder.read, (part.name for part in parts), 4 * _AHEAD):
            table = pq.read_table(io.BytesIO(data), schema=columns)
            tally.frames += len(table)
            tally.numbers += sum(table["readings"].combine_chunks().value_lengths().to_pylist())
            tally.errors += len(table) - table["error"].null_count
            some.append(table)
            if sum(map(len, some)) >= _ROW_GROUP:
                writer.write_table(pa.concat_tables(some))
                some = []
        writer.write_table(pa.concat_tables([columns.empty_table(), *some]))
        writer.add_key_value_metadata({_OF: _all_of(parts), _COUNTS: json.dumps(asdict(tally))})
    return tally


def finished(parts: Sequence[Part], output: str) -> Tally | None:
    """Return what is in an output that ``join`` made of the same parts; None for any other, or none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with opened(output) as file:
            about = pq.read_metadata(file).metadata or {}
    except (FileNotFoundError, pa.ArrowException):
        return None
    return Tally(**json.loads(about[_COUNTS])) if about.get(_OF) == _all_of(parts).encode() else None


def _all_of(parts: Sequence[Part]) -> str:
    return hashlib.sha256("".join(part.name for part in parts).encode()).hexdigest()


def _ahead(function: Callable[[_Given], _Got], given: Iterable[_Given], count: int) -> Iterator[_Got]:
    """Yield ``function`` of each, in order, with the next ``count`` of them begun already."""
    with ThreadPoolExecutor(count) as threads:
        begun: deque[Future[_Got]] = deque()
        try:
            for one in given:
                begun.append(threads.submit(function, one))
                if len(begun) > count:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            for future in begun:
                future.cancel()
