"""Coverage-guided fuzzing of what reads bytes from strangers, by atheris (`pip install atheris` first; Linux).

usage: python benchmarks/fuzz.py TARGET [--seconds N | --runs N] [--seed N]

TARGET is one of picture, mjpeg, onnx, tflite, card, idx, npz. It begins with the good files of the hostile corpus (see
benchmarks/hostile.py) and goes on where they lead to code not seen before, ten minutes by default. What is no
NumbreError is a crash: libFuzzer prints it, and keeps the bytes as crash-* in the current folder. Put them, made
smaller, into a test.

With --runs, the same inputs are taken each time, on the same machine with the same packages; the last line is the
SHA-256 of them all.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import sys
from collections.abc import Callable, Mapping
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
_MODELS = {suffix: [path.read_bytes() for path in sorted(TESTS.rglob(f"*.{suffix}"))] for suffix in ("onnx", "tflite")}
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


def _in_memory(content: bytes) -> str:
    """Return the name of a file that goes with this process, which libFuzzer ends."""
    file = os.memfd_create("seed")
    os.write(file, content)
    return f"/proc/self/fd/{file}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("target", choices=_TARGETS)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--seconds", type=int, default=600)
    length.add_argument("--runs", type=int)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    take, good = _TARGETS[given.target]
    taken, digest = 0, hashlib.sha256()

    def once(content: bytes) -> None:
        nonlocal taken
        taken += 1
        digest.update(len(content).to_bytes(4) + content)
        if taken == given.runs:  # the last: libFuzzer ends the process, and asks nobody
            print(f"{given.target}: {taken} inputs, {digest.hexdigest()}", flush=True)
        try:
            take(content)
        except NumbreError:
            return

    limits = [f"-seed={given.seed}", "-rss_limit_mb=1024", "-timeout=10", "-max_len=100000"]
    if given.runs:
        # The entropic schedule, which is libFuzzer's own, goes by more than the inputs: addresses turn it.
        limits += [f"-runs={given.runs}", "-entropic=0"]
    else:
        limits.append(f"-max_total_time={given.seconds}")
    # By name: a folder would be listed in any order, and looked through again each second.
    limits.append(f"-seed_inputs={','.join(map(_in_memory, good))}")
    atheris.Setup([sys.argv[0], *limits], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
