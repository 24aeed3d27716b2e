"""A run in parts: none is lost or doubled, and what is done stays done."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pytest

pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'numbre-edge[ray]'")
pytest.importorskip("fsspec", reason="fsspec is not installed: pip install 'numbre-edge[ray]'")

import fsspec
import pyarrow.parquet as pq

from numbre_edge.batch import ReadOptions
from numbre_edge.engines.parts import Job, cut, finished, join, read_part
from numbre_edge.engines.storage import Folder, Item, content, local_item, remote_items, whole
from numbre_edge.errors import NumbreError, SourceError, UsageError
from numbre_edge.reader import Reader, networks_of
from numbre_edge.sinks.jsonl import as_json
from numbre_edge.types import Result

SAMPLES = Path(__file__).parents[2] / "samples"
PICTURE = SAMPLES / "plain-number.jpg"
READER = partial(Reader, finder="components")
JOB = Job(READER, ReadOptions(), networks_of(READER()), "1.0")


def items(count: int) -> list[Item]:
    return [Item(name, name, "1") for name in sorted(f"s3://photos/{n}.jpg" for n in range(count))]


@pytest.fixture
def bucket():
    """An empty place that is no path of this machine, and as remote as any to the code."""
    files = fsspec.filesystem("memory")
    files.mkdir("/bucket")
    yield "memory://bucket"
    files.store.clear()
    files.pseudo_dirs[:] = [""]


class TestCut:
    @pytest.mark.parametrize("count", [1, 63, 64, 1000])
    def test_every_picture_is_in_one_part_in_its_order(self, count: int) -> None:
        parts = cut(items(count), JOB)

        assert [item for part in parts for item in part.items] == items(count)
        assert len({part.name for part in parts}) == len(parts)

    def test_few_pictures_are_many_parts_and_many_pictures_parts_of_hundreds(self) -> None:
        assert len(cut(items(60), JOB)) == 60
        assert 60 < len(cut(items(6000), JOB)) < 180

    def test_one_picture_more_or_another_state_of_one_changes_its_part_alone(self) -> None:
        listed = items(6000)
        before = cut(listed, JOB)
        more = cut([*listed[:3000], Item("s3://photos/new.jpg", "", ""), *listed[3000:]], JOB)
        touched = cut([*listed[:3000], replace(listed[3000], stamp="2"), *listed[3001:]], JOB)

        for after in (more, touched):
            names = Counter(part.name for part in before)
            names.subtract(part.name for part in after)
            assert sum(map(abs, names.values())) <= 3  # one gone, and one or two instead

    def test_other_options_networks_or_versions_make_other_parts(self) -> None:
        other = (
            *(replace(JOB, options=ReadOptions(max_pixels=10)), replace(JOB, networks={})),
            *(replace(JOB, version="2.0"), replace(JOB, reader=partial(Reader, finder="learned"))),
        )

        assert len({part.name for job in (JOB, *other) for part in cut(items(1), job)}) == 1 + len(other)


class TestReadAndJoin:
    def test_the_rows_are_those_of_the_json_lines_in_order(self, tmp_path: Path) -> None:
        damaged = tmp_path / "damaged.jpg"
        damaged.write_bytes(PICTURE.read_bytes()[:1000])
        listed = [local_item(path) for path in (damaged, PICTURE, tmp_path / "gone.png")]
        parts, folder = cut(listed, JOB), Folder(str(tmp_path / "out.parquet.partial"))
        folder.make()
        for part in reversed(parts):
            read_part(part, JOB, folder.location)

        tally = join(parts, folder, str(tmp_path / "out.parquet"))

        rows = pq.read_table(tmp_path / "out.parquet").to_pylist()
        readings = tuple(READER().read(PICTURE))
        width, height = rows[1]["width"], rows[1]["height"]
        assert rows == [
            as_json(Result(str(damaged), 0, None, None, error=rows[0]["error"])),
            json.loads(json.dumps(as_json(Result(str(PICTURE), 0, width, height, readings)))),
            as_json(Result(str(tmp_path / "gone.png"), 0, None, None, error="no such file")),
        ]
        assert rows[0]["error"].startswith("truncated: ")
        assert (tally.frames, tally.numbers, tally.errors) == (3, len(readings), 2)
        assert finished(parts, str(tmp_path / "out.parquet")) == tally
        assert finished(parts[1:], str(tmp_path / "out.parquet")) is None

    def test_a_part_that_is_missing_ends_it_and_leaves_no_output(self, bucket: str) -> None:
        parts = cut([local_item(PICTURE)], JOB)

        with pytest.raises(NumbreError, match=rf"^memory://bucket/out.parquet.partial/{parts[0].name}: no such file"):
            join(parts, Folder(f"{bucket}/out.parquet.partial"), f"{bucket}/out.parquet")

        assert fsspec.filesystem("memory").find("/bucket") == []

    def test_a_worker_with_other_networks_is_refused(self, tmp_path: Path) -> None:
        job = replace(JOB, networks={}, reader=partial(Reader, finder="components", digits_only=True))

        with pytest.raises(NumbreError, match="install the same numbre-edge on every node"):
            read_part(cut([local_item(PICTURE)], job)[0], job, str(tmp_path))


class TestStorage:
    def test_an_address_stands_for_its_pictures_sorted_but_for_hidden_ones(self, bucket: str) -> None:
        for name in ("b.JPG", "a.png", "notes.txt", "._a.png", "in/c.png", ".bin/d.png"):
            fsspec.filesystem("memory").pipe_file(f"/bucket/{name}", b"x")

        found, others = remote_items(bucket)
        assert ([item.name for item in found], others) == (["memory://bucket/a.png", "memory://bucket/b.JPG"], 4)
        found, others = remote_items(f"{bucket}/", recursive=True)
        assert ([item.name[16:] for item in found], others) == (["a.png", "b.JPG", "in/c.png"], 3)
        assert [item.name[16:] for item in remote_items(f"{bucket}/*.png")[0]] == ["a.png"]
        assert content(found[2]) == b"x"
        assert [item.name[16:] for item in remote_items(f"{bucket}/a.png")[0]] == ["a.png"]
        with pytest.raises(UsageError, match=r"^memory://bucket/\*.gif: no pictures there"):
            remote_items(f"{bucket}/*.gif")

    def test_what_is_written_is_there_when_it_is_whole(self, bucket: str) -> None:
        def fail(file: BinaryIO) -> None:
            file.write(b"half")
            raise SourceError("on the way")

        with pytest.raises(SourceError, match="on the way"), whole(f"{bucket}/out") as file:
            fail(file)
        assert not fsspec.filesystem("memory").exists("/bucket/out")

        with whole(f"{bucket}/out") as file:
            file.write(b"whole")
        assert fsspec.filesystem("memory").cat_file("/bucket/out") == b"whole"

    @pytest.mark.parametrize(("address", "why"), [("nowhere://x/", "nowhere"), ("memory://gone/a.png", "no such file")])
    def test_what_cannot_be_reached_is_named_with_why(self, address: str, why: str) -> None:
        with pytest.raises(NumbreError, match=f"^{address}: .*{why}"):
            remote_items(address)
