"""What was measured, as Markdown or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from numbre_edge.bench.machine import About, Strain
from numbre_edge.bench.suite import Outcome
from numbre_edge.bench.trial import Times, Trial
from numbre_edge.errors import printable

_MEGABYTE = 1e6
_NONE = "–"
_NAMED = 3  # pictures that could not be read


@dataclass(frozen=True)
class Report:
    """All that one run found.

    Attributes:
        about: the machine.
        before, after: its strain, when the run began and ended.
        folder: the pictures, as they are called.
        drawn: whether they were drawn for this: then how much is read right says that it reads, not how well.
        finder: how digits were found.
        outcomes: of each setting.
        missing: runtimes that are not installed, and the command that installs each.
    """

    about: About
    before: Strain
    after: Strain
    folder: str
    drawn: bool
    finder: str
    outcomes: tuple[Outcome, ...]
    missing: dict[str, str]


def as_json(report: Report) -> str:
    return json.dumps(asdict(report), indent=1)


def as_markdown(report: Report) -> str:
    return "\n".join([*_head(report), *_tables(report), *_tail(report)])


def _head(report: Report) -> Iterator[str]:
    about = report.about
    cores = f"{about.cores} core{'' if about.cores == 1 else 's'}"
    yield f"Measured on {about.processor}, {cores}, {about.system};"
    yield f"{', '.join(f'{name} {version}' for name, version in about.versions.items())}."
    yield f"{_strained('Before', report.before)} {_strained('After', report.after)}"
    if max(report.before.load or 0, report.after.load or 0) > about.cores:
        yield "**It was busy with other work: go by the factors, not by the times.**"
    yield f"Pictures: {printable(report.folder)}. Finder: {report.finder}. Times in ms: median / 95th percentile.\n"


def _strained(when: str, strain: Strain) -> str:
    parts = [f"load {strain.load:g}"] if strain.load is not None else []
    parts += [f"{strain.celsius:.0f} °C"] if strain.celsius is not None else []
    parts += [", ".join(strain.throttled) or "not throttled"] if strain.throttled is not None else []
    return f"{when}: {', '.join(parts)}." if parts else ""


def _tables(report: Report) -> Iterator[str]:
    done = [(outcome, outcome.trial) for outcome in report.outcomes if outcome.trial]
    if not done:
        return
    yield from _table(
        ("model", "backend", "pictures/s", "a picture", "cold start", "memory", "files", "exact", "number F1"),
        [
            (
                *_name(outcome),
                f"{trial.per_second:.2f}",
                _times(trial.whole),
                f"{outcome.start:.2f} s" if outcome.start is not None else _NONE,
                _megabytes(trial.memory, 0),
                _megabytes(sum(outcome.sizes.values()), 2),
                _share(trial.exact),
                _share(trial.f1),
            )
            for outcome, trial in done
        ],
    )
    stages = list(done[0][1].stages)
    yield from _table(
        ("model", "backend", *stages), [(*_name(o), *(_times(trial.stages[s]) for s in stages)) for o, trial in done]
    )
    yield from _table(
        ("model", "backend", "bare imread", "a picture", "bare components", "a picture", "bare imports", "cold start"),
        [(*_name(outcome), *_limits(outcome, trial)) for outcome, trial in done],
    )


def _limits(outcome: Outcome, trial: Trial) -> Iterator[str]:
    yield _times(trial.imread)
    yield f"{trial.times_imread:.1f} ×"
    yield _times(trial.components)
    yield f"{trial.times_components:.1f} ×"
    if outcome.start is not None and outcome.imports is not None:
        yield f"{outcome.imports:.2f} s"
        yield f"{outcome.start / outcome.imports:.1f} ×"


def _tail(report: Report) -> Iterator[str]:
    trials = [outcome.trial for outcome in report.outcomes if outcome.trial]
    if trials:
        one = trials[0]
        unread = f", {len(one.errors)} more could not be read" if one.errors else ""
        yield f"{one.pictures} pictures, each read {one.readings // one.pictures} times after a first{unread}."
        yield (
            "Cold start: a fresh process reads one picture; memory: the most that one held which read all. "
            "Bare: `cv2.imread` of the same files;\ngrey, adaptive threshold and connected components of the same "
            "pixels; imports of NumPy, OpenCV and the runtime."
        )
        yield from (f"Could not be read: {printable(error)}." for error in one.errors[:_NAMED])
        if len(one.errors) > _NAMED:
            yield f"Nor could {len(one.errors) - _NAMED} others, which --format json names."
    if trials and report.drawn:
        yield "The pictures were drawn for this: that they are read right says that it works, not how well it reads."
    for outcome in report.outcomes:
        if outcome.error:
            yield f"{outcome.model} in {outcome.backend} failed: {printable(outcome.error)}."
    for name, install in report.missing.items():
        yield f"{name} is not installed: `{install}`."


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    for cells in (titles, ["-" * width for width in widths], *rows):
        yield f"| {' | '.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))} |"
    yield ""


def _name(outcome: Outcome) -> tuple[str, str]:
    return printable(outcome.model).replace("|", "\\|"), outcome.backend


def _times(times: Times) -> str:
    return f"{times.p50:.1f} / {times.p95:.1f}"


def _share(share: float | None) -> str:
    return _NONE if share is None else f"{share:.1%}"


def _megabytes(size: int | None, decimals: int) -> str:
    return _NONE if size is None else f"{size / _MEGABYTE:.{decimals}f} MB"
