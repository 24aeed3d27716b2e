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
from numbre_edge.finding import crops, finder, grid, levels, light, overlap, tiles
from numbre_edge.model import default_finder, default_model, default_refiner, load_model
from numbre_edge.vision import binarize, components, cutouts, normalize, page, symbols

INSTALL = "npm install --prefix web-runtime onnxruntime-web@1.22.0"  # later ones are larger: 1.30 alone has 14 MB

# Its files, and what they are called in the folder: some servers of files do not know that .mjs is JavaScript.
_MARK = "reader.json"  # a folder that has it is such a page
_RUNTIME_FILES = {
    "ort.wasm.min.mjs": "ort.js",
    "ort-wasm-simd-threaded.mjs": "ort-wasm.js",
    "ort-wasm-simd-threaded.wasm": "ort-wasm.wasm",
}
_PAGE, _BROWSER = Path(__file__).with_name("page"), Path(__file__).with_name("browser")
_SHARED = ("app.js", "draw.js", "icon.svg", "photo.js", "reading.js", "style.css")
_CONSTANTS = (
    *(binarize, checked, components, crops, cutouts, finder, grid, grouping, levels, light, normalize),
    *(numbre_edge.decoding, opinions, overlap, page, symbols, tiles, vocabulary),
)
_SERVED = re.compile(r"<!-- served -->.*?<!-- /served -->\n?", re.DOTALL)
_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; worker-src 'self'; form-action 'none'; base-uri 'none'"
)
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
        UsageError: the folder holds something else, or the runtime's files are not there.
        NumbreError: it cannot be written.
    """
    missing = [name for name in _RUNTIME_FILES if not (runtime / name).is_file()]
    if missing:
        raise UsageError(
            f"{runtime}: has no {missing[0]}, which the page runs on; "
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


def _files(runtime: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each file of the page: what says that it is one first, what starts it last."""
    yield _MARK, json.dumps(_told(), separators=(",", ":")).encode()
    for name, called in _RUNTIME_FILES.items():
        yield called, (runtime / name).read_bytes()
    for model in map(load_model, _models().values()):
        yield model.path.name, model.content
    for path in [*sorted(_BROWSER.iterdir()), *(_PAGE / name for name in _SHARED)]:
        yield path.name, path.read_bytes()
    yield "index.html", _index().encode()


def _models() -> dict[str, Path]:
    return {"classifier": default_model("onnx"), "finder": default_finder("onnx"), "refiner": default_refiner("onnx")}


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
    """Return the served page without what needs a server."""
    text = _SERVED.sub("", (_PAGE / "index.html").read_text(encoding="utf-8"))
    return text.replace('"/page/', '"').replace('<meta charset="utf-8">', _HEAD).replace("<main>", _OPENED)
