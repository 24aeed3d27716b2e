"""What docs/accuracy.md tells, measured: by ``numbre-edge evaluate`` and by the programs in benchmarks/."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numbre_edge

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"

_KINDS = {
    "photos": "phone photos of one digit, up to 12 megapixels, shadows and blur",
    "digits": "digits cropped from photographed equations, faint pens",
    "drawn": "digits drawn on a screen",
    "rows": "rows of numbers on plain paper",
    "pages": "photographed rows of numbers, one on ruled paper",
    "scans": "scanned numbers",
    "notes": "a lined note",
    "equations": "photographed equations: numbers among letters and operators",
    "sums": "sums and systems of equations on sheets and desks",
    "years": "years on scanned forms, 20 px high, on dotted lines, often touching",
    "amounts": "amounts on cheques, on security print; all digits of one as one string",
    "boxes": "one digit a box, combs and frames",
    "registers": "cells of old weather registers, black and white",
    "tables": "marks and tables on a desk",
    "tallies": "counts on polling forms",
    "decimals": "marks such as 6.5; the two parts apart",
}
_TILTED = ("equations", "pages", "scans")
_ABLATED = ("digits", "equations", "years", "pages", "scans")
_ABLATED_PAPERS = ("plain paper", "squared", "a sheet on a desk", "a blackboard")


@dataclass(frozen=True)
class Options:
    """What is measured with: folders, and where to keep what is rendered and evaluated."""

    data: Path | None
    pictures: tuple[Path, ...]
    joined: tuple[Path, ...]
    without: tuple[Path, ...]
    symbols: Path | None
    work: Path

    def need(self, name: str) -> Path:
        value = getattr(self, name)
        if value is None:
            sys.exit(f"this section needs --{name}")
        return Path(value)


@dataclass(frozen=True)
class Table:
    """``rows`` are as wide as ``head``; columns whose cells are figures are set to the right.

    Attributes:
        note: what the figures come to, in a sentence below; most have none.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def markdown(self) -> str:
        figures = [all(re.match(r"[-+]?[\d–]|$", row[i]) for row in self.rows) and i > 0 for i in range(len(self.head))]
        rule = ["---:" if right else "---" for right in figures]
        table = "\n".join(f"| {' | '.join(line)} |" for line in (self.head, rule, *self.rows))
        return f"{table}\n\n{self.note}" if self.note else table


