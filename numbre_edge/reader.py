"""Pictures in, numbers out: a backend and a recogniser put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from numbre_edge.backends import Backend, open_backend
from numbre_edge.decoding.values import valued
from numbre_edge.errors import UsageError, memory_errors
from numbre_edge.model import MODELS, ModelCard, read_sums
from numbre_edge.recognition import FINDER, follower_of, open_recogniser, transcriber_of
from numbre_edge.sources.content import MAX_PIXELS
from numbre_edge.sources.pictures import Picture, as_frame
from numbre_edge.types import Box, Explanation, Frame, Reading
from numbre_edge.vision.page import Page
from numbre_edge.vocabulary import DECIMAL_MARKS, DecimalMark


class FrameReader(Protocol):
    """What a run over many frames needs of a Reader."""

    def read_frame(self, frame: Frame, *, roi: Box | None = None) -> list[Reading]:
        """Return the numbers in a frame."""
        ...


class PlaceReader(FrameReader, Protocol):
    """What who knows where numbers stand needs of a Reader."""

    def valued(self, readings: Sequence[Reading]) -> Sequence[Reading]:
        """Return the numbers of a picture with their values."""
        ...

    def likeliest(
        self, frame: Frame, numbers: Sequence[Sequence[Box]], *, roi: Box | None = None
    ) -> Sequence[Sequence[tuple[str, float]]]:
        """Return what each number may be whose digits stand in these boxes, the likeliest first, and how likely."""
        ...


class Reader:
    """Reads handwritten numbers. Make one and use it for many pictures.

    Threads may share one. It pickles by its arguments: another process opens the model anew.

    Args:
        model: an ``.onnx`` or ``.tflite`` file; None takes the shipped default.
        card: the card (JSON file) of a model that has none inside.
        backend: ``onnx``, ``tflite``, ``opencv`` or ``auto``.
        min_confidence: below it a digit reads ``?``; None takes the classifier's own, and none for what a finder read.
        finder: how digits are found, one of ``numbre_edge.recognition.FINDERS``.
        finder_model: an ``.onnx`` or ``.tflite`` file to find them with; None takes the shipped one.
        refiner_model: one that looks closely at what was found; None takes the shipped one.
        transcriber_model: one that reads a number at once; None takes the shipped one.
        decimal: which mark stands before decimals: ``point``, ``comma``, or ``auto``, which goes by the picture's other
            numbers.
        digits_only: whether a number ends at its point, and has no sign.
        max_pixels: that a picture file may have, by its header; more than the default allows more memory too.

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
        finder: str = FINDER,
        finder_model: str | Path | None = None,
        refiner_model: str | Path | None = None,
        transcriber_model: str | Path | None = None,
        decimal: DecimalMark = "auto",
        digits_only: bool = False,
        max_pixels: int = MAX_PIXELS,
    ) -> None:
        self._made_again = partial(
            type(self),
            model,
            card=card,
            backend=backend,
            min_confidence=min_confidence,
            finder=finder,
            finder_model=finder_model,
            refiner_model=refiner_model,
            transcriber_model=transcriber_model,
            decimal=decimal,
            digits_only=digits_only,
            max_pixels=max_pixels,
        )
        if decimal not in DECIMAL_MARKS:
            raise UsageError(f"no decimal mark {decimal!r}; there are {', '.join(DECIMAL_MARKS)}")
        self._decimal: DecimalMark = decimal
        self._max_pixels = max_pixels
        self.backend: Backend = open_backend(
            backend, Path(model) if model is not None else None, card=Path(card) if card is not None else None
        )
        self.recogniser = open_recogniser(
            finder,
            self.backend,
            finder_model=Path(finder_model) if finder_model is not None else None,
            refiner_model=Path(refiner_model) if refiner_model is not None else None,
            transcriber_model=Path(transcriber_model) if transcriber_model is not None else None,
            min_confidence=min_confidence,
            digits_only=digits_only,
        )

    def following(self) -> StreamReader:
        """Return what reads one stream's frames, one after the other, and remembers what it saw."""
        return StreamReader(self)

    def __reduce__(self) -> tuple[Callable[[], Reader], tuple[()]]:
        return self._made_again, ()

    @property
    def card(self) -> ModelCard:
        """What the model says of itself."""
        return self.backend.model.card

    def read(self, picture: Picture, *, roi: Box | None = None) -> list[Reading]:
        """Read a picture: a path, a file's bytes, a binary file, pixels, or a PIL image.

        Args:
            picture: pixels are (H, W) grey, (H, W, 3) BGR or (H, W, 4) BGRA; uint8, bool, uint16, or floats from 0
                to 1. Of a PIL image, as of a file, EXIF rotation is applied, and transparency is white paper.
            roi: the part of the picture to read, as x, y, width and height in pixels; None reads all of it.

        Returns:
            The numbers, top to bottom and left to right; boxes in pixels of the
            full-size picture, upright. Empty where there is no number.

        Raises:
            SourceError: the picture cannot be read; the message names it.
            UsageError: ``roi`` lies outside it, or it is no picture of these kinds.
        """
        return self.read_frame(as_frame(picture, max_pixels=self._max_pixels), roi=roi)

    @memory_errors()
    def read_frame(self, frame: Frame, *, roi: Box | None = None) -> list[Reading]:
        """Read a frame, or only the part of it within ``roi``; boxes are the frame's all the same."""
        return list(self.valued(self.recogniser.recognise(Page(frame, roi=roi)).readings))

    @memory_errors()
    def explain(self, frame: Frame, *, roi: Box | None = None) -> Explanation:
        """Read a frame, or only the part of it within ``roi``, and keep every stage; boxes are the frame's."""
        page = Page(frame, roi=roi)
        recognition = self.recogniser.recognise(page)
        recognition = replace(recognition, readings=self.valued(recognition.readings))
        view = recognition.view or page
        return Explanation(view.contrast, view.mask, view.placement, view.light_ink, recognition)

    @memory_errors()
    def likeliest(
        self, frame: Frame, numbers: Sequence[Sequence[Box]], *, roi: Box | None = None
    ) -> list[list[tuple[str, float]]]:
        """Return what numbers may be whose place is known, of each the likeliest first, and how likely it is, 0 to 1.

        For who knows more of a number than how it looks: how many digits it has, or what it cannot be.

        Args:
            frame: the picture.
            numbers: of each, about where its digits stand, from left to right, frame pixels.
            roi: the part of the frame that is looked at.

        Returns:
            Of each number texts of digits, points, commas and operators, numbers or not; no text where the finder has
            no network that reads a number at once, or the number has no digits or is too long for it.
        """
        transcriber = transcriber_of(self.recogniser)
        return transcriber.likeliest(Page(frame, roi=roi), numbers) if transcriber else [[] for _ in numbers]

    def valued(self, readings: Sequence[Reading]) -> tuple[Reading, ...]:
        """Return the numbers of a picture with their values."""
        return valued(readings, self._decimal)


