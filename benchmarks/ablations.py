"""What each step of the reading is worth: labelled folders read with one step left out at a time.

    python benchmarks/ablations.py photos/ digits/ years/

Needs the ``[export]`` extra for the scoring. Prints a Markdown table of exact and number F1.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from numbre_edge import Reader, decoding
from numbre_edge.decoding import paths
from numbre_edge.recognition import FINDERS
from numbre_edge.types import Pixels
from numbre_edge.vision import binarize, candidates, components, normalize, page, rules, splitting
from numbre_edge.vision.splitting import Segmentation
from numbre_export.evaluation.pictures import score_folder


@contextlib.contextmanager
def replaced(module: Any, name: str, value: object) -> Iterator[None]:
    """Put ``value`` in the place of ``module.name`` for a while."""
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)


def otsu(contrast: Pixels, *, enlarged: bool) -> Pixels:
    """One threshold for the whole picture (N. Otsu, 1979)."""
    return np.asarray(cv2.threshold(contrast, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1], np.uint8)


def adaptive(contrast: Pixels, *, enlarged: bool) -> Pixels:
    """OpenCV's mean of the surroundings, its usual block and offset scaled to the working picture."""
    method = cv2.ADAPTIVE_THRESH_MEAN_C
    return np.asarray(cv2.adaptiveThreshold(contrast, 255, method, cv2.THRESH_BINARY, 51, -15), np.uint8)


def whole(masks: Sequence[NDArray[np.bool_]]) -> list[Segmentation]:
    """Cut nothing."""
    with replaced(splitting, "_MAX_INK", -1.0):
        return splitting.split(masks)


STEPS: dict[str, Callable[[], contextlib.AbstractContextManager[None]]] = {
    "as shipped": contextlib.nullcontext,
    "Otsu's threshold": lambda: replaced(page, "binarize", otsu),
    "adaptive mean threshold": lambda: replaced(page, "binarize", adaptive),
    "noise left in": lambda: replaced(binarize, "_GRAINY", np.inf),
    "small pictures cut as low as others": lambda: replaced(binarize, "_SHARE_ENLARGED", binarize._SHARE),
    "rules left in": lambda: replaced(page, "remove_rules", lambda mask, contrast, small, full: (mask, False)),
    "faint rules left in": lambda: replaced(rules, "_FAMILY", np.inf),
    "gaps left open": lambda: replaced(page, "close_gaps", lambda mask, stroke: mask),
    "broken strokes left in pieces": lambda: replaced(components, "mended", lambda symbols, labels, stroke: symbols),
    "the desk left in": lambda: replaced(components, "_TOWERS", np.inf),
    "thin strokes left thin": lambda: replaced(normalize, "_MIN_STROKE", 0.0),
    "touching digits left whole": lambda: replaced(candidates, "split", whole),
    "all pictures alike": lambda: replaced(decoding, "in_proportion", lambda rows, *_: rows),
    "what the path chose as likely a part": lambda: replaced(paths, "_CHOSEN", 1.0),
    "no context": lambda: replaced(paths, "_ROUNDS", 0),
}


def main(folders: list[Path]) -> None:
    """Print a row a step."""
    reader = Reader(finder=FINDERS[0])
    print("| | " + " | ".join(folder.name for folder in folders) + " |")
    print("|---|" + "---|" * len(folders))
    for title, without in STEPS.items():
        with without():
            scores = [score_folder(folder, reader.read) for folder in folders]
        print(f"| {title} | " + " | ".join(f"{s.exact:.1%}, {s.f1:.2f}" for s in scores) + " |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main([Path(argument) for argument in sys.argv[1:]])
