"""A tiny set of pen trajectories: two writers a part, each with all digits, some letters and marks, words, numbers."""

from __future__ import annotations

import numpy as np

from numbre_export.data.pen import DIGIT, LOWER, NUMBER, SYMBOL, WORD, PenStrokes

# Strokes of some characters as points on a grid of 1000, by hand.
_SHAPES = {
    "0": [[(500, 0), (100, 500), (500, 1000), (900, 500), (500, 0)]],
    "1": [[(0, 300), (200, 0), (200, 1000)]],
    "2": [[(0, 200), (300, 0), (600, 300), (0, 1000), (700, 1000)]],
    "3": [[(0, 0), (600, 0), (200, 400), (600, 700), (300, 1000), (0, 900)]],
    "4": [[(400, 0), (0, 600), (700, 600)], [(500, 300), (500, 1000)]],
    "5": [[(100, 0), (0, 400), (600, 600), (300, 1000), (0, 900)], [(100, 0), (700, 0)]],
    "6": [[(600, 0), (0, 600), (300, 1000), (600, 700), (100, 600)]],
    "7": [[(0, 0), (600, 0), (200, 1000)], [(100, 500), (500, 450)]],
    "8": [[(600, 200), (300, 0), (100, 200), (600, 800), (300, 1000), (0, 800), (600, 200)]],
    "9": [[(600, 100), (300, 0), (0, 300), (300, 500), (600, 100), (500, 1000)]],
    ".": [[(0, 0)]],
    ",": [[(300, 0), (0, 1000)]],
    "-": [[(0, 0), (1000, 60)]],
    "/": [[(500, 0), (0, 1000)]],
    "a": [[(600, 0), (0, 500), (500, 1000), (600, 0), (700, 1000)]],
}


def tiny_pen() -> PenStrokes:
    """Return trajectories by six writers: 0 and 1 train, 2 and 3 validate, 4 and 5 test."""
    points: list[tuple[int, int]] = []
    strokes, items = [0], [0]
    labels, kinds, writers = [], [], []

    def add(label: str, kind: int, writer: int, lines: list[list[tuple[int, int]]]) -> None:
        for line in lines:
            points.extend(line)
            strokes.append(len(points))
        items.append(len(strokes) - 1)
        labels.append(label)
        kinds.append(kind)
        writers.append(writer)

    for writer in range(6):
        for label, lines in _SHAPES.items():
            kind = DIGIT if label.isdigit() else LOWER if label.isalpha() else SYMBOL
            add(label, kind, writer, lines)
        add("ab", WORD, writer, [[(0, 100), (300, 0), (600, 200), (1000, 100)]])
        add("17", NUMBER, writer, [[(0, 0), (0, 500)], [(500, 0), (1000, 0), (600, 500)]])
    owner = np.array(writers, np.int32)
    return PenStrokes(
        points=np.array(points, np.int16),
        stroke_start=np.array(strokes, np.int32),
        item_start=np.array(items, np.int32),
        label=np.array(labels),
        kind=np.array(kinds, np.int8),
        writer=owner,
        part=(owner // 2).astype(np.int8),
        size=np.where(np.array(kinds) == DIGIT, 1.0, np.nan).astype(np.float32),
    )
