"""Pictures of training and of mistakes, as PNG files."""

from __future__ import annotations

import csv
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage

from numbre_edge.atomic import replacing
from numbre_export.data.mnist import Digits
from numbre_export.evaluation.evaluate import Evaluation

_GOOD, _BAD = "#1a7f37", "#c4341c"


def samples(digits: Digits, path: Path) -> None:
    """The first four digits and their labels: a sanity look at the data."""
    figure, axes = plt.subplots(1, 4, figsize=(8, 2.3), squeeze=False)
    for axis, image, label in zip(axes[0], digits.images, digits.labels, strict=False):
        axis.imshow(image, cmap="gray_r", vmin=0, vmax=255)
        axis.set_title(f"label {label}")
        axis.axis("off")
    _save(figure, path)


def history(source: Path, path: Path) -> None:
    """Loss and accuracy by epoch, from ``history.csv``."""
    with source.open(newline="") as file:
        rows = list(csv.DictReader(file))
    epochs = [int(float(row["epoch"])) for row in rows]
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    for axis, name in zip(axes, ("loss", "accuracy"), strict=True):
        axis.plot(epochs, [float(row[name]) for row in rows], label="training (augmented)")
        axis.plot(epochs, [float(row[f"val_{name}"]) for row in rows], label="validation")
        axis.set(xlabel="epoch", title=name)
        axis.grid(alpha=0.3)
        axis.legend()
    _save(figure, path)


def confusion(evaluation: Evaluation, path: Path) -> None:
    """The confusion matrix: actual digits down, predicted ones across; mistakes coloured by how many."""
    counts = evaluation.confusion
    mistakes = counts.astype(float)
    np.fill_diagonal(mistakes, 0)
    most = max(2.0, mistakes.max())
    figure, axis = plt.subplots(figsize=(6.4, 6.2), layout="constrained")
    axis.imshow(np.where(mistakes > 0, mistakes, np.nan), cmap="Reds", norm=LogNorm(0.5, 2 * most))
    axis.imshow(np.where(np.eye(10) > 0, 1.0, np.nan), cmap="Greens", vmin=0, vmax=3)
    for actual, predicted in np.ndindex(*counts.shape):
        count, right = counts[actual, predicted], actual == predicted
        dark = not right and count > most / 2
        colour = "white" if dark else "black" if count else "0.8"
        axis.text(predicted, actual, f"{count}", ha="center", va="center", fontsize=9, color=colour)
    axis.set_xticks(range(10))
    axis.set_yticks(range(10))
    axis.set_xticks(np.arange(9) + 0.5, minor=True)
    axis.set_yticks(np.arange(9) + 0.5, minor=True)
    axis.grid(which="minor", color="0.9")
    axis.tick_params(which="both", length=0)
    axis.set(xlabel="predicted value", ylabel="actual value")
    axis.set_title(
        f"{len(evaluation.mistakes)} mistakes in {len(evaluation.digits)} digits: {evaluation.accuracy:.2%} right"
    )
    _save(figure, path)


def predictions(evaluation: Evaluation, path: Path, *, count: int = 10) -> None:
    """The first ``count`` digits as markers: actual value on the x axis, predicted value on the y axis."""
    figure, axis = plt.subplots(figsize=(7, 6.6), layout="constrained")
    axis.plot((-0.6, 9.6), (-0.6, 9.6), color="0.75", linewidth=1, linestyle="--", zorder=0, label="right")
    actual = evaluation.digits.labels[:count].astype(int)
    predicted = evaluation.predicted[:count]
    spots = list(zip(actual.tolist(), predicted.tolist(), strict=True))
    for i, (x, y) in enumerate(spots):
        same = [j for j, spot in enumerate(spots) if spot == (x, y)]  # side by side where they would cover each other
        shift = 0.62 * (same.index(i) - (len(same) - 1) / 2)
        marker = OffsetImage(evaluation.digits.images[i], zoom=0.95, cmap="gray_r")
        frame = {"edgecolor": _GOOD if x == y else _BAD, "linewidth": 1.5, "boxstyle": "round,pad=0.1"}
        axis.add_artist(AnnotationBbox(marker, (x + shift, y), pad=0.1, bboxprops=frame))
    axis.set(xlim=(-0.8, 9.8), ylim=(-0.8, 9.8), xlabel="actual value", ylabel="predicted value", aspect="equal")
    axis.set_xticks(range(10))
    axis.set_yticks(range(10))
    axis.grid(alpha=0.25)
    right = int((actual == predicted).sum())
    axis.set_title(f"The first {len(actual)} held-out digits: {right} right")
    _save(figure, path)


def mistakes(evaluation: Evaluation, path: Path, *, count: int = 24) -> None:
    """The most confident mistakes: each digit, what it is, what it was taken for and how surely."""
    columns = 8
    worst = evaluation.mistakes[:count]
    rows = max(1, -(-len(worst) // columns))
    figure, axes = plt.subplots(
        rows, columns, figsize=(columns * 1.35, rows * 1.75 + 0.4), squeeze=False, layout="constrained"
    )
    for axis in axes.flat:
        axis.axis("off")
    for axis, index in zip(axes.flat, worst, strict=False):
        predicted = evaluation.predicted[index]
        axis.imshow(evaluation.digits.images[index], cmap="gray_r", vmin=0, vmax=255)
        share = evaluation.probabilities[index, predicted]
        axis.set_title(
            f"{evaluation.digits.labels[index]} read as {predicted}\n{share:.1%} sure", fontsize=9, color=_BAD
        )
    total = len(evaluation.mistakes)
    shown = (
        f"the {len(worst)} most confident of them" if len(worst) < total else "all of them" if total else "none to show"
    )
    figure.suptitle(f"{total} mistakes in {len(evaluation.digits)} held-out digits; {shown}", fontsize=11)
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=100, bbox_inches="tight")
    plt.close(figure)
