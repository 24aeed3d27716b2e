"""``numbre-edge evaluate``: how good a model is on held-out digits, and the whole reader on pictures."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of
from numbre_edge.cli.options import BackendOption, CardFile, FinderOption
from numbre_edge.cli.progress import Bar
from numbre_edge.cli.signals import Interrupted
from numbre_edge.cli.workshop import MnistSource, enter, import_tensorflow, require_folder
from numbre_edge.errors import UsageError
from numbre_edge.model import shipped_as
from numbre_edge.recognition import FINDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from numbre_edge import Reader, Reading
    from numbre_export.data.mnist import Digits
    from numbre_export.evaluation.evaluate import Classifier
    from numbre_export.evaluation.report import Report

EPILOG = """
[bold]Examples[/bold]
numbre-edge evaluate
numbre-edge evaluate --pictures photos/ --pictures scans/
numbre-edge evaluate runs/cnn/model.keras --data mnist/
numbre-edge evaluate models/cnn.int8.tflite --data mnist/ --pictures photos/
numbre-edge evaluate --thorough --symbols bhmsds.npz
"""
_KERAS, _DEVICE = (".keras", ".h5"), (".onnx", ".tflite")
_PICTURES = "Pictures, by the whole reader"
_DIGITS = "MNIST"


def evaluate(
    context: typer.Context,
    model: Annotated[
        Path | None,
        typer.Argument(
            metavar="MODEL",
            help="A .keras, .h5, .onnx or .tflite file, or a shipped model's name: cnn, numbre. Default: cnn.",
            show_default=False,
        ),
    ] = None,
    pictures: Annotated[
        list[Path] | None,
        typer.Option(
            "--pictures",
            metavar="DIR",
            help="A folder of photographs with a labels.csv (file,label); repeatable. "
            "Then MNIST is left out, but with --data.",
            show_default=False,
            rich_help_panel=_PICTURES,
        ),
    ] = None,
    joined: Annotated[
        list[Path] | None,
        typer.Option(
            "--joined",
            metavar="DIR",
            help="The same, of pictures whose label is all their digits as one string, however they are grouped.",
            show_default=False,
            rich_help_panel=_PICTURES,
        ),
    ] = None,
    data: MnistSource = None,
    thorough: Annotated[
        bool,
        typer.Option(
            "--thorough",
            help="Also: test digits as small pictures, held-out letters, confidence in rendered scenes, "
            "and MNIST-C's fifteen corruptions.",
            rich_help_panel=_DIGITS,
        ),
    ] = False,
    symbols: Annotated[
        Path | None,
        typer.Option(
            "--symbols",
            metavar="FILE",
            help="BHMSDS as an .npz (x, y, names): adds its symbols to --thorough, for a model trained without them.",
            show_default=False,
            rich_help_panel=_DIGITS,
        ),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="With --thorough: all test digits where a sample is the default.", rich_help_panel=_DIGITS
        ),
    ] = False,
    card: CardFile = None,
    backend: BackendOption = "auto",
    finder: FinderOption = FINDER,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write to.")] = Path("evaluation"),
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Score a model on MNIST's test set, or the whole reader on labelled photographs, or both.

    The folder gets report.json and accuracy.md; of MNIST confusion.png, predictions.png and mistakes.png;
    of photographs worst.png, the twenty most confident wrong numbers.
    A picture that cannot be read counts as misread; the exit code is then 1.
    """
    folders = dict.fromkeys(pictures or [], False) | dict.fromkeys(joined or [], True)
    suffix = model.suffix.lower() if model else ".onnx"
    if model and suffix not in (*_KERAS, *_DEVICE) and not shipped_as(str(model)):
        raise UsageError(f"{model}: is not a model; evaluate takes {', '.join((*_KERAS, *_DEVICE))} files")
    keras = model if suffix in _KERAS else None
    if keras and (folders or thorough):
        raise UsageError(
            f"--{'pictures' if pictures else 'joined' if joined else 'thorough'} goes through the reader, "
            f"which runs .onnx and .tflite: numbre-edge export {keras} first"
        )
    if keras and (card or backend != "auto" or finder != FINDER):
        raise UsageError(f"{keras}: is run by Keras and has no card: leave out --card, --backend and --finder")
    if (symbols or everything) and not thorough:
        raise UsageError(f"--{'symbols' if symbols else 'all'} is for --thorough: add it")
    require_folder(out)
    digits = data is not None or thorough or not folders
    enter("evaluate", *(("matplotlib",) if digits else ()), *(("tensorflow", "keras") if keras else ()))
    from numbre_edge import Reader
    from numbre_edge.labels import load_labels
    from numbre_export.data.mnist import load_mnist
    from numbre_export.evaluation import report
    from numbre_export.evaluation.evaluate import evaluate as score
    from numbre_export.evaluation.pictures import score_folder
    from numbre_export.evaluation.thorough import PARTS

    console = console_of(context)
    try:
        count = sum(len(load_labels(folder)) for folder in folders)  # a wrong folder is said before the work
        reader: Reader | None = None
        if keras:
            path, classify = keras, _by_keras(keras)
        else:
            reader = Reader(model, card=card, backend=backend, finder=finder)
            path, classify = reader.backend.model.path, reader.backend.predict
        unseen = _unseen(symbols, reader) if symbols and reader else None
        test = load_mnist(data, say=console.say).test if digits else None
        with Bar(count + digits + thorough * PARTS, shares_terminal=False, quiet=console.quiet) as bar:

            def begin(what: str) -> None:
                bar.show(what)
                bar.step()

            def read(picture: Path) -> list[Reading]:
                assert reader is not None
                begin(str(picture))
                return reader.read(picture)

            found = report.Report(path)
            if test is not None:
                begin("MNIST's test digits")
                found = replace(found, evaluation=score(classify, test))
            found = replace(found, pictures=tuple(score_folder(f, read, joined=j) for f, j in folders.items()))
            if thorough and reader:
                found = _thorough(found, reader, unseen, everything=everything, begin=begin)
    except KeyboardInterrupt:
        raise Interrupted(signal.SIGINT) from None
    _write(out, found)
    typer.echo(report.text(found))
    console.say(f"written to {out}")
    if any(score.errors for score in found.pictures):
        raise typer.Exit(1)


