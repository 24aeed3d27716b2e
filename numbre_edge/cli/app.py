"""The program ``numbre-edge``: its commands put together, and its errors turned into exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from typing import Annotated, Any

import typer
import typer.main

import numbre_edge
from numbre_edge.cli.console import Quiet, Verbose, tell
from numbre_edge.cli.help import Command, Group
from numbre_edge.cli.signals import Interrupted
from numbre_edge.errors import NumbreError, memory_errors, one_line
from numbre_edge.sources.noise import own_stderr

# Have the options for completion take a shell's name: typer's guess fails wherever the parent process is no shell.
os.environ.setdefault("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")

_READ = "Reading numbers"
_TRAIN = "Making models (needs numbre-edge[export])"
# Each command's panel and first sentence, which --help shows without importing it. Its module has its name.
_COMMANDS = {
    "predict": (_READ, "Read the numbers in pictures, pages and videos."),
    "live": (_READ, "Read the numbers that a camera sees, and say when one appears, changes or vanishes."),
    "serve": (_READ, "Show a page in the browser that reads: what a camera sees, photos, and what you draw."),
    "web-export": (_READ, "Write a page that reads photos and drawings in the browser alone, for any server of files."),
    "table": (_READ, "Read tables of handwritten numbers: ruled, boxed, or in rows and columns without lines."),
    "explain": (_READ, "Show on one sheet why a picture reads as it does."),
    "bench": (
        _READ,
        "Measure speed, memory, start and accuracy on this machine, each model in each backend that is installed.",
    ),
    "doctor": (
        _READ,
        "Check the machine, the packages, the models and the cameras, and say what mends each fault.",
    ),
    "form": (_READ, "Read the fields of a form that is known: one row a picture."),
    "models": (_READ, "List the shipped models, show a model's card, verify checksums."),
    "train": (_TRAIN, "Train a network, by default with the best recipe we know for it."),
    "evaluate": (_TRAIN, "Score a model on MNIST's test set, or the whole reader on labelled photographs, or both."),
    "export": (_TRAIN, "Write a model as ONNX and TFLite, keeping what its own runtime proves right on the test set."),
}


class _Commands(Mapping[str, Any]):
    """The commands by name, each made when it is asked for: one does not wait for the imports of all."""

    def __getitem__(self, name: str) -> Any:
        if name not in _COMMANDS:
            raise KeyError(name)
        function = name.replace("-", "_")
        module = import_module(f"numbre_edge.cli.{function}")
        own = getattr(module, "app", None)
        if own is None:
            own = typer.Typer(add_completion=False, rich_markup_mode=None)
            own.command(name, cls=Command, epilog=module.EPILOG)(getattr(module, function))
        command = typer.main.get_command(own)
        command.name = name
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


class _Program(Group):
    """The group of all commands."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = _Commands()  # type: ignore[assignment]

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.commands)

    def listed(self) -> Iterator[tuple[str, str, str]]:
        for name, (panel, text) in _COMMANDS.items():
            yield panel, name, text


app = typer.Typer(
    name="numbre-edge",
    help="Read handwritten numbers in pictures, offline, on small machines.",
    epilog="[bold]Start with[/bold]  numbre-edge predict samples/\n\nEach command has its own --help and examples.",
    cls=_Program,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _print_version(value: bool) -> None:
    if value:
        print(f"numbre-edge {numbre_edge.__version__}")
        raise typer.Exit


@app.callback()
def _globals(
    version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_print_version, is_eager=True, help="Print the version.", show_default=False
        ),
    ] = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Options of the program itself; their callbacks have done the work."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 something failed, 2 wrong usage, 128 + its number ended by a signal."""
    try:
        try:
            with memory_errors(), own_stderr():
                app(args=arguments, prog_name="numbre-edge")
        finally:
            sys.stdout.flush()
    except Interrupted as exc:
        tell(_in_full(exc))
        sys.exit(exc.exit_code)
    except NumbreError as exc:
        tell(f"error: {_in_full(exc)}")
        sys.exit(exc.exit_code)
    except KeyboardInterrupt:  # while stdout was flushed: whoever reads it does not
        _give_up_stdout()
        sys.exit(130)
    except OSError as exc:
        _give_up_stdout()
        if not isinstance(exc, BrokenPipeError):  # that is `head`, which has what it wanted
            what = exc.filename or "cannot write to stdout"
            tell(f"error: {what}: {(exc.strerror or str(exc)).lower()}")
        sys.exit(1)


def _in_full(error: NumbreError) -> str:
    """Return an error's one line with what was added to it on its way."""
    return "; ".join([one_line(error), *getattr(error, "__notes__", ())])


def _give_up_stdout() -> None:
    """Let what is still to be written to stdout go nowhere: Python would try again at its end."""
    with suppress(OSError):  # io.UnsupportedOperation too
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
