"""``numbre-edge export``: a Keras model in, the files a device runs out, each through the gate."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of
from numbre_edge.cli.progress import Bar
from numbre_edge.cli.signals import stop_signals
from numbre_edge.cli.workshop import MnistSource, enter, import_tensorflow, require_folder
from numbre_edge.errors import UsageError

EPILOG = """
[bold]Examples[/bold]
numbre-edge export runs/cnn/model.keras
numbre-edge export runs/cnn/model.keras --format onnx --out models
numbre-edge export runs/cnn/model.keras --quantize int8 --accuracy-budget 0.1
"""


_BUDGETS = "Budgets: how far a file may be from Keras"


class Quantization(StrEnum):
    """What ``--quantize`` takes."""

    NONE = "none"
    FLOAT16 = "float16"
    DYNAMIC = "dynamic"
    INT8 = "int8"

    @property
    def precision(self) -> str:
        """Its name in file names and cards."""
        return "float32" if self is Quantization.NONE else self.value


class ModelFormat(StrEnum):
    """What ``--format`` takes."""

    ONNX = "onnx"
    TFLITE = "tflite"


def export(
    context: typer.Context,
    model: Annotated[Path, typer.Argument(metavar="MODEL.keras", help="A .keras or .h5 model, as train writes it.")],
    data: MnistSource = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write to.")] = Path("models"),
    formats: Annotated[
        list[ModelFormat] | None, typer.Option("--format", help="Only this format; repeatable.", show_default=False)
    ] = None,
    quantize: Annotated[
        list[Quantization] | None,
        typer.Option(
            "--quantize",
            help="Only this precision; repeatable. ONNX is written as none (float32) alone.",
            show_default=False,
        ),
    ] = None,
    float32_budget: Annotated[
        float,
        typer.Option(
            "--float32-budget",
            metavar="P",
            min=0,
            help="float32: largest difference of a probability from Keras.",
            rich_help_panel=_BUDGETS,
        ),
    ] = 1e-4,
    float16_budget: Annotated[
        float,
        typer.Option(
            "--float16-budget",
            metavar="P",
            min=0,
            help="float16: largest difference of a probability from Keras.",
            rich_help_panel=_BUDGETS,
        ),
    ] = 5e-3,
    accuracy_budget: Annotated[
        float,
        typer.Option(
            "--accuracy-budget",
            metavar="POINTS",
            help="dynamic and int8: largest loss of test accuracy, in points (0.2 is 99.60 % to 99.40 %).",
            rich_help_panel=_BUDGETS,
        ),
    ] = 0.2,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Write a model as ONNX and TFLite, keeping what its own runtime proves right on the test set.

    NAME.onnx, NAME.float32.tflite, NAME.float16.tflite, NAME.dynamic.tflite, NAME.int8.tflite and SHA256SUMS.
    A file that is over budget is not kept, and the exit code is 1.
    """
    wanted_formats = {f.value for f in formats or ModelFormat}
    precisions = {q.precision for q in quantize or Quantization}
    if wanted_formats == {"onnx"} and "float32" not in precisions:
        raise UsageError("--format onnx is written as float32 only: add --quantize none, or --format tflite")
    require_folder(out)
    enter("export", "tensorflow", "keras", "tf2onnx", "onnx", "ai_edge_litert")
    import_tensorflow()
    from numbre_export.data.mnist import load_mnist
    from numbre_export.evaluation.evaluate import load_keras
    from numbre_export.exporting.convert import KINDS
    from numbre_export.exporting.gate import Budgets
    from numbre_export.exporting.gate import export as run
    from numbre_export.exporting.rows import table

    console = console_of(context)
    kinds = [kind for kind in KINDS if kind.format in wanted_formats and kind.quantization in precisions]
    keras_model, mnist = load_keras(model), load_mnist(data, say=console.say)
    # Between two files: an exception within TensorFlow's converter comes out as whatever that makes of it.
    with stop_signals() as stop, Bar(len(kinds) + 1, shares_terminal=False, quiet=console.quiet) as bar:
        bar.show("test digits by Keras")

        def begin(name: str) -> None:
            bar.step()
            bar.show(name)
            stop.check()

        rows = run(
            keras_model,
            mnist,
            out,
            kinds=kinds,
            budgets=Budgets(float32=float32_budget, float16=float16_budget, accuracy=accuracy_budget),
            run=model.parent,
            begin=begin,
        )
    typer.echo(table(rows))
    refused = sorted({row.file for row in rows if row.problem})
    if refused:
        console.say(f"not kept: {', '.join(refused)}; the table says why")
        raise typer.Exit(1)
