"""What an evaluation found, as tables for the terminal and for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from numbre_export.evaluation.evaluate import Evaluation
from numbre_export.evaluation.pictures import PictureResult, PictureScore, mean_measure, together, worst_confidence
from numbre_export.evaluation.thorough import Share, Thorough

_LONGEST = 40  # characters of a cell in the terminal


@dataclass(frozen=True)
class Table:
    """A table with a title; ``rows`` are as wide as ``head``, whose first ``names`` columns are no figures."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 1

    def text(self) -> str:
        """Return it in columns of even width, long cells cut."""
        lines = [[_cut(cell) for cell in line] for line in (self.head, *self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        aligned = [
            [
                cell.ljust(w) if i < self.names else cell.rjust(w)
                for i, (cell, w) in enumerate(zip(line, widths, strict=True))
            ]
            for line in lines
        ]
        return "\n".join([self.title, "", *("  ".join(line).rstrip() for line in aligned)])

    def markdown(self) -> str:
        """Return it under a heading, its figures aligned to the right."""
        return "\n".join([f"### {self.title}", "", self.markdown_rows()])

    def markdown_rows(self) -> str:
        """Return it without the heading."""
        rule = ["---" if i < self.names else "---:" for i in range(len(self.head))]
        lines = [self.head, rule, *([cell.replace("|", "\\|") for cell in row] for row in self.rows)]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def digits_table(evaluation: Evaluation) -> Table:
    rows = tuple((str(c.digit), f"{c.n}", f"{c.precision:.2%}", f"{c.recall:.2%}") for c in evaluation.classes)
    return Table("Test digits, as patches", ("digit", "n", "precision", "recall"), rows)


def pictures_table(scores: Sequence[PictureScore]) -> Table:
    """A row a folder; of several, one over all pictures and the mean over folders."""
    rows = [_picture_row(folder_name(score), score) for score in scores]
    if len(scores) > 1:
        rows.append(_picture_row("together", together(scores)))
        rows.append(("mean of folders", f"{len(scores)}", "", f"{mean_measure(scores):.3f}", *[""] * 7))
    head = ("pictures", "n", "exact", "number F1", "digits right", "wrong at 95 %", "ECE", "over", "with ?")
    return Table("Pictures, by the whole reader", (*head, "nothing read", "errors"), tuple(rows))


def _picture_row(name: str, score: PictureScore) -> tuple[str, ...]:
    return (
        f"{name}, joined" if score.joined else name,
        f"{len(score.results)}",
        f"{score.digits_right if score.joined else score.exact:.1%}",
        f"{score.measure:.3f}",
        f"{score.digit_accuracy:.2%}",
        f"{score.sure_and_wrong} of {score.sure}",
        f"{score.calibration_error:.3f}" if score.judged else "–",
        f"{score.judged}",
        f"{score.doubtful}",
        f"{score.unread}",
        f"{score.errors}",
    )


def misread_table(scores: Sequence[PictureScore], *, most: int | None = None) -> Table:
    """The pictures that are not read right, the most confident mistakes first, at most ``most``."""
    misread = [(score, result) for score in scores for result in score.misread]
    misread.sort(key=lambda pair: -worst_confidence(pair[1]))
    shown = misread[:most]
    n = sum(len(score.results) for score in scores)
    more = f"; the {len(shown)} most confident, all in report.json" if len(shown) < len(misread) else ""
    rows = tuple((_picture_name(score, result), _said(result.expected), *_read(result)) for score, result in shown)
    return Table(
        f"Misread: {len(misread)} of {n} pictures{more}", ("picture", "expected", "read", "confidence"), rows, names=3
    )


def _picture_name(score: PictureScore, result: PictureResult) -> str:
    return f"{folder_name(score)}/{result.file}"


def _read(result: PictureResult) -> tuple[str, str]:
    """Return what was read, or why not, and how sure the surest wrong number is."""
    worst = worst_confidence(result)
    return result.error or _said(result.read), f"{worst:.1%}" if worst else "–"


def _said(numbers: Sequence[str]) -> str:
    return " ".join(numbers) or "nothing"


def thorough_tables(thorough: Thorough) -> list[Table]:
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


def folder_name(score: PictureScore) -> str:
    return Path(score.folder).resolve().name


def _cut(cell: str) -> str:
    return cell if len(cell) <= _LONGEST else f"{cell[: _LONGEST - 1]}…"