def networks_of(reader: Reader) -> dict[str, str]:
    """Return what is the same where the same networks run on the same backend, by the names of the options for it."""
    backend, model = reader.backend.name, reader.backend.model
    return {
        "--backend": backend,
        "--model": f"{model.path.name} ({_digest(model.content)})",
        "--card": _digest(repr(model.card).encode()),
        "the shipped models": _digest(repr(read_sums(MODELS)).encode()),
    }


def _digest(content: bytes) -> str:
    return f"SHA-256 {sha256(content).hexdigest()[:16]}"


class StreamReader:
    """Reads the frames of one stream in turn. What moves is followed, where a network finds digits.

    Args:
        reader: reads each frame that is looked at as if there were no other.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader, self._follow = reader, follower_of(reader.recogniser)

    @memory_errors()
    def read_frame(self, frame: Frame, *, roi: Box | None = None, thorough: bool = True) -> list[Reading]:
        """Return the numbers in a frame, or in the part of it within ``roi``; boxes are the frame's all the same.

        Args:
            frame: the next one.
            roi: in its pixels.
            thorough: whether to look for numbers everywhere; else only where they were in the frame before, or nearly.
        """
        if self._follow is None:
            return self._reader.read_frame(frame, roi=roi)
        return list(
            self._reader.valued(self._follow.recognise(Page(frame, roi=roi, level=False), thorough=thorough).readings)
        )
