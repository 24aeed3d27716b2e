"""Native packages tried in a process of their own: what kills that one does not kill the doctor."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

TIMEOUT = 120.0  # seconds; an import takes 0.1 s on a desktop, 10 s on an emulated Raspberry Pi

_IMPORT = """
import importlib, json, sys
try:
    module = importlib.import_module(sys.argv[1])
    if getattr(module, "__file__", None):
        answer = {"version": str(getattr(module, "__version__", ""))}
    else:  # Python imports a folder without code all the same
        answer = {"error": "its files are gone, only the folder is left"}
except Exception as exc:
    lines = [line for line in str(exc).splitlines() if line.strip()] or [""]
    answer = {"error": f"{type(exc).__name__}: {lines[0].strip()}"}
print(json.dumps(answer))
"""


@dataclass(frozen=True)
class Import:
    """What became of importing a module.

    Attributes:
        version: its ``__version__``, "" where it has none.
        error: why it cannot be imported, in one line, or None.
    """

    version: str = ""
    error: str | None = None


class ProcessError(Exception):
    """A process that died, hung or gave no answer; ``str`` says which."""


def try_import(module: str) -> Import:
    """Import ``module`` in a process of its own."""
    try:
        answer = ask("-c", _IMPORT, module)
    except ProcessError as exc:
        return Import(error=str(exc))
    return Import(answer.get("version", ""), answer.get("error"))


def ask(*arguments: str, timeout: float = TIMEOUT) -> dict[str, Any]:
    """Return the JSON object that ``python *arguments`` prints last, with the packages that this process sees.

    Raises:
        ProcessError: it died, hung or printed none.
    """
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "ORT_DISABLE_TELEMETRY": "1",
    }
    command = [sys.executable, "-P", *arguments]
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired as exc:
        raise ProcessError(f"no answer within {timeout:g} s") from exc
    if done.returncode:
        raise ProcessError(_death(done.returncode, done.stderr.decode(errors="replace")))
    try:
        answer = json.loads(done.stdout.decode(errors="replace").splitlines()[-1])
    except (ValueError, IndexError) as exc:
        raise ProcessError("gave no answer") from exc
    if not isinstance(answer, dict):
        raise ProcessError("gave no answer")
    return answer


def _death(code: int, stderr: str) -> str:
    if code == -signal.SIGILL:
        return "dies of an illegal instruction: it was built for another processor"
    if code < 0:
        return f"dies of {signal.Signals(-code).name}"
    last = (stderr.strip().splitlines() or [f"exit code {code}"])[-1]
    return f"fails: {last}"
