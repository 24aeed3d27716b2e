"""How many pictures of displays and counters are read exactly, points included.

    python benchmarks/displays.py FOLDER... [--finder NAME]... [--backend NAME] [--list]

Each FOLDER has images/ and labels.csv (``file,label``; numbers in reading order, single spaces between). Prints a
Markdown table: a picture is exact whose readings are these and no more.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from numbre_edge import Reader
from numbre_edge.recognition import FINDERS


def labelled(folder: Path) -> dict[Path, list[str]]:
    """Return the numbers in each picture, as they stand there."""
    with (folder / "labels.csv").open(newline="") as file:
        return {folder / "images" / row["file"]: row["label"].split() for row in csv.DictReader(file)}


def main() -> None:
    """Print a row a folder and finder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--finder", choices=FINDERS, action="append", help="repeatable; by default printed and both")
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--list", action="store_true", help="also each picture that is misread")
    given = parser.parse_args()
    print("| pictures | finder | exact |\n|---|---|---:|")
    for folder in given.folders:
        for finder in given.finder or ("printed", "both"):
            reader, wanted = Reader(finder=finder, backend=given.backend), labelled(folder)
            read = {path: [reading.text for reading in reader.read(path)] for path in wanted}
            exact = sum(read[path] == texts for path, texts in wanted.items())
            print(f"| {folder.name} | {finder} | {exact} of {len(wanted)} |", flush=True)
            for path, texts in wanted.items() if given.list else ():
                if read[path] != texts:
                    print(f"{path.name}: {' '.join(texts)}, read as {' '.join(read[path]) or 'nothing'}")


if __name__ == "__main__":
    main()
