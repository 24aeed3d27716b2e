"""An evaluation as text for the terminal, as Markdown for a page, and as JSON for scripts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from numbre_edge.atomic import write_file
from numbre_export.evaluation.evaluate import Evaluation
from numbre_export.evaluation.pictures import PictureResult, PictureScore, mean_measure, together
from numbre_export.evaluation.tables import Table, digits_table, misread_table, pictures_table, thorough_tables
from numbre_export.evaluation.thorough import Thorough

_LISTED = 20  # misread pictures in the terminal


@dataclass(frozen=True, eq=False)
class Report:
    """Everything that one run of ``evaluate`` found.

    Attributes:
        model: the file.
        evaluation: of the model, on the test digits; None where only pictures were asked for.
        pictures: of the whole reader, a score a folder.
        thorough: None where it was not asked for.
    """

    model: Path
    evaluation: Evaluation | None = None
    pictures: tuple[PictureScore, ...] = ()
    thorough: Thorough | None = None


def text(report: Report) -> str:
    """Return the report for a terminal, with so many misread pictures as one can look at."""
    return "\n\n".join([_summary(report), *(table.text() for table in _tables(report, misread=_LISTED))])


def markdown(report: Report) -> str:
    """Return the report as Markdown, to be pasted whole; it names no folders but by their last part."""
    head = f"## {report.model.name}\n\n{_summary(report)}."
    return "\n\n".join([head, *(table.markdown() for table in _tables(report, misread=None))]) + "\n"


def write(folder: Path, report: Report) -> None:
    """Write ``report.json``, with the confusion matrix and every picture's result, and ``accuracy.md``."""
    write_file(folder / "report.json", (json.dumps(content(report), indent=1) + "\n").encode())
    write_file(folder / "accuracy.md", markdown(report).encode())


def _tables(report: Report, *, misread: int | None) -> list[Table]:
    """Return what there is to tell, a table a subject."""
    found = []
    if report.evaluation:
        found.append(digits_table(report.evaluation))
    if report.pictures:
        found.append(pictures_table(report.pictures))
        if any(score.misread for score in report.pictures):
            found.append(misread_table(report.pictures, most=misread))
    if report.thorough:
        found += thorough_tables(report.thorough)
    return found


def _summary(report: Report) -> str:
    told = []
    if report.evaluation:
        n, wrong = len(report.evaluation.digits), len(report.evaluation.mistakes)
        told.append(f"{report.evaluation.accuracy:.2%} of {n:,} held-out digits right, {wrong} wrong")
    if report.pictures:
        n, misread = (
            sum(map(len, parts)) for parts in zip(*((s.results, s.misread) for s in report.pictures), strict=True)
        )
        told.append(f"{n - misread:,} of {n:,} pictures read right")
    return f"{report.model.name}: {'; '.join(told)}"


def content(report: Report) -> dict[str, Any]:
    """Return all of it as what JSON can say."""
    told: dict[str, Any] = {"model": str(report.model)}
    if report.evaluation:
        told["digits"] = _digits(report.evaluation)
    told["pictures"] = [_folder(score) for score in report.pictures]
    if len(report.pictures) > 1:
        told["together"] = _measures(together(report.pictures))
        told["mean"] = mean_measure(report.pictures)
    if report.thorough:
        told["thorough"] = asdict(report.thorough)
    return told


def _digits(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "n": len(evaluation.digits),
        "accuracy": evaluation.accuracy,
        "classes": [asdict(score) for score in evaluation.classes],
        "confusion": evaluation.confusion.tolist(),
        "mistakes": evaluation.mistakes.tolist(),
    }


def _folder(score: PictureScore) -> dict[str, Any]:
    results = [_picture(result) for result in score.results]
    return {"folder": score.folder, "joined": score.joined, **_measures(score), "results": results}


def _picture(result: PictureResult) -> dict[str, Any]:
    numbers = [
        {
            "text": number.reading.text,
            "confidence": round(number.reading.confidence, 4),
            "right": number.right,
            "box": list(number.reading.box),
        }
        for number in result.numbers
    ]
    return {
        "file": result.file,
        "expected": list(result.expected),
        "read": list(result.read),
        "exact": result.exact,
        "numbers": numbers,
        "error": result.error,
    }


def _measures(score: PictureScore) -> dict[str, Any]:
    return {
        "n": len(score.results),
        "errors": score.errors,
        "exact": score.exact,
        "joined_exact": score.digits_right,
        "f1": score.f1,
        "digit_acc": score.digit_accuracy,
        "sure": score.sure,
        "sure_and_wrong": score.sure_and_wrong,
        "calibration_error": score.calibration_error if score.judged else None,
        "judged": score.judged,
        "doubtful": score.doubtful,
        "unread": score.unread,
    }
