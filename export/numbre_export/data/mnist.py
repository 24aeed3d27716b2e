"""MNIST, from wherever the user has it: checked before a single digit is used."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from numbre_edge.errors import DataError
from numbre_edge.types import Pixels
from numbre_export.data.archive import members
from numbre_export.data.download import fetched_mnist
from numbre_export.data.idx import MAGIC, read_idx
from numbre_export.data.npz import load_npz

VALIDATION = 5000  # digits split off the training set to choose by

_FILES = {
    "train-images": "train-images-idx3-ubyte",
    "train-labels": "train-labels-idx1-ubyte",
    "t10k-images": "t10k-images-idx3-ubyte",
    "t10k-labels": "t10k-labels-idx1-ubyte",
}
_MD5 = {  # of the unpacked idx files
    "train-images": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels": "a25bea736e30d166cdddb491f175f624",
    "t10k-images": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels": "27ae3e4e09519cfbb04c329615203637",
}
_COUNTS = {"train": 60000, "t10k": 10000}
_NPZ_KEYS = {"train-images": "x_train", "train-labels": "y_train", "t10k-images": "x_test", "t10k-labels": "y_test"}
_TAKES = "--data takes a folder of idx files, an .npz with Keras' keys, or a .tgz with the idx files"
_DEPTH = 2  # folders below the one that was named
_GZIP = b"\x1f\x8b"

_Parts = dict[str, tuple[str, NDArray[np.uint8]]]  # a key of _FILES -> where it comes from, and what it holds


@dataclass(frozen=True, eq=False)
class Digits:
    """Labelled digits: images (N, 28, 28) uint8, ink 255 on 0; labels (N,) uint8, 0 to 9."""

    images: Pixels
    labels: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, which: NDArray[np.intp] | slice) -> Digits:
        return Digits(self.images[which], self.labels[which])


@dataclass(frozen=True, eq=False)
class Mnist:
    """The training and the test set. The test set is for reporting only."""

    train: Digits
    test: Digits


def split(digits: Digits, *, seed: int, validation: int = VALIDATION) -> tuple[Digits, Digits]:
    """Split off ``validation`` digits (at most a tenth) at random; return (rest, validation)."""
    order = np.random.default_rng(seed).permutation(len(digits))
    count = min(validation, len(digits) // 10)
    return digits.take(order[count:]), digits.take(order[:count])


def load_mnist(path: Path | None = None, *, say: Callable[[str], None] = lambda text: None) -> Mnist:
    """Load MNIST from ``path``, or from where it was kept, or download it.

    Args:
        path: a folder with the four idx files (gzipped or not, also some way down),
            an ``.npz`` with Keras' keys, or a ``.tgz`` such as the npm package's.
            None: Keras' own copy, else a download, which is kept.
        say: told what is downloaded.

    Raises:
        DataError: naming the file and what was expected of it.
    """
    if path is not None:
        return _load(path)
    kept = fetched_mnist(say)
    try:
        return _load(kept)
    except DataError as exc:
        raise DataError(f"{exc}; delete {kept} to download it anew, or name another with --data") from exc


def _load(path: Path) -> Mnist:
    if path.is_dir():
        return _assemble({name: (str(file), _read(file, name)) for name, file in _found(path).items()})
    if not path.exists():
        raise DataError(f"{path}: no such file or folder; {_TAKES}")
    if not path.is_file():
        raise DataError(f"{path}: is neither a file nor a folder; {_TAKES}")
    if _begins(path, _GZIP):
        return _assemble(_from_archive(path))
    arrays = load_npz(path, list(_NPZ_KEYS.values()), wanted=f"x_train, y_train, x_test, y_test; {_TAKES}")
    return _assemble({name: (f"{path}[{key}]", arrays[key]) for name, key in _NPZ_KEYS.items()})


def _begins(path: Path, magic: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(magic)) == magic
    except OSError as exc:
        raise DataError(f"{path}: cannot be read ({exc.strerror})") from exc


def _found(folder: Path) -> dict[str, Path]:
    """Return the four files in ``folder``, or some folders down in it."""
    found = {}
    for name, stem in _FILES.items():
        places = ("/".join(["*"] * depth + [file]) for depth in range(_DEPTH + 1) for file in _spellings(stem))
        file = next((file for place in places for file in sorted(folder.glob(place)) if file.is_file()), None)
        if file is None:
            raise DataError(f"{folder}: has no {stem} or {stem}.gz; expected MNIST's four idx files, or name an .npz")
        found[name] = file
    return found


def _spellings(stem: str) -> tuple[str, ...]:
    dotted = stem.replace("-idx", ".idx")
    return (stem, f"{stem}.gz", dotted, f"{dotted}.gz")


def _read(file: Path, name: str) -> NDArray[np.uint8]:
    try:
        with file.open("rb") as opened:
            return read_idx(opened, str(file), _kind(name))
    except OSError as exc:
        raise DataError(f"{file}: cannot be read ({exc.strerror})") from exc


def _from_archive(archive: Path) -> _Parts:
    """Read the four files out of a ``.tgz``, wherever in it they are; nothing is written to the disk."""
    names = {file: name for name, stem in _FILES.items() for file in _spellings(stem)}
    parts: _Parts = {}
    for member, opened in members(archive, names):
        name = names[member.rpartition("/")[2]]
        where = f"{archive}:{member}"
        if name not in parts:
            parts[name] = where, read_idx(opened, where, _kind(name))
    missing = [stem for name, stem in _FILES.items() if name not in parts]
    if missing:
        raise DataError(f"{archive}: has no {' and no '.join(missing)}; {_TAKES}")
    return parts


def _kind(name: str) -> str:
    return name.partition("-")[2]


def _check(array: NDArray[np.uint8], name: str, where: str) -> None:
    """Check shape, type, label values and, where it is as long as MNIST, the checksum."""
    images = _kind(name) == "images"
    if array.dtype != np.uint8 or array.ndim != (3 if images else 1) or (images and array.shape[1:] != (28, 28)):
        wanted = "(N, 28, 28) uint8" if images else "(N,) uint8"
        raise DataError(f"{where}: expected {wanted}, found {array.shape} {array.dtype}")
    if not images and len(array) and array.max() > 9:
        raise DataError(f"{where}: expected labels 0 to 9, found {array.max()}")
    if len(array) == _COUNTS[name.split("-")[0]]:
        header = struct.pack(">I", MAGIC[_kind(name)]) + struct.pack(f">{array.ndim}I", *array.shape)
        md5 = hashlib.md5(header + array.tobytes(), usedforsecurity=False).hexdigest()
        if md5 != _MD5[name]:
            raise DataError(f"{where}: damaged, or another data set of MNIST's size: md5 {md5}, expected {_MD5[name]}")


def _assemble(parts: _Parts) -> Mnist:
    for name, (where, array) in parts.items():
        _check(array, name, where)

    def digits(prefix: str) -> Digits:
        (where, images), (labels_where, labels) = parts[f"{prefix}-images"], parts[f"{prefix}-labels"]
        if len(images) != len(labels):
            raise DataError(f"{labels_where}: {len(labels)} labels for the {len(images)} images of {where}")
        if not len(images):
            raise DataError(f"{where}: holds no digits")
        return Digits(images, labels)

    return Mnist(digits("train"), digits("t10k"))
