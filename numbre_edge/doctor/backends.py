"""The shipped models and the runtimes that read with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from numbre_edge.backends.registry import RUNTIMES, Runtime
from numbre_edge.doctor.check import Check
from numbre_edge.doctor.packages import name_of_check
from numbre_edge.doctor.probe import ProcessError, ask
from numbre_edge.model import MODELS, SUMS, verify_sums

_NEEDED_BY_ALL = ("numpy", "models")  # names of checks
_DIGIT = 7  # as numbre_edge.doctor.digit draws it


def try_backend(name: str) -> dict[str, Any]:
    """Read a digit in a process of its own; see ``numbre_edge.doctor.digit``.

    Raises:
        ProcessError: it died, hung or gave no answer.
    """
    return ask("-m", "numbre_edge.doctor.digit", name)


def check_models(remedy: str, folder: Path = MODELS) -> Iterator[Check]:
    """Check that the shipped models are as they were made; ``remedy`` brings them back."""
    sums = verify_sums(folder)
    bad = [
        f"{name} {'differs' if (folder / name).exists() else 'is missing'}" for name, good in sums.items() if not good
    ]
    if not sums:
        yield Check("models", "problem", f"{folder} has no {SUMS}", remedy)
    elif bad:
        yield Check("models", "problem", f"not as they were made: {', '.join(bad)}", remedy)
    else:
        yield Check("models", "ok", f"{len(sums)} files, all as they were made")


def check_backends(
    remedies: Mapping[str, str],
    try_backend: Callable[[str], dict[str, Any]] = try_backend,
    *,
    runtimes: Mapping[str, Runtime] = RUNTIMES,
) -> Iterator[Check]:
    """Check that every runtime that is installed reads a digit right, and how fast.

    Args:
        remedies: what mends the packages and models that are already known to be ill, by the name of their check.
        try_backend: backend -> what came of it.
        runtimes: by the names of their backends.
    """
    for name, runtime in runtimes.items():
        if runtime.extra and not runtime.installed:
            yield Check(f"backend {name}", "ok", "not installed (optional)", runtime.install)
            continue
        good, found = _try(name, try_backend)
        if good:
            yield Check(f"backend {name}", "ok", found)
        else:
            others = " or ".join(other for other in runtimes if other != name)
            known = [remedies[cause] for cause in (name_of_check(runtime), *_NEEDED_BY_ALL) if cause in remedies]
            yield Check(
                f"backend {name}",
                "problem",
                found,
                known[0] if known else f"read with another one: --backend {others}",
            )


def _try(name: str, try_backend: Callable[[str], dict[str, Any]]) -> tuple[bool, str]:
    """Return whether a backend reads the digit right, and what to say of it."""
    try:
        answer = try_backend(name)
    except ProcessError as exc:
        return False, f"reading a digit {exc}"
    if "error" in answer:
        return False, str(answer["error"])
    if answer["digit"] != _DIGIT:
        return False, f"reads a {_DIGIT} as {answer['digit']} with {answer['model']}"
    return True, f"reads a {_DIGIT} with {answer['model']}, {answer['milliseconds']:.2f} ms a digit"
