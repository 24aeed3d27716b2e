"""A trained finder -> the files a device runs, each kept only if its runtime finds what Keras found.

    python -m numbre_export.exporting.finder RUN --shards TRAIN --validation VALIDATION --mnist DIR --pen FILE
        --symbols FILE --out DIR

writes ``finder.onnx`` and ``finder.int8.tflite`` and their lines of SHA256SUMS.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np

from numbre_edge.atomic import write_file
from numbre_edge.backends import open_backend, open_finder
from numbre_edge.backends.registry import running
from numbre_edge.decoding.opinions import Trust
from numbre_edge.errors import ModelError
from numbre_edge.finding.grid import CLASSES, Answers
from numbre_edge.finding.light import LIGHT, PAPER
from numbre_edge.model import Format
from numbre_edge.recognition.learned import LearnedRecogniser
from numbre_edge.types import Pixels
from numbre_export.exporting.cards import embed, finder_card
from numbre_export.exporting.convert import Kind, to_onnx, to_tflite
from numbre_export.exporting.gate import put
from numbre_export.exporting.trust import fit, pages
from numbre_export.quiet import held_back
from numbre_export.synthesis.sources import Sources
from numbre_export.synthesis.views import View
from numbre_export.training.finder.loop import HISTORY, MODEL, answering
from numbre_export.training.finder.network import build
from numbre_export.training.finder.scoring import Score, score
from numbre_export.training.finder.views import Shards, Variation, varied

SIDE = 256  # of a tile: its margins are then a third of it, and a small picture wastes little
_KINDS = (Kind("onnx", "float32"), Kind("tflite", "int8"))
_CALIBRATION = 200  # tiles that int8 takes its ranges from
_PAGES = 500  # that trust is fitted on: some 20,000 detections
THRESHOLD = 0.2  # of heat: what is less likely is not looked at twice


@dataclass(frozen=True)
class Budgets:
    """How far a file may be from Keras.

    Attributes:
        float32: largest difference of any output on the validation views.
        f1: largest loss of F1 of an int8 file, in points (hundredths).
        bytes: of each format.
    """

    float32: float = 1e-2
    f1: float = 1.0
    bytes: tuple[tuple[Format, int], ...] = (("onnx", 1_500_000), ("tflite", 450_000))


def export_finder(
    run: Path,
    training: Sequence[View],
    validation: Sequence[View],
    pages: Iterable[View],
    folder: Path,
    *,
    budgets: Budgets = Budgets(),
) -> None:
    """Convert the model of ``run`` and keep in ``folder`` what passes.

    Args:
        run: folder of a training run.
        training: int8 takes its ranges from some of these.
        validation: every file is measured on them, each as one level.
        pages: pictures of other writers; how far the finder is to be believed is fitted to them.
        folder: where to; SHA256SUMS there is brought up to date.
        budgets: how far each file may be from Keras.

    Raises:
        ModelError: a file is over its budgets; it, and those after it, are not written.
    """
    model = build((SIDE, SIDE))
    model.set_weights(keras.saving.load_model(run / MODEL, compile=False).get_weights())
    reference = score(_on_tiles(answering(model)), validation)
    _tell(f"Keras: {reference}")
    trust: Trust | None = None
    for kind in _KINDS:
        name = kind.file_name(model.name)
        card = finder_card(kind, shape=(SIDE, SIDE), classes=CLASSES, light=LIGHT, training=_told(run))
        card = replace(card, reject_threshold=THRESHOLD)
        with held_back():
            content = to_onnx(model) if kind.format == "onnx" else to_tflite(model, "int8", _calibration(training))
        with TemporaryDirectory() as temporary:
            trial = Path(temporary) / name
            write_file(trial, embed(content, card, kind.format))
            scores = [
                _measured(trial, runtime, kind, model, reference, validation, budgets)
                for runtime in running(kind.format)
            ]
            if trust is None:
                backend = running(kind.format)[0]
                trust = fit(LearnedRecogniser(open_finder(backend, trial), open_backend(backend), None), pages)
        metrics = {"rendered views": {"set": "validation", "n": len(validation), **asdict(scores[0])}}
        put(folder / name, embed(content, replace(card, trust=asdict(trust), metrics=metrics), kind.format))
        _tell(f"{name}: kept")


def _measured(
    path: Path, runtime: str, kind: Kind, model: Any, reference: Score, validation: Sequence[View], budgets: Budgets
) -> Score:
    """Return how well a file finds in one runtime.

    Raises:
        ModelError: not nearly as well as Keras, or it is too large.
    """
    size, most = path.stat().st_size, dict(budgets.bytes)[kind.format]
    if size > most:
        raise ModelError(f"{path.name}: has {size:,} bytes; its budget is {most:,}")
    finder = open_finder(runtime, path)
    found = score(_on_tiles(lambda tiles: Answers.of(finder.answer(tiles), SIDE)), validation)
    _tell(f"{path.name} by {runtime}: {found}")
    if 100 * (reference.f1 - found.f1) > budgets.f1:
        raise ModelError(f"{path.name}: {runtime} finds with F1 {found.f1:.4f}, Keras with {reference.f1:.4f}")
    if kind.quantization == "float32":
        tiles = _calibration(validation)[:16]
        away = float(np.abs(finder.answer(tiles) - _flat(model, tiles)).max())
        if not away <= budgets.float32:
            raise ModelError(f"{path.name}: {runtime} differs from Keras by {away:.1e}")
    return found


def _flat(model: Any, tiles: Pixels) -> Any:
    return np.asarray(model(tiles.astype(np.float32), training=False)).reshape(len(tiles), -1)


def _on_tiles(answer: Callable[[Pixels], Answers]) -> Callable[[Pixels], Answers]:
    """Return ``answer`` for levels that are smaller than a tile: each is put into one."""

    def of_levels(levels: Pixels) -> Answers:
        tiles = np.full((len(levels), SIDE, SIDE), PAPER, np.uint8)
        tiles[:, : levels.shape[1], : levels.shape[2]] = levels
        return answer(tiles)

    return of_levels


def _calibration(views: Sequence[View]) -> Pixels:
    """Return (N, SIDE, SIDE) uint8 tiles of varied views; the first holds 0 and 255, which pins int8's input scale."""
    rng = np.random.default_rng(0)
    chosen = rng.choice(len(views), min(_CALIBRATION, len(views)), replace=False)
    tiles = np.stack([varied(views[at], (SIDE, SIDE), Variation(), rng).grey for at in chosen])
    tiles[0, 0, :2] = 0, 255
    return tiles


def _told(run: Path) -> dict[str, Any]:
    """Return what the run's history says of its last epoch."""
    with (run / HISTORY).open(newline="") as file:
        return {
            name: float(value)
            for name, value in list(csv.DictReader(file))[-1].items()
            if name in ("step", "views", "f1")
        }


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="numbre_export.exporting.finder", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("run", type=Path, help="folder of a training run")
    for name in ("shards", "validation", "mnist", "pen", "symbols", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    sources = Sources.load(given.mnist, given.pen, given.symbols, "validation")
    rendered = pages(sources, _PAGES, np.random.default_rng(1))
    export_finder(given.run, Shards(given.shards).views, Shards(given.validation).views, rendered, given.out)


if __name__ == "__main__":
    main()
