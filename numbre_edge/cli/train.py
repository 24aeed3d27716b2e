"""``numbre-edge train``: digits in, a run folder with a Keras model out."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of
from numbre_edge.cli.signals import Interrupted, stop_signals
from numbre_edge.cli.workshop import MnistSource, enter, import_tensorflow, require_folder
from numbre_edge.errors import UsageError

EPILOG = """
[bold]Examples[/bold]
numbre-edge train --data mnist/ --symbols bhmsds.npz --pen pen.npz
numbre-edge train --arch numbre --data mnist/ --out runs/numbre
numbre-edge train --arch numbre --article --seed 1
"""


def train(
    context: typer.Context,
    arch: Annotated[Literal["cnn", "numbre"], typer.Option("--arch", help="The network to train.")] = "cnn",
    article: Annotated[bool, typer.Option("--article", help="Train numbre exactly as its article did.")] = False,
    data: MnistSource = None,
    symbols: Annotated[
        Path | None,
        typer.Option(
            "--symbols",
            metavar="FILE",
            help="BHMSDS as an .npz (x, y, names): other hands' digits, and symbols that are none, for cnn.",
            show_default=False,
        ),
    ] = None,
    pen: Annotated[
        Path | None,
        typer.Option(
            "--pen",
            metavar="FILE",
            help="Pen strokes of many writers (python -m numbre_export.data.pen_strokes): more hands' digits, for cnn.",
            show_default=False,
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            "--epochs",
            metavar="N",
            min=1,
            help="Passes over the training digits. Default: the recipe's.",
            show_default=False,
        ),
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option(
            "--batch-size", metavar="N", min=1, help="Digits per step. Default: the recipe's.", show_default=False
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="The same seed gives the same model.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="The run folder. Default: runs/ARCH.", show_default=False),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run in the folder after its last whole epoch.")
    ] = False,
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Let the run take the place of an earlier one in the folder, once its first epoch is done.",
        ),
    ] = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Train a network, by default with the best recipe we know for it.

    numbre learns from MNIST alone; cnn also from scenes that are rendered of it, photographed and
    read back, and from ink that is no digit.

    The run folder gets model.keras, model.h5, samples.png, history.csv, history.png and metrics.json.
    """
    if article and arch != "numbre":
        raise UsageError("--article is the recipe of the network numbre: add --arch numbre")
    folder = out or Path("runs") / arch
    require_folder(folder)
    enter("train", "tensorflow", "keras", "matplotlib")
    from numbre_export.data.mnist import load_mnist
    from numbre_export.data.pen import load_pen
    from numbre_export.data.symbols import load_symbols
    from numbre_export.training.recipes import ARTICLE, RECIPES
    from numbre_export.training.runs import RunFolder

    run = RunFolder(folder)
    run.claim(resume=resume, overwrite=overwrite)  # said before anything is loaded or downloaded
    import_tensorflow()
    from numbre_export.training import train as training

    recipe = ARTICLE if article else RECIPES[arch]
    recipe = replace(recipe, batch_size=batch_size or recipe.batch_size)
    if epochs:
        recipe = replace(recipe, epochs=epochs, polish=None)
    console = console_of(context)
    try:
        # Keras writes its progress to stdout, which is for results.
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere if console.quiet else sys.stderr):
            outcome = training.train(
                recipe,
                load_mnist(data, say=console.say),
                folder,
                symbols=load_symbols(symbols) if symbols and recipe.mixture else None,
                pen=load_pen(pen) if pen and recipe.mixture else None,
                seed=seed,
                resume=resume,
                overwrite=overwrite,
                stopping=stop_signals,
                say=console.say,
            )
    except (Interrupted, KeyboardInterrupt) as exc:
        told = exc if isinstance(exc, Interrupted) else Interrupted(signal.SIGINT)
        console.say(f"{told}; {run.kept}")
        sys.stdout.flush()
        sys.stderr.flush()
        # An ordinary exit now and then waits for ever: TensorFlow's input threads want an interpreter that is ending.
        os._exit(told.exit_code)
    for name, metrics in (("validation", outcome.validation), ("test", outcome.test)):
        typer.echo(f"{name:<10}  " + "  ".join(f"{metric} {value:.4f}" for metric, value in metrics.items()))
    console.say(f"written to {outcome.folder}; next: numbre-edge export {outcome.folder / 'model.keras'}")
