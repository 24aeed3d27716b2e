"""A trained refiner -> ``refiner.onnx``, ``refiner.int8.tflite`` and their lines of SHA256SUMS.

python -m numbre_export.exporting.refiner RUN --mnist DIR --pen FILE --symbols FILE --out DIR [--finder FINDER.onnx]
       [--photographs DIR] [--printed --fonts DIR]

How far it, the finder (the shipped one without ``--finder``) and the shipped classifier are to be believed is fitted to
pages by other writers, and part of its card. With ``--printed`` those are pages in other typefaces, the files are named
so, and ``--finder printed`` uses them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np

from numbre_edge.backends import NetworkBackend, open_backend, open_network
from numbre_edge.finding.grid import CLASSES
from numbre_edge.recognition.learned import LearnedRecogniser
from numbre_edge.vocabulary import NOT_A_DIGIT
from numbre_export.exporting.networks import Answer, Network, export_network, last_epoch
from numbre_export.exporting.trust import fit, pages
from numbre_export.synthesis.arguments import add_sources, given_sources
from numbre_export.synthesis.pages import KINDS, PRINTED
from numbre_export.synthesis.views import View
from numbre_export.training.refiner.candidates import CANDIDATES, Candidates
from numbre_export.training.refiner.task import figures

_CALIBRATION = 500  # crops
_PAGES = 2400  # that trust is fitted on: of 1,200, others still differed by a fifth in some exponents


def refiner(
    run: Path,
    training: Candidates,
    validation: Candidates,
    rendered: Iterable[View],
    finder: Path | None = None,
    *,
    printed: bool = False,
    credits: Sequence[str] = (),
) -> Network:
    """Return what is exported of the run in a folder, calibrated and measured on crops, fitted to rendered pages."""
    model: Any = keras.saving.load_model(run / "refiner.keras", compile=False)
    crops = training.seen[np.linspace(0, len(training.labels) - 1, _CALIBRATION, dtype=np.intp)].copy()
    crops[0, 0, :2] = 0, 255  # pins int8's input scale

    def measured(answer: Answer) -> Mapping[str, float]:
        return figures(answer(validation.seen), validation)

    def trust(refiner: NetworkBackend) -> Mapping[str, float]:
        found = open_network("finder", refiner.name, finder)
        return asdict(fit(LearnedRecogniser(found, refiner, open_backend(refiner.name), None), rendered))

    return Network(
        model=model,
        calibration=crops,
        measured=measured,
        figure="accuracy",
        held_out=("what the finder found in rendered views", len(validation.labels)),
        training=last_epoch(run, "step", "candidates", "accuracy"),
        classes=(*CLASSES, NOT_A_DIGIT),
        trust=trust,
        printed=printed,
        credits=tuple(credits),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="numbre_export.exporting.refiner", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("run", type=Path, help="folder of a training run")
    add_sources(parser)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--finder", type=Path)
    parser.add_argument("--printed", action="store_true")
    parser.add_argument("--credit", action="append", default=[], help="whose photographs or fonts it learned from")
    given = parser.parse_args()
    rendered = pages(given_sources(given), _PAGES, np.random.default_rng(1), kinds=PRINTED if given.printed else KINDS)
    training, validation = (CANDIDATES.kept(given.run / name) for name in ("candidates", "validation"))
    network = refiner(
        given.run, training, validation, rendered, given.finder, printed=given.printed, credits=given.credit
    )
    export_network(network, given.out)


if __name__ == "__main__":
    main()
