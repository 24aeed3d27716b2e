"""``numbre-edge web-export``: a folder with a page that needs no server of ours."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from numbre_edge.cli.app import main
from numbre_edge.cli.web_export import EPILOG
from numbre_edge.model import MODELS
from numbre_edge.web.alone import INSTALL

ROOT = Path(__file__).parents[2]
RUNTIME = {
    "ort.wasm.min.mjs": "/*!\n * ONNX Runtime Web v1.22.0\n */",
    "ort-wasm-simd-threaded.mjs": "var ortWasmThreaded",
    "ort-wasm-simd-threaded.wasm": "\0asm",
}


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    """A folder with files that have the names of onnxruntime-web's, and begin like them."""
    folder = tmp_path / "dist"
    folder.mkdir()
    for name, begin in RUNTIME.items():
        (folder / name).write_text(begin)
    return folder


def export(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["web-export", *map(str, arguments)])
    return int(ended.value.code or 0)


def test_it_writes_the_page_the_networks_and_what_runs_them(tmp_path, runtime, capsys) -> None:
    site = tmp_path / "site"
    assert export(site, "--runtime", runtime) == 0
    assert export(site, "--runtime", runtime) == 0  # again, over the first
    assert f"python3 -m http.server --directory {site}" in capsys.readouterr().err
    for name in ("cnn.onnx", "finder.onnx", "refiner.onnx"):
        assert (site / name).read_bytes() == (MODELS / name).read_bytes()
    assert (site / "ort.js").read_text() == RUNTIME["ort.wasm.min.mjs"]
    index = (site / "index.html").read_text(encoding="utf-8")
    assert 'http-equiv="Content-Security-Policy"' in index
    assert not re.search(r"served|/docs|/page|id=\"live", index)
    assert re.search(r'id="choose" type="file" accept="image/jpeg,image/png,', index)
    assert "no HEIC, TIFF or PDF" in index


def test_every_file_that_one_names_is_there_and_none_is_elsewhere(tmp_path, runtime) -> None:
    site = tmp_path / "site"
    export(site, "--runtime", runtime)
    names = {path.name for path in site.iterdir()}
    for file in site.glob("*.[hcj]*"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), file.name
        assert {*re.findall(r'"\./([\w.-]+)"', text)} <= names | {"live.js"}, file.name
    models = json.loads((site / "reader.json").read_text())["models"]
    assert {model["file"] for model in models.values()} <= names


def test_without_the_runtime_it_says_what_brings_it(tmp_path, capsys) -> None:
    assert export(tmp_path / "site", "--runtime", tmp_path) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {tmp_path}: has no ort.wasm.min.mjs of onnxruntime-web 1.22.0, which ")
    assert f"; get it: {INSTALL};" in said
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [(name, "") for name in RUNTIME] + [("ort.wasm.min.mjs", "/*!\n * ONNX Runtime Web v1.30.0\n */")],
)
def test_empty_files_and_another_version_s_are_no_runtime(tmp_path, runtime, capsys, name, content) -> None:
    (runtime / name).write_text(content)
    assert export(tmp_path / "site", "--runtime", runtime) == 2
    assert capsys.readouterr().err.startswith(f"error: {runtime}: has no {name} of onnxruntime-web 1.22.0,")
    assert not (tmp_path / "site").exists()


def test_a_folder_of_other_files_is_left_alone(tmp_path, runtime, capsys) -> None:
    other = tmp_path / "photos"
    other.mkdir()
    (other / "index.html").touch()
    assert export(other, "--runtime", runtime) == 2
    assert capsys.readouterr().err == f"error: {other}: holds other files; name a new folder or an empty one\n"
    assert export(other / "index.html", "--runtime", runtime) == 2
    assert "is a file; name a folder" in capsys.readouterr().err


def test_everybody_names_the_same_version() -> None:
    for text in (EPILOG, *(ROOT.joinpath(name).read_text() for name in ("docs/static-page.md", "CONTRIBUTING.md"))):
        assert INSTALL in text
    assert INSTALL.split()[-1] in ROOT.joinpath(".ci/run").read_text()
