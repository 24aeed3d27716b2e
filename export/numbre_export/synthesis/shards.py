"""Write views to train the finder on: ``python -m numbre_export.synthesis.shards OUT --mnist DIR --pen FILE ...``.

Each ``shard-00000.npz`` holds M views: ``grey`` (M, H, W) uint8, and of all their boxes, one view after the other,
``boxes`` (K, 4) float32, ``labels`` (K,) int8, ``hard`` and ``linked`` (K,) bool, as in
:class:`~numbre_export.synthesis.views.View`; view i has those from ``starts[i]`` up to ``starts[i + 1]``; ``made``
names the options. Shards that are there already are kept; each depends on its number and the seed alone.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from numbre_edge.atomic import replacing
from numbre_edge.errors import DataError, NumbreError
from numbre_export.data.npz import load_npz
from numbre_export.synthesis.arguments import add_sources
from numbre_export.synthesis.pages import KINDS, PRINTED, Kind
from numbre_export.synthesis.sources import Part, Sources
from numbre_export.synthesis.views import View, render_view

_VERSION = 10  # of what a shard holds


@dataclass(frozen=True, kw_only=True)
class Job:
    """What shards hold.

    Attributes:
        mnist, pen, symbols: where :meth:`Sources.load` finds its data.
        part: whose hands.
        size: views a shard.
        seed: of all chance.
        without: names of kinds of pages left out.
        printed: whether numbers are printed and on displays, and not written.
        fonts, photographs: folders of typefaces and of pictures, for :meth:`Sources.load`.
    """

    mnist: Path
    pen: Path
    symbols: Path
    part: Part = "train"
    size: int = 1000
    seed: int = 0
    without: tuple[str, ...] = ()
    printed: bool = False
    fonts: Path | None = None
    photographs: Path | None = None

    @property
    def made(self) -> str:
        """What tells this job's shards from another's."""
        options = f"--part {self.part} --size {self.size} --seed {self.seed} --without '{','.join(self.without)}'"
        told = {"--printed": self.printed, "--fonts": self.fonts, "--photographs": self.photographs}
        return " ".join([f"version {_VERSION}, {options}", *(name for name, given in told.items() if given)])

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Which pages."""
        return chosen(self.without, PRINTED if self.printed else KINDS)


def chosen(without: Sequence[str], kinds: Sequence[Kind] = KINDS) -> tuple[Kind, ...]:
    """Return all kinds but those named.

    Raises:
        DataError: there is no such kind, or none is left.
    """
    names = [kind.name for kind in kinds]
    if unknown := [name for name in without if name not in names]:
        raise DataError(f"no kind of page is called {', '.join(unknown)}; there are {', '.join(names)}")
    left = tuple(kind for kind in kinds if kind.name not in without)
    if not left:
        raise DataError("no kind of page is left to render")
    return left


def write_shard(out: Path, index: int, job: Job) -> Path:
    """Render one shard into the folder ``out``; return its path. One that is there is kept.

    Raises:
        DataError: one is there that was made with other options.
    """
    path = out / f"shard-{index:05d}.npz"
    if path.exists():
        made = str(load_npz(path, ("made",), wanted="a shard of views")["made"])
        if made != job.made:
            raise DataError(f"{path}: was made with {made}, not with {job.made}; name another folder, or remove it")
        return path
    cv2.setNumThreads(1)
    out.mkdir(parents=True, exist_ok=True)
    sources, kinds = _sources(job), job.kinds
    rng = np.random.default_rng((job.seed, index))
    views = [render_view(sources, rng, kinds=kinds) for _ in range(job.size)]
    with replacing(path) as temporary:
        save_views(temporary, views, job.made)
    return path


def save_views(path: Path, views: Sequence[View], made: str) -> None:
    """Write views as this module describes; ``made`` says with which options."""
    np.savez_compressed(
        path,
        grey=np.stack([view.grey for view in views]),
        boxes=np.concatenate([view.boxes for view in views]),
        labels=np.concatenate([view.labels for view in views]),
        linked=np.concatenate([view.linked for view in views]),
        hard=np.concatenate([view.hard for view in views]),
        starts=np.cumsum([0, *(len(view.labels) for view in views)], dtype=np.int64),
        made=np.array(made),
    )


def write_shards(out: Path, job: Job, *, shards: int, processes: int = 1) -> None:
    """Render shards 0 up to ``shards`` into the folder ``out``; tell of each on stderr."""
    _ = job.kinds
    start = time.monotonic()
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting = [pool.submit(write_shard, out, index, job) for index in range(shards)]
        for done, future in enumerate(waiting, 1):
            path = future.result()
            print(f"{path} ({done} of {shards}, {time.monotonic() - start:.0f} s)", file=sys.stderr, flush=True)


@cache
def _sources(job: Job) -> Sources:
    return Sources.load(job.mnist, job.pen, job.symbols, job.part, fonts=job.fonts, photographs=job.photographs)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="numbre_export.synthesis.shards", description="Render views to train on.")
    parser.add_argument("out", type=Path, help="folder for the shards")
    add_sources(parser)
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--size", type=int, default=1000, help="views a shard")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--part", choices=("train", "validation"), default="train", help="whose hands")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--without", default="", help="kinds of pages to leave out, with commas between them")
    parser.add_argument("--printed", action="store_true", help="numbers printed and on displays, none written")
    given = parser.parse_args(arguments)
    job = Job(
        mnist=given.mnist,
        pen=given.pen,
        symbols=given.symbols,
        part=given.part,
        size=given.size,
        seed=given.seed,
        without=tuple(filter(None, given.without.split(","))),
        printed=given.printed,
        fonts=given.fonts,
        photographs=given.photographs,
    )
    try:
        write_shards(given.out, job, shards=given.shards, processes=given.processes)
    except NumbreError as exc:
        print(f"error: {exc}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
