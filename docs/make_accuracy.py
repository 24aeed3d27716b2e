"""Measure, and write docs/accuracy.md from what was measured.

    python docs/make_accuracy.py --data mnist/ --pictures photos/ --pictures years/ --joined amounts/ --work measured/
    python docs/make_accuracy.py --only tilt --pictures equations/ --pictures pages/ --pictures scans/
    python docs/make_accuracy.py --only none

docs/accuracy.json keeps what each section measured: with ``--only`` the others stay as they are, and with none of
them the page is only written anew. Needs the ``[export]`` extra. The sections of time want an idle machine.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from measuring import (
    Options,
    Table,
    ablations,
    confidence,
    finders,
    mnist,
    pictures,
    printed_by,
    shares,
    tilt,
    timed_by,
    without_bhmsds,
)

DOCS = Path(__file__).parent
PAGE, MEASURED = DOCS / "accuracy.md", DOCS / "accuracy.json"

_HEAD = """\
# Accuracy

<!-- Written by docs/make_accuracy.py from docs/accuracy.json; edit these. -->

All figures are of the files that ship, run by the runtime a device would use. The command of each section measures it
anew; all of them need `pip install '.[export]'`.

Three things to know first:

- The weights were chosen on a validation split of MNIST's training set; its test digits are only reported.
- The rules that find digits in pictures were developed on 490 of the labelled pictures below, though the weights never
  saw any. Pictures that nobody had looked at read worse: see *Pictures that nobody tuned on*.
- The sets are small, and no licence is stated for most of them, so none is in this repository.

**exact**: share of pictures whose list of numbers is right, all of it, in reading order. **number F1**: numbers found
and right, 2 × right / (there + read), over all pictures of a set. **wrong at 95 %**: of the numbers read with a
confidence of 95 % or more, those that are not on the picture. **ECE**: expected calibration error (M. Naeini et al.,
2015), 15 equal bins: how far confidence is, on average, from the share that is right.
"""


@dataclass(frozen=True)
class Section:
    """A part of the page: what is said of it, the command that measures it, and the measuring.

    Attributes:
        text: of the page; the tables follow.
        command: as a reader would type it.
        measure: returns the tables.
    """

    title: str
    text: str
    command: str
    measure: Callable[[Options], list[Table]] | None = None


_EVALUATE = "numbre-edge evaluate --thorough --data mnist/"
_ALL_PICTURES = "numbre-edge evaluate --pictures photos/ --pictures years/ --joined amounts/"

SECTIONS = {
    "pictures": Section(
        "Labelled pictures",
        """\
Photographs and scans, each folder with a `labels.csv`. Of *amounts*, whose labels say nothing of separators, all
digits of a picture count as one string. Rules were developed on *photos*, *digits*, *equations*, *pages*, *scans*,
*drawn* and 90 of the *years*; the equations and the digits cropped from them are by the author of BHMSDS, on which
the shipped model trains: perhaps the same hands. The finder's weights never saw a photograph of writing, but how it
and the rules are put together was chosen among some hundred ways by the mean over these very sets: a figure to compare
versions by, and more than to expect of pictures that nobody here has seen.""",
        _ALL_PICTURES,
        pictures,
    ),
    "unseen": Section(
        "Pictures that nobody tuned on",
        """\
Measured once, by float32, on pictures kept apart from those who work on the program, when there was no finder: today's
`--finder components`. In 58 of the 107 pictures with boxes or combs at least one wrong number had a confidence of 95 %
or more. With the finder they have not been measured yet.""",
        "",
    ),
    "finders": Section(
        "Ways to find digits",
        """\
The same sets, read in the four ways that `--finder` chooses, by float32: number F1, of *amounts* as above, and ms a
picture, on a machine that did other work too. *blank* are pictures without a number (`python benchmarks/blanks.py`:
pages of print, rendered ones, empty forms, photographs): so many are read as if there were one.""",
        "python benchmarks/kinds.py pictures/",
        finders,
    ),
    "papers": Section(
        "Rendered pages, by what they are written on",
        """\
