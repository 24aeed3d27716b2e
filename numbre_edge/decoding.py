"""Probabilities over candidates -> digits -> numbers in reading order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from numbre_edge.model import ModelCard
from numbre_edge.types import Box, Chain, Digit, Floats, Patches, Reading

# Columns of models that have them: from NOT_A_DIGIT on, ink is no digit; a PART is of one.
NOT_A_DIGIT, PART = 10, 11

# A gap this many times the line's usual one, and this share of a digit's height wider, begins a new number.
_GAP_RATIO = 2.0
_GAP_HEIGHT = 0.4
# Within this gap, in heights, of a digit of at least this confidence, ink is this much less likely to be none.
_CLOSE = 0.4
_SURE = 0.8
_COMPANY = 0.01
_ROUNDS = 2  # company spreads from digit to digit
_LOOK_BACK = 3  # marks at a line's end that the next is compared with
# Passing over a piece as high as its chain costs as much as a digit of probability exp(-4).
_SKIP = 4.0
# Any stroke cut off a letter looks like a 1: one read of a part of a chain is so much less likely (log).
_STROKE = 0.6
# Digits touch less often than not: each cut costs so much (log).
_CUT = 1.0
# A chain that is no digit as a whole is touching digits or a letter: digits where a piece's share of the
# best path's score is no worse than this (log).
_CLUTTER = 0.6
# A slash overshoots its neighbours by this share of their height, at its head and at its foot.
_OVERSHOOT = 0.05
# Ink that nothing was cut from is so much less likely to be a part of a digit.
_UNCUT = 0.1
_LEAST = 1e-3  # no probability counts for less
# The share of ink that is no digit is taken to be a half before anything is seen of a picture, as in training, and
# that counts as so many chains.
_BEFORE = 4.0
_STEPS = 20  # of the estimate, which settles in a few


def calibrated(probabilities: Floats, temperature: float) -> Floats:
    """Return softmax(log p / T), (N, C) float32 (C. Guo et al., "On calibration of modern neural networks", 2017)."""
    if temperature == 1.0 or not len(probabilities):
        return probabilities
    # 1/512 is half a step of a quantized output: a zero there is not a true zero.
    powered = np.maximum(probabilities, 1 / 512) ** (1 / temperature)
    return np.asarray(powered / powered.sum(1, keepdims=True), np.float32)


def merged(rows: Floats) -> Floats:
    """Return (N, at most 11) float32 of (N, C): whatever kinds of no digit a model tells apart as one."""
    if rows.shape[1] <= NOT_A_DIGIT:
        return rows
    return np.column_stack([rows[:, :NOT_A_DIGIT], rows[:, NOT_A_DIGIT:].sum(1)])


def in_proportion(rows: Floats, chains: tuple[Chain, ...]) -> Floats:
    """Return ``rows``, (N, C) float32, as they are where as much of the ink is no digit as in this very picture.

    A page of letters, or a wall that looks like writing, has hundreds of chances to look
    like a digit once. How much is no digit is estimated from the rows themselves by
    expectation maximization (M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the
    outputs of a classifier to new a priori probabilities", 2002).
    """
    if rows.shape[1] <= NOT_A_DIGIT or not chains:
        return rows
    none = np.array([min(float(rows[patch][NOT_A_DIGIT]) for _, _, patch in chain.spans) for chain in chains])
    share = 0.5
    for _ in range(_STEPS):
        likely = none * share / (none * share + (1 - none) * (1 - share))
        share = (float(likely.sum()) + _BEFORE / 2) / (len(none) + _BEFORE)
    result = rows.copy()
    result[:, NOT_A_DIGIT] *= share / (1 - share)
    return np.asarray(result / result.sum(1, keepdims=True), np.float32)


def uncut(rows: Floats, chains: tuple[Chain, ...]) -> Floats:
    """Return ``rows``, (N, C) float32, with what nothing was cut from less likely to be a part of a digit."""
    whole = [patch for chain in chains if len(chain.pieces) == 1 for _, _, patch in chain.spans]
    if rows.shape[1] <= PART or not whole:
        return rows
    result = rows.copy()
    result[whole, PART] *= _UNCUT
    return np.asarray(result / result.sum(1, keepdims=True), np.float32)


@dataclass(frozen=True)
class Mark:
    """Ink as decoded: a digit, or None for ink that is none."""

    digit: Digit | None
    box: Box


def decode(
    patches: Patches, probabilities: Floats, card: ModelCard, *, min_confidence: float | None = None
) -> list[Reading]:
    """Make numbers of candidate digits.

    Args:
        patches: N candidates, boxes in frame pixels.
        probabilities: (N, C) float32.
        card: of the model they are from.
        min_confidence: below it a digit is doubtful; None takes the card's threshold.
    """
    threshold = card.reject_threshold if min_confidence is None else min_confidence
    rows = in_proportion(uncut(calibrated(probabilities, card.temperature), patches.chains), patches.chains)
    marks = [_marks(chain, patches, rows, threshold, company=False) for chain in patches.chains]
    for _ in range(_ROUNDS if rows.shape[1] > NOT_A_DIGIT else 0):
        company = _in_company(patches.chains, marks)
        marks = [
            _marks(chain, patches, rows, threshold, company=beside)
            for chain, beside in zip(patches.chains, company, strict=True)
        ]
    every = [mark for own in marks for mark in own]
    return [Reading.of(number) for line in lines(every) for number in numbers(line, patches.others)]


def _in_company(chains: tuple[Chain, ...], marks: list[list[Mark]]) -> list[bool]:
    """Return for each chain whether it stands close beside a certain digit, level with it and of its size.

    A blurred digit on its own may be anything; within a number it is a digit.
    """
    sure = [mark.box for own in marks for mark in own if mark.digit and mark.digit.confidence > _SURE]
    known = np.array(sure).reshape(-1, 4)
    result = []
    for chain in chains:
        whole = Box.around(list(chain.pieces))
        level = (known[:, 1] < _middle(whole)) & (_middle(whole) < known[:, 1] + known[:, 3])
        alike = (known[:, 3] < 1.7 * whole.height) & (whole.height < 1.7 * known[:, 3])
        gap = np.maximum(known[:, 0] - whole.right, whole.x - known[:, 0] - known[:, 2])
        result.append(bool(np.any(level & alike & (gap < _CLOSE * whole.height))))
    return result


def _marks(chain: Chain, patches: Patches, rows: Floats, threshold: float, *, company: bool) -> list[Mark]:
    """Decide what a chain is: digits, cut where that is likeliest, or no digits at all."""
    own = {patch: rows[patch] for _, _, patch in chain.spans}
    if company and rows.shape[1] > NOT_A_DIGIT:
        own = {patch: _trusting(row) for patch, row in own.items()}
    score, path = _best_path(chain, own)
    if rows.shape[1] > NOT_A_DIGIT and len(chain.pieces) > 1:
        whole = next(patch for first, end, patch in chain.spans if end - first == len(chain.pieces))
        price = _CLUTTER - (float(np.log(_COMPANY)) if company else 0.0)
        score += _CUT * max(0, len(path) - 1)  # that digits touch is no reason to take them for a letter
        if score / len(chain.pieces) < float(np.log(max(rows[whole][NOT_A_DIGIT], _LEAST))) - price:
            path = ()
    if not path:
        return [Mark(None, Box.around(list(chain.pieces)))]
    return [_mark(own[patch], Box(*patches.boxes[patch].tolist()), threshold) for patch in path]


def _trusting(row: Floats) -> Floats:
    """Return a row of probabilities with "not a digit" made less likely, as beside a digit it is."""
    result = row.copy()
    result[NOT_A_DIGIT] *= _COMPANY
    return np.asarray(result / result.sum(), np.float32)


def _best_path(chain: Chain, rows: dict[int, Floats]) -> tuple[float, tuple[int, ...]]:
    """Cut a chain into digits so that the product of their probabilities, one factor a piece, is largest.

    Every piece counts once, whichever patch it is part of, so that few patches
    are not preferred to many. A piece may be passed over, at a price. Returns the
    logarithm of that product and the patches.
    """
    count = len(chain.pieces)
    height = max(piece.height for piece in chain.pieces)
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for end in range(1, count + 1):
        piece = chain.pieces[end - 1]
        price = _SKIP * (max(piece.width, piece.height) / height)
        ways = [(best[end - 1][0] - price, best[end - 1][1])]
        for first, last, patch in chain.spans:
            if last == end:
                value = int(rows[patch][:10].argmax())
                score = float(np.log(max(rows[patch][value], _LEAST)))
                if value == 1 and end - first < count:
                    score -= _STROKE
                cut = _CUT if first and best[first][1] else 0.0
                ways.append((best[first][0] + (end - first) * score - cut, (*best[first][1], patch)))
        best.append(max(ways))
    return best[count]


def _mark(row: Floats, box: Box, threshold: float) -> Mark:
    value = int(row[:10].argmax())
    confidence = float(row[value])
    if row[NOT_A_DIGIT:].sum() > confidence:
        return Mark(None, box)
    return Mark(Digit(value if confidence >= threshold else None, confidence, box), box)


def lines(marks: list[Mark]) -> list[list[Mark]]:
    """Sort marks into lines of writing, top to bottom, each from left to right.

    A mark belongs to a line if its middle lies within the height of one of the
    line's last marks, or the other way round: lines may slope. An exponent
    belongs to the line of its base.
    """
    found: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda m: m.box.x):
        near = [(_distance(line, mark), line) for line in found]
        distance, line = min(near, key=lambda pair: pair[0], default=(np.inf, []))
        if distance < np.inf:
            line.append(mark)
        else:
            found.append([mark])
    return sorted(found, key=lambda line: float(np.mean([_middle(m.box) for m in line])))


def _distance(line: list[Mark], mark: Mark) -> float:
    """Return how far, in pixels, ``mark`` is above or below the end of ``line``; infinite if it is not on it."""
    last = line[-_LOOK_BACK:]
    level = [
        abs(_middle(m.box) - _middle(mark.box)) for m in last if _level(m.box, mark.box) or _exponent(m.box, mark.box)
    ]
    return min(level, default=np.inf)


def numbers(line: list[Mark], others: tuple[Box, ...] = ()) -> list[list[Digit]]:
    """Split a line into numbers: where other ink stands between, where the height of the
    digits changes (an exponent), and where a gap is clearly larger than the others.
    """
    runs: list[list[Digit]] = [[]]
    for mark in _without_slashes(line):
        if mark.digit is None or (runs[-1] and _ends(runs[-1][-1].box, mark.box, others)):
            runs.append([])
        if mark.digit is not None:
            runs[-1].append(mark.digit)
    runs = [run for run in runs if run]
    limit = _gap_limit(runs)
    found = []
    for run in runs:
        found.append([run[0]])
        for before, after in pairwise(run):
            if after.box.x - before.box.right >= limit:
                found.append([])
            found[-1].append(after)
    return found


def _without_slashes(line: list[Mark]) -> list[Mark]:
    """Take a 1 between two digits that overshoots both, above and below, for the slash it is in 31/21."""
    result = list(line)
    for at in range(1, len(line) - 1):
        before, mark, after = line[at - 1 : at + 2]
        if mark.digit and mark.digit.value == 1 and before.digit and after.digit:
            reach = _OVERSHOOT * max(before.box.height, after.box.height)
            above = mark.box.y < min(before.box.y, after.box.y) - reach
            below = mark.box.bottom > max(before.box.bottom, after.box.bottom) + reach
            if above and below:
                result[at] = Mark(None, mark.box)
    return result


def _gap_limit(runs: list[list[Digit]]) -> float:
    """Return the gap, in pixels, from which on a number ends; infinite where all are similar."""
    gaps = [after.box.x - before.box.right for run in runs for before, after in pairwise(run)]
    if len(gaps) < 2:
        return np.inf
    height = float(np.median([digit.box.height for run in runs for digit in run]))
    ordered = sorted(max(gap, 0.15 * height) for gap in gaps)
    return next(
        (b for a, b in pairwise(ordered) if b > _GAP_RATIO * a and b - a > _GAP_HEIGHT * height),
        np.inf,
    )


def _raised(before: Box, after: Box) -> bool:
    """Whether one of two neighbours is an exponent or index of the other."""
    taller, smaller = max(before.height, after.height), min(before.height, after.height)
    return smaller < 0.75 * taller and abs(_middle(before) - _middle(after)) > 0.4 * taller


def _ends(before: Box, after: Box, others: tuple[Box, ...]) -> bool:
    return _raised(before, after) or _parted(before, after, others)


def _parted(before: Box, after: Box, others: tuple[Box, ...]) -> bool:
    """Whether ink stands between two neighbours: in their gap, on their level."""
    top, bottom = min(before.y, after.y), max(before.bottom, after.bottom)
    return any(
        before.right <= other.x + other.width / 2 <= after.x and top < _middle(other) < bottom for other in others
    )


def _middle(box: Box) -> float:
    return box.y + box.height / 2


def _exponent(base: Box, mark: Box) -> bool:
    """Whether ``mark`` stands close to the right of ``base``, raised, smaller and still beside it."""
    close = -0.3 * base.width < mark.x - base.right < 0.6 * base.height
    return close and mark.height < 0.85 * base.height and base.y < mark.bottom < base.bottom


def _level(before: Box, after: Box) -> bool:
    return before.y <= _middle(after) <= before.bottom or after.y <= _middle(before) <= after.bottom
