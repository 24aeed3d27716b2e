"""What is made of rendered shards, and of what a finder finds in them, once, and kept: what networks are taught on."""

from __future__ import annotations

import hashlib
import multiprocessing
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from functools import cache, partial
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from numbre_edge.atomic import replacing
from numbre_edge.backends import NetworkBackend, open_network
from numbre_edge.errors import DataError
from numbre_export.data.npz import load_npz
from numbre_export.synthesis.views import View
from numbre_export.training.views import SHARDS, read_shard, shard_files


@dataclass(frozen=True, eq=False)
class Examples:
    """Arrays, each with one item an example."""

    def chosen(self, which: NDArray[Any]) -> Self:
        """Return those of ``which``."""
        return type(self)(*(values[which] for values in vars(self).values()))

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        """Return all of ``parts``."""
        return cls(*(np.concatenate(all_of) for all_of in zip(*(vars(part).values() for part in parts), strict=True)))


E = TypeVar("E", bound=Examples)


@dataclass(frozen=True)
class Making(Generic[E]):
    """How examples are made of shards.

    Attributes:
        kind: of examples.
        name: what they are called.
        network: that is taught on them.
        make: makes those of the views of a shard, with a finder and by chance; a function of a module.
    """

    kind: type[E]
    name: str
    network: str
    make: Callable[[list[View], NetworkBackend, Generator], E]

    def prepared(self, shards: Path, finder: Path | None, folder: Path, *, seed: int = 0, processes: int = 2) -> E:
        """Return the examples of all ``shards``; ``folder`` keeps them, and what it has is not made again.

        Raises:
            DataError: there are no shards; or the folder has examples of other views, or that another finder found.
        """
        files = shard_files(shards)
        folder.mkdir(parents=True, exist_ok=True)
        begun = time.monotonic()
        with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
            make = partial(self._prepare, finder=finder, folder=folder, seed=seed)
            for done, _ in enumerate(pool.map(make, files, range(len(files))), 1):
                seconds = time.monotonic() - begun
                print(f"\r{self.name}: {done} of {len(files)}, {seconds:.0f} s", end="", file=sys.stderr)
        print(file=sys.stderr, flush=True)
        return self.kept(folder)

    def kept(self, folder: Path) -> E:
        """Return the examples that :meth:`prepared` left in a folder.

        Raises:
            DataError: there are none, or they cannot be read.
        """
        files = sorted(folder.glob(SHARDS))
        if not files:
            raise DataError(f"{folder}: holds no {SHARDS}; python -m numbre_export.training.{self.network} makes them")
        names = [field.name for field in fields(self.kind)]
        return self.kind.joined([self.kind(**load_npz(file, names, wanted=self.name)) for file in files])

    def _prepare(self, file: Path, number: int, *, finder: Path | None, folder: Path, seed: int) -> None:
        path, network = folder / file.name, _finder(finder)
        views_made = load_npz(file, ("made",), wanted="a shard of views; render it anew")["made"]
        made = f"{views_made}; finder {hashlib.sha256(network.model.content).hexdigest()}; seed {seed}"
        if path.exists():
            if str(load_npz(path, ("made",), wanted=self.name)["made"]) != made:
                why = "was made of other views, or by another finder"
                raise DataError(f"{path}: {why}; name another --out, or remove it")
            return
        cv2.setNumThreads(1)
        examples = self.make(read_shard(file), network, np.random.default_rng((seed, number)))
        with replacing(path) as temporary:
            np.savez(temporary, **vars(examples), made=np.array(made))


@cache
def _finder(path: Path | None) -> NetworkBackend:
    return open_network("finder", "onnx", path)
