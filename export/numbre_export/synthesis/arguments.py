"""``--mnist``, ``--pen``, ``--symbols`` and more: where a program that renders pages finds what is drawn from."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from numbre_export.synthesis.sources import Part, Sources


def add_sources(parser: ArgumentParser, *, required: bool = True) -> None:
    """Let a program be told."""
    for name, what in (
        ("mnist", "folder with MNIST's four idx files, or .npz"),
        ("pen", "pen.npz, of numbre_export.data.pen_strokes"),
        ("symbols", "BHMSDS as .npz"),
    ):
        parser.add_argument(f"--{name}", type=Path, required=required, help=what)
    parser.add_argument("--fonts", type=Path, help="folder of typefaces; matplotlib's without")
    parser.add_argument("--photographs", type=Path, help="folder of pictures of anything but writing")


def given_sources(given: Namespace, part: Part = "validation") -> Sources:
    """Load what a program was told of.

    Raises:
        DataError: naming the file and what was expected of it.
    """
    more = {"fonts": given.fonts, "photographs": given.photographs}
    return Sources.load(given.mnist, given.pen, given.symbols, part, **more)