Ten pages of 1200x900 pixels a kind, some 170 numbers each, written with MNIST's validation digits by as many writers as
there are digits, 28 to 70 pixels high, in any light, by a phone in a hand. They are rendered, by the same code that
renders what is trained on. Weak: chalk that breaks into pieces, and pencil on squared paper.""",
        "python benchmarks/papers.py mnist/ papers/",
        lambda options: printed_by("papers.py", options.need("data"), options.work / "papers"),
    ),
    "tilt": Section(
        "Tilted pages",
        """\
Number F1 of what leans by so many degrees, clockwise with a plus, with the page set upright and without: three rendered
pages on each kind of paper, and sets from above, turned. Short numbers on pictures of their own, as the scans, do not
tell how they lean, and are read as they are.""",
        "python benchmarks/tilt.py equations/ pages/ scans/",
        tilt,
    ),
    "invariance": Section(
        "Borders and sizes",
        """\
Of the samples, how many are read otherwise with a border on all sides, a tenth of the longer side wide, at half their
size, or turned by two degrees: no reader should mind.""",
        "python benchmarks/invariance.py",
        lambda options: printed_by("invariance.py"),
    ),
    "printed": Section(
        "Pages of print",
        """\
Numbers read on an A4 page of printed text at 150 dots an inch, on which there is none. The model was trained on letters
of these typefaces, but for STIX.""",
        "python benchmarks/printed.py",
        lambda options: printed_by("printed.py"),
    ),
    "mnist": Section(
        "MNIST's test set",
        """\
The patches as they are, the best of the ten digits, of one training with seed 1. MNIST is not your handwriting: it says
how good the classifier is, and nothing of how digits are found.""",
        _EVALUATE,
        mnist,
    ),
    "bare": Section(
        "Bare pictures",
        """\
What somebody has whose digits are cut out already: 1,000 test digits as pictures through the whole reader, right if
exactly the label is read. At 28 pixels it is MNIST's own picture; at 32 and 16 it is cropped and scaled until the ink
touches two borders.""",
        _EVALUATE,
        shares("thumbnails", "picture", "exact"),
    ),
    "ink": Section(
        "Ink that is no digit",
        """\
How much of it is turned away at the confidence that 99 % of the test digits reach: letters in two Hershey faces that no
training sees. Letters that are digits to the eye (O, l, S, Z, b, g, q, …) are left out. All of BHMSDS's symbols are
trained on, so none of them tests the shipped model: *Without BHMSDS* has them.""",
        _EVALUATE,
        shares("rejected", "ink", "rejected"),
    ),
    "confidence": Section(
        "Confidence of single patches",
        """\
On MNIST's test digits, and on all that was cut out of 2,400 rendered scenes of them, pieces of digits and letters
included. The temperature was fitted on validation digits in other scenes. It says nothing of kinds of pictures that are
not rendered: see *wrong at 95 %* above.""",
        _EVALUATE,
        confidence,
    ),
    "mnist-c": Section(
        "MNIST-C",
        """\
