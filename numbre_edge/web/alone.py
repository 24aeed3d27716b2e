"""The page without a server: a folder of files that any server of files can give, and that reads in the browser alone.

What is written there is the served page's own files, the shipped networks, onnxruntime-web, and what of the reader is
JavaScript (``browser/``). Its constants are this package's own, written into ``reader.json``: none is kept twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from types import ModuleType
from typing import Any

import numbre_edge.decoding
from numbre_edge import vocabulary
from numbre_edge.atomic import replacing
from numbre_edge.backends import checked
from numbre_edge.decoding import grouping, opinions
from numbre_edge.errors import UsageError
from numbre_edge.finding import crops, finder, grid, levels, light, overlap, packing, tiles
from numbre_edge.model import default_model, load_model, shipped_network
from numbre_edge.vision import binarize, components, cutouts, normalize, page, symbols

_VERSION = "1.22.0"  # later ones are larger: 1.30 alone has 14 MB
INSTALL = f"npm install --prefix web-runtime onnxruntime-web@{_VERSION}"

_MARK = "reader.json"  # a folder that has it is such a page
# Its files; what they are called in the folder, as some servers of files do not know that .mjs is JavaScript; and what
# they are known by, in their first bytes.
_RUNTIME_FILES = {
    "ort.wasm.min.mjs": ("ort.js", f"ONNX Runtime Web v{_VERSION}\n".encode()),
    "ort-wasm-simd-threaded.mjs": ("ort-wasm.js", b"ortWasmThreaded"),
    "ort-wasm-simd-threaded.wasm": ("ort-wasm.wasm", b"\0asm"),
}
_BEGIN = 200  # bytes
_PAGE, _BROWSER = Path(__file__).with_name("page"), Path(__file__).with_name("browser")
_SHARED = ("app.js", "draw.js", "icon.svg", "photo.js", "reading.js", "style.css")
_CONSTANTS = (
    *(binarize, checked, components, crops, cutouts, finder, grid, grouping, levels, light, normalize),
    *(numbre_edge.decoding, opinions, overlap, packing, page, symbols, tiles, vocabulary),
)
_SERVED = re.compile(r"<!-- served -->.*?<!-- /served -->\n?", re.DOTALL)
_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; worker-src 'self'; form-action 'none'; base-uri 'none'"
)
_OFFERED, _READ = (
    "image/*,.heic,.heif,.tif,.tiff,.jp2",
    "image/jpeg,image/png,image/webp,image/gif,image/bmp,image/avif",
)
_DROP, _KINDS = "Drop pictures here,", "Drop pictures (JPEG, PNG, WebP, GIF, BMP or AVIF: no HEIC, TIFF or PDF) here,"
_HEAD = f'<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
_OPENED = (
    '<main>\n<p id="starting">This page starts where a web server gives it, not where it is opened as a file: '
    "<code>python3 -m http.server</code> in its folder is one.</p>"
)


def export(folder: Path, runtime: Path) -> int:
    """Write the page into ``folder``, a new one or one that it was written to before.

    Args:
        folder: made where it is not there.
        runtime: where onnxruntime-web's files are.

    Returns:
        How many bytes that is.

    Raises:
        UsageError: the folder holds something else, or the runtime's files are not there, or those of another version.
        NumbreError: it cannot be written.
    """
    for name, (_, known_by) in _RUNTIME_FILES.items():
        if not _begins(runtime / name, known_by):
            raise UsageError(
                f"{runtime}: has no {name} of onnxruntime-web {_VERSION}, which the page runs on; "
                f"get it: {INSTALL}; or name the folder that has it with --runtime"
            )
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file; name a folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise UsageError(f"{folder}: holds other files; name a new folder or an empty one")
    size = 0
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _files(runtime):
        with replacing(folder / name) as temporary:
            temporary.write_bytes(content)
        size += len(content)
    return size


def _begins(path: Path, known_by: bytes) -> bool:
    """Return whether there is such a file, which one knows by something in its first bytes."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return known_by in file.read(_BEGIN)


def _files(runtime: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each file of the page: what says that it is one first, what starts it last."""
    yield _MARK, json.dumps(_told(), separators=(",", ":")).encode()
    for name, (called, _) in _RUNTIME_FILES.items():
        yield called, (runtime / name).read_bytes()
    for model in map(load_model, _models().values()):
        yield model.path.name, model.content
    for path in [*sorted(_BROWSER.iterdir()), *(_PAGE / name for name in _SHARED)]:
        yield path.name, path.read_bytes()
    yield "index.html", _index().encode()


def _models() -> dict[str, Path]:
    return {"classifier": default_model("onnx")} | {
        name: shipped_network(name, "onnx") for name in ("finder", "refiner")
    }


def _told() -> dict[str, Any]:
    """Return what the page's reader knows of this one: constants by their module's name, and what the cards say."""
    cards = {name: load_model(path).card for name, path in _models().items()}
    models = {
        name: {
            "file": path.name,
            "size": cards[name].size,
            "temperature": cards[name].temperature,
            "threshold": cards[name].reject_threshold,
        }
        for name, path in _models().items()
    }
    return {
        "constants": {module.__name__.rpartition(".")[2]: _constants(module) for module in _CONSTANTS},
        "parts": dict(zip((field.name for field in fields(grid.Answers)), grid.PARTS, strict=True)),
        "models": models,
        "trust": asdict(opinions.Trust(**cards["refiner"].trust)),
    }


def _constants(module: ModuleType) -> dict[str, Any]:
    return {
        name.lstrip("_"): value
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, (int, float, str, tuple))
    }


def _index() -> str:
    """Return the served page without what needs a server, or what reads more than browsers do."""
    text = _SERVED.sub("", (_PAGE / "index.html").read_text(encoding="utf-8"))
    text = text.replace(_OFFERED, _READ).replace(_DROP, _KINDS)
    return text.replace('"/page/', '"').replace('<meta charset="utf-8">', _HEAD).replace("<main>", _OPENED)
