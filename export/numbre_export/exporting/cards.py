"""The card of an exported model: what it says, and how it gets inside the file."""

from __future__ import annotations

import io
import os
import platform
import subprocess
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import onnx

from numbre_edge.errors import ModelError
from numbre_edge.finding.light import LIGHT
from numbre_edge.model import CARD_KEY, CARD_MEMBER, Format, InputSpec, ModelCard
from numbre_edge.model.card import SIDE
from numbre_edge.vision.normalize import PREPROCESSING
from numbre_edge.vocabulary import DIGITS, NO_DIGITS, WHOLE
from numbre_export.exporting.convert import Kind
from numbre_export.exporting.metrics import RunMetrics, read_metrics

MNIST_CREDIT = "MNIST: Yann LeCun, Corinna Cortes, Christopher J. C. Burges; CC BY-SA 3.0"
BHMSDS_CREDIT = "BHMSDS: W. Blachowski, MIT"
UNIPEN_CREDIT = "UNIPEN train_r01_v07: the UNIPEN consortium and I. Guyon et al.; CC BY 4.0, doi 10.5281/zenodo.1195803"
PENDIGITS_CREDIT = "Pen-Based Recognition of Handwritten Digits: E. Alpaydin, F. Alimoglu; UCI, CC BY 4.0"
_PACKAGES = ("numbre-edge", "tensorflow", "tensorflow-cpu", "keras", "tf2onnx", "onnx", "numpy")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can say: the same model gives the same bytes


def card_for(model: Any, kind: Kind, *, run: Path | None = None) -> ModelCard:
    """Describe ``model`` as exported to ``kind``, before it was measured.

    Args:
        model: a Keras model; its name is the card's.
        kind: of file.
        run: the run folder it came from, for the recipe, the seed and the calibration.

    Raises:
        ModelError: outputs that are not the ten digits, or these and the kinds of NO_DIGITS; a damaged metrics.json.
    """
    outputs = model.output_shape[-1]
    if not len(DIGITS) <= outputs <= len(WHOLE):
        raise ModelError(
            f"{model.name}: has {outputs} outputs; expected {len(DIGITS)}, "
            f"or up to {len(NO_DIGITS)} more: {', '.join(NO_DIGITS)}"
        )
    metrics = read_metrics(run)
    integer = kind.quantization == "int8"
    return ModelCard(
        name=model.name,
        preprocessing=PREPROCESSING,
        classes=WHOLE.first(outputs).names,
        input=InputSpec(
            shape=(SIDE, SIDE),
            quantization_scale=1.0 if integer else None,
            quantization_zero_point=0 if integer else None,
        ),
        quantization=kind.quantization,
        temperature=metrics.calibration.temperature,
        reject_threshold=metrics.calibration.threshold,
        training=metrics.training,
        data_credits=_credits(metrics),
        seed=metrics.seed,
        versions=_versions(),
        commit=_commit(),
    )


def network_card(
    name: str, kind: Kind, *, shape: tuple[int, int], classes: tuple[str, ...], training: dict[str, Any]
) -> ModelCard:
    """Describe a finder or a refiner as exported to ``kind``, before it was measured.

    Args:
        name: which of the two.
        kind: of file.
        shape: of its tiles or crops.
        classes: what it tells apart.
        training: what is known of its training.
    """
    integer = kind.quantization == "int8"
    return ModelCard(
        name=name,
        kind=name,
        preprocessing=LIGHT,
        classes=classes,
        input=InputSpec(
            shape=shape,
            ink="either, normalized",
            quantization_scale=1.0 if integer else None,
            quantization_zero_point=0 if integer else None,
        ),
        output="logits",
        quantization=kind.quantization,
        training=training,
        data_credits=(MNIST_CREDIT, BHMSDS_CREDIT, UNIPEN_CREDIT, PENDIGITS_CREDIT),
        versions=_versions(),
        commit=_commit(),
    )


def embed(content: bytes, card: ModelCard, kind: Format) -> bytes:
    """Return the model file ``content`` with ``card`` inside; the network is untouched."""
    return _into_onnx(content, card) if kind == "onnx" else _into_tflite(content, card)


def _into_onnx(content: bytes, card: ModelCard) -> bytes:
    model = onnx.load_from_string(content)
    onnx.helper.set_model_props(model, {CARD_KEY: card.to_json()})
    return bytes(model.SerializeToString(deterministic=True))


def _into_tflite(content: bytes, card: ModelCard) -> bytes:
    """Append a ZIP, as TFLite's own metadata does; a flatbuffer does not mind what follows it."""
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(zipfile.ZipInfo(CARD_MEMBER, _EPOCH), card.to_json())
    return file.getvalue()


def _credits(metrics: RunMetrics) -> tuple[str, ...]:
    """Return whose data was trained on: counts say so, or in older runs the command."""
    symbols = "--symbols" in metrics.command if metrics.symbols is None else metrics.symbols
    pen = (UNIPEN_CREDIT, PENDIGITS_CREDIT) if metrics.pen else ()
    return (MNIST_CREDIT, *((BHMSDS_CREDIT,) if symbols else ()), *pen)


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue  # tensorflow or tensorflow-cpu, by platform; numbre-edge run from its sources
    return found


def _commit() -> str | None:
    """Return the git commit of the checkout this runs from, "-dirty" where it was changed since; else None."""
    here = Path(__file__)
    quiet = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    output = ""
    # An installed package may lie in somebody else's checkout, in a .venv there: only a tracked file counts.
    for arguments in (
        ("ls-files", "--error-unmatch", here.name),
        ("describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"),
    ):
        try:
            run = subprocess.run(
                ["git", *arguments],  # noqa: S607 - wherever the user's git is
                cwd=here.parent,
                env=quiet,
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError:
            return None
        if run.returncode:
            return None
        output = run.stdout.strip()
    return output
