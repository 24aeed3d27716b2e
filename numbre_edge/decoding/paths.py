"""Candidates that share ink -> digits: the likeliest way to put each piece of ink together."""

from __future__ import annotations

import numpy as np

from numbre_edge.decoding.grouping import Mark, is_writing, middle
from numbre_edge.decoding.probabilities import NOT_A_DIGIT
from numbre_edge.types import Box, Chain, Digit, Floats, Patches

# Within this gap, in heights, of a digit of at least this confidence, ink is this much less likely to be none.
_CLOSE = 0.4
_SURE = 0.8
_COMPANY = 0.01
_ROUNDS = 2  # company spreads from digit to digit
# Passing over a piece as high as its chain costs as much as a digit of probability exp(-6).
_SKIP = 6.0
# Any stroke cut off a letter looks like a 1: one read of a part of a chain is so much less likely (log).
_STROKE = 0.6
# Digits touch less often than not: each cut costs so much (log).
_CUT = 1.0
# A chain that is no digit as a whole is touching digits or a letter: digits where a piece's share of the
# best path's score is no worse than this (log).
_CLUTTER = 0.6
# Beside a digit, what the best path puts together is so much less likely to be a part of one or several than it looks.
_CHOSEN = 0.05
_LEAST = 1e-3  # no probability counts for less
# What is doubtful and lower than this share of the digits' height is a speck: vision, which knows of no digits, cannot
# tell where the grain of a table makes more components than the writing does.
_SPECK = 0.4


def read_chains(patches: Patches, rows: Floats, threshold: float) -> list[Mark]:
    """Decide what each chain is, at first by itself and then by its company.

    Args:
        patches: N candidates.
        rows: (N, C) float32, their probabilities.
        threshold: of confidence; below it a digit is doubtful.
    """
    rounds = _ROUNDS
    marks = [_marks(chain, patches, rows, threshold, company=False) for chain in patches.chains]
    if rows.shape[1] <= NOT_A_DIGIT or is_writing([mark for own in marks for mark in own]):
        rounds = 0  # among letters, what looks like a digit makes no company
    for _ in range(rounds):
        company = _in_company(patches.chains, marks)
        marks = [
            _marks(chain, patches, rows, threshold, company=beside)
            for chain, beside in zip(patches.chains, company, strict=True)
        ]
    return _without_specks([mark for own in marks for mark in own])


def _without_specks(marks: list[Mark]) -> list[Mark]:
    heights = [mark.box.height for mark in marks if mark.digit and mark.digit.value is not None]
    least = _SPECK * float(np.median(heights)) if heights else 0.0
    return [
        Mark(None, mark.box) if mark.digit and mark.digit.value is None and mark.box.height < least else mark
        for mark in marks
    ]


def _in_company(chains: tuple[Chain, ...], marks: list[list[Mark]]) -> list[bool]:
    """Return for each chain whether it stands close beside a certain digit, level with it and of its size.

    A blurred digit on its own may be anything; within a number it is a digit.
    """
    sure = [mark.box for own in marks for mark in own if mark.digit and mark.digit.confidence > _SURE]
    known = np.array(sure).reshape(-1, 4)
    result = []
    for chain in chains:
        whole = Box.around(list(chain.pieces))
        level = (known[:, 1] < middle(whole)) & (middle(whole) < known[:, 1] + known[:, 3])
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
    return [_mark(own[patch], Box(*patches.boxes[patch].tolist()), threshold, company=company) for patch in path]


def _trusting(row: Floats) -> Floats:
    """Return a row of probabilities with "not a digit" made less likely, as beside a digit it is."""
    result = row.copy()
    result[NOT_A_DIGIT] *= _COMPANY
    return np.asarray(result / result.sum(), np.float32)


def _best_path(chain: Chain, rows: dict[int, Floats]) -> tuple[float, tuple[int, ...]]:
    """Cut a chain into digits: the most likely path through the lattice of its candidates (A. Viterbi, 1967).

    A path's score is the logarithm of the product of its digits' probabilities,
    where every piece counts once, whichever patch it is part of, so that few
    patches are not preferred to many. A piece may be passed over, at a price.
    Returns the score and the patches.
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
                value = int(rows[patch][:NOT_A_DIGIT].argmax())
                score = float(np.log(max(rows[patch][value], _LEAST)))
                if value == 1 and end - first < count:
                    score -= _STROKE
                cut = _CUT if first and best[first][1] else 0.0
                ways.append((best[first][0] + (end - first) * score - cut, (*best[first][1], patch)))
        best.append(max(ways))
    return best[count]


def _mark(row: Floats, box: Box, threshold: float, *, company: bool) -> Mark:
    if company and len(row) > NOT_A_DIGIT + 1:
        row = row.copy()
        row[NOT_A_DIGIT + 1 :] *= _CHOSEN
        row /= row.sum()
    value = int(row[:NOT_A_DIGIT].argmax())
    confidence = float(row[value])
    if row[NOT_A_DIGIT:].sum() > confidence:
        return Mark(None, box)
    return Mark(Digit(value if confidence >= threshold else None, confidence, box), box)
