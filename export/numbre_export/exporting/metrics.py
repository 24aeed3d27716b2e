"""What the card of an exported model takes of its run's metrics.json, every value of it checked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import msgspec

from numbre_edge.errors import ModelError
from numbre_edge.model import ModelCard
from numbre_edge.model.card import TEMPERATURES, told

_TRAINING = ("command", "recipe", "seed", "symbols", "pen", "parameters", "versions")  # what the card repeats
_Count = Annotated[int, msgspec.Meta(ge=0)]


@dataclass(frozen=True)
class Calibration:
    """How the run's probabilities are to be read: of ``evaluation.calibration.Calibration`` what a card has."""

    temperature: Annotated[float, msgspec.Meta(ge=TEMPERATURES[0], le=TEMPERATURES[1])] = ModelCard.temperature
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = ModelCard.reject_threshold


@dataclass(frozen=True)
class RunMetrics:
    """What is known of a run; older runs lack some of it.

    Attributes:
        symbols, pen: how many of BHMSDS and of pen strokes it trained on; None where it does not say.
        training: what is repeated as it is.
    """

    calibration: Calibration = Calibration()
    command: str = ""
    recipe: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None
    symbols: _Count | None = None
    pen: _Count | None = None
    parameters: _Count | None = None
    versions: dict[str, str] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)


def read_metrics(run: Path | None) -> RunMetrics:
    """Return what the run folder's metrics.json tells; nothing where there is none.

    Raises:
        ModelError: it cannot be read, or has a value that no run writes or no card can have; the message names it.
    """
    if run is None or not (run / "metrics.json").exists():
        return RunMetrics()
    file = run / "metrics.json"
    try:
        raw = json.loads(file.read_text())
        if not isinstance(raw, dict):
            raise ValueError("it is no such object as train writes")
        raw["training"] = {key: raw[key] for key in _TRAINING if key in raw}
        json.dumps(raw["training"], allow_nan=False)  # a card's JSON has no NaN
        return msgspec.convert(raw, RunMetrics)
    except msgspec.ValidationError as exc:
        raise _damaged(file, told(exc, raw)) from exc
    except (OSError, ValueError, RecursionError) as exc:
        raise _damaged(file, str(exc)) from exc


def _damaged(file: Path, problem: str) -> ModelError:
    return ModelError(f"{file}: is damaged ({problem}); train again, or move the model away from it")
