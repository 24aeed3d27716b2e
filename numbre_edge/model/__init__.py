"""A model file that explains itself: the network and its card, in one file to carry.

The card is JSON. In an ONNX file it is the ``metadata_props`` entry
``numbre-edge``; in a TFLite file it is ``card.json`` in a ZIP archive appended
to the flatbuffer, that format's own convention for metadata. Neither needs an
inference runtime, or the onnx package, to be read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from numbre_edge.errors import ModelError, UsageError
from numbre_edge.model.card import LARGEST_CARD, InputSpec, ModelCard
from numbre_edge.model.file import read_whole
from numbre_edge.model.onnx import CARD_KEY, card_in, read_onnx
from numbre_edge.model.sums import SUMS, read_sums, verify_sums
from numbre_edge.model.tflite import CARD_MEMBER, read_tflite

__all__ = [
    "CARD_KEY",
    "CARD_MEMBER",
    "MODELS",
    "SUMS",
    "Format",
    "InputSpec",
    "Model",
    "ModelCard",
    "default_model",
    "find_card",
    "find_model",
    "load_model",
    "read_sums",
    "shipped_as",
    "shipped_models",
    "shipped_network",
    "verify_sums",
]

MODELS = Path(__file__).parents[1] / "models"
LARGEST = 64 * 2**20  # bytes of a model file: sixty times the largest that we ship

Format = Literal["onnx", "tflite"]
FORMATS: tuple[Format, ...] = get_args(Format)
_SHIPPED: dict[Format, str] = {"onnx": ".onnx", "tflite": ".int8.tflite"}  # float32, and int8


@dataclass(frozen=True, eq=False)
class Model:
    """A model file, read and checked, not yet given to a runtime."""

    path: Path
    format: Format
    card: ModelCard
    content: bytes

    @property
    def shipped(self) -> bool:
        """Whether it came with this package, and so is what was tried."""
        return _is_shipped(self.path)


def load_model(path: Path, *, card: Path | None = None) -> Model:
    """Read a model file and its card.

    Args:
        path: an ``.onnx`` or ``.tflite`` file.
        card: a JSON file to use as the card, for a model that has none.

    Raises:
        ModelError: missing, damaged, unknown, in several files, or without a card.
    """
    kind = _format_of(path)
    if kind is None:
        raise ModelError(
            f"{path}: is not a model this runs; it takes .onnx and .tflite files (make one with: numbre-edge export)"
        )
    content = read_whole(path, LARGEST)
    shipped = _is_shipped(path)
    if shipped:
        _check_sum(path, content)
    text = card_in(content) if shipped and kind == "onnx" else find_card(content, kind, str(path))
    if card:
        text = read_whole(card, LARGEST_CARD)
    if text is None:
        raise ModelError(
            f"{path}: has no card inside; describe the model with --card card.json (see docs/model-card.md)"
        )
    if len(text) > LARGEST_CARD:
        raise ModelError(f"{path}: its card is larger than {LARGEST_CARD / 2**20:g} MB")
    return Model(path, kind, ModelCard.from_json(text, str(card or path)), content)


def find_model(given: Path, prefer: Sequence[Format] = FORMATS) -> Path:
    """Return the file that somebody means: a path, or the name of a shipped model with or without its suffix.

    Args:
        given: as it was typed.
        prefer: which format to take where a name fits several files, the first first.

    Raises:
        UsageError: there is neither.
    """
    if given.exists() or given.is_symlink():
        return given
    fitting = shipped_as(str(given))
    order = [*prefer, *FORMATS]
    if not fitting:
        names = ", ".join(path.name for path in shipped_models()) or "there are none"
        raise UsageError(f"{given}: no such file, nor a shipped model ({names})")
    return min(fitting, key=lambda path: order.index(_format_of(path) or order[-1]))


def shipped_models() -> list[Path]:
    """Return the model files that came with this package, sorted by name."""
    return sorted(path for path in MODELS.iterdir() if _format_of(path))


def shipped_as(name: str) -> list[Path]:
    """Return the shipped model files that a name means, with or without its suffix."""
    return [path for path in shipped_models() if name in (path.name, path.stem, path.name.partition(".")[0])]


def default_model(kind: Format) -> Path:
    """Return the shipped model a backend reads with: float32 for ONNX, int8 for TFLite."""
    return shipped_network("cnn", kind)


def shipped_network(name: str, kind: Format) -> Path:
    """Return a shipped file by what it is called in all formats."""
    return MODELS / f"{name}{_SHIPPED[kind]}"


def find_card(content: bytes, kind: Format, where: str) -> bytes | None:
    """Return the card's JSON inside a model file's bytes, or None; ``where`` names the file in errors.

    Raises:
        ModelError: it is damaged, or keeps its values in other files.
    """
    return read_onnx(content, where).card if kind == "onnx" else read_tflite(content, where)


def _format_of(path: Path) -> Format | None:
    suffix = path.suffix.lower().lstrip(".")
    return next((kind for kind in FORMATS if kind == suffix), None)


def _is_shipped(path: Path) -> bool:
    return path.parent.resolve() == MODELS.resolve()


def _check_sum(path: Path, content: bytes) -> None:
    expected = read_sums(path.parent).get(path.name)
    if expected != hashlib.sha256(content).hexdigest():
        raise ModelError(
            f"{path}: is not the file that was shipped (its SHA-256 differs from {SUMS}); reinstall numbre-edge"
        )
