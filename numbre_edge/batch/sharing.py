"""Work on many sources shared among processes; what comes of them keeps their order."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, repeat
from operator import length_hint
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic

import cv2

from numbre_edge.batch.process import Helper, Result, Whole
from numbre_edge.sources.files import Source

Work = Callable[[Source], Iterable[Result]]

_MOST_JOBS = 4
# Bytes of memory for each job: one takes up to 253 million for a picture of 12 megapixels (benchmarks/batch.py).
_ROOM = 2**28


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """When other processes are started, and what they are given.

    Attributes:
        worth: seconds that what is left would take this process alone, from which on it is helped. To start another
            takes 0.35 s of an x86-64 core: from 1 s on it saves more than it takes, and there half of a run of 2 s.
        sources, weight: of a portion, at most; one source may weigh more. With 16 at a time, handing over takes 0.17 ms
            a source less of the processors than with one.
        ahead: portions for each process that are given out, or done, before their turn.
        most: results of a source that are kept until its turn; of one with more, none are, and this process makes them.
    """

    worth: float = 2.0
    sources: int = 16
    weight: int = 2**16
    ahead: int = 4
    most: int = 2**30


SHARING = Sharing()


@dataclass(eq=False)
class Portion(Generic[Result]):
    """Sources that one process works on, one after the other.

    Attributes:
        sources: at least one.
        shared: whether any process may; else this one, in their turn.
        results: of each, once they are there; None of a source with too many.
    """

    sources: list[Source]
    shared: bool
    results: Future[list[list[Result] | None]] = field(default_factory=Future)


def default_jobs() -> int:
    """Return how many processes this machine has cores and memory for, 4 at most."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else _MOST_JOBS * _ROOM
    return max(1, min(_MOST_JOBS, cores, memory // _ROOM))


def in_order(
    sources: Iterable[Source],
    work: Work[Result],
    *,
    jobs: int,
    weigh: Callable[[Source], int | None],
    sharing: Sharing = SHARING,
) -> Generator[tuple[Source, Iterable[Result]], None, None]:
    """Yield each source with what comes of it, in order; iterate over that before the next.

    Args:
        sources: to work on.
        work: to be done on each; pickled, where it is shared.
        jobs: processes that work at once, this one among them.
        weigh: how much work a source is; None where this process alone can do it, or must not do it before its turn.
        sharing: see there.

    Raises:
        NumbreError: another process ended before its work was done.
    """
    if jobs == 1:
        for source in sources:
            yield source, work(source)
        return
    total, told, began = length_hint(sources), 0, time.monotonic()
    waiting: Iterator[Portion[Result]] = portions(sources, weigh, sharing)
    given: SimpleQueue[Portion[Result] | None] = SimpleQueue()  # to whoever is free
    begun: deque[Portion[Result]] = deque()
    helped = False
    whole: Whole[Result] = partial(_whole, work, sharing.most)
    with _helpers(whole, given) as start:
        while True:
            for portion in islice(waiting, jobs * sharing.ahead - len(begun)):
                begun.append(portion)
                if portion.shared:
                    given.put(portion)
            if not begun:
                return
            if not helped and _left(total, told, time.monotonic() - began) >= sharing.worth:
                helped = True
                start(min(jobs - 1, total - told) if total else jobs - 1)
            first = begun[0]
            if first.shared and not first.results.done() and (mine := _next(given)) is not first:
                if mine is None:  # all of them are in other hands
                    wait([first.results])
                else:
                    mine.results.set_result([whole(source) for source in mine.sources])
                continue
            begun.popleft()
            told += len(first.sources)
            ready = first.results.result() if first.results.done() else repeat(None)
            for source, results in zip(first.sources, ready, strict=False):
                yield source, work(source) if results is None else results


def _whole(work: Work[Result], most: int, source: Source) -> list[Result] | None:
    """Return all that comes of a source, if it is not too much."""
    results = list(islice(work(source), most + 1))
    return results if len(results) <= most else None


def _left(total: int, done: int, seconds: float) -> float:
    """Return the seconds that the rest will take; as long again, where nobody knows how many there are."""
    if not done:
        return 0.0
    return seconds / done * ((total - done) if total else done)


def _next(given: SimpleQueue[Portion[Result] | None]) -> Portion[Result] | None:
    try:
        return given.get_nowait()
    except Empty:
        return None


def portions(
    sources: Iterable[Source], weigh: Callable[[Source], int | None], sharing: Sharing
) -> Iterator[Portion[Result]]:
    """Put sources together that are little work: handing over has its cost."""
    some: list[Source] = []
    room = 0
    for source in sources:
        weight = weigh(source)
        if some and (weight is None or weight > room or len(some) == sharing.sources):
            yield Portion(some, shared=True)
            some = []
        if weight is None:
            yield Portion([source], shared=False)
            continue
        room = (room if some else sharing.weight) - weight
        some.append(source)
    if some:
        yield Portion(some, shared=True)


@contextmanager
def _helpers(work: Whole[Result], given: SimpleQueue[Portion[Result] | None]) -> Iterator[Callable[[int], None]]:
    """Yield what starts so many processes that take from ``given``. OpenCV works on one thread then, here as there."""
    helpers: list[Helper[Result]] = []
    leaders: list[Thread] = []
    threads = cv2.getNumThreads()

    def start(count: int) -> None:
        for _ in range(count):
            helpers.append(Helper(work))  # here: while no other thread decodes, stderr is the real one
            leaders.append(Thread(target=_lead, args=(helpers[-1], given), daemon=True))
            leaders[-1].start()
        cv2.setNumThreads(1)

    try:
        yield start
    finally:
        for helper in helpers:
            helper.kill()
            given.put(None)
        for helper, leader in zip(helpers, leaders, strict=True):
            leader.join()
            helper.close()
        if helpers:
            cv2.setNumThreads(threads)


def _lead(helper: Helper[Result], given: SimpleQueue[Portion[Result] | None]) -> None:
    """Have a process do what is given, once it is ready, until there is no more."""
    helper.wait()
    while (portion := given.get()) is not None:
        try:
            portion.results.set_result(helper.done(portion.sources))
        except Exception as exc:
            portion.results.set_exception(exc)
            return
