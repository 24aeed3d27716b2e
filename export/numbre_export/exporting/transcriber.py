"""A trained transcriber -> ``transcriber.onnx``, ``transcriber.int8.tflite`` and their lines of SHA256SUMS.

python -m numbre_export.exporting.transcriber RUN --mnist DIR --pen FILE --symbols FILE --out DIR [--photographs DIR]

When it is to be believed, where it reads a number in another way than the shipped networks do digit by digit, is fitted
to pages by other writers, and part of its card.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np

from numbre_edge.backends import NetworkBackend, open_backend, open_network
from numbre_edge.decoding.transcripts import Preference, differing
from numbre_edge.finding.grid import CLASSES, DIGIT_CLASSES
from numbre_edge.finding.overlap import overlaps
from numbre_edge.finding.strips import SAID, STEPS
from numbre_edge.recognition.learned import LearnedRecogniser
from numbre_edge.recognition.transcribed import TranscribingRecogniser
from numbre_edge.types import Floats, Frame, Reading
from numbre_edge.vision.page import Page
from numbre_export.exporting.networks import Answer, Network, export_network, last_epoch
from numbre_export.exporting.trust import pages
from numbre_export.synthesis.arguments import add_sources, given_sources
from numbre_export.synthesis.views import View
from numbre_export.training.transcriber.numbers import NUMBERS, Numbers, written
from numbre_export.training.transcriber.task import figures, shown

_CALIBRATION = 500  # strips
_PAGES = 2400
_SAME, _OTHER = 0.5, 0.1  # of the smaller of two boxes: from here on they are of one digit; up to here, of two
_STEPS, _RIDGE = 25, 1e-2  # of the fit (Newton's), and what it takes for known beforehand


def transcriber(
    run: Path, training: Numbers, validation: Numbers, rendered: Iterable[View], *, credits: Sequence[str] = ()
) -> Network:
    """Return what is exported of the run in a folder, calibrated and measured on strips, fitted to rendered pages."""
    model: Any = keras.saving.load_model(run / "transcriber.keras", compile=False)
    some = training.chosen(np.linspace(0, len(training.ends) - 1, _CALIBRATION, dtype=np.intp))
    strips = shown(some)
    strips[0, 0, :2] = 0, 255  # pins int8's input scale

    def measured(answer: Answer) -> Mapping[str, float]:
        return figures(answer(shown(validation)).reshape(-1, STEPS, SAID), validation)

    def trust(transcriber: NetworkBackend) -> Mapping[str, float]:
        runtime = transcriber.name
        networks = open_network("finder", runtime), open_network("refiner", runtime), open_backend(runtime)
        learned = LearnedRecogniser(*networks, None)
        return asdict(fit(TranscribingRecogniser(learned, transcriber), learned, rendered))

    return Network(
        model=model,
        calibration=strips,
        measured=measured,
        figure="more",
        held_out=("numbers of rendered views", len(validation.ends)),
        training=last_epoch(run, "step", "numbers", "more"),
        classes=CLASSES,
        trust=trust,
        credits=tuple(credits),
    )


def fit(recogniser: TranscribingRecogniser, learned: LearnedRecogniser, rendered: Iterable[View]) -> Preference:
    """Read rendered pages in both ways, and say when to believe which; Preference() where they never differ."""
    rows, right = [], []
    for view in rendered:
        page = Page(Frame(view.grey), level=False)
        found = learned.recognise(page)
        sources = iter(found.sources)
        own = [[next(sources) for _ in reading.digits] for reading in found.readings]
        for each in recogniser.retold(page, found.readings):
            reading = found.readings[each.number]
            truth, texts = true_text(view, reading), (each.transcript.text, reading.text)
            if texts[0] != texts[1] and truth in texts:
                said = reading.text, reading.confidence, found.probabilities[own[each.number]]
                rows.append(differing(each.transcript, each.other, *said))
                right.append(texts[0] == truth)
    if not rows:
        return Preference()
    seen, wanted = np.array(rows), np.array(right, np.float64)
    weights = fitted(seen, wanted)
    chosen = seen @ weights > 0
    print(
        f"{len(right)} numbers are read in two ways: the transcriber is right of {np.mean(right):.3f}, "
        f"the choice of {np.mean(chosen == right):.3f}",
        file=sys.stderr,
        flush=True,
    )
    return Preference(*(round(float(weight), 3) for weight in weights))


def fitted(seen: Any, wanted: Any) -> Any:
    """Return (K,) weights of a logistic regression of (N,) bool on (N, K), by Newton's method."""
    weights = np.zeros(seen.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-seen @ weights))
        slope = seen.T @ (likely - wanted) + _RIDGE * weights
        bend = (seen * (likely * (1 - likely))[:, np.newaxis]).T @ seen + _RIDGE * np.eye(len(weights))
        weights = weights - np.linalg.solve(bend, slope)
    return weights


def true_text(view: View, reading: Reading) -> str | None:
    """Return what is written where a number was read; empty where nothing is, None where nobody can say."""
    digits = np.flatnonzero(view.labels < DIGIT_CLASSES)
    shared = np.zeros(len(view.labels), np.float32)
    for digit in reading.digits:
        shared[digits] = np.maximum(shared[digits], _share(np.array(digit.box, np.float32), view.boxes[digits]))
    on = set(np.flatnonzero(shared >= _SAME).tolist())
    if not on:
        return None if (shared > _OTHER).any() else ""
    numbers = [number for number in written(view) if on & set(number)]
    if len(numbers) != 1 or view.hard[numbers[0]].any() or not on <= set(numbers[0]):
        return None
    return "".join(CLASSES[view.labels[at]] for at in numbers[0])


def _share(box: Floats, boxes: Floats) -> Floats:
    return np.asarray(overlaps(box, boxes)[1], np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="numbre_export.exporting.transcriber", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("run", type=Path, help="folder of a training run")
    add_sources(parser)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--credit", action="append", default=[], help="whose photographs it learned from")
    given = parser.parse_args()
    rendered = pages(given_sources(given), _PAGES, np.random.default_rng(2))
    training, validation = (NUMBERS.kept(given.run / name) for name in ("numbers", "validation"))
    export_network(transcriber(given.run, training, validation, rendered, credits=given.credit), given.out)


if __name__ == "__main__":
    main()
