"""The page without a server, given by a plain server of files, and its JavaScript, asked from Python."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np

from numbre_edge.types import Pixels

ROOT = Path(__file__).parents[2]
# Where .ci/run puts onnxruntime-web; by default where the page's own instructions have npm put it.
RUNTIME = Path(os.environ.get("NUMBRE_WEB_RUNTIME", ROOT / "web-runtime/node_modules/onnxruntime-web/dist"))

_BYTES = """() => {
    window.bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    window.text = (pixels) => btoa(Array.from(pixels, (level) => String.fromCharCode(level)).join(""));
}"""


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve the folder above ``folder``; yield the address of the latter."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(folder.parent))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{folder.name}/"
        server.shutdown()
        thread.join()


class Scripts:
    """The page's JavaScript modules: what they export is called from Python."""

    def __init__(self, page: Any, address: str) -> None:
        self._page, self._address = page, address
        page.goto(address)
        page.evaluate(_BYTES)

    def run(self, module: str, body: str, given: object = None) -> Any:
        """Return what ``body`` does, where ``its`` is the module and ``given`` what is given."""
        code = f"async ([address, given]) => {{ const its = await import(address); {body} }}"
        return self._page.evaluate(code, [f"{self._address}{module}.js", given])

    def read(self, content: bytes, *, drawing: bool = False) -> Any:
        """Return what the page reads in a picture file."""
        body = "return its.read(new Blob([bytes(given[0])]), 'picture', { drawing: given[1] });"
        return self.run("ask", body, [_text(content), drawing])


def packed(pixels: Pixels) -> dict[str, Any]:
    """Return a picture for ``unpacked``, in JavaScript."""
    return {"width": pixels.shape[1], "height": pixels.shape[0], "pixels": _text(pixels.tobytes())}


UNPACKED = "const unpacked = (picture) => ({ ...picture, pixels: bytes(picture.pixels) });"


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def pictures(given: list[str], shape: tuple[int, ...]) -> Pixels:
    """Return pictures that JavaScript gave as ``text``."""
    return np.frombuffer(b"".join(map(base64.b64decode, given)), np.uint8).reshape(-1, *shape)