def evaluated(options: Options, model: str, *arguments: str) -> dict[str, Any]:
    """Run ``numbre-edge evaluate`` and return its report.json."""
    out = options.work / "evaluation" / "-".join([Path(model).name, *(a.strip("-") for a in arguments[:1])])
    command = [sys.executable, "-m", "numbre_edge", "evaluate", model, *arguments, "--out", str(out)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return dict(json.loads((out / "report.json").read_text()))


def shipped() -> tuple[str, str]:
    """Return the files of the shipped models that are measured: float32 and int8."""
    models = Path(numbre_edge.__file__).parent / "models"
    return str(models / "cnn.onnx"), str(models / "cnn.int8.tflite")


def pictures(options: Options) -> list[Table]:
    folders = [("--pictures", folder) for folder in options.pictures] + [("--joined", f) for f in options.joined]
    if not folders:
        sys.exit("this section needs --pictures")
    words = [word for option, folder in folders for word in (option, str(folder))]
    float32, int8 = (evaluated(options, model, *words) for model in shipped())
    rows = []
    for a, b in zip(float32["pictures"], int8["pictures"], strict=True):
        name = Path(a["folder"]).name
        rows.append((name, _KINDS.get(name, ""), str(a["n"]), *_picture_cells(a), *_picture_cells(b)))
    both = [_picture_cells(report["together"] | {"joined": False}) for report in (float32, int8)]
    rows.append(("together", "", str(float32["together"]["n"]), *both[0], *both[1]))
    means = [("", f"{report['mean']:.3f}", "") for report in (float32, int8)]
    rows.append(("mean of sets", "", str(len(folders)), *means[0], *means[1]))
    head = ("exact", "number F1", "wrong at 95 %")
    wrong, sure = float32["together"]["sure_and_wrong"], float32["together"]["sure"]
    note = (
        f"The mean over {len(folders)} sets, {float32['mean']:.3f}, is what counts: *together* is mostly large sets of "
        f"easy pictures.\nOf all numbers read with a confidence of 95 % or more {wrong / sure:.0%} are wrong."
    )
    return [Table(("set", "what", "n", *head, *(f"int8: {name}" for name in head)), tuple(rows), note)]


def finders(options: Options) -> list[Table]:
    folders = options.pictures + options.joined
    if len({folder.parent for folder in folders}) != 1:
        sys.exit("this section needs --pictures, all in one folder")
    data, names = folders[0].parent, [folder.name for folder in folders]
    names += ["blank"] * (data / "blank").is_dir()
    return printed_by("kinds.py", data, *names, "--backend", "onnx")


def _picture_cells(score: dict[str, Any]) -> tuple[str, str, str]:
    exact, figure = (score["joined_exact"],) * 2 if score["joined"] else (score["exact"], score["f1"])
    return f"{exact:.1%}", f"{figure:.3f}", f"{score['sure_and_wrong']} of {score['sure']}"


def thorough(options: Options, *models: str, symbols: bool = False) -> list[dict[str, Any]]:
    """Return the thorough reports of ``models``, measured once and kept in the work folder."""
    words = ["--thorough", "--data", str(options.need("data"))]
    if symbols:
        words += ["--symbols", str(options.need("symbols"))]
    reports = []
    for model in models:
        kept = options.work / "evaluation" / f"{Path(model).name}-thorough" / "report.json"
        reports.append(json.loads(kept.read_text()) if kept.exists() else evaluated(options, model, *words))
    return reports


def mnist(options: Options) -> list[Table]:
    float32, int8 = (report["digits"] for report in thorough(options, *shipped()))
    rows = [
        (str(a["digit"]), f"{a['n']:,}", *(f"{x[k]:.2%}" for x in (a, b) for k in ("precision", "recall")))
        for a, b in zip(float32["classes"], int8["classes"], strict=True)
    ]
    n = f"{float32['n']:,}"
    rows.append(("all", n, *(cell for report in (float32, int8) for cell in (f"{report['accuracy']:.2%}", ""))))
    return [Table(("digit", "n", "precision", "recall", "int8: precision", "int8: recall"), tuple(rows))]


def shares(part: str, what: str, measure: str) -> Callable[[Options], list[Table]]:
    """Return the measuring of a part of --thorough that is of shares."""

    def measured(options: Options) -> list[Table]:
        float32, int8 = (report["thorough"] for report in thorough(options, *shipped()))
        rows = [
            (a["name"], f"{a['n']:,}", f"{a['count'] / a['n']:.2%}", f"{b['count'] / b['n']:.2%}")
            for a, b in zip(float32[part], int8[part], strict=True)
        ]
        return [Table((what, "n", measure, f"int8: {measure}"), tuple(rows))]

    return measured


def confidence(options: Options) -> list[Table]:
    float32, int8 = (report["thorough"]["calibration"] for report in thorough(options, *shipped()))
    rows = [
        (a["name"], f"{a['n']:,}", *(f"{x['accuracy']:.2%}" for x in (a, b)), *(f"{x['error']:.4f}" for x in (a, b)))
        for a, b in zip(float32, int8, strict=True)
    ]
    return [Table(("patches", "n", "right", "int8: right", "ECE", "int8: ECE"), tuple(rows))]


def without_bhmsds(options: Options) -> list[Table]:
    if len(options.without) != 2:
        sys.exit("this section needs --without twice: cnn.onnx and cnn.int8.tflite of a training without BHMSDS")
    others = [str(path) for path in options.without]
    reports = [*thorough(options, *shipped()), *thorough(options, *others, symbols=True)]
    words = [word for folder in options.pictures for word in ("--pictures", str(folder))]
    read = [evaluated(options, model, *words) for model in (*shipped(), *others)]
    rows = [("MNIST test digits", *(f"{report['digits']['accuracy']:.2%}" for report in reports))]
    for place, folder in enumerate(options.pictures):
        rows.append((f"{folder.name}, number F1", *(f"{report['pictures'][place]['f1']:.3f}" for report in read)))
    ece = [report["thorough"]["calibration"][1]["error"] for report in reports]
    rows.append(("rendered scenes, ECE", *(f"{error:.4f}" for error in ece)))
    rejected = [{s["name"]: s["count"] / s["n"] for s in r["thorough"]["rejected"]} for r in reports]
    for name in ("letters in unseen faces", "whole symbols"):
        rows.append((f"{name}, rejected", *(f"{r[name]:.2%}" if name in r else "–" for r in rejected)))
    return [Table(("", "with, float32", "with, int8", "without, float32", "without, int8"), tuple(rows))]


def tilt(options: Options) -> list[Table]:
    return printed_by("tilt.py", *(folder for folder in options.pictures if folder.name in _TILTED))


def ablations(options: Options) -> list[Table]:
    papers = [options.work / "papers" / name for name in _ABLATED_PAPERS]
    folders = [folder for folder in options.pictures if folder.name in _ABLATED]
    return printed_by("ablations.py", *folders, *(folder for folder in papers if folder.is_dir()))


def printed_by(*command: str | Path) -> list[Table]:
    """Run a benchmark and return the Markdown tables that it prints."""
    words = [sys.executable, str(BENCHMARKS / command[0]), *map(str, command[1:])]
    return tables_in(subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout)


def tables_in(text: str) -> list[Table]:
    """Return the tables of a Markdown text."""
    blocks = re.findall(r"(?:^\|.*\|$\n?)+", text, re.MULTILINE)
    cells = [[tuple(cell.strip() for cell in line[1:-1].split("|")) for line in block.splitlines()] for block in blocks]
    return [Table(head, tuple(rows)) for head, _, *rows in cells]


def timed_by(benchmark: str, *, unit: str) -> list[Table]:
    """Run a benchmark that prints a name and a time a line, and return them as a table."""
    run = subprocess.run([sys.executable, str(BENCHMARKS / benchmark)], check=True, stdout=subprocess.PIPE, text=True)
    rows = re.findall(rf"^(\S.*?) +([\d.]+)(?: {unit}.*)?$", run.stdout, re.MULTILINE)
    return [Table(("", unit), tuple(rows))]
