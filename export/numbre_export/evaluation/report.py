"""An evaluation as text for the terminal, as Markdown for a page, and as JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from numbre_export.evaluation.evaluate import Evaluation
from numbre_export.evaluation.pictures import PictureScore, together
from numbre_export.evaluation.thorough import Share, Thorough


@dataclass(frozen=True, eq=False)
class Report:
    """Everything that one run of ``evaluate`` found.

    Attributes:
        model: the file.
        evaluation: of the model, on the test digits.
        pictures: of the whole reader, a score a folder.
        thorough: None where it was not asked for.
    """

    model: Path
    evaluation: Evaluation
    pictures: tuple[PictureScore, ...] = ()
    thorough: Thorough | None = None


@dataclass(frozen=True)
class Table:
    """A table with a title; ``rows`` are as wide as ``head``, whose first column names things."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """Return it in columns of even width."""
        lines = (self.head, *self.rows)
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        aligned = [
            [cell.rjust(w) if i else cell.ljust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True))]
            for line in lines
        ]
        return "\n".join([self.title, "", *("  ".join(line) for line in aligned)])

    def markdown(self) -> str:
        """Return it under a heading, its figures aligned to the right."""
        rule = ("---", *["---:"] * (len(self.head) - 1))
        return "\n".join(
            [f"### {self.title}", "", *(f"| {' | '.join(line)} |" for line in (self.head, rule, *self.rows))]
        )


def text(report: Report) -> str:
    """Return the report for a terminal."""
    return "\n\n".join([_summary(report), *(table.text() for table in tables(report))])


def markdown(report: Report) -> str:
    """Return the report as Markdown, to be pasted whole; it names no folders but by their last part."""
    head = f"## {report.model.name}\n\n{_summary(report)}."
    return "\n\n".join([head, *(table.markdown() for table in tables(report))]) + "\n"


def tables(report: Report) -> list[Table]:
    """Return what there is to tell, a table a subject."""
    found = [_classes(report.evaluation)]
    if report.pictures:
        found.append(_pictures(report.pictures))
    if report.thorough:
        found += _thorough(report.thorough)
    return found


def write(folder: Path, report: Report) -> None:
    """Write ``report.json``, with the confusion matrix and every picture's result, and ``accuracy.md``."""
    (folder / "report.json").write_text(json.dumps(_content(report), indent=1) + "\n")
    (folder / "accuracy.md").write_text(markdown(report))


def _summary(report: Report) -> str:
    n, wrong = len(report.evaluation.digits), len(report.evaluation.mistakes)
    return f"{report.model.name}: {report.evaluation.accuracy:.2%} of {n:,} held-out digits right, {wrong} wrong"


def _classes(evaluation: Evaluation) -> Table:
    rows = tuple((str(c.digit), f"{c.n}", f"{c.precision:.2%}", f"{c.recall:.2%}") for c in evaluation.classes)
    return Table("Test digits, as patches", ("digit", "n", "precision", "recall"), rows)


def _pictures(scores: Sequence[PictureScore]) -> Table:
    named = [(Path(score.folder).resolve().name, score) for score in scores]
    if len(scores) > 1:
        named.append(("together", together(scores)))
    return Table(
        "Pictures, by the whole reader",
        ("pictures", "n", "exact", "number F1", "digits right", "ECE", "over", "with ?", "nothing read", "errors"),
        tuple(
            (
                name,
                f"{len(s.results)}",
                f"{s.exact:.1%}",
                f"{s.f1:.3f}",
                f"{s.digit_accuracy:.2%}",
                f"{s.calibration_error:.3f}" if s.judged else "–",
                f"{s.judged}",
                f"{s.doubtful}",
                f"{s.unread}",
                f"{s.errors}",
            )
            for name, s in named
        ),
    )


def _thorough(thorough: Thorough) -> list[Table]:
    return [
        _shares("MNIST test digits as bare pictures, by the whole reader", "picture", "exact", thorough.thumbnails),
        _shares(
            f"Ink that is no digit, held out; 99 % of test digits reach a confidence of {thorough.threshold:.3f}",
            "ink",
            "rejected",
            thorough.rejected,
        ),
        Table(
            "What confidence is worth, on patches",
            ("patches", "n", "right", "ECE"),
            tuple((h.name, f"{h.n:,}", f"{h.accuracy:.2%}", f"{h.error:.4f}") for h in thorough.calibration),
        ),
        _shares("MNIST test digits, spoilt as in MNIST-C", "corruption", "right", thorough.corruptions),
    ]


def _shares(title: str, what: str, measure: str, shares: Sequence[Share]) -> Table:
    return Table(title, (what, "n", measure), tuple((s.name, f"{s.n:,}", f"{s.share:.2%}") for s in shares))


def _content(report: Report) -> dict[str, Any]:
    evaluation = report.evaluation
    content: dict[str, Any] = {
        "model": str(report.model),
        "digits": {
            "n": len(evaluation.digits),
            "accuracy": evaluation.accuracy,
            "classes": [asdict(score) for score in evaluation.classes],
            "confusion": evaluation.confusion.tolist(),
            "mistakes": evaluation.mistakes.tolist(),
        },
        "pictures": [_folder(score) for score in report.pictures],
    }
    if len(report.pictures) > 1:
        content["together"] = _measures(together(report.pictures))
    if report.thorough:
        content["thorough"] = asdict(report.thorough)
    return content


def _folder(score: PictureScore) -> dict[str, Any]:
    results = [asdict(result) | {"exact": result.exact} for result in score.results]
    return {"folder": score.folder, **_measures(score), "results": results}


def _measures(score: PictureScore) -> dict[str, Any]:
    return {
        "n": len(score.results),
        "errors": score.errors,
        "exact": score.exact,
        "f1": score.f1,
        "digit_acc": score.digit_accuracy,
        "calibration_error": score.calibration_error if score.judged else None,
        "judged": score.judged,
        "doubtful": score.doubtful,
        "unread": score.unread,
    }
