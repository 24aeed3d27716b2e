"""The pictures that are measured with."""

from __future__ import annotations

import os
from pathlib import Path

from numbre_edge.labels import LABELS, load_labels, picture_path
from numbre_edge.sources.listing import list_sources

Numbers = tuple[str, ...]


def pictures_in(folder: Path) -> dict[Path, Numbers | None]:
    """Return the pictures of a folder, each with the numbers on it: those of its labels.csv, or all with None.

    Raises:
        UsageError: there is no picture in it, or no folder.
        DataError: labels.csv is of another form.
    """
    if os.path.isfile(folder / LABELS):
        return {picture_path(folder, name): numbers for name, numbers in load_labels(folder).items()}
    return {source.path: None for source in list_sources([str(folder)]).files}
