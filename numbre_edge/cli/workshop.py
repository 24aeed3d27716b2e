"""The way from a command into ``numbre_export``: its packages checked for, TensorFlow kept quiet."""

from __future__ import annotations

import ctypes
import os
import sys
from importlib.util import find_spec

from numbre_edge.errors import MissingExtra

_QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",  # the same figures on every machine, and no search for drivers
}

# Of glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # both in bytes


def _keep_memory() -> None:
    """Have glibc keep the memory that TensorFlow frees, for the next step wants the same again.

    Otherwise each step maps and clears its tensors anew: on two cores training took three times as long.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:  # musl has none
            mallopt(_TRIM_THRESHOLD, 2**31 - 1)
            mallopt(_MMAP_THRESHOLD, 2**25)  # the most it takes


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
    _keep_memory()
    if find_spec("absl"):
        from absl import logging

        logging.set_verbosity(logging.ERROR)
