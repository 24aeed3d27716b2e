"""A picture file's bytes -> what ``POST /api/read`` answers."""

from __future__ import annotations

import base64
from typing import Any

import cv2
import numpy as np

from numbre_edge.errors import memory_errors
from numbre_edge.reader import Reader
from numbre_edge.sinks.jsonl import as_json
from numbre_edge.sources.decode import decode_frame
from numbre_edge.types import Pixels, Result
from numbre_edge.vision.page import Page
from numbre_edge.web.upload import Upload

_PREVIEW = 1600  # pixels, the longer side of a picture that is shown


@memory_errors()
def read_upload(reader: Reader, upload: Upload, *, details: bool = False, preview: bool = False) -> dict[str, Any]:
    """Read a picture: one object as ``predict --format jsonl`` writes it.

    Args:
        reader: reads it.
        upload: the file.
        details: add ``patches``, for each digit of each reading the 28x28 that the model saw, a PNG in base64; and
            ``note``, what of the file was left unread.
        preview: add ``preview``, the picture upright and no larger than a screen, a JPEG in base64: for browsers that
            cannot show its format.

    Raises:
        TooLarge: more pixels than are decoded, or than there is memory for.
        SourceError: no picture.
    """
    frame = decode_frame(upload.data, upload.name)
    recognition = reader.recogniser.recognise(Page(frame))
    readings = reader.valued(recognition.readings)
    answer = as_json(Result(upload.name, 0, frame.width, frame.height, readings))
    if details:
        seen = iter([_png(recognition.patches.pixels[patch]) for patch in recognition.sources])
        answer["patches"] = [[next(seen) for _ in reading.digits] for reading in readings]
        answer["note"] = frame.note
    if preview:
        answer["preview"] = _base64(cv2.imencode(".jpg", fitted(frame.pixels, _PREVIEW))[1])
    return answer


def fitted(pixels: Pixels, most: int) -> Pixels:
    """Return a picture made smaller, where its longer side has more than ``most`` pixels."""
    height, width = pixels.shape[:2]
    scale = most / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _png(pixels: Pixels) -> str:
    return _base64(cv2.imencode(".png", pixels)[1])


def _base64(encoded: Any) -> str:
    return base64.b64encode(encoded.tobytes()).decode()
