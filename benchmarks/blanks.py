"""Write pictures on which no number is written: what reads one there makes it up.

usage: python benchmarks/blanks.py OUT --mnist DIR --pen FILE --symbols FILE

OUT/images and OUT/labels.csv, as ``benchmarks/kinds.py`` takes them (``benchmarks/kinds.py DATA blank`` for
OUT = DATA/blank): pages printed in several faces and sizes; words, print and textures rendered as for training, by
other writers; forms, tables and combs that nobody filled in; and the photographs that scikit-image and scikit-learn
bring, where these are installed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
from printed import TYPEFACES, page

from numbre_edge.types import Pixels
from numbre_export.synthesis.arguments import add_sources, given_sources
from numbre_export.synthesis.pages import KINDS
from numbre_export.synthesis.sources import Sources
from numbre_export.synthesis.views import render_view

_EACH = 24
_RENDERED = {
    "rendered": ((480, 640), ("words", "print", "texture")),
    "form": ((240, 320), ("table", "boxes", "comb", "frame", "field", "register")),
}


def rendered(sources: Sources) -> Iterator[tuple[str, Pixels]]:
    """Render pages until enough of them have no number."""
    rng = np.random.default_rng(5)
    for name, (shape, kinds) in _RENDERED.items():
        chosen, count = [kind for kind in KINDS if kind.name in kinds], 0
        while count < _EACH:
            view = render_view(sources, rng, shape=shape, kinds=chosen)
            if not len(view.boxes):
                yield f"{name}-{count}", view.grey
                count += 1


def photographs() -> Iterator[tuple[str, Pixels]]:
    """Give the pictures within scikit-image and scikit-learn."""
    for package in ("skimage", "sklearn"):
        spec = find_spec(package)
        for path in sorted(Path(spec.origin).parent.rglob("*")) if spec and spec.origin else ():
            if path.suffix in (".png", ".jpg", ".jpeg") and (picture := cv2.imread(str(path))) is not None:
                yield f"{package}-{path.stem}", np.asarray(picture, np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("out", type=Path)
    add_sources(parser)
    given = parser.parse_args()
    (given.out / "images").mkdir(parents=True, exist_ok=True)
    found = [(f"printed-{face}-{size}", page(face, size)) for face in TYPEFACES for size in (8, 12, 20)]
    found += [*rendered(given_sources(given)), *photographs()]
    for name, picture in found:
        cv2.imwrite(str(given.out / "images" / f"{name}.png"), picture)
    rows = "".join(f"{name}.png,-\n" for name, _ in found)
    (given.out / "labels.csv").write_text("file,label\n" + rows)
    print(f"{len(found)} pictures in {given.out}")


if __name__ == "__main__":
    main()