def _by_keras(model: Path) -> Classifier:
    import_tensorflow()
    from numbre_export.evaluation.evaluate import keras_classifier, load_keras

    return keras_classifier(load_keras(model))


def _unseen(symbols: Path, reader: Reader) -> Digits:
    from numbre_export.data.symbols import unseen_symbols

    if reader.card.training.get("symbols"):
        path = reader.backend.model.path
        raise UsageError(f"{path}: was trained on BHMSDS, so its symbols test nothing; leave --symbols out")
    return unseen_symbols(symbols)


def _thorough(
    report: Report, reader: Reader, symbols: Digits | None, *, everything: bool, begin: Callable[[str], None]
) -> Report:
    """Add what --thorough measures."""
    from numbre_export.evaluation import thorough

    assert report.evaluation is not None
    subject = thorough.Subject(reader.read, reader.backend.predict, reader.card.temperature, reader.card.vocabulary)
    sizes = thorough.Sizes()
    if everything:
        n = len(report.evaluation.digits)
        sizes = replace(sizes, thumbnails=n, corrupted=n)
    measured = thorough.measure(subject, report.evaluation, symbols=symbols, sizes=sizes, begin=begin)
    return replace(report, thorough=measured)


def _write(out: Path, report: Report) -> None:
    """Write the report, and its plots and pictures."""
    from numbre_export.evaluation.report import write
    from numbre_export.evaluation.worst import worst_numbers, write_worst

    out.mkdir(parents=True, exist_ok=True)
    write(out, report)
    if report.evaluation:
        from numbre_export.evaluation import plots

        plots.confusion(report.evaluation, out / "confusion.png")
        plots.predictions(report.evaluation, out / "predictions.png")
        plots.mistakes(report.evaluation, out / "mistakes.png")
    if worst := worst_numbers(report.pictures):
        write_worst(out / "worst.png", worst)
    elif report.pictures:
        (out / "worst.png").unlink(missing_ok=True)  # of an evaluation before
