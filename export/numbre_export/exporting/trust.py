"""How far a finder, a refiner and a classifier are to be believed: fitted to what turns out right on rendered pages."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import cv2
import numpy as np
import tensorflow as tf
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_edge.decoding.opinions import MarkOpinions, Opinions, Trust, beside, logarithm, logit, of_digits
from numbre_edge.recognition.learned import LearnedRecogniser
from numbre_edge.types import Floats, Frame
from numbre_edge.vision.page import Page
from numbre_edge.vocabulary import DIGIT_COLUMNS, DIGITS
from numbre_export.synthesis.pages import KINDS, Kind
from numbre_export.synthesis.sources import Sources
from numbre_export.synthesis.views import View, render_view
from numbre_export.training.refiner.candidates import matched

_NONE = len(DIGITS)
_SIDES = (60, 700)  # of a page, pixels
_HEIGHTS = (12.0, 140.0)  # of digits, pixels: in pictures they are of any level
_SCALES = (0.6, 2.0)  # what pages are enlarged by: a camera's pixels are not the renderer's
_BELOW = 1.5  # of a digit's height, from its head: no comma reaches lower
_NEIGHBOURS = 6  # looked at: a number has two a digit, and levels overlap
_STEPS, _RATE = 400, 0.03  # of the fit


@dataclass(frozen=True, eq=False)
class Evidence:
    """What was said of N detections of digits, and the truth; all pages count alike, however much is written on one.

    Attributes:
        said: of each, the columns of the digits and of one thing more.
        beside: (N, K) int, which of them stand beside each; -1 for none.
        truth: (N,) int: the digit, 10 where there is none, -1 where nobody can say.
        linked: (N,) float32, 1 where its number goes on after it.
        weights: (N,) float32.
    """

    said: Opinions
    beside: NDArray[np.intp]
    truth: NDArray[np.intp]
    linked: Floats
    weights: Floats


@dataclass(frozen=True, eq=False)
class MarkEvidence:
    """What was said of M detections of marks by digits that somebody can tell, and the truth.

    Attributes:
        said: of each.
        truth: (M,) float32, 1 where it is a mark.
        weights: (M,) float32.
    """

    said: MarkOpinions
    truth: Floats
    weights: Floats


def pages(sources: Sources, count: int, rng: Generator, *, kinds: Sequence[Kind] = KINDS) -> Iterable[View]:
    """Render pages of many sizes, writing of any size on them."""
    for _ in range(count):
        low, high = np.log(_SIDES)
        shape = tuple(round(float(side)) for side in np.exp(rng.uniform(low, high, 2)))
        view = render_view(sources, rng, shape=(shape[0], shape[1]), kinds=kinds, heights=_HEIGHTS)
        scale = float(np.exp(rng.uniform(*np.log(_SCALES))))
        size = (max(8, round(shape[1] * scale)), max(8, round(shape[0] * scale)))
        grey = cv2.resize(view.grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
        by = np.array([size[0] / shape[1], size[1] / shape[0]] * 2, np.float32)
        yield replace(view, grey=np.asarray(grey, np.uint8), boxes=view.boxes * by)


def evidence(recogniser: LearnedRecogniser, rendered: Iterable[View]) -> tuple[Evidence, MarkEvidence]:
    """Collect what is said of pages."""
    parts: list[Evidence] = []
    marks: list[MarkEvidence] = []
    count = 0
    for view in rendered:
        page = Page(Frame(view.grey), level=False)
        seen = recogniser.look(page)
        boxes = np.asarray(seen.patches.boxes / page.scale, np.float32)
        which, known = matched(view, boxes, np.zeros(len(boxes), np.bool_))
        truth = np.where(known, np.append(view.labels, _NONE)[which], -1)
        goes_on = np.append(view.linked, False)[which].astype(np.float32)
        # Neighbours first: False sorts before True.
        near = beside(seen.patches.boxes)
        order = np.argsort(~near, axis=1, kind="stable")[:, :_NEIGHBOURS]
        company = np.where(np.take_along_axis(near, order, 1), order + count, -1)
        company = np.pad(company, ((0, 0), (0, _NEIGHBOURS - company.shape[1])), constant_values=-1)
        parts.append(Evidence(_folded(seen.opinions), company, truth, goes_on, _alike(len(boxes))))
        count += len(boxes)
        points = np.array(seen.patches.punctuation, np.float32).reshape(-1, 4) / np.float32(page.scale)
        which, known = matched(view, points, np.ones(len(points), np.bool_))
        known &= by_digits(view, points)
        said = MarkOpinions(seen.marks.heat[known], seen.marks.refined[known])
        marks.append(MarkEvidence(said, (which[known] >= 0).astype(np.float32), _alike(len(points))[known]))
    return _joined(parts), _joined(marks)


def by_digits(view: View, points: Floats) -> NDArray[np.bool_]:
    """Tell which of (N, 4) boxes stand where a mark of a number may: no more than a digit's height beside a digit.

    Elsewhere nobody asks what is a mark: the point of an i, or of dust, ends no number.
    """
    digits = view.boxes[view.labels < _NONE]
    middles = points[:, np.newaxis, :2] + points[:, np.newaxis, 2:] / 2
    height = digits[:, 3]
    aside = np.maximum(digits[:, 0] - middles[:, :, 0], middles[:, :, 0] - digits[:, 0] - digits[:, 2])
    down = (middles[:, :, 1] - digits[:, 1]) / np.maximum(height, 1)
    near = (aside < height) & (down > 0) & (down < _BELOW)
    return np.asarray(near.any(1), np.bool_)


def _alike(count: int) -> Floats:
    return np.full(count, 1 / max(1, count), np.float32)


def _joined(parts: Sequence[Any]) -> Any:
    """Return one of many of a dataclass of arrays, or of such dataclasses."""
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    names = [field.name for field in fields(parts[0])]
    return replace(parts[0], **{name: _joined([getattr(part, name) for part in parts]) for name in names})


def _folded(said: Opinions) -> Opinions:
    """Return ``said`` with one column for all that is no digit."""

    def folded(rows: Floats) -> Floats:
        digits = rows[:, DIGIT_COLUMNS]
        return np.hstack([digits, 1 - digits.sum(1, keepdims=True)]).astype(np.float32)

    return replace(said, refined=folded(said.refined), read=folded(said.read))


def fitted(seen: Evidence, marks: MarkEvidence) -> Trust:
    """Return the trust that makes the truth most likely."""
    names = [field.name for field in fields(Trust)]
    values = tf.Variable([asdict(Trust())[name] for name in names], dtype=tf.float32)
    optimizer = tf.keras.optimizers.Adam(_RATE)
    for _ in range(_STEPS):
        with tf.GradientTape() as tape:
            trust = dict(zip(names, tf.unstack(values), strict=True))
            wrong = _misbelieved(seen, trust) + _mislinked(seen, trust) + _mismarked(marks, trust)
        optimizer.apply_gradients([(tape.gradient(wrong, values), values)])
    return Trust(**{name: round(float(value), 3) for name, value in zip(names, values.numpy(), strict=True)})


def _misbelieved(seen: Evidence, trust: dict[str, Any]) -> Any:
    """Return the cross entropy of what ``decoding.opinions.weighed`` returns."""
    asked = np.flatnonzero(seen.truth >= 0)
    rows = tf.gather(_believed(seen, trust), asked)
    return _mean(-tf.gather(rows, tf.constant(seen.truth[asked]), batch_dims=1), seen.weights[asked])


def _mislinked(seen: Evidence, trust: dict[str, Any]) -> Any:
    """Return the cross entropy of what ``decoding.opinions.linked`` returns, of digits."""
    odds = trust["ahead"] * _tensor(logit(seen.said.ahead)) + trust["onward"] * _tensor(logit(seen.said.onward))
    unlike = tf.nn.sigmoid_cross_entropy_with_logits(_tensor(seen.linked), odds + trust["linked"])
    return _mean(unlike, np.where((seen.truth >= 0) & (seen.truth < _NONE), seen.weights, 0))


def _mismarked(marks: MarkEvidence, trust: dict[str, Any]) -> Any:
    """Return the cross entropy of what ``decoding.opinions.weighed_marks`` returns."""
    closer = logit(marks.said.refined.sum(1))
    odds = trust["mark_heat"] * _tensor(logit(marks.said.heat)) + trust["mark_closer"] * _tensor(closer)
    unlike = tf.nn.sigmoid_cross_entropy_with_logits(_tensor(marks.truth), odds + trust["mark"])
    return _mean(unlike, marks.weights)


def _mean(values: Any, weights: Floats) -> Any:
    return tf.reduce_sum(values * _tensor(weights)) / max(float(weights.sum()), 1e-6)


def _believed(seen: Evidence, trust: dict[str, Any]) -> Any:
    """Return logarithms of what ``decoding.opinions.weighed`` returns, for all pages at once, as a tensor."""
    said = seen.said
    ink, closer = (rows[:, DIGIT_COLUMNS].sum(1) for rows in (said.read, said.refined))
    odds = trust["bias"] + trust["heat"] * _tensor(logit(said.heat)) + trust["closer"] * _tensor(logit(closer))
    odds += trust["ink"] * _tensor(logarithm(ink))
    likely = tf.where(seen.beside >= 0, tf.gather(tf.sigmoid(odds), np.maximum(seen.beside, 0)), 0.0)
    odds += trust["company"] * tf.reduce_max(likely, 1)
    opinions = (("refiner", said.refined), ("classifier", said.read))
    which = tf.nn.log_softmax(sum(trust[name] * _tensor(of_digits(rows)) for name, rows in opinions))
    digits = tf.math.log_sigmoid(odds)[:, tf.newaxis] + which
    return tf.concat([digits, tf.math.log_sigmoid(-odds)[:, tf.newaxis]], 1)


def _tensor(values: Floats) -> Any:
    return tf.constant(values, tf.float32)


def told(seen: Evidence, trust: Trust) -> str:
    """Return, for what is believed at several levels, how much of it is true."""
    asked = seen.truth >= 0
    rows, truth = np.exp(_believed(seen, asdict(trust)).numpy())[asked], seen.truth[asked]
    best, value = rows[:, :_NONE].max(1), rows[:, :_NONE].argmax(1)
    lines = []
    for low, high in ((0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 0.95), (0.95, 0.99), (0.99, 1.01)):
        within = (best >= low) & (best < high)
        right = float((value == truth)[within].mean()) if within.any() else float("nan")
        lines.append(f"{low:.2f} to {min(high, 1):.2f}: {right:.3f} right of {int(within.sum())}")
    return "\n".join(lines)


def fit(recogniser: LearnedRecogniser, rendered: Iterable[View]) -> Trust:
    """See what is said of rendered pages, and say how far it is to be believed; Trust() where nothing is said."""
    seen, marks = evidence(recogniser, rendered)
    if not len(seen.truth):
        return Trust()
    trust = fitted(seen, marks)
    print(f"{trust}\n{told(seen, trust)}", file=sys.stderr, flush=True)
    return trust
