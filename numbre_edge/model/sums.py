"""SHA256SUMS: whether files are as they were made."""

from __future__ import annotations

import hashlib
from pathlib import Path

from numbre_edge.errors import ModelError
from numbre_edge.model.file import read_whole

SUMS = "SHA256SUMS"
_LARGEST = 2**20  # bytes: lines of ten thousand files


def read_sums(folder: Path) -> dict[str, str]:
    """Return file name -> SHA-256 hex digest from ``folder``'s SHA256SUMS; empty where there is none.

    Raises:
        ModelError: it is not one.
    """
    path = folder / SUMS
    if not path.exists():
        return {}
    sums = {}
    for line in read_whole(path, _LARGEST).decode(errors="replace").splitlines():
        digest, _, name = line.strip().partition(" ")
        name = name.strip().lstrip("*")
        if not name and digest:
            raise ModelError(f"{path}: expected lines of a digest and a file name, as sha256sum writes; found {line!r}")
        if name:
            sums[name] = digest
    return sums


def verify_sums(folder: Path) -> dict[str, bool]:
    """Return whether each file listed in ``folder``'s SHA256SUMS is there and as it was made."""
    return {name: _sum_of(folder / name) == digest for name, digest in read_sums(folder).items()}


def _sum_of(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
