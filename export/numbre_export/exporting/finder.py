"""A trained finder -> ``finder.onnx``, ``finder.int8.tflite`` and their lines of SHA256SUMS.

python -m numbre_export.exporting.finder RUN... --shards TRAIN --validation VALIDATION --out DIR [--printed]

Of several runs, each begun with the weights of the one before, the mean of their weights is exported ("Model soups", M.
Wortsman et al., 2022): on pictures unlike those it learned from, it reads better than the last alone.

With ``--printed`` the files are named so, and ``--finder printed`` uses them.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np

from numbre_edge.finding.grid import CHANNELS, CLASSES, Answers
from numbre_edge.finding.light import PAPER
from numbre_edge.types import Pixels
from numbre_export.exporting.networks import Answer, Network, export_network, last_epoch
from numbre_export.synthesis.views import View
from numbre_export.training.finder.network import build
from numbre_export.training.finder.scoring import score
from numbre_export.training.views import Variation, read_shards, varied

SIDE = 256  # of a tile: its margins are then a third of it, and a small picture wastes little
THRESHOLD = 0.15  # of heat: what is less likely is not looked at twice; 0.2 misses 1s that stand alone
_CALIBRATION = 200  # tiles


def finder(
    runs: Sequence[Path],
    training: Sequence[View],
    validation: Sequence[View],
    *,
    printed: bool = False,
    credits: Sequence[str] = (),
) -> Network:
    """Return what is exported of the runs in these folders, the last one last: the network for tiles.

    It is calibrated and measured on these views.
    """
    model: Any = build((SIDE, SIDE), classes=False)
    each = [keras.saving.load_model(run / f"{model.name}.keras", compile=False).get_weights() for run in runs]
    *weights, kernel, bias = (np.mean(own, axis=0) for own in zip(*each, strict=True))
    model.set_weights([*weights, kernel[..., :CHANNELS], bias[:CHANNELS]])
    return Network(
        model=model,
        calibration=_calibration(training),
        measured=lambda answer: asdict(score(_on_tiles(answer), validation)),
        figure="f1",
        held_out=("rendered views", len(validation)),
        training=last_epoch(runs[-1], "step", "views", "f1"),
        classes=CLASSES,
        threshold=THRESHOLD,
        printed=printed,
        credits=tuple(credits),
    )


def _on_tiles(answer: Answer) -> Any:
    """Return ``answer`` for levels that are smaller than a tile: each is put into one."""

    def of_levels(levels: Pixels) -> Answers:
        tiles = np.full((len(levels), SIDE, SIDE), PAPER, np.uint8)
        tiles[:, : levels.shape[1], : levels.shape[2]] = levels
        return Answers.of(answer(tiles), SIDE)

    return of_levels


def _calibration(views: Sequence[View]) -> Pixels:
    """Return (N, SIDE, SIDE) uint8 tiles of varied views; the first holds 0 and 255, which pins int8's input scale."""
    rng = np.random.default_rng(0)
    chosen = rng.choice(len(views), min(_CALIBRATION, len(views)), replace=False)
    tiles = np.stack([varied(views[at], (SIDE, SIDE), Variation(), rng).grey for at in chosen])
    tiles[0, 0, :2] = 0, 255
    return tiles


def main() -> None:
    parser = argparse.ArgumentParser(prog="numbre_export.exporting.finder", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="folder of a training run")
    for name in ("shards", "validation", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--printed", action="store_true")
    parser.add_argument("--credit", action="append", default=[], help="whose photographs or fonts it learned from")
    given = parser.parse_args()
    views = read_shards(given.shards), read_shards(given.validation)
    export_network(finder(given.runs, *views, printed=given.printed, credits=given.credit), given.out)


if __name__ == "__main__":
    main()
