"""What following numbers over frames is worth: each frame read by itself, against what the tracker shows.

    python benchmarks/tracking.py [--backend onnx] [--scene NAME]... [--frames FOLDER]

Films numbers written with MNIST test digits (tests/data), in an unsteady hand: see
tests/shaky.py. Each frame is read; the readings go to the tracker. Prints Markdown, a row a scene:

right: frames with exactly the number in them, and nothing else. Of those that show the tracker's numbers, the ones
before it has made up its mind count as wrong.

changes: how often what is shown changes from one frame to the next, and how often it should.

delay: frames from a number's first one to the first that shows it right: the median of all, and the longest.

--frames writes a few pictures of each scene there, to look at.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median

import cv2
import numpy as np

from numbre_edge import Reader
from numbre_edge.recognition import FINDERS, LIVE_FINDER
from numbre_edge.tracking import Tracker
from numbre_edge.types import Frame, Pixels
from numbre_edge.vision.change import ChangeDetector

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # for tests.shaky: tests are not installed

from tests.shaky import Hand, sheet, video  # noqa: E402

FPS = 30
FILMS = range(100, 104)  # seeds, a film each, with other digits and another hand; the tracker was tuned on 0 to 7
LOOKED_AT = 8  # pictures of each scene


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is filmed, and how.

    Attributes:
        first: the lowest number that a film may begin with, and the highest.
        count: numbers of a film, each one more than that before it.
        frames: that each of them is in view.
        height, width: of the picture, pixels.
        size: of a digit's 28 pixels, which the digit fills about 20 of.
        pause: frames at the beginning without any number.
    """

    hand: Hand
    first: tuple[int, int] = (100, 9999)
    count: int = 1
    frames: int = 150
    height: int = 360
    width: int = 640
    size: int = 84
    strength: float = 0.7


SCENES = {
    "steady, a shadow passes": Scene(hand=Hand(shift=8, smear=6, noise=6, shadow=0.5, shadow_frames=(30, 100))),
    "counter, a step a second": Scene(hand=Hand(smear=4), first=(95, 995), count=6, frames=30),
    "small and far, 21 pixels": Scene(
        hand=Hand(shift=4, smear=2, noise=3), height=720, width=1280, size=29, strength=0.6, frames=90
    ),
    "the hand jerks and blurs": Scene(hand=Hand(shift=40, turn=4, smear=36, noise=5)),
    "dim light, much noise": Scene(hand=Hand(noise=16, shadow=0.3, shadow_frames=(0, 150)), strength=0.5),
}


@dataclass(frozen=True)
class Film:
    """One video.

    Attributes:
        texts: what stands in each frame.
        pages: the paper in each frame, (H, W) uint8.
    """

    texts: Sequence[str]
    pages: Sequence[Pixels]


@dataclass
class Score:
    """How what is shown, frame by frame, compares with what is there."""

    right: int = 0
    changes: int = 0
    frames: int = 0
    due: int = 0
    delays: list[float] = field(default_factory=list)

    def add(self, shown: Sequence[list[str]], texts: Sequence[str]) -> None:
        """Count one film."""
        good = [is_shown == [text] for is_shown, text in zip(shown, texts, strict=True)]
        self.frames += len(texts)
        self.right += sum(good)
        self.changes += changes([[], *shown])
        self.due += changes([[], *([text] for text in texts)])
        starts = [number for number, text in enumerate(texts) if number == 0 or text != texts[number - 1]]
        for start, end in zip(starts, [*starts[1:], len(texts)], strict=True):
            self.delays.append(good.index(True, start, end) - start if any(good[start:end]) else np.inf)


def changes(shown: Sequence[list[str]]) -> int:
    return sum(before != after for before, after in pairwise(shown))


def film(scene: Scene, seed: int) -> Film:
    """Return a film of ``scene``: every digit is written alike whenever it comes."""
    rng = np.random.default_rng(seed)
    with np.load(ROOT / "tests" / "data" / "mnist_test_100.npz") as data:
        hands = [rng.choice(data["x"][data["y"] == value]) for value in range(10)]
    first = int(rng.integers(*scene.first))
    width = len(str(first + scene.count - 1))
    texts, pages = [], []
    for number in range(first, first + scene.count):
        text = f"{number:0{width}}"
        digits = [hands[int(sign)] for sign in text]
        page = sheet(digits, height=scene.height, width=scene.width, size=scene.size, strength=scene.strength)
        texts += [text] * scene.frames
        pages += [page] * scene.frames
    return Film(texts, pages)


def filmed(scene: Scene) -> Iterator[tuple[Film, Iterator[Pixels]]]:
    """Yield all films of a scene, with their pictures."""
    for seed in FILMS:
        reel = film(scene, seed)
        yield reel, video(reel.pages, scene.hand, seed=seed)


def compare(scene: Scene, reader: Reader) -> tuple[Score, Score]:
    """Return how well single frames and the tracker do."""
    single, tracked = Score(), Score()
    for reel, pictures in filmed(scene):
        tracker, follower, detector = Tracker(), reader.following(), ChangeDetector()
        read, followed = [], []
        for number, picture in enumerate(pictures):
            readings = follower.read_frame(Frame(picture), thorough=not detector.changed(picture))
            tracker.update(readings, frame=number, timestamp=number / FPS)
            read.append([reading.text for reading in readings])
            followed.append([number.text for number in tracker.current])
        single.add(read, reel.texts)
        tracked.add(followed, reel.texts)
    return single, tracked


def cells(score: Score) -> list[str]:
    delays = ", ".join(
        "never" if np.isinf(delay) else f"{delay:.0f}" for delay in (median(score.delays), max(score.delays))
    )
    return [f"{score.right / score.frames:.1%}", str(score.changes), delays]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--scene", choices=SCENES, action="append", help="by default all")
    parser.add_argument("--finder", choices=FINDERS, default=LIVE_FINDER, help="by default that of live")
    parser.add_argument("--frames", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    names = options.scene or list(SCENES)
    if options.frames:
        options.frames.mkdir(parents=True, exist_ok=True)
        for name in names:
            reel, pictures = next(filmed(SCENES[name]))
            for number, picture in enumerate(pictures):
                if number % (len(reel.texts) // LOOKED_AT) == 0:
                    cv2.imwrite(str(options.frames / f"{name.split(',')[0]} {number:03}.png"), picture)
        return

    reader = Reader(backend=options.backend, finder=options.finder)
    heads = ["scene", "frames", "right: single", "tracked", "changes: due", "single", "tracked"]
    heads += ["delay, median and longest: single", "tracked"]
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for name in names:
        single, tracked = compare(SCENES[name], reader)
        pairs = zip(cells(single), cells(tracked), strict=True)
        (right, right_tracked), (shown, shown_tracked), (delay, delay_tracked) = pairs
        row = [name, str(single.frames), right, right_tracked, str(single.due), shown, shown_tracked]
        print(f"| {' | '.join([*row, delay, delay_tracked])} |", flush=True)


if __name__ == "__main__":
    main()
