"""What the README tells people to type works."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
import typer.main
from typer.core import TyperGroup

from numbre_edge.cli.app import app

RunPython = Callable[..., subprocess.CompletedProcess[str]]

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMES = "predict|live|serve|web-export|table|form|explain|bench|doctor|models|train|evaluate|export"
SPOT = re.compile(r"\d+, \d+, \d+ x \d+")  # where a number is, in the table of predict
COMMAND = re.compile(rf"(?:^|[\s/])numbre-edge +((?:{NAMES}|-)[^&|\"]*)")


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced code blocks of a language in a Markdown page."""
    return [code for name, code in FENCED.findall(text) if name == language]


def numbre_edge_commands() -> Iterator[str]:
    """Yield what follows ``numbre-edge`` in the pages' code, in blocks and within sentences."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        code = [line for _, block in FENCED.findall(text) for line in block.splitlines()]
        code += re.findall(r"`([^`\n]+)`", FENCED.sub("", text))
        yield from (command.strip() for line in code for command in COMMAND.findall(line))


def test_the_first_two_code_lines_install_and_run_then_install_and_test() -> None:
    first, second = (block.strip() for block in blocks(README, "sh")[:2])

    assert first == "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/numbre-edge predict samples/"
    assert second == "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/pytest"


def test_ci_runs_the_first_two_code_lines_as_they_stand() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    reader = re.search(r"^code_line\(\) \{\n.*?^\}$", script, re.MULTILINE | re.DOTALL)
    assert reader is not None

    lines = [
        subprocess.run(
            ["bash", "-c", f"{reader[0]}\ncode_line {n}"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
        for n in (1, 2)
    ]

    assert lines == [block.strip() for block in blocks(README, "sh")[:2]]
    assert 'bash -c "$(code_line 1)"' in script.replace("$first", "$(code_line 1)")
    assert 'bash -c "$(code_line 2)"' in script.replace("$second", "$(code_line 2)")


def test_the_readme_is_short_enough_to_be_read() -> None:
    assert len(README.splitlines()) <= 150


def test_the_table_it_shows_is_what_predict_prints(run_python: RunPython) -> None:
    shown = next(block for block in blocks(README, "") if block.startswith("picture "))
    pictures = re.findall(r"^samples/\S+", shown, re.MULTILINE)

    printed = run_python("-m", "numbre_edge", "predict", *pictures).stdout

    assert SPOT.sub("", printed) == SPOT.sub("", shown)
    for places in zip(SPOT.findall(printed), SPOT.findall(shown), strict=True):
        ours, theirs = (list(map(int, re.findall(r"\d+", place))) for place in places)
        assert ours == pytest.approx(theirs, abs=2)  # pixels: processors and versions of OpenCV differ in a last bit


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_python_in_the_pages_runs(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)

    for code in blocks(page.read_text(encoding="utf-8"), "python"):
        exec(compile(code, page.name, "exec"), {})


@pytest.mark.parametrize("line", sorted(set(numbre_edge_commands())))
def test_a_command_in_the_documentation_exists_with_its_options(line: str) -> None:
    command = typer.main.get_command(app)
    words = shlex.split(line, comments=True)
    with command.make_context("numbre-edge", [], resilient_parsing=True) as context:
        options = known_options(command, context)
        for word in words:
            if isinstance(command, TyperGroup) and word in command.commands:
                command = command.commands[word]
                options |= known_options(command, context)
        unknown = [word for word in words if word.startswith("-") and word != "-" and word.split("=")[0] not in options]

    assert unknown == []
    assert not isinstance(command, TyperGroup) or words[0].startswith("-") or words[0] in ("models", "form")


def known_options(command: typer.core.TyperCommand | TyperGroup, context: typer.Context) -> set[str]:
    return {option for parameter in command.get_params(context) for option in parameter.opts if option.startswith("-")}
