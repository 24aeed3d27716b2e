"""The gate: a converted file is kept only if its own device runtime gives what Keras gave.

Every file is run by the runtimes it is made for, through the very backends the
reader uses, on the whole test set. What is over budget is not left behind.
"""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from numbre_edge.backends import Backend, open_backend
from numbre_edge.backends.registry import running
from numbre_edge.errors import ModelError, NumbreError
from numbre_edge.model import SUMS, ModelCard, load_model, read_sums
from numbre_edge.types import Pixels
from numbre_export.data.mnist import Mnist
from numbre_export.evaluation.evaluate import Evaluation, evaluate, keras_classifier
from numbre_export.exporting.cards import card_for, embed
from numbre_export.exporting.convert import KINDS, Kind, calibration_digits, convert
from numbre_export.training.train import write_atomically

_TIMED, _WARM_UP = 300, 30  # single patches


@dataclass(frozen=True)
class Budgets:
    """How far a file may be from Keras.

    Attributes:
        float32, float16: largest difference of any probability on the test set.
        accuracy: largest loss of accuracy of a dynamic or int8 file, in points (hundredths).
    """

    float32: float = 1e-4
    float16: float = 5e-3
    accuracy: float = 0.2


@dataclass(frozen=True)
class Measured:
    """What a runtime made of a file.

    Attributes:
        bytes: size of the file.
        accuracy: share of the test digits right, by the best of the first ten columns.
        drop: Keras' accuracy minus this one, in points.
        agreement: share of the test digits on which it and Keras name the same digit.
        difference: largest of any probability's difference from Keras'.
        latency: median of one patch, in microseconds, on one thread of this machine.
    """

    bytes: int
    accuracy: float
    drop: float
    agreement: float
    difference: float
    latency: float


@dataclass(frozen=True)
class Row:
    """One line of the gate's table: a file in a runtime, measured or failed or both."""

    file: str
    runtime: str
    measured: Measured | None
    problem: str | None = None


def export(
    model: Any,
    mnist: Mnist,
    folder: Path,
    *,
    kinds: Sequence[Kind] = KINDS,
    budgets: Budgets = Budgets(),
    run: Path | None = None,
) -> list[Row]:
    """Convert ``model`` to each of ``kinds``, keep in ``folder`` what passes, and say how each did.

    A file of the same name from an earlier export goes if the new one does not
    pass. SHA256SUMS keeps the lines of other models in the folder.

    Args:
        model: a Keras model that takes (N, 28, 28) float32 ink, 0 to 255; its name is the files'.
        mnist: int8 is calibrated on the training set, every file measured on the test set.
        folder: where to; made if need be.
        kinds: of files to write.
        budgets: how far from Keras each may be.
        run: the run folder of ``model``, for its card.
    """
    folder.mkdir(parents=True, exist_ok=True)
    calibration = calibration_digits(mnist.train)
    reference = evaluate(keras_classifier(model), mnist.test)
    rows: list[Row] = []
    for kind in kinds:
        path = folder / kind.file_name(model.name)
        try:
            content = convert(model, kind, calibration=calibration)
            card = card_for(model, kind, run=run)
        except NumbreError as exc:
            rows.append(Row(path.name, running(kind.format)[0], None, str(exc)))
        else:
            rows += _try(path, content, card, kind, reference, budgets)
    refused = {row.file for row in rows if row.problem}
    for name in refused:
        (folder / name).unlink(missing_ok=True)
    _write_sums(folder, made={row.file for row in rows} - refused)
    return rows


def table(rows: Sequence[Row]) -> str:
    """Return the gate's table as text."""
    head = ("file", "runtime", "bytes", "accuracy", "drop", "agreement", "difference", "latency", "")
    lines: list[tuple[str, ...]] = [head]
    for row in rows:
        verdict = "kept" if row.problem is None else f"NOT KEPT: {row.problem}"
        lines.append((row.file, row.runtime, *_figures(row.measured), verdict))
    widths = [max(len(line[column]) for line in lines) for column in range(len(head) - 1)]
    return "\n".join(
        "  ".join(
            cell.ljust(w) if i < 2 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(line, (*widths, 0), strict=True))
        ).rstrip()
        for line in lines
    )


