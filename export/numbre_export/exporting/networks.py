"""A trained finder or refiner -> the files a device runs, each kept only if its runtime says what Keras says."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from numbre_edge.atomic import write_file
from numbre_edge.backends import NetworkBackend, open_network
from numbre_edge.backends.registry import running
from numbre_edge.errors import ModelError
from numbre_edge.model import Format, ModelCard
from numbre_edge.types import Floats, Pixels
from numbre_export.exporting.cards import embed, network_card
from numbre_export.exporting.convert import Kind, to_onnx, to_tflite
from numbre_export.exporting.gate import put
from numbre_export.quiet import held_back
from numbre_export.training.loop import HISTORY

_KINDS = (Kind("onnx", "float32"), Kind("tflite", "int8"))
_COMPARED = 16  # inputs whose answers are compared with Keras', number by number

Answer = Callable[[Pixels], Floats]  # (N, h, w) uint8 -> (N, C) float32


@dataclass(frozen=True)
class Budgets:
    """How far a file may be from Keras.

    Attributes:
        float32: largest difference of any answer.
        points: largest loss of an int8 file, in points (hundredths) of the figure it is measured by.
        bytes: of each format.
    """

    float32: float = 1e-2
    points: float = 1.0
    bytes: tuple[tuple[Format, int], ...] = (("onnx", 1_500_000), ("tflite", 450_000))


@dataclass(frozen=True)
class Network:
    """What is exported.

    Attributes:
        model: of Keras; its name is the files', and the kind that their cards name.
        printed: whether it is for printed numbers, which its files' names then say.
        calibration: (N, h, w) uint8, from which int8 takes its ranges; the first holds 0 and 255.
        measured: figures of a network on what is held out, by name.
        figure: the one that must not fall.
        held_out: what it is measured on, in words, and how many there are.
        training: what is known of it.
        classes: what it tells apart.
        credits: whose data it learned from, beside what every network here does.
        threshold: of the card.
        trust: of the card, from a network in a runtime; fitted for the first file, and taken for all.
    """

    model: Any
    calibration: Pixels
    measured: Callable[[Answer], Mapping[str, float]]
    figure: str
    held_out: tuple[str, int]
    training: Mapping[str, float]
    classes: tuple[str, ...]
    printed: bool = False
    credits: tuple[str, ...] = ()
    threshold: float = 0.0
    trust: Callable[[NetworkBackend], Mapping[str, float]] = lambda _: {}


def export_network(network: Network, folder: Path, *, budgets: Budgets = Budgets()) -> None:
    """Convert, and keep in ``folder`` what passes; SHA256SUMS there is brought up to date.

    Raises:
        ModelError: a file is over its budgets; it, and those after it, are not written.
    """
    reference = network.measured(_by_keras(network.model))
    _tell(f"Keras: {_told(reference)}")
    trust: Mapping[str, float] | None = None
    for kind in _KINDS:
        name = kind.file_name("printed-" * network.printed + network.model.name)
        card = network_card(
            network.model.name,
            kind,
            shape=network.model.input_shape[1:],
            classes=network.classes,
            training=dict(network.training),
        )
        credits = (*card.data_credits, *network.credits)
        card = replace(card, reject_threshold=network.threshold, data_credits=credits)
        with held_back():
            as_onnx = kind.format == "onnx"
            content = to_onnx(network.model) if as_onnx else to_tflite(network.model, "int8", network.calibration)
        with TemporaryDirectory() as temporary:
            trial = Path(temporary) / name
            write_file(trial, embed(content, card, kind.format))
            runtimes = running(kind.format)
            figures = [_checked(trial, runtime, kind, network, reference, budgets) for runtime in runtimes]
            if trust is None:
                trust = network.trust(open_network(network.model.name, runtimes[0], trial))
        put(folder / name, embed(content, _measured(card, network, figures[0], trust), kind.format))
        _tell(f"{name}: kept")


def _measured(card: ModelCard, network: Network, figures: Mapping[str, float], trust: Mapping[str, float]) -> ModelCard:
    held_out, count = network.held_out
    rounded = {name: round(value, 4) for name, value in figures.items()}
    return replace(card, trust=dict(trust), metrics={held_out: {"set": "validation", "n": count, **rounded}})


def _checked(
    path: Path, runtime: str, kind: Kind, network: Network, reference: Mapping[str, float], budgets: Budgets
) -> Mapping[str, float]:
    """Return how good a file is in one runtime.

    Raises:
        ModelError: not nearly as good as Keras, or it is too large.
    """
    size, most = path.stat().st_size, dict(budgets.bytes)[kind.format]
    if size > most:
        raise ModelError(f"{path.name}: has {size:,} bytes; its budget is {most:,}")
    answer = open_network(network.model.name, runtime, path).answer
    figures = network.measured(answer)
    _tell(f"{path.name} by {runtime}: {_told(figures)}")
    wanted, given = reference[network.figure], figures[network.figure]
    if 100 * (wanted - given) > budgets.points:
        raise ModelError(f"{path.name}: {network.figure} is {given:.4f} by {runtime}, {wanted:.4f} by Keras")
    if kind.quantization == "float32":
        some = network.calibration[:_COMPARED]
        away = float(np.abs(answer(some) - _by_keras(network.model)(some)).max())
        if not away <= budgets.float32:
            raise ModelError(f"{path.name}: {runtime} differs from Keras by {away:.1e}")
    return figures


def last_epoch(run: Path, *names: str) -> dict[str, float]:
    """Return what a run's history says of its last epoch."""
    with (run / HISTORY).open(newline="") as file:
        last = list(csv.DictReader(file))[-1]
    return {name: float(last[name]) for name in names}


def _by_keras(model: Any) -> Answer:
    def answer(pixels: Pixels) -> Floats:
        parts = [
            np.asarray(model(pixels[at : at + _COMPARED].astype(np.float32), training=False))
            for at in range(0, len(pixels), _COMPARED)
        ]
        return np.concatenate(parts).reshape(len(pixels), -1)

    return answer


def _told(figures: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.4f}" for name, value in figures.items())


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
