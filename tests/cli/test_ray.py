"""``numbre-edge predict --engine ray`` on a real cluster of two nodes, and on a real S3 server of this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_HOW = "is not installed: pip install 'numbre-edge[ray]' s3fs 'moto[server]'"
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # before Ray is imported
pytest.importorskip("ray", reason=f"Ray {_HOW}")
pq = pytest.importorskip("pyarrow.parquet", reason=f"pyarrow {_HOW}")
s3fs = pytest.importorskip("s3fs", reason=f"s3fs {_HOW}")
moto_server = pytest.importorskip("moto.server", reason=f"moto {_HOW}")
cluster_utils = pytest.importorskip("ray.cluster_utils")

# Ray and moto leave files and sockets to the end of the process, and warn of their own future.
pytestmark = pytest.mark.filterwarnings("ignore")

ROOT = Path(__file__).parents[2]
PICTURE = (ROOT / "samples" / "plain-number.jpg").read_bytes()  # fits into a pipe
PATIENCE = 300  # seconds: on a machine that is busy


@pytest.fixture(scope="module")
def environment() -> Iterator[pytest.MonkeyPatch]:
    """The environment of this module's processes."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
        yield changed


@pytest.fixture(scope="module")
def s3(environment: pytest.MonkeyPatch) -> Iterator[s3fs.S3FileSystem]:
    """An S3 server of this machine, with an empty bucket ``photos``; the environment says how to reach it."""
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "something",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        environment.setenv(name, value)
    files = s3fs.S3FileSystem(use_listings_cache=False)
    files.mkdir("photos")
    yield files
    server.stop()


@pytest.fixture(scope="module")
def cluster(s3: s3fs.S3FileSystem, environment: pytest.MonkeyPatch) -> Iterator[cluster_utils.Cluster]:
    """Two nodes of one CPU each, which see the S3 server; the environment says where they are."""
    node = {"num_cpus": 1, "object_store_memory": 100 * 2**20, "include_dashboard": False}
    cluster = cluster_utils.Cluster(initialize_head=True, head_node_args=node)
    try:
        cluster.add_node(**node)
        environment.setenv("RAY_ADDRESS", cluster.address)
        yield cluster
    finally:
        cluster.shutdown()


def arguments(*more: str | Path) -> list[str]:
    return [
        sys.executable,
        "-m",
        "numbre_edge",
        "predict",
        *map(str, more),
        "--engine",
        "ray",
        "--finder",
        "components",
    ]


@contextmanager
def started(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Run a program meanwhile."""
    program = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        yield program
    finally:
        program.kill()
        program.communicate()


def until(condition: Callable[[], object], program: subprocess.Popen[str]) -> None:
    """Wait for something to be so before a program ends."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert program.poll() is None, program.communicate()[1]
        assert time.monotonic() < end
        time.sleep(0.1)


def made_pipe(path: Path) -> int:
    """Make a picture of which reading waits until somebody writes it; return the end to write to."""
    os.mkfifo(path)
    return os.open(path, os.O_RDWR)


def readers(pipe: Path) -> set[int]:
    """Return the other processes that have a pipe open."""
    found = set()
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link) == str(pipe):
                found.add(int(link.parts[2]))
        except OSError:
            continue  # gone meanwhile
    return found - {os.getpid()}


def test_a_run_on_s3_that_was_stopped_goes_on(s3, cluster, tmp_path) -> None:
    pictures = [f"photos/in/{n}.jpg" for n in range(4)]
    for picture in pictures:
        s3.pipe_file(picture, PICTURE)
    last = tmp_path / "last.jpg"
    end = made_pipe(last)
    command = arguments("s3://photos/in/", last, "-o", "s3://photos/out.parquet")

    with started(command) as run:
        until(lambda: readers(last) and len(s3.glob("photos/out.parquet.partial/*.parquet")) == 4, run)
        run.send_signal(signal.SIGTERM)
        _, said = run.communicate(timeout=PATIENCE)
    os.close(end)

    assert run.returncode == 143
    assert said == (
        "ended by SIGTERM; 4 of 5 pictures done, kept in s3://photos/out.parquet.partial: "
        "the same command goes on with them\n"
    )
    assert not s3.exists("photos/out.parquet")

    last.unlink()
    last.write_bytes(b"no picture")
    with started(command) as again:
        _, said = again.communicate(timeout=PATIENCE)

    assert again.returncode == 1
    assert said.startswith("4 of 5 pictures done already\n5 pictures, 4 numbers, 1 error in ")
    with s3.open("photos/out.parquet") as file:
        rows = pq.read_table(file).to_pylist()
    assert [row["source"] for row in rows] == [*(f"s3://{picture}" for picture in pictures), str(last)]
    assert [bool(row["error"]) for row in rows] == [False] * 4 + [True]
    assert sorted(s3.ls("photos", detail=False)) == ["photos/in", "photos/out.parquet"]


def test_neither_killed_workers_nor_a_lost_node_lose_or_double_a_row(cluster, tmp_path) -> None:
    waiting = {path: made_pipe(path) for path in (tmp_path / "a.jpg", tmp_path / "b.jpg")}
    plain = [tmp_path / f"{n}.jpg" for n in range(4)]
    for path in plain:
        path.write_bytes(PICTURE)

    with started(arguments(*waiting, *plain, "-o", tmp_path / "out.parquet")) as run:
        until(lambda: all(map(readers, waiting)), run)  # both nodes are in the middle of it
        killed = set().union(*map(readers, waiting))
        for worker in killed:
            os.kill(worker, signal.SIGKILL)
        cluster.remove_node(cluster.list_all_nodes()[1], allow_graceful=False)
        while waiting:
            until(lambda: any(readers(path) - killed for path in waiting), run)
            path = next(path for path in waiting if readers(path) - killed)
            end = waiting.pop(path)
            os.write(end, PICTURE)
            os.close(end)
        _, said = run.communicate(timeout=PATIENCE)

    assert len(killed) == 2
    assert run.returncode == 0, said
    rows = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert [Path(row["source"]).name for row in rows] == ["a.jpg", "b.jpg", *(path.name for path in plain)]
    assert {tuple(reading["text"] for reading in row["readings"]) for row in rows} == {("4071",)}
    assert not (tmp_path / "out.parquet.partial").exists()


@pytest.mark.parametrize(
    ("changed", "source", "output", "says"),
    [
        ({}, "s3://nowhere/", "s3://photos/o.parquet", "s3://nowhere/: no such file or folder"),
        ({}, "samples/", "s3://nowhere/o.parquet", "s3://nowhere/o.parquet.partial: no such file or folder"),
        (
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
            "s3://photos/",
            "s3://photos/o.parquet",
            "s3://photos/: Could not",
        ),
        ({"AWS_ACCESS_KEY_ID": "another"}, "s3://photos/", "s3://photos/o.parquet", "s3://photos/: access denied"),
    ],
    ids=["no bucket", "no bucket to write to", "no server", "denied"],
)
def test_what_cannot_be_reached_is_said_before_any_work(s3, run, monkeypatch, changed, source, output, says) -> None:
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    if says.endswith("access denied"):  # the server asks who it is from its 0th request on
        url = f"{os.environ['AWS_ENDPOINT_URL']}/moto-api/reset-auth"
        urllib.request.urlopen(urllib.request.Request(url, b"0", {"Content-Type": "text/plain"}))
    s3fs.S3FileSystem.clear_instance_cache()

    done = run("predict", source, "--engine", "ray", "-o", output)

    assert done.code == 1
    assert done.err.splitlines()[-1].startswith(f"error: {says}")
