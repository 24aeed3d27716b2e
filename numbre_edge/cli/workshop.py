"""The way from a command into ``numbre_export``: its packages checked for, TensorFlow kept quiet."""

from __future__ import annotations

import os
from importlib.util import find_spec

from numbre_edge.errors import MissingExtra

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
