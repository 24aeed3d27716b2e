"""Coverage-guided fuzzing of what reads bytes from strangers, by atheris (`pip install atheris` first; Linux).

usage: python benchmarks/fuzz.py TARGET [--seconds N | --runs N] [--seed N]

TARGET is one of picture, mjpeg, onnx, tflite, card, idx, npz. It begins with the good files of the hostile corpus (see
benchmarks/hostile.py) and goes on where they lead to code not seen before, ten minutes by default. What is no
NumbreError is a crash: libFuzzer prints it, and keeps the bytes as crash-* in the current folder. Put them, made
smaller, into a test.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["numbre_edge", "numbre_export"]):
    from hostile_files.data import KEYS, good_idx, good_npz
    from hostile_files.models import TESTS, hostile_cards
    from hostile_files.pictures import good_pictures

    from numbre_edge.errors import NumbreError
    from numbre_edge.model import ModelCard, find_card
    from numbre_edge.sources.decode import decode
    from numbre_edge.sources.jpegs import JpegCutter
    from numbre_export.data.idx import read_idx
    from numbre_export.data.npz import load_npz


def _mjpeg(content: bytes) -> None:
    cutter = JpegCutter()
    for at in range(0, len(content), 997):
        cutter.feed(content[at : at + 997])


def _npz(content: bytes) -> None:
    file: Any = io.BytesIO(content)
    load_npz(file, KEYS, wanted="MNIST")


_PICTURES = [content for _, content in good_pictures()]
_MODELS = {suffix: [path.read_bytes() for path in TESTS.rglob(f"*.{suffix}")] for suffix in ("onnx", "tflite")}
# What takes bytes, and good ones to begin with.
_TARGETS: Mapping[str, tuple[Callable[[bytes], object], list[bytes]]] = {
    "picture": (lambda content: decode(content, "a.png"), _PICTURES),
    "mjpeg": (_mjpeg, [content * 2 for content in _PICTURES if content.startswith(b"\xff\xd8")]),
    "onnx": (lambda content: find_card(content, "onnx", "m.onnx"), _MODELS["onnx"]),
    "tflite": (lambda content: find_card(content, "tflite", "m.tflite"), _MODELS["tflite"]),
    "card": (
        lambda content: ModelCard.from_json(content, "card.json").to_json(),
        [card.encode("utf-8", "surrogatepass") for card in hostile_cards()],
    ),
    "idx": (lambda content: read_idx(io.BytesIO(content), "a", "images"), [good_idx()]),
    "npz": (_npz, [good_npz()]),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("target", choices=_TARGETS)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--runs", type=int, default=-1)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    take, good = _TARGETS[given.target]

    def once(content: bytes) -> None:
        try:
            take(content)
        except NumbreError:
            return

    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(good):
            Path(folder, str(number)).write_bytes(content)
        limits = [f"-max_total_time={given.seconds}", f"-runs={given.runs}", f"-seed={given.seed}"]
        limits += ["-rss_limit_mb=1024", "-timeout=10", "-max_len=100000"]
        atheris.Setup([sys.argv[0], *limits, folder], once)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