The fifteen corruptions of N. Mu and J. Gilmer, "MNIST-C: A Robustness Benchmark for Computer Vision" (2019,
[arXiv 1906.02337](https://arxiv.org/abs/1906.02337)), written anew from the paper: how strong each is, is our choice,
so these are not figures for the published data set. The spoilt patch goes straight to the model, without the vision,
which would clean most of what spoils a photograph.""",
        _EVALUATE,
        shares("corruptions", "corruption", "right"),
    ),
    "without-bhmsds": Section(
        "Without BHMSDS",
        """\
What the photographed symbols of BHMSDS, written by a couple of people, are worth: the same recipe and seed on MNIST and
what is rendered of it alone. They tell letters and operators in equations from digits, for hands like their own at
least; other pictures need them little.""",
        "numbre-edge train --data mnist/ --seed 1 --out runs/cnn-mnist",
        without_bhmsds,
    ),
    "tracking": Section(
        "Followed over frames",
        """\
What `live` shows, against each frame read by itself: films of numbers written with MNIST test digits, in an unsteady
hand, four a scene. *right*: frames that show exactly the number that is there; *changes*: how often what is shown
changes, and how often it is due to; *delay*: frames from a number's first one to the first that shows it right.
Following costs time and gains calm: a counter is shown 0.4 s late at every step.""",
        "python benchmarks/tracking.py",
        lambda options: printed_by("tracking.py"),
    ),
    "live": Section(
        "How well live keeps up",
        """\
30 frames a second of 1280x720, 3 numbers, one core of an x86-64 machine: the age of a frame in ms when its reading
begins and ends; time of the processor a frame, in ms, in a hand and on a tripod, where nothing changes but noise; and
resident memory over 20,000 frames of 640x360, in MB, after a tenth of them and from there.""",
        "python benchmarks/live.py",
        lambda options: printed_by("live.py"),
    ),
    "vision": Section(
        "How fast digits are found",
        """\
A 1280x720 frame with 20 digits, on one thread of an x86-64 machine, medians of 60 rounds: from pixels to patches, and
the least anybody would do (grey, OpenCV's adaptive threshold, connected components).""",
        "python benchmarks/vision.py",
        lambda options: timed_by("vision.py", unit="ms"),
    ),
    "ablations": Section(
        "What each part is worth",
        """\
Each row leaves out or replaces one step of the reading, nothing is trained anew; exact and number F1. The last four
sets are rendered pages. The steps were developed on 90 of the 229 years: a row that is better there than the first says
that its step was fitted to those.""",
        "python benchmarks/ablations.py digits/ equations/ years/ pages/ scans/ papers/squared/",
        ablations,
    ),
}


def page(measured: dict[str, Any]) -> str:
    """Return the page: every section that has been measured."""
    return "\n".join([_HEAD, *(_written(section, measured[n]) for n, section in SECTIONS.items() if n in measured)])


def _written(section: Section, found: dict[str, Any]) -> str:
    parts = [f"## {section.title}", section.text]
    if section.command:
        parts.append(f"```sh\n{section.command}\n```")
    parts += [Table(tuple(t["head"]), tuple(map(tuple, t["rows"])), t["note"]).markdown() for t in found["tables"]]
    parts.append(f"Measured {found['measured']}.")
    return "\n\n".join(parts) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, keep and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", metavar="SECTION", help=f"{', '.join(SECTIONS)}, or none")
    parser.add_argument("--data", type=Path, metavar="PATH", help="MNIST, as evaluate takes it")
    parser.add_argument("--pictures", type=Path, action="append", default=[], metavar="DIR", help="repeatable")
    parser.add_argument("--joined", type=Path, action="append", default=[], metavar="DIR", help="repeatable")
    parser.add_argument("--without", type=Path, action="append", default=[], metavar="MODEL", help="without BHMSDS")
    parser.add_argument("--symbols", type=Path, metavar="FILE", help="BHMSDS")
    parser.add_argument("--work", type=Path, metavar="DIR", help="keeps what is rendered and evaluated")
    options = parser.parse_args(arguments)
    if unknown := set(options.only or []) - {*SECTIONS, "none"}:
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as temporary:
        given = Options(
            data=options.data,
            pictures=tuple(options.pictures),
            joined=tuple(options.joined),
            without=tuple(options.without),
            symbols=options.symbols,
            work=options.work or Path(temporary),
        )
        for name, section in SECTIONS.items():
            if section.measure and (not options.only or name in options.only):
                print(name, file=sys.stderr, flush=True)
                tables = [asdict(table) for table in section.measure(given)]
                keep(name, {"measured": f"{date.today():%Y-%m-%d}", "tables": tables})
    PAGE.write_text(page(kept()), encoding="utf-8")


def kept() -> dict[str, Any]:
    """Return what has been measured, by section."""
    return dict(json.loads(MEASURED.read_text(encoding="utf-8"))) if MEASURED.exists() else {}


def keep(name: str, section: dict[str, Any]) -> None:
    """Let ``section`` take the place of what was measured before; the others stay."""
    told = json.dumps(kept() | {name: section}, indent=1, ensure_ascii=False)
    MEASURED.write_text(f"{told}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
