"""The program ``numbre-edge``: its commands put together, and its errors turned into exit codes."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Annotated

import typer

import numbre_edge
from numbre_edge.cli import (
    doctor,
    evaluate,
    explain,
    export,
    form,
    live,
    models,
    predict,
    serve,
    table,
    train,
    web_export,
)
from numbre_edge.cli.console import Quiet, Verbose, tell
from numbre_edge.cli.help import Command, Group
from numbre_edge.cli.signals import Interrupted
from numbre_edge.errors import NumbreError, memory_errors, one_line
from numbre_edge.sources.noise import own_stderr

# Have the options for completion take a shell's name: typer's guess fails wherever the parent process is no shell.
os.environ.setdefault("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")

app = typer.Typer(
    name="numbre-edge",
    help="Read handwritten numbers in pictures, offline, on small machines.",
    epilog="[bold]Start with[/bold]  numbre-edge predict samples/\n\nEach command has its own --help and examples.",
    cls=Group,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_READ = "Reading numbers"
_TRAIN = "Making models (needs numbre-edge\\[export])"

app.command("predict", cls=Command, epilog=predict.EPILOG, rich_help_panel=_READ)(predict.predict)
app.command("live", cls=Command, epilog=live.EPILOG, rich_help_panel=_READ)(live.live)
app.command("serve", cls=Command, epilog=serve.EPILOG, rich_help_panel=_READ)(serve.serve)
app.command("web-export", cls=Command, epilog=web_export.EPILOG, rich_help_panel=_READ)(web_export.web_export)
app.command("table", cls=Command, epilog=table.EPILOG, rich_help_panel=_READ)(table.table)
app.command("explain", cls=Command, epilog=explain.EPILOG, rich_help_panel=_READ)(explain.explain)
app.command("doctor", cls=Command, epilog=doctor.EPILOG, rich_help_panel=_READ)(doctor.doctor)
app.add_typer(form.app, name="form", rich_help_panel=_READ)
app.add_typer(models.app, name="models", rich_help_panel=_READ)
app.command("train", cls=Command, epilog=train.EPILOG, rich_help_panel=_TRAIN)(train.train)
app.command("evaluate", cls=Command, epilog=evaluate.EPILOG, rich_help_panel=_TRAIN)(evaluate.evaluate)
app.command("export", cls=Command, epilog=export.EPILOG, rich_help_panel=_TRAIN)(export.export)


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
