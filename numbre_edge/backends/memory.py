"""How much memory a stranger's model may take while it is tried."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STATUS = Path("/proc/self/status")
_turn = threading.Lock()  # of two bounds at once, one would be put back for ever


@contextmanager
def bounded(most: int) -> Iterator[None]:
    """Let this process take at most ``most`` bytes more meanwhile: what asks for more is told that there is none.

    All threads share the bound. Linux alone has it: elsewhere there is none.
    """
    with _turn:
        held = re.search(r"^VmData:\s+(\d+) kB", _STATUS.read_text(), re.MULTILINE) if _STATUS.exists() else None
        if held is None:
            yield
            return
        import resource

        before = soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        limits = [limit for limit in (int(held[1]) * 1024 + most, soft, hard) if limit != resource.RLIM_INFINITY]
        resource.setrlimit(resource.RLIMIT_DATA, (min(limits), hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_DATA, before)
