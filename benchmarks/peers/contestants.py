"""Who is compared: numbre-edge, and what one would otherwise pick."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Contestant:
    """A reader, as its own documentation says to use it for numbers.

    Attributes:
        name: what its figures are kept under.
        title: what it is called on the page.
        environment: of ``environments.ENVIRONMENTS``.
        adapter: the script in ``adapters`` that speaks for it.
        settings: of the adapter.
        variants: further settings, all of which read the pictures; the best of a set counts there.
        digits: how it is kept to digits, as the page says it.
        own: whether it is numbre-edge.
    """

    name: str
    title: str
    environment: str
    adapter: str
    settings: tuple[tuple[str, str], ...] = ()
    variants: tuple[tuple[str, str], ...] = ()
    digits: str = "reads nothing else"
    own: bool = False


def _numbre_edge(finder: str, backend: str) -> Contestant:
    int8 = backend == "tflite"
    title = ", ".join(["numbre-edge", *(["components"] if finder == "components" else []), *(["int8"] if int8 else [])])
    return Contestant(
        name=f"numbre-edge-{finder}-{backend}",
        title=title,
        environment="numbre-edge-tflite" if int8 else "numbre-edge",
        adapter="read_numbre_edge.py",
        settings=(("finder", finder), ("backend", backend)),
        own=True,
    )


_DETECTION = (("detection", "on"), ("detection", "off"))
OURS = "numbre-edge-both-onnx"  # what a bare install runs
CONTESTANTS = (
    *(_numbre_edge(finder, backend) for finder in ("both", "components") for backend in ("onnx", "tflite")),
    *(
        Contestant(
            name=f"rapidocr-{size}",
            title=f"RapidOCR, PP-OCRv6 {size}",
            environment="rapidocr",
            adapter="read_rapidocr.py",
            settings=(("size", size),),
            variants=_DETECTION,
            digits="has no setting for that; its classifier of upside-down lines is off",
        )
        for size in ("small", "tiny")
    ),
    Contestant(
        name="tesseract",
        title="Tesseract",
        environment="tesseract",
        adapter="read_tesseract.py",
        variants=(("psm", "6"), ("psm", "7"), ("psm", "11")),
        digits="`tessedit_char_whitelist=0123456789`",
    ),
    Contestant(
        name="easyocr",
        title="EasyOCR",
        environment="easyocr",
        adapter="read_easyocr.py",
        variants=_DETECTION,
        digits='English, `allowlist="0123456789"`',
    ),
    Contestant(
        name="onnxtr",
        title="OnnxTR",
        environment="onnxtr",
        adapter="read_onnxtr.py",
        digits="has no setting for that; its default networks",
    ),
    Contestant(
        name="digit-recognizer-py",
        title="digit-recognizer-py",
        environment="digit-recognizer-py",
        adapter="read_digit_recognizer.py",
        digits="takes every picture for one digit",
    ),
    Contestant(
        name="keras",
        title="`keras.Model.predict`",
        environment="keras",
        adapter="read_keras.py",
        digits="takes every picture for one digit: Otsu's threshold, the largest piece of ink, the network `numbre`",
    ),
)
