"""A small run of training, done once: what the tests of the workshop look at."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from numbre_export.data.mnist import Digits, Mnist
    from numbre_export.evaluation.evaluate import Evaluation
    from numbre_export.synthesis.sources import Sources

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")


def pytest_configure(config: pytest.Config) -> None:
    """Let pass what Keras and TensorFlow themselves do that numpy will no longer allow some day."""
    for message in ("__array__ implementation doesn't accept a copy keyword",):
        config.addinivalue_line("filterwarnings", f"ignore:{message}:DeprecationWarning")


FIXTURE = Path(__file__).parents[1] / "data" / "mnist_test_100.npz"


@pytest.fixture(scope="session")
def held_out() -> Digits:
    """A hundred MNIST test digits, ten a class."""
    from numbre_export.data.mnist import Digits

    with np.load(FIXTURE) as archive:
        return Digits(archive["x"], archive["y"])


@pytest.fixture(scope="session")
def small_mnist(held_out: Digits) -> Mnist:
    """2,000 digits to train on, the fixture's moved about, and the fixture's own to test with."""
    from numbre_export.data.mnist import Digits, Mnist

    moves = [(dy, dx) for dy in (-2, -1, 0, 1) for dx in (-2, -1, 0, 1, 2)]
    images = np.concatenate([np.roll(held_out.images, move, (1, 2)) for move in moves])
    return Mnist(Digits(images, np.tile(held_out.labels, len(moves))), held_out)


@pytest.fixture(scope="session")
def sources(held_out: Digits) -> Sources:
    """What pages are drawn from: few digits, and the tiny set of pen trajectories."""
    from numbre_export.synthesis.sources import Sources

    from .pen_data import tiny_pen

    return Sources.of(held_out, tiny_pen(), {"5": held_out.images[held_out.labels == 5]})


@pytest.fixture(scope="session")
def run_folder(small_mnist: Mnist, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run of the network ``numbre``."""
    from numbre_export.training.recipes import RECIPES
    from numbre_export.training.train import train

    recipe = replace(RECIPES["numbre"], epochs=3, batch_size=50, averaging=0.9)
    return train(recipe, small_mnist, tmp_path_factory.mktemp("run"), seed=1).folder


@pytest.fixture(scope="session")
def trained(run_folder: Path) -> Any:
    """The Keras model of ``run_folder``."""
    from numbre_export.evaluation.evaluate import load_keras

    return load_keras(run_folder / "model.keras")


@pytest.fixture(scope="session")
def untrained_cnn() -> Any:
    """The convolutional network with random weights: what matters to converters is its graph."""
    import keras

    from numbre_export.training.architectures import build

    keras.utils.set_random_seed(0)
    return build("cnn")


@pytest.fixture
def five() -> Evaluation:
    """Digits 1 1 2 3 3, read as 1 1 1 3 9; the 2 more surely than the second 3."""
    from numbre_export.data.mnist import Digits
    from numbre_export.evaluation.evaluate import evaluate

    labels = np.array([1, 1, 2, 3, 3], np.uint8)
    probabilities = np.full((5, 11), 0.01, np.float32)
    for row, (digit, share) in enumerate([(1, 0.9), (1, 0.8), (1, 0.7), (3, 0.9), (9, 0.6)]):
        probabilities[row, digit] = share
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28), np.uint8)
    return evaluate(lambda _: probabilities, Digits(images, labels))
