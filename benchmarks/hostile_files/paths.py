"""Paths that are no file, or have a name that does harm."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from hostile_files.pictures import good_pictures

_NAMES = (
    b"\xff.png",
    b"\xff.mp4",
    b"\xff",
    b"\x1b[2J.png",
    b"a\nb.png",
    b"a\rb.mp4",
    b"%d%s%n.mp4",
    b"-rf.png",
    b"x" * 251 + b".png",
)


def paths(folder: Path) -> Iterator[str]:
    """Make them in a folder, and yield their names."""
    picture = next(content for name, content in good_pictures() if name.endswith(".png"))
    for name in _NAMES:
        path = os.path.join(os.fsencode(folder), name)
        with open(path, "wb") as file:
            file.write(picture)
        yield os.fsdecode(path)
    for name, target in (
        ("loop.png", "loop.png"),
        ("gone.mp4", "nowhere"),
        ("zero.png", "/dev/zero"),
        ("full.mp4", "/dev/full"),
    ):
        (folder / name).symlink_to(target)
        yield str(folder / name)
    (folder / "folder.png").mkdir()
    yield from (
        str(folder / name) for name in ("folder.png", "x" * 300 + ".png", "../" * 2000 + "a.png", "gone[.png", "*")
    )
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.mp4")
        yield str(folder / "pipe.mp4")
