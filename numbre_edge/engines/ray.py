"""Ray: tasks on a cluster of any size, this machine's cores where there is none. Lost workers' tasks run again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from numbre_edge.errors import MissingExtra, NumbreError, one_line

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # before Ray is imported: it reports its use otherwise

try:
    import fsspec  # noqa: F401 - the extra brings them together
    import pyarrow  # noqa: F401
    import ray
    from ray.exceptions import RayError, RayTaskError
except ImportError as exc:
    raise MissingExtra("--engine ray", "ray") from exc

_Given = TypeVar("_Given")

_WAITING = 4  # tasks for each CPU that are known to Ray: enough for it to ask for more nodes, few for a million parts
_MEMORY = 100 * 2**20  # bytes of a store that we start: tasks return a number each
_TICK = 1.0  # seconds


@contextmanager
def cluster() -> Iterator[None]:
    """Be connected to a cluster: that of ``RAY_ADDRESS``, that which ``ray start`` made here, or one made for this run.

    Raises:
        NumbreError: there is none, and none can be made.
    """
    if ray.is_initialized():
        yield
        return
    try:
        _connect()
    except Exception as exc:  # of many kinds, ValueError and RuntimeError too
        raise NumbreError(f"Ray cannot be reached or started: {one_line(exc)}") from exc
    try:
        yield
    finally:
        ray.shutdown()


def _connect() -> None:
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    try:
        ray.init("auto", **quiet)
    except ConnectionError:
        if "RAY_ADDRESS" in os.environ:
            raise
        ray.init("local", include_dashboard=False, object_store_memory=_MEMORY, **quiet)


def results(function: Callable[[_Given], int], given: Sequence[_Given]) -> Iterator[int]:
    """Run ``function`` on each by the cluster's workers, in any order; yield what it returns, and 0 every second.

    Raises:
        NumbreError: one failed, or its workers died again and again.
    """
    if not given:
        return
    task = ray.remote(num_cpus=1)(lambda one: function(one))  # it takes no partial
    left = iter(given)
    pending: list[Any] = []
    while True:
        room = _WAITING * max(1, int(ray.cluster_resources().get("CPU", 1))) - len(pending)
        pending += [task.remote(one) for one in islice(left, max(0, room))]
        if not pending:
            return
        done, pending = ray.wait(pending, timeout=_TICK)
        yield sum(map(_result, done))


def _result(task: Any) -> int:
    try:
        result: int = ray.get(task)
    except RayTaskError as exc:
        if isinstance(exc.cause, NumbreError):
            raise exc.cause from None
        raise NumbreError(f"a worker failed: {type(exc.cause).__name__}: {one_line(exc.cause)}") from exc
    except RayError as exc:
        raise NumbreError(f"workers died again and again: {one_line(exc)}") from exc
    return result
