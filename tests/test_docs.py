"""The documentation says what the program does."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

import cv2
import numpy as np
import pytest

from numbre_edge.cli.app import app
from tests.modules import loaded

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "samples").glob("*.md")])


def test_the_command_reference_is_what_the_commands_say() -> None:
    make_cli = loaded(ROOT / "docs" / "make_cli.py")

    written = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")

    assert written == make_cli.reference(app, "numbre-edge"), "run: python docs/make_cli.py"


def test_the_table_of_extras_names_what_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    told = {extra.strip("`"): brings for extra, brings in re.findall(r"^\| (\S+) \| (.+?) \|", page, re.MULTILINE)}

    needed = sorted(re.match(r"[\w-]+", requirement)[0] for requirement in project["dependencies"])  # type: ignore[index]

    assert sorted(told["(none)"].split(", ")) == needed
    assert set(project["optional-dependencies"]) <= set(told)


def is_there(page: Path, name: str) -> bool:
    """Return whether a file or folder named on ``page`` is there: beside it, from the root, or as installed."""
    package, workshop = (
        Path(importlib.util.find_spec(name).origin).parent for name in ("numbre_edge", "numbre_export")
    )
    plain = name.removeprefix("../").removeprefix("export/")
    homes = (page.parent, ROOT, package, workshop, package.parent, workshop.parent)
    return any((home / part).exists() for home in homes for part in (name, plain)) or any(workshop.rglob(plain))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [target for target in targets if not is_there(page, target)] == []


def test_the_model_card_page_explains_every_field() -> None:
    from dataclasses import fields

    from numbre_edge.model import InputSpec, ModelCard

    page = (ROOT / "docs" / "model-card.md").read_text(encoding="utf-8")

    unexplained = [f.name for kind in (ModelCard, InputSpec) for f in fields(kind) if f"`{f.name}`" not in page]

    assert unexplained == []


def test_no_figure_is_left_open() -> None:
    assert [page.name for page in PAGES if "FIGURE" in page.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("name", ["in-and-out.jpg", "table.jpg"])
def test_a_picture_of_the_readme_is_what_is_drawn(name: str) -> None:
    make_images = loaded(ROOT / "docs" / "make_images.py")

    path = make_images.IMAGES / name
    drawn, shown = make_images.PICTURES[path](), cv2.imread(str(path))

    assert shown is not None
    assert shown.shape == drawn.shape, "run: python docs/make_images.py"
    ours, theirs = (
        cv2.resize(picture, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA).astype(int)
        for picture in (drawn, shown)
    )
    # Grey levels, without the letters' strokes: it is a JPEG, and OpenCV 4 and 5 write differently (1.2).
    assert np.abs(ours - theirs).mean() < 2, "run: python docs/make_images.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_named_in_the_pages_are_there(page: Path) -> None:
    code = re.findall(r"`([\w./-]+\.py|[\w./-]+/)`", page.read_text(encoding="utf-8"))
    named = {name for name in code if "/" in name.rstrip("/") or name.endswith(".py")}

    assert sorted(name for name in named if not is_there(page, name)) == []
