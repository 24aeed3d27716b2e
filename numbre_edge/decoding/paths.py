"""Candidates that share ink -> digits: the likeliest way to put each piece ink together."""

from __future__ import annotations

import numpy as np

from numbre_edge.decoding.grouping import Token, is_writing, middle
from numbre_edge.quantiles import median
from numbre_edge.types import Box, Digit, Floats, Lattice, Patches
from numbre_edge.vocabulary import DIGIT_COLUMNS, Vocabulary

# Within this gap, in heights, of a digit of at least this confidence, ink is this much less likely to be none.
_CLOSE = 0.4
_SURE = 0.8
_CONTEXT = 0.01
_ROUNDS = 2  # context spreads from digit to digit
# Passing over a segment as high as its lattice costs as much as a digit of probability exp(-6).
_SKIP = 6.0
# Any stroke cut off a letter looks like a 1: one read of a part of a lattice is so much less likely (log).
_STROKE = 0.6
# Digits touch less often than not: each cut costs so much (log).
_CUT = 1.0
# A lattice that is no digit as a whole is touching digits or a letter: digits where a segment's share of the
# best path's score is no worse than this (log).
_CLUTTER = 0.6
# Beside a digit, what the best path puts together is so much less likely to be a part of one or several than it looks.
_CHOSEN = 0.05
_LEAST = 1e-3  # no probability counts for less
# What is doubtful and lower than this share of the digits' height is a speck: vision, which knows of no digits, cannot
# tell where the grain of a table makes more components than the writing does.
_SPECK = 0.4


def read_lattices(
    patches: Patches, rows: Floats, vocabulary: Vocabulary, threshold: float
) -> tuple[list[Token], Floats]:
    """Decide what each lattice is, at first by itself and then by its context.

    Args:
        patches: N candidates.
        rows: (N, C) float32, their probabilities.
        vocabulary: what the C columns mean.
        threshold: of confidence; below it a digit is doubtful.

    Returns:
        The tokens, and the probabilities, (N, C) float32, by which they were decided in the end.
    """
    decided, context = rows.copy(), [False] * len(patches.lattices)
    tokens = [_tokens(lattice, patches, decided, vocabulary, threshold, context=False) for lattice in patches.lattices]
    letters = is_writing([token for own in tokens for token in own])
    # Among letters, what looks like a digit makes no context.
    for _ in range(_ROUNDS if vocabulary.rejects and not letters else 0):
        before, context = context, _in_context(patches.lattices, tokens)
        for number, lattice in enumerate(patches.lattices):
            if context[number] != before[number]:
                own = [patch for _, _, patch in lattice.spans]
                decided[own] = rows[own]
                tokens[number] = _tokens(lattice, patches, decided, vocabulary, threshold, context=context[number])
    return _without_specks([token for own in tokens for token in own]), decided


def _without_specks(tokens: list[Token]) -> list[Token]:
    heights = [token.box.height for token in tokens if token.digit and token.digit.value is not None]
    least = _SPECK * median(heights) if heights else 0.0
    return [
        Token(None, token.box) if token.digit and token.digit.value is None and token.box.height < least else token
        for token in tokens
    ]


def _in_context(lattices: tuple[Lattice, ...], tokens: list[list[Token]]) -> list[bool]:
    """Return for each lattice whether it stands close beside a certain digit, level with it and of its size.

    A blurred digit on its own may be anything; within a number it is a digit.
    """
    sure = [token.box for own in tokens for token in own if token.digit and token.digit.confidence > _SURE]
    known_from_left = np.array(sorted(sure)).reshape(-1, 4)
    widest = known_from_left[:, 2].max(initial=0)
    result = []
    for lattice in lattices:
        whole = Box.around(list(lattice.segments))
        reach = _CLOSE * whole.height
        first, end = np.searchsorted(known_from_left[:, 0], (whole.x - reach - widest, whole.right + reach))
        known = known_from_left[first:end]
        level = (known[:, 1] < middle(whole)) & (middle(whole) < known[:, 1] + known[:, 3])
        alike = (known[:, 3] < 1.7 * whole.height) & (whole.height < 1.7 * known[:, 3])
        gap = np.maximum(known[:, 0] - whole.right, whole.x - known[:, 0] - known[:, 2])
        result.append(bool(np.any(level & alike & (gap < reach))))
    return result


def _tokens(
    lattice: Lattice, patches: Patches, rows: Floats, vocabulary: Vocabulary, threshold: float, *, context: bool
) -> list[Token]:
    """Decide what a lattice is: digits, cut where that is likeliest, or no digits at all.

    In context its ``rows`` are made what they are there.
    """
    alone = rows[next(patch for first, end, patch in lattice.spans if end - first == len(lattice.segments))].copy()
    if context:
        own = [patch for _, _, patch in lattice.spans]
        rows[own] = _less_likely(rows[own], slice(vocabulary.not_a_digit, vocabulary.not_a_digit + 1), _CONTEXT)
    score, path = _best_path(lattice, rows)
    if vocabulary.rejects and len(lattice.segments) > 1:
        price = _CLUTTER - (float(np.log(_CONTEXT)) if context else 0.0)
        score += _CUT * max(0, len(path) - 1)  # that digits touch is no reason to take them for a letter
        if score / len(lattice.segments) < float(np.log(max(alone[vocabulary.not_a_digit], _LEAST))) - price:
            path = ()
    if not path:
        return [Token(None, Box.around(list(lattice.segments)))]
    if context:
        rows[list(path)] = _less_likely(rows[list(path)], vocabulary.miscut, _CHOSEN)
    return [_token(patch, rows[patch], vocabulary, Box(*patches.boxes[patch].tolist()), threshold) for patch in path]


def _less_likely(rows: Floats, columns: slice, factor: float) -> Floats:
    """Return ``rows``, (N, C), in which these columns are so many times as likely."""
    result = rows.copy()
    result[:, columns] *= factor
    return np.asarray(result / result.sum(1, keepdims=True), np.float32)


def _best_path(lattice: Lattice, rows: Floats) -> tuple[float, tuple[int, ...]]:
    """Cut a lattice into digits: the most likely path through the lattice of its candidates (A. Viterbi, 1967).

    A path's score is the logarithm of the product of its digits' probabilities,
    where every segment counts once, whichever patch it is part of, so that few
    patches are not preferred to many. A segment may be passed over, at a price.
    Returns the score and the patches.
    """
    count = len(lattice.segments)
    height = max(segment.height for segment in lattice.segments)
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for end in range(1, count + 1):
        segment = lattice.segments[end - 1]
        price = _SKIP * (max(segment.width, segment.height) / height)
        ways = [(best[end - 1][0] - price, best[end - 1][1])]
        for first, last, patch in lattice.spans:
            if last == end:
                value = int(rows[patch][DIGIT_COLUMNS].argmax())
                score = float(np.log(max(rows[patch][value], _LEAST)))
                if value == 1 and end - first < count:
                    score -= _STROKE
                cut = _CUT if first and best[first][1] else 0.0
                ways.append((best[first][0] + (end - first) * score - cut, (*best[first][1], patch)))
        best.append(max(ways))
    return best[count]


def _token(patch: int, row: Floats, vocabulary: Vocabulary, box: Box, threshold: float) -> Token:
    value = int(row[DIGIT_COLUMNS].argmax())
    confidence = float(row[value])
    if row[vocabulary.no_digits].sum() > confidence:
        return Token(None, box)
    return Token(Digit(value if confidence >= threshold else None, confidence, box), box, patch)
