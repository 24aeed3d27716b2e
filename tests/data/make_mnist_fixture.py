"""Make ``mnist_test_100.npz``: the first ten test digits of every class, in the order of the test set.

    python tests/data/make_mnist_fixture.py --mnist PATH

PATH is what ``load_mnist`` takes: a folder with MNIST's idx files, or an ``.npz`` with Keras' keys.
The fixture has the keys ``x``, (100, 28, 28) uint8, ink 255 on 0, and ``y``, (100,) uint8.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from numbre_export.data.mnist import load_mnist

HERE = Path(__file__).parent
PER_CLASS = 10


def main() -> None:
    """Write the fixture beside this script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, required=True, help="MNIST: a folder of idx files, or an .npz")
    digits = load_mnist(parser.parse_args().mnist).test
    chosen = np.sort(np.concatenate([np.flatnonzero(digits.labels == digit)[:PER_CLASS] for digit in range(10)]))
    np.savez_compressed(HERE / "mnist_test_100.npz", x=digits.images[chosen], y=digits.labels[chosen])


if __name__ == "__main__":
    main()
