"""What is measured: every model in every runtime that is installed, each in processes of its own."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numbre_edge.backends.registry import RUNTIMES, Runtime
from numbre_edge.doctor.probe import ProcessError, ask
from numbre_edge.errors import BackendError, UsageError
from numbre_edge.model import FORMATS, Format, default_model, find_model, shipped_network
from numbre_edge.recognition import NETWORKS

if TYPE_CHECKING:
    from numbre_edge.bench.trial import Trial

_LONGEST = 86400.0  # seconds of a trial: its user sees that it goes on, and has Ctrl-C
_FIRST = """
import sys
from numbre_edge import Reader
model, backend, finder, picture = sys.argv[1:]
Reader(model, backend=backend, finder=finder).read(picture)
print("{}")
"""


@dataclass(frozen=True)
class Setting:
    """A model in a runtime, with one of ``numbre_edge.recognition.FINDERS``."""

    model: Path
    runtime: Runtime
    finder: str

    @property
    def name(self) -> str:
        return f"{self.model.name} in {self.runtime.name}"

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of the files that are read with: the model, and the networks that find."""
        kind = self.runtime.format
        networks = [shipped_network(name, kind) for name in NETWORKS[self.finder]]
        return {path.name: path.stat().st_size for path in (self.model, *networks)}


@dataclass(frozen=True)
class Outcome:
    """What became of a setting.

    Attributes:
        model, backend: names.
        sizes: as of Setting.
        start: seconds of a fresh process that reads one picture.
        imports: of one that imports NumPy, OpenCV and the runtime, and does nothing.
        trial: None where it failed.
        error: why it did.
    """

    model: str
    backend: str
    sizes: dict[str, int]
    start: float | None = None
    imports: float | None = None
    trial: Trial | None = None
    error: str | None = None


def settings(
    models: Sequence[str], finder: str, runtimes: Mapping[str, Runtime] = RUNTIMES
) -> tuple[list[Setting], dict[str, str]]:
    """Return what can be measured, and of every runtime that cannot be the command that installs it.

    Args:
        models: files, or names of shipped models, each in the formats there are; none for the defaults.
        finder: how digits are found.
        runtimes: by the names of their backends.

    Raises:
        UsageError: no such model, or it is none.
        BackendError: no runtime for any of them is installed.
    """
    missing = {name: runtime.install for name, runtime in runtimes.items() if not runtime.installed}
    found: dict[Setting, None] = {}
    for runtime in runtimes.values():
        kind = runtime.format
        paths = [_model(given, kind) for given in models] or [default_model(kind)]
        if runtime.installed:
            found |= {Setting(path, runtime, finder): None for path in paths if path.suffix.lower() == f".{kind}"}
    if not found:
        needed = " or ".join(missing.values()) or "give .onnx or .tflite files"
        raise BackendError(f"no installed runtime runs {' or '.join(models) or 'a model'}: {needed}")
    return list(found), missing


def _model(given: str, prefer: Format) -> Path:
    """Return the file that somebody means. UsageError where it is there, and no model."""
    path = find_model(Path(given), [prefer])
    if path.suffix.lower().removeprefix(".") not in FORMATS:
        raise UsageError(f"{given}: is no model in .onnx or .tflite, and no folder; pictures are given as their folder")
    return path


def outcome(
    setting: Setting,
    folder: Path,
    *,
    repeat: int,
    ask: Callable[..., dict[str, Any]] = ask,
    clock: Callable[[], float] = time.perf_counter,
) -> Outcome:
    """Measure one setting; its failure is an outcome.

    Args:
        setting: what is measured.
        folder: of pictures.
        repeat: how often each picture is read, and a fresh process started, of which the median counts.
        ask: runs ``python *arguments`` and gives its JSON answer.
        clock: seconds.
    """
    import msgspec

    from numbre_edge.bench.trial import Trial

    named = setting.model.name, setting.runtime.name, setting.sizes
    wanted = {"model": str(setting.model), "backend": setting.runtime.name, "finder": setting.finder}
    try:
        answer = ask(
            *("-m", "numbre_edge.bench.trial", json.dumps(wanted | {"folder": str(folder), "repeat": repeat})),
            timeout=_LONGEST,
        )
        if "error" in answer:
            return Outcome(*named, error=str(answer["error"]))
        trial = msgspec.convert(answer, Trial)
        first = ["-c", _FIRST, *wanted.values(), trial.first]
        bare = ["-c", f"import numpy, cv2, {setting.runtime.module}; print('{{}}')"]
        times = [_in_turn(clock, lambda: ask(*first), lambda: ask(*bare)) for _ in range(repeat)]
    except ProcessError as exc:
        return Outcome(*named, error=str(exc))
    start, imports = map(statistics.median, zip(*times, strict=True))
    return Outcome(*named, start, imports, trial)


def _in_turn(clock: Callable[[], float], one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that two works take, one right after the other: a busy machine slows both."""
    begun = clock()
    one()
    between = clock()
    other()
    return between - begun, clock() - between
