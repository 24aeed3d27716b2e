"""An evaluation as text for the terminal and as JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from numbre_export.evaluate import Evaluation
from numbre_export.pictures import PictureScore


def table(model: Path, evaluation: Evaluation, scores: Sequence[PictureScore]) -> str:
    """Return accuracy, each digit's precision and recall, and each folder's measures."""
    n, wrong = len(evaluation.digits), len(evaluation.mistakes)
    lines = [f"{model}: {evaluation.accuracy:.2%} of {n:,} held-out digits right, {wrong} wrong", ""]
    lines.append("digit      n  precision   recall")
    lines += [f"{c.digit:>5}  {c.n:>5}  {c.precision:>9.2%}  {c.recall:>7.2%}" for c in evaluation.classes]
    if scores:
        width = max(len("pictures"), *(len(score.folder) for score in scores))
        lines += ["", f"{'pictures':<{width}}      n  errors    exact     f1  digits"]
        lines += [
            f"{s.folder:<{width}}  {len(s.results):>5}  {s.errors:>6}  "
            f"{s.exact:>7.2%}  {s.f1:.3f}  {s.digit_accuracy:>6.2%}"
            for s in scores
        ]
    return "\n".join(lines)


def write(path: Path, model: Path, evaluation: Evaluation, scores: Sequence[PictureScore]) -> None:
    """Write the same, the confusion matrix and every picture's result as JSON."""
    content = {
        "model": str(model),
        "digits": {
            "n": len(evaluation.digits),
            "accuracy": evaluation.accuracy,
            "classes": [asdict(score) for score in evaluation.classes],
            "confusion": evaluation.confusion.tolist(),
            "mistakes": evaluation.mistakes.tolist(),
        },
        "pictures": [
            {
                "folder": score.folder,
                "n": len(score.results),
                "errors": score.errors,
                "exact": score.exact,
                "f1": score.f1,
                "digit_acc": score.digit_accuracy,
                "results": [asdict(result) | {"exact": result.exact} for result in score.results],
            }
            for score in scores
        ],
    }
    path.write_text(json.dumps(content, indent=1) + "\n")
