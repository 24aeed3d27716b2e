"""The program as a whole: quick help, one-line errors, quiet exits."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
import typer.main

import numbre_edge

ROOT = Path(numbre_edge.__file__).parents[1]
HEAVY = ("cv2", "numpy", "onnxruntime", "ai_edge_litert", "tensorflow", "keras", "matplotlib")
RunPython = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize(
    "arguments", [["--help"], ["predict", "--help"], ["explain", "--help"], ["models", "--help"], ["--version"]]
)
def test_help_imports_nothing_heavy(arguments: list[str], run_python: RunPython) -> None:
    program = (
        "import sys\nfrom numbre_edge.cli.app import main\n"
        f"try: main({arguments})\nexcept SystemExit as end: code = end.code\n"
        f"found = [name for name in {HEAVY} if name in sys.modules]\n"
        "assert not code and not found, (code, found)"
    )
    done = run_python("-c", program)
    assert done.returncode == 0, done.stderr
    assert "numbre-edge" in done.stdout


def test_the_package_never_imports_tensorflow(run_python: RunPython) -> None:
    program = "import sys, numbre_edge; numbre_edge.Reader; assert not {'tensorflow', 'keras'} & set(sys.modules)"
    done = run_python("-c", program)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_module_is_the_program(run_python: RunPython, option: str) -> None:
    done = run_python("-m", "numbre_edge", option)
    assert (done.returncode, done.stdout) == (0, f"numbre-edge {numbre_edge.__version__}\n")


def test_without_a_command_it_shows_help_and_exits_2(run_python: RunPython) -> None:
    done = run_python("-m", "numbre_edge")
    assert done.returncode == 2
    assert "predict" in done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["predict"], ["predict", "--bogus"], ["predict", "a.png", "--every", "0"]]
)
def test_wrong_usage_exits_2_without_a_traceback(arguments: list[str], run_python: RunPython) -> None:
    done = run_python("-m", "numbre_edge", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Usage" in done.stderr
    assert "Traceback" not in done.stderr


COMMANDS = [
    *(["predict"], ["live"], ["explain"], ["bench"], ["doctor"], ["train"], ["evaluate"], ["export"]),
    *([], ["models"], ["models", "list"], ["models", "show"], ["models", "verify"]),
]


def test_what_help_says_of_each_command_is_what_the_command_says() -> None:
    from numbre_edge.cli.app import app

    program = typer.main.get_command(app)
    own = {name: (command.help or "").partition("\n\n")[0] for name, command in program.commands.items()}

    assert {name: text for _, name, text in program.listed()} == own


def test_one_command_does_not_wait_for_the_others_nor_plain_values_for_pydantic(run_python: RunPython) -> None:
    code = "import sys; from numbre_edge.cli.app import main\ntry: main()\nfinally: print(*sys.modules)"

    done = run_python("-c", code, "predict", "no-such.png", "--finder", "components", "--format", "csv")

    imported = done.stdout.split()
    assert done.returncode == 1
    assert "numbre_edge.cli.predict" in imported
    assert not {"numbre_edge.cli.live", "numbre_edge.sources.video", "pydantic", "rich"} & set(imported)


def test_the_end_is_at_once_but_after_all_that_is_to_be_done_then(run_python: RunPython) -> None:
    code = (
        "import atexit, sys, threading, numbre_edge.cli.app as app\n"
        "from numbre_edge.__main__ import main\n"
        "run = app.main\n"
        "def busy():\n"
        "    threading.Thread(target=lambda: (threading.main_thread().join(), print('thread'))).start()\n"
        "    atexit.register(print, 'exit')\n"
        "    run()\n"
        "app.main = busy\n"
        "class Late:\n"
        "    def __del__(self): print('taken apart')\n"
        "late = Late()\n"
        "main()\n"
    )

    done = run_python("-c", code, "predict", "no-such.png", "--finder", "components", "-q", "--format", "csv")

    assert done.stdout.splitlines()[-2:] == ["thread", "exit"]
    assert done.returncode == 1


def test_help_has_no_colours_where_nobody_wants_them(run, monkeypatch) -> None:
    coloured = _help_text()
    monkeypatch.setenv("NO_COLOR", "1")

    assert "\033[" in coloured
    assert "\033[" not in _help_text()
    assert "\033[" not in run("--help").out  # no terminal


def _help_text() -> str:
    from numbre_edge.cli.app import app

    with typer.main.get_command(app).make_context("numbre-edge", [], resilient_parsing=True) as context:
        return context.get_help()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("width", ["80", "120"])
def test_help_speaks_of_values_and_not_of_types(run, monkeypatch, command: list[str], width: str) -> None:
    monkeypatch.setenv("COLUMNS", width)
    done = run(*command, "--help")
    assert done.code == 0
    noise = r"<(bool|int|float|str|path|list)\b|range|TEXT|\bx[<>]=|\[\d.*<="
    assert [line for line in done.out.splitlines() if re.search(noise, line)] == []
    assert max(map(len, done.out.splitlines())) <= int(width)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_line_of_help_ends_where_the_screen_does(run, monkeypatch, command: list[str]) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    before_options, *_ = re.split(r"^\S.*:$", run(*command, "--help").out, maxsplit=1, flags=re.MULTILINE)
    told = [line.strip() for line in before_options.splitlines()]
    for line, following in pairwise(told):
        assert not (line and following) or len(f"{line} {following.split()[0]}") > 78, line


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--every", "0"], "'--every': '0' must be at least 1"),
        (["--min-confidence", "99"], "'--min-confidence': '99' must be at most 1"),
        (["--every", "\033[2Jx"], "'--every': '\\x1b[2Jx' must be a valid integer"),
        (["--backend", "npu"], "'--backend': 'npu' is not one of 'auto', 'onnx', 'tflite', 'opencv'."),
    ],
)
def test_a_value_that_is_refused_is_named_with_what_it_must_be(run, monkeypatch, arguments, why) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    done = run("predict", "a.png", *arguments)
    assert done.code == 2
    assert f"Invalid value for {why}" in done.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_shown_for_any_shell(run_python: RunPython, shell: str) -> None:
    done = run_python("-m", "numbre_edge", "--show-completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"_NUMBRE_EDGE_COMPLETE=complete_{shell}" in done.stdout


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("numbre-edge pre", ["predict"]),
        ("numbre-edge predict --backend ", ["auto", "onnx", "tflite", "opencv"]),
        ("numbre-edge predict -f ", ["table", "jsonl", "csv", "parquet"]),
        ("numbre-edge predict --rec", ["--recursive"]),
    ],
)
def test_the_tab_key_completes_commands_options_and_values(
    run_python: RunPython, typed: str, offered: list[str]
) -> None:
    words = typed.split(" ")
    asked = {"_NUMBRE_EDGE_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1)}
    done = run_python("-X", "importtime", "-m", "numbre_edge", env=asked)
    assert done.stdout.split() == offered
    imported = {line.split("|")[-1].strip() for line in done.stderr.splitlines()}
    assert imported & set(HEAVY) == set()


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes the streams")
class TestClosedStreams:
    """What the caller closed (``>&-``) is missed only by what needs it."""

    def program(self, *arguments: str | Path, closed: str, model: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "numbre_edge", *map(str, arguments), "--model", str(model)]
        return subprocess.run(
            f"{shlex.join(words)} {closed}",
            shell=True,
            cwd=cwd,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])},
            capture_output=True,
            text=True,
            check=False,
        )

    @pytest.mark.parametrize("format", ["table", "jsonl", "csv"])
    def test_results_that_cannot_be_written_are_an_error(self, photos: Path, model: Path, format: str) -> None:
        done = self.program("predict", "good.jpg", "-f", format, closed=">&-", model=model, cwd=photos)
        assert done.returncode == 1
        assert done.stderr == "error: cannot write to stdout: bad file descriptor\n"

    def test_what_writes_a_file_needs_no_stdout(self, photos: Path, model: Path) -> None:
        done = self.program("predict", "good.jpg", "-o", "out.csv", "-q", closed=">&-", model=model, cwd=photos)
        assert (done.returncode, done.stderr) == (0, "")
        assert (photos / "out.csv").read_text().splitlines()[1].startswith("good.jpg,0,111,")

    def test_what_reads_files_needs_no_stdin(self, photos: Path, model: Path) -> None:
        done = self.program("predict", "good.jpg", "-q", closed="<&-", model=model, cwd=photos)
        assert (done.returncode, done.stderr) == (0, "")
        assert "111" in done.stdout

    def test_a_closed_stdin_names_no_picture(self, photos: Path, model: Path) -> None:
        done = self.program("predict", "-", closed="<&-", model=model, cwd=photos)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "error: no picture to read: stdin named none; give one path a line\n"

    def test_without_stderr_the_results_are_the_same(self, photos: Path, model: Path) -> None:
        done = self.program("predict", "good.jpg", "zero.png", "-f", "csv", closed="2>&-", model=model, cwd=photos)
        assert (done.returncode, done.stderr) == (1, "")
        assert done.stdout.splitlines()[2] == "zero.png,0,,,,,,,empty: the file has 0 bytes,"

    def test_without_any_the_file_is_written(self, photos: Path, model: Path) -> None:
        done = self.program("predict", "good.jpg", "-o", "out.csv", closed="<&- >&- 2>&-", model=model, cwd=photos)
        assert done.returncode == 0
        assert (photos / "out.csv").read_text().splitlines()[1].startswith("good.jpg,0,111,")

    def test_without_stderr_events_are_the_same(self, photos: Path, model: Path) -> None:
        writer = cv2.VideoWriter(str(photos / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 160))
        writer.write(np.full((160, 320, 3), 225, np.uint8))
        writer.release()
        done = self.program("live", "clip.avi", "--format", "jsonl", closed="2>&-", model=model, cwd=photos)
        assert [json.loads(line)["state"] for line in done.stdout.splitlines()] == ["open", "ended"]

    def test_a_program_that_is_started_has_all_three(self) -> None:
        """A worker of the workshop writes files, and TensorFlow in it to stderr."""
        child = "import sys; sys.exit(None in (sys.stdin, sys.stdout, sys.stderr))"
        start = f"import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', {child!r}]))"
        program = (
            "import numbre_edge.cli.app as app; from numbre_edge.__main__ import main; "
            f"app.main = lambda: exec({start!r}); main()"
        )
        words = shlex.join([sys.executable, "-c", program])
        assert subprocess.run(f"{words} <&- >&- 2>&-", shell=True, cwd=ROOT, check=False).returncode == 0

    @pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["models"]])
    def test_every_command_says_so_in_one_line(self, photos: Path, arguments: list[str]) -> None:
        words = [sys.executable, "-m", "numbre_edge", *arguments]
        done = subprocess.run(
            f"{shlex.join(words)} >&-", shell=True, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert done.stderr == "error: cannot write to stdout: bad file descriptor\n"


def test_a_reader_of_the_output_may_leave(model: Path, photos: Path) -> None:
    command = [sys.executable, "-m", "numbre_edge", "-q", "predict", str(photos), "--model", str(model)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout
    assert process.stderr
    process.stdout.close()  # as `head` does
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
class TestFullDisk:
    @pytest.fixture
    def into(self, model: Path, photos: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
        """Run predict with stdout into a full disk."""

        def into(*arguments: str) -> subprocess.CompletedProcess[str]:
            command = [sys.executable, "-m", "numbre_edge", "predict", str(photos), "--model", str(model), *arguments]
            with open("/dev/full", "w") as full:
                return subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=ROOT)

        return into

    def test_it_is_one_line(self, into) -> None:
        done = into()
        assert done.returncode == 1
        assert done.stderr == "error: cannot write to stdout: no space left on device\n"

    def test_a_device_is_named(self, into) -> None:
        done = into("--output", "/dev/full")
        assert done.returncode == 1
        assert done.stderr == "error: cannot write /dev/full: no space left on device\n"
