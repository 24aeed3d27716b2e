"""One run of a stream, which many can listen to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing

from numbre_edge.events import Listener, Seen
from numbre_edge.live.watch import Follower, watch
from numbre_edge.sources.stream import Stream
from numbre_edge.sources.view import UPRIGHT, Orientation, Region
from numbre_edge.tracking import Rules, Tracker


def run(
    stream: Stream,
    reader: Follower,
    listeners: Sequence[Listener],
    *,
    rules: Rules | None = None,
    orientation: Orientation = UPRIGHT,
    region: Region | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Read a stream until it ends, ``stop`` says so or a listener has had enough: between two frames, never within one.

    Args:
        stream: opened here, and closed.
        reader: reads a frame.
        listeners: told in their order; entered by the caller, who leaves them too.
        rules: what is known of the numbers.
        orientation: how each frame is set right, before all else.
        region: the part of each frame to read.
        stop: asked after each frame, and several times a second while none comes.

    Raises:
        NumbreError: as ``watch`` does.
    """
    # Pictures of their own have nothing to do with each other: each counts by itself.
    tracker = Tracker(rules, confirm=1, patience=0.0) if stream.separate else Tracker(rules)
    with stream, closing(watch(stream, reader, tracker, orientation=orientation, region=region)) as happenings:
        for happening in happenings:
            for listener in listeners:
                if isinstance(happening, Seen):
                    listener.frame(happening)
                elif happening is None:
                    listener.idle()
                else:
                    listener.event(happening)
            between_frames = happening is None or isinstance(happening, Seen)
            if between_frames and (stop() or any(listener.closed() for listener in listeners)):
                return
