"""What the workshop takes: MNIST as idx, .npz and .tgz, BHMSDS, labels; and what describes a form."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Iterator, Mapping

import numpy as np

from hostile_files.damage import Rng, copies
from hostile_files.pictures import good_pictures

File = tuple[str, bytes]

KEYS = ("x_train", "y_train", "x_test", "y_test")
IDX = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
_IMAGES, _LABELS = np.zeros((12, 28, 28), np.uint8), np.arange(12, dtype=np.uint8) % 10


def idx(array: np.ndarray, *, sizes: tuple[int, ...] | None = None) -> bytes:
    """Return an idx file, whose header says ``sizes``."""
    sizes = array.shape if sizes is None else sizes
    return struct.pack(f">{1 + len(sizes)}I", 2048 + len(sizes), *sizes) + array.tobytes()


def good_idx() -> bytes:
    """Return twelve images."""
    return idx(_IMAGES)


def good_npz() -> bytes:
    """Return MNIST with twelve images."""
    file = io.BytesIO()
    np.savez(file, **dict(zip(KEYS, (_IMAGES, _LABELS, _IMAGES, _LABELS), strict=True)))
    return file.getvalue()


def idx_files(rng: Rng) -> Iterator[File]:
    """Yield hostile files of training images."""
    good = good_idx()
    for number, copy in enumerate(copies(good, 50, rng)):
        yield f"{number:03d}.idx", copy
    for number, copy in enumerate(copies(gzip.compress(good, mtime=0), 50, rng)):
        yield f"{number:03d}.idx.gz", copy
    extremes = (0, 1, 28, 2**31, 2**32 - 1)
    for number, sizes in enumerate((a, b, c) for a in extremes for b in extremes for c in extremes):
        yield f"sizes-{number:03d}.idx", idx(_IMAGES, sizes=sizes)
    yield "bomb.idx.gz", gzip.compress(idx(_IMAGES) + bytes(500 << 20), 1, mtime=0)


def npz_files(rng: Rng) -> Iterator[File]:
    """Yield hostile .npz, of MNIST and of BHMSDS."""
    symbols = io.BytesIO()
    np.savez(symbols, x=_IMAGES, y=_LABELS, names=np.array([*"0123456789", "plus", "w"]))
    for name, good in (("mnist", good_npz()), ("symbols", symbols.getvalue())):
        for number, copy in enumerate(copies(good, 60, rng)):
            yield f"{name}-{number:03d}.npz", copy
    headers = (
        *("", "{", "{'descr': '|u1', (", "1 + 1", "[" * 300, "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}"),
        *("{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}", "__import__('os').abort()", "9" * 9000, "\0"),
        *("{'descr': '<f8', 'fortran_order': 1, 'shape': (1 << 60,)}", "{'descr': 'V999999999', 'shape': ()}"),
        "{'descr': '|u1', 'fortran_order': False, 'shape': (4000000000, 28, 28)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (0, 99999999999999999999)}",
    )
    for number, header in enumerate(headers):
        member = b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode()
        yield f"header-{number:02d}.npz", _npz(dict.fromkeys(KEYS, member), zipfile.ZIP_STORED)
    whole = "{'descr': '|u1', 'fortran_order': False, 'shape': (1000000, 28, 28)}"
    bomb = b"\x93NUMPY\1\0" + struct.pack("<H", len(whole)) + whole.encode() + bytes(200 << 20)
    for way in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2):
        yield f"bomb-{way}.npz", _npz({"x_train": bomb, "y_train": b"", "x_test": b"", "y_test": b""}, way)


def _npz(members: Mapping[str, bytes], way: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", way) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content, way)
    return file.getvalue()


def archives(rng: Rng) -> Iterator[File]:
    """Yield hostile .tgz."""
    file = io.BytesIO()
    with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed, tarfile.open(fileobj=packed, mode="w") as tar:
        for name, array in zip(IDX, (_IMAGES, _LABELS, _IMAGES, _LABELS), strict=True):
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(idx(array))
            tar.addfile(member, io.BytesIO(idx(array)))
    for number, copy in enumerate(copies(file.getvalue(), 30, rng)):
        yield f"{number:03d}.tgz", copy
    plain = gzip.decompress(file.getvalue())
    for number, copy in enumerate(copies(plain, 30, rng)):
        yield f"plain-{number:03d}.tgz", gzip.compress(copy, mtime=0)


def label_files(rng: Rng) -> Iterator[File]:
    """Yield hostile labels.csv."""
    good = "file,label\na.png,12 34\nb.png,-\nä.png,5\n"
    for number, copy in enumerate(copies(good.encode(), 50, rng)):
        yield f"{number:03d}/labels.csv", copy
    for number, code in enumerate(("latin-1", "utf-16", "utf-32", "cp037")):
        yield f"code-{number}/labels.csv", good.encode(code)
    for number, name in enumerate(("\0", "x" * 300, "x" * 200_000, "../" * 2000, '"' * 999, "\r\r")):
        yield f"name-{number}/labels.csv", f"file,label\n{name},1\n".encode()


def form_files(rng: Rng) -> Iterator[File]:
    """Yield hostile descriptions of a form, and its picture."""
    yield "form.png", next(content for name, content in good_pictures() if name == "rgb.png")
    field = '[[field]]\nname = "a"\nbox = [1, 1, 90, 20]\n'
    good = f'reference = "form.png"\n{field}kind = "comb"\ncells = 4\nrange = [0, 9]\npattern = "[0-9]{{4}}"\n'
    for number, copy in enumerate(copies(good.encode(), 120, rng)):
        yield f"{number:03d}.toml", copy
    long, deep, bare = "9" * 900, "[" * 900, f'reference = "form.png"\n{field}'
    for number, value in enumerate((long, deep, "1e999", "nan", "true", "{}", '""', '"\\u0000"', "-1", "[nan, inf]")):
        for key in ("name", "box", "kind", "cells", "range", "pattern"):
            yield f"{key}-{number}.toml", f"{bare.replace(f'{key} =', '#')}{key} = {value}\n".encode()
    for number, pattern in enumerate(("(" * 450 + ")" * 450, f"a{{{long}}}", "a{9999}" * 100, "(?<=a*)", "[[0-9]")):
        yield f"pattern-odd-{number}.toml", f'{bare}pattern = "{pattern}"\n'.encode()
    for number, text in enumerate(("a" + ".a" * 100_000, field * 2600, "[[field]]\n" * 25_000, "\0", "x" * 300_000)):
        yield f"long-{number}.toml", f'reference = "form.png"\n{text}'.encode()
    for number, name in enumerate(("\\u0000", "x" * 300, "../" * 300, "/dev/zero", "long-0.toml")):
        yield f"reference-{number}.toml", good.replace("form.png", name).encode()
