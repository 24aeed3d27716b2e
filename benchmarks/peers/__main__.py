"""Compare numbre-edge with what one would otherwise pick: docs/benchmarks.md.

    python -m benchmarks.peers make --env DIR [NAME...]
    python -m benchmarks.peers read --env DIR --answers DIR [--first N] [--only NAME]... [--joined FOLDER]... FOLDER...
    python -m benchmarks.peers time --env DIR [--first N] [--rounds N]
    python -m benchmarks.peers page

``make`` gives each reader an environment of its own; ``read`` has every reader read samples/ and labelled folders, or
with ``--only`` some of them anew, with ``--largest`` the sets without large pictures; ``time`` has them take turns.
Both keep their figures in docs/benchmarks.json, from which ``page`` writes the page.
From the root of a checkout; needs the ``[export]`` extra, and Linux.
"""

from __future__ import annotations

import argparse
import sys
from math import inf
from pathlib import Path

from benchmarks.peers.contestants import CONTESTANTS
from benchmarks.peers.environments import ENVIRONMENTS, make
from benchmarks.peers.figures import FIGURES, kept, score
from benchmarks.peers.measuring import read_sets, take_turns
from benchmarks.peers.page import write_page
from benchmarks.peers.sets import labelled, samples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("page")
    made, reading, timing = (commands.add_parser(name) for name in ("make", "read", "time"))
    for command in (made, reading, timing):
        command.add_argument("--env", type=Path, required=True, help="the folder of the environments")
    made.add_argument("names", nargs="*", metavar="NAME", help=f"by default all: {', '.join(ENVIRONMENTS)}")
    reading.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="with a labels.csv")
    reading.add_argument("--joined", type=Path, action="append", default=[], help="labels say nothing of separators")
    reading.add_argument("--answers", type=Path, required=True, help="the folder that what is read is kept in")
    reading.add_argument("--first", type=int, default=6, help="pictures of each set, by name")
    timing.add_argument("--first", type=int, default=4, help="pictures of samples/, by name")
    timing.add_argument("--rounds", type=int, default=5)
    reading.add_argument(
        "--largest", type=float, default=inf, metavar="MP", help="leave out sets with a larger picture"
    )
    reading.add_argument("--only", action="append", choices=[one.name for one in CONTESTANTS], help="repeatable")
    given = parser.parse_args()
    if given.command == "make":
        if unknown := set(given.names) - set(ENVIRONMENTS):
            parser.error(f"no such environment: {', '.join(sorted(unknown))}")
        for name in given.names or ENVIRONMENTS:
            print(name, file=sys.stderr, flush=True)
            make(name, given.env)
    elif given.command == "read":
        folders = [*given.folders, *given.joined]
        sets = [
            samples(given.first),
            *(labelled(folder, given.first, joined=folder in given.joined) for folder in folders),
        ]
        who = [one for one in CONTESTANTS if one.name in (given.only or [one.name])]
        read_sets(who, [one for one in sets if one.megapixels <= given.largest], given.env, given.answers)
        kept(FIGURES, score(given.answers, sets))
    elif given.command == "time":
        kept(FIGURES, take_turns(CONTESTANTS, samples(given.first).pictures, given.env, given.rounds))
    else:
        write_page()


if __name__ == "__main__":
    main()
