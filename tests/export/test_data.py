"""MNIST from the user's own files: right ones load, wrong ones are named with what was expected."""

from __future__ import annotations

import gzip
import re
import struct
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