def _figures(measured: Measured | None) -> tuple[str, ...]:
    if measured is None:
        return ("-",) * 6
    return (
        f"{measured.bytes:,}",
        f"{measured.accuracy:.2%}",
        f"{measured.drop + 0.0:.2f}",
        f"{measured.agreement:.2%}",
        f"{measured.difference:.1e}",
        f"{measured.latency:.0f} us",
    )


def _try(path: Path, content: bytes, card: ModelCard, kind: Kind, reference: Evaluation, budgets: Budgets) -> list[Row]:
    """Run one file by each of its runtimes; put it at ``path``, its figures in its card, if all are content."""
    temporary = path.with_name(f".trial-{path.name}")  # the suffix says the format
    rows: list[Row] = []
    try:
        temporary.write_bytes(embed(content, card, kind.format))
        for runtime in running(kind.format):
            try:
                measured = _measure(temporary, runtime, reference)
                rows.append(Row(path.name, runtime, measured, _problem(kind, measured, budgets)))
            except NumbreError as exc:
                rows.append(Row(path.name, runtime, None, str(exc).replace(str(temporary), path.name)))
        if all(row.problem is None for row in rows):
            first = rows[0].measured
            assert first is not None
            temporary.write_bytes(embed(content, _with_figures(card, first, len(reference.digits)), kind.format))
            load_model(temporary)  # the card can be read back
            size = temporary.stat().st_size
            temporary.replace(path)
            rows = [replace(row, measured=replace(row.measured, bytes=size)) for row in rows if row.measured]
        else:  # one runtime's refusal keeps the file from all
            rows = [r if r.problem else replace(r, problem=f"refused by another runtime of {path.name}") for r in rows]
    finally:
        temporary.unlink(missing_ok=True)
    return rows


def _measure(path: Path, runtime: str, reference: Evaluation) -> Measured:
    backend = open_backend(runtime, path)
    found = evaluate(backend.predict, reference.digits)
    both = found.probabilities, reference.probabilities
    if both[0].shape != both[1].shape:
        raise ModelError(f"{path}: gives {both[0].shape[1]} outputs, Keras {both[1].shape[1]}")
    return Measured(
        bytes=path.stat().st_size,
        accuracy=found.accuracy,
        drop=100 * (reference.accuracy - found.accuracy),
        agreement=float((both[0].argmax(1) == both[1].argmax(1)).mean()),
        difference=float(np.abs(both[0] - both[1]).max()),
        latency=_latency(backend, reference.digits.images),
    )


def _latency(backend: Backend, images: Pixels) -> float:
    """Return the median time of one patch in microseconds."""
    times = []
    for i in range(_WARM_UP + _TIMED):
        patch = images[i % len(images)][np.newaxis]
        begin = time.perf_counter()
        backend.predict(patch)
        times.append(time.perf_counter() - begin)
    return 1e6 * statistics.median(times[_WARM_UP:])


def _problem(kind: Kind, measured: Measured, budgets: Budgets) -> str | None:
    """Return why the file may not be kept, or None."""
    largest = {"float32": budgets.float32, "float16": budgets.float16}.get(kind.quantization)
    if largest is not None:
        if not measured.difference <= largest:
            return f"difference {measured.difference:.1e} is over the budget of {largest:g}"
        return None
    if measured.drop > budgets.accuracy + 1e-9:  # a budget of 0.2 points allows 20 of 10,000
        return f"accuracy drop {measured.drop:.2f} is over the budget of {budgets.accuracy:g} points"
    return None


def _with_figures(card: ModelCard, measured: Measured, n: int) -> ModelCard:
    """Return ``card`` with what was measured; no latency, which is the machine's."""
    return replace(
        card,
        metrics={"mnist": {"set": "test", "n": n, "accuracy": round(measured.accuracy, 6)}},
        parity={
            "agreement": round(measured.agreement, 6),
            "largest difference": float(f"{measured.difference:.2g}"),
            "accuracy drop, points": round(measured.drop, 4),
        },
    )


def _write_sums(folder: Path, made: set[str]) -> None:
    """Bring SHA256SUMS up to date: new digests for what was ``made``, the old lines of other files still there."""
    sums = {name: digest for name, digest in read_sums(folder).items() if (folder / name).is_file()}
    sums |= {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in made}
    text = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    write_atomically(folder / SUMS, lambda path: path.write_text(text))
