"""What a finished run has to say: figures on what was held out, and all that made it so."""

from __future__ import annotations

import json
import platform
import shlex
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np

from numbre_edge.atomic import write_file
from numbre_edge.types import Floats, Pixels
from numbre_export.data.mnist import Digits
from numbre_export.evaluation.calibration import Calibration, calibrate
from numbre_export.training.batches import one_hot
from numbre_export.training.recipes import Recipe


@dataclass(frozen=True)
class Outcome:
    """A finished run: its folder, Keras' metrics, by name, on both held-out sets, and what its confidence is worth."""

    folder: Path
    validation: dict[str, float]
    test: dict[str, float]
    calibration: Calibration


def outcome_of(model: Any, folder: Path, *, validation: Digits, test: Digits, doubtful: Digits) -> Outcome:
    """Measure a Keras ``model``; its confidence is calibrated on ``doubtful``."""
    return Outcome(
        folder,
        _metrics(model, validation),
        _metrics(model, test),
        calibrate(_probabilities(model, doubtful.images), doubtful.labels),
    )


def write_metrics(
    path: Path, outcome: Outcome, recipe: Recipe, *, seed: int, used: dict[str, int], parameters: int
) -> None:
    """Write metrics.json, which the cards of exported models quote; ``used``: digits and symbols beside MNIST's."""
    import tensorflow

    content = {
        "test": outcome.test,
        "validation": outcome.validation,
        "calibration": asdict(outcome.calibration),
        "parameters": parameters,
        "recipe": recipe.as_dict(),
        "seed": seed,
        **used,
        "command": command(sys.argv[1:]),
        "versions": {
            "python": platform.python_version(),
            "tensorflow": tensorflow.__version__,
            "keras": keras.__version__,
            "numpy": np.__version__,
            "opencv": cv2.__version__,
        },
    }
    write_file(path, (json.dumps(content, indent=1) + "\n").encode())


def command(words: list[str]) -> str:
    """Return the command that trains the same model in one sitting, into a folder with nothing in it."""
    return shlex.join(["numbre-edge", *(_portable(word) for word in words if word not in ("--resume", "--overwrite"))])


def _portable(word: str) -> str:
    """Return an argument without the folders of this machine: the command travels in every model's card."""
    return Path(word).name if Path(word).is_absolute() or ".." in Path(word).parts else word


def _metrics(model: Any, digits: Digits) -> dict[str, float]:
    result = model.evaluate(
        digits.images.astype(np.float32),
        one_hot(digits.labels, model.output_shape[-1]),
        batch_size=500,
        verbose=0,
        return_dict=True,
    )
    return {name: float(value) for name, value in result.items()}


def _probabilities(model: Any, images: Pixels) -> Floats:
    return np.asarray(model.predict(images.astype(np.float32), batch_size=500, verbose=0), np.float32)
