"""The gate: a converted file is kept only if its own device runtime gives what Keras gave.

Every file is run by the runtimes it is made for, through the very backends the
reader uses, on the whole test set. What is over budget is not left behind.
"""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from numbre_edge.atomic import replacing, write_file
from numbre_edge.backends import Backend, open_backend
from numbre_edge.backends.registry import running
from numbre_edge.errors import ModelError, NumbreError
from numbre_edge.model import SUMS, ModelCard, load_model, read_sums
from numbre_edge.types import Pixels
from numbre_export.data.mnist import Mnist
from numbre_export.evaluation.evaluate import Evaluation, evaluate, keras_classifier
from numbre_export.exporting.cards import card_for, embed
from numbre_export.exporting.convert import KINDS, Kind, calibration_digits, convert
from numbre_export.exporting.rows import Measured, Row, kept_files

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


def export(
    model: Any,
    mnist: Mnist,
    folder: Path,
    *,
    kinds: Sequence[Kind] = KINDS,
    budgets: Budgets = Budgets(),
    run: Path | None = None,
    begin: Callable[[str], None] = lambda name: None,
) -> list[Row]:
    """Convert ``model`` to each of ``kinds``, keep in ``folder`` what passes, and say how each did.

    A file of the same name from an earlier export goes if the new one does not
    pass. SHA256SUMS keeps the lines of other models in the folder, and is right
    whenever the export ends. Where nothing passes, nothing is left, not even ``folder``.

    Args:
        model: a Keras model that takes (N, 28, 28) float32 ink, 0 to 255; its name is the files'.
        mnist: int8 is calibrated on the training set, every file measured on the test set.
        folder: where to; made if need be.
        kinds: of files to write.
        budgets: how far from Keras each may be.
        run: the run folder of ``model``, for its card.
        begin: told each file's name before it is made; may raise to end the export.

    Raises:
        ModelError: SHA256SUMS is something else, or there is no card for such a model.
        NumbreError: a file cannot be written; its notes say which are kept.
    """
    read_sums(folder)  # what is wrong with it, or with the cards, is said before the work
    cards = {kind: card_for(model, kind, run=run) for kind in kinds}
    calibration = calibration_digits(mnist.train)
    reference = evaluate(keras_classifier(model), mnist.test)
    rows: list[Row] = []
    for kind in kinds:
        path = folder / kind.file_name(model.name)
        try:
            begin(path.name)
            found, content = _made(model, kind, cards[kind], calibration, reference, budgets)
            put(path, content)
        except NumbreError as exc:
            exc.add_note(f"kept: {', '.join(kept_files(rows)) or 'nothing'}")
            raise
        rows += found
    return rows


def _made(
    model: Any, kind: Kind, card: ModelCard, calibration: Pixels, reference: Evaluation, budgets: Budgets
) -> tuple[list[Row], bytes | None]:
    """Make one file; return how it did, and the file if it may be kept."""
    name = kind.file_name(model.name)
    try:
        content = convert(model, kind, calibration=calibration)
    except NumbreError as exc:
        return [Row(name, running(kind.format)[0], None, str(exc))], None
    return _tried(name, content, card, kind, reference, budgets)


def _tried(
    name: str, content: bytes, card: ModelCard, kind: Kind, reference: Evaluation, budgets: Budgets
) -> tuple[list[Row], bytes | None]:
    """Run one file by each of its runtimes; return it with its figures in its card, if all are content."""
    rows: list[Row] = []
    with TemporaryDirectory() as folder:
        trial = Path(folder) / name
        write_file(trial, embed(content, card, kind.format))
        for runtime in running(kind.format):
            try:
                measured = _measure(trial, runtime, reference)
                rows.append(Row(name, runtime, measured, _problem(kind, measured, budgets)))
            except NumbreError as exc:
                rows.append(Row(name, runtime, None, str(exc).replace(str(trial), name)))
        if any(row.problem for row in rows):  # one runtime's refusal keeps the file from all
            return [r if r.problem else replace(r, problem=f"refused by another runtime of {name}") for r in rows], None
        first = rows[0].measured
        assert first is not None
        kept = embed(content, _with_figures(card, first, len(reference.digits)), kind.format)
        write_file(trial, kept)
        load_model(trial)  # the card can be read back
    return [replace(row, measured=replace(row.measured, bytes=len(kept))) for row in rows if row.measured], kept


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


def put(path: Path, content: bytes | None) -> None:
    """Put a file in its place, or take an earlier one away, and bring SHA256SUMS beside it up to date.

    Whatever ends it between two steps, a file may be without its line, but has none that is wrong.
    """
    folder = path.parent
    sums = {name: digest for name, digest in read_sums(folder).items() if (folder / name).is_file()}
    sums.pop(path.name, None)
    if content is None:
        _list(folder, sums)
        path.unlink(missing_ok=True)
        return
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with replacing(path) as temporary:
            temporary.write_bytes(content)
            _list(folder, sums)
    except NumbreError:
        with suppress(OSError):  # there is something in it
            folder.rmdir()
        raise
    _list(folder, sums | {path.name: hashlib.sha256(content).hexdigest()})


def _list(folder: Path, sums: dict[str, str]) -> None:
    """Write SHA256SUMS; without a file to list there is none."""
    if sums:
        content = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
        write_file(folder / SUMS, content.encode())
    else:
        (folder / SUMS).unlink(missing_ok=True)
