"""Pictures with what is on them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from numbre_edge.labels import load_labels, picture_path

SAMPLES = Path(__file__).parents[2] / "samples"
_ORIENTATION = 0x0112  # EXIF's tag; 1 is upright


@dataclass(frozen=True)
class Picture:
    """A picture's file, and the numbers on it, in reading order."""

    path: Path
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Set:
    """Pictures of a kind; ``joined`` as in ``numbre_export.evaluation.pictures.PictureScore``."""

    name: str
    pictures: tuple[Picture, ...]
    joined: bool = False

    @property
    def megapixels(self) -> float:
        """Of its largest picture."""
        return max(_pixels(picture.path) for picture in self.pictures) / 1e6


def samples(first: int) -> Set:
    """Return the first of the pictures that the project ships, by name."""
    rows = map(json.loads, (SAMPLES / "expected.jsonl").read_text(encoding="utf-8").splitlines()[:first])
    return Set("samples", tuple(Picture(SAMPLES.parent / row["source"], tuple(row["texts"])) for row in rows))


def labelled(folder: Path, first: int, *, joined: bool = False) -> Set:
    """Return the first pictures, by name, of a folder with a labels.csv."""
    labels = sorted(load_labels(folder).items())[:first]
    return Set(folder.name, tuple(Picture(picture_path(folder, name), numbers) for name, numbers in labels), joined)


def upright(picture: Path, folder: Path) -> Path:
    """Return the picture, or where its EXIF has it turned, a copy in ``folder`` that stands upright, without loss."""
    with Image.open(picture) as image:
        if image.getexif().get(_ORIENTATION, 1) == 1:
            return picture
        turned = folder / f"{picture.parent.parent.name}-{picture.stem}.png"
        ImageOps.exif_transpose(image).save(turned)
    return turned


def _pixels(path: Path) -> int:
    with Image.open(path) as image:
        return image.width * image.height
