"""Pictures in, numbers out: vision, a backend and decoding put together."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from numbre_edge.backends import Backend, open_backend
from numbre_edge.decoding import decode
from numbre_edge.decoding.probabilities import calibrated
from numbre_edge.errors import UsageError
from numbre_edge.geometry import turned_back
from numbre_edge.model import ModelCard
from numbre_edge.sources.decode import decode as decode_picture
from numbre_edge.types import Box, Explanation, Frame, Reading
from numbre_edge.vision.pipeline import find_digits


class Reader:
    """Reads handwritten numbers. Make one and use it for many pictures.

    Args:
        model: an ``.onnx`` or ``.tflite`` file; None takes the shipped default.
        card: the card (JSON file) of a model that has none inside.
        backend: ``onnx``, ``tflite``, ``opencv`` or ``auto``.
        min_confidence: below it a digit reads ``?``; None takes the model's own threshold.

    Raises:
        NumbreError: the model or the backend cannot be used.
    """

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        card: str | Path | None = None,
        backend: str = "auto",
        min_confidence: float | None = None,
    ) -> None:
        self.backend: Backend = open_backend(
            backend, Path(model) if model is not None else None, card=Path(card) if card is not None else None
        )
        self._min_confidence = min_confidence

    @property
    def card(self) -> ModelCard:
        """What the model says of itself."""
        return self.backend.model.card

    def read(self, picture: str | Path | bytes | NDArray[np.uint8]) -> list[Reading]:
        """Read a picture: a path, an encoded file's bytes, or pixels.

        Args:
            picture: pixels are (H, W) grey or (H, W, 3) BGR, uint8.

        Returns:
            The numbers, top to bottom and left to right; boxes in pixels of the
            full-size picture, upright. Empty where there is no number.

        Raises:
            SourceError: the picture cannot be read.
        """
        return self.read_frame(_frame(picture))

    def read_frame(self, frame: Frame, *, roi: Box | None = None) -> list[Reading]:
        """Read a frame, or only the part of it within ``roi``; boxes are the frame's all the same."""
        if roi is None:
            explanation = self.explain(frame)
            if not explanation.tilt:
                return list(explanation.readings)
            back = partial(turned_back, width=frame.width, height=frame.height, tilt=explanation.tilt)
            return [reading.placed(back) for reading in explanation.readings]
        part = frame.pixels[roi.y : roi.bottom, roi.x : roi.right]
        if not part.size:
            raise UsageError(
                f"region {roi.x},{roi.y},{roi.width},{roi.height} lies outside the {frame.width}x{frame.height} picture"
            )
        return [reading.moved(roi.x, roi.y) for reading in self.read_frame(Frame(part, frame.source))]

    def explain(self, frame: Frame) -> Explanation:
        """Read a frame and keep every stage."""
        stages = find_digits(frame)
        probabilities = self.backend.predict(stages.patches.pixels)
        readings = decode(stages.patches, probabilities, self.card, min_confidence=self._min_confidence)
        return Explanation(
            contrast=stages.contrast,
            mask=stages.mask,
            scale=stages.scale,
            tilt=stages.tilt,
            light_ink=stages.light_ink,
            patches=stages.patches,
            probabilities=calibrated(probabilities, self.card.temperature),
            readings=tuple(readings),
        )


def _frame(picture: str | Path | bytes | NDArray[np.uint8]) -> Frame:
    if isinstance(picture, (str, Path)):
        from numbre_edge.sources.files import read_bytes

        return Frame(decode_picture(read_bytes(Path(picture)), str(picture)), str(picture))
    if isinstance(picture, bytes):
        return Frame(decode_picture(picture, "picture"), "picture")
    pixels = np.asarray(picture)
    if (
        pixels.dtype != np.uint8
        or pixels.ndim not in (2, 3)
        or (pixels.ndim == 3 and pixels.shape[2] != 3)
        or not pixels.size
    ):
        raise UsageError(f"pixels must be (H, W) or (H, W, 3) uint8, not {pixels.shape} {pixels.dtype}")
    return Frame(pixels)
