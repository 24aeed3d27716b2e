"""A trained finder -> the files a device runs, each kept only if its runtime finds what Keras found.

    python -m numbre_export.exporting.finder RUN --shards TRAIN --validation VALIDATION --mnist DIR --pen FILE
        --symbols FILE --out DIR

writes ``finder.onnx`` and ``finder.int8.tflite`` and their lines of SHA256SUMS.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from numbre_edge.atomic import write_file
from numbre_edge.backends import open_backend, open_finder
from numbre_edge.backends.registry import running
from numbre_edge.errors import ModelError
from numbre_edge.finding.grid import CLASSES, Answers
from numbre_edge.finding.light import LIGHT, PAPER
from numbre_edge.model import SUMS, Format, read_sums
from numbre_edge.recognition.learned import LearnedRecogniser
from numbre_edge.types import Pixels
from numbre_export.exporting.cards import embed, finder_card
from numbre_export.exporting.convert import Kind, to_onnx, to_tflite
from numbre_export.exporting.trust import fit
from numbre_export.synthesis.sources import Sources
from numbre_export.training.finder.loop import HISTORY, MODEL, answering
from numbre_export.training.finder.network import build
from numbre_export.training.finder.scoring import Score, score
from numbre_export.training.finder.views import Shards, Variation, View, varied

SIDE = (
    256  # of a tile: large enough that its margins are a third of it, small enough that a small picture wastes little
)
_KINDS = (Kind("onnx", "float32"), Kind("tflite", "int8"))
_CALIBRATION = 200  # tiles that int8 takes its ranges from
_PAGES = 1500  # that trust is fitted on


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
    sources: Sources,
    folder: Path,
    *,
    budgets: Budgets = Budgets(),
) -> None:
    """Convert the model of ``run`` and keep in ``folder`` what passes.

    Raises:
        ModelError: a file is over its budgets; it is not written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model = build((SIDE, SIDE))
    model.set_weights(keras.saving.load_model(run / MODEL, compile=False).get_weights())
    reference = score(_on_tiles(answering(model)), validation)
    print(f"keras {reference}", file=sys.stderr, flush=True)
    trust: dict[str, float] = {}
    for kind in _KINDS:
        path = folder / kind.file_name(model.name)
        content = to_onnx(model) if kind.format == "onnx" else to_tflite(model, "int8", _calibration(training))
        card = finder_card(kind, shape=(SIDE, SIDE), classes=CLASSES, light=LIGHT, training=_told(run))
        card = replace(card, reject_threshold=reference.threshold)
        trial = path.with_name(f".trial-{path.name}")
        try:
            write_file(trial, embed(content, card, kind.format))
            measured = [
                _measured(trial, runtime, kind, model, reference, validation, budgets)
                for runtime in running(kind.format)
            ]
            if not trust:
                backend = running(kind.format)[0]
                recogniser = LearnedRecogniser(open_finder(backend, trial), open_backend(backend), None)
                trust = asdict(fit(recogniser, sources, count=_PAGES, seed=1))
            figures = {"rendered views": {"set": "validation", "n": len(validation)} | asdict(measured[0])}
            card = replace(card, trust=trust, metrics=figures)
            write_file(path, embed(content, card, kind.format))
        finally:
            trial.unlink(missing_ok=True)
        _add_sum(path)
        print(f"{path}: {path.stat().st_size:,} bytes, kept", file=sys.stderr, flush=True)


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
    print(f"{path.name} {runtime} {found}", file=sys.stderr, flush=True)
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


def _add_sum(path: Path) -> None:
    sums = {name: digest for name, digest in read_sums(path.parent).items() if (path.parent / name).is_file()}
    sums[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    write_file(path.parent / SUMS, "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode())


def main() -> None:
    parser = argparse.ArgumentParser(prog="numbre_export.exporting.finder", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("run", type=Path, help="folder of a training run")
    for name in ("shards", "validation", "mnist", "pen", "symbols", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    sources = Sources.load(given.mnist, given.pen, given.symbols, "validation")
    export_finder(given.run, Shards(given.shards).views, Shards(given.validation).views, sources, given.out)


if __name__ == "__main__":
    main()
