"""An annotated video: readable again, as long as what it shows, and whole or not there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import cv2
import numpy as np
import pytest

from numbre_edge.errors import NumbreError, UsageError
from numbre_edge.events import Seen, Statistics, Tracked
from numbre_edge.sinks.video import AnnotatedVideo
from numbre_edge.types import Box, Frame, Pixels

CUT_SHORT = """
import resource, sys
from pathlib import Path
import numpy as np
from numbre_edge.errors import NumbreError
from numbre_edge.events import Seen, Statistics
from numbre_edge.sinks.video import AnnotatedVideo
from numbre_edge.types import Frame
rng = np.random.default_rng(0)
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    with AnnotatedVideo(Path(sys.argv[1]), fps=10) as video:
        for index in range(120):
            noise = rng.integers(0, 256, (120, 160, 3), np.uint8)
            pixels = noise if index < 5 else np.full_like(noise, 200)
            video.frame(Seen(Frame(pixels, timestamp=index / 10), None, (), Statistics()))
except NumbreError as exc:
    print(exc)
"""
RunPython = Callable[..., CompletedProcess[str]]
NUMBER = Tracked(1, "4", 0.9, Box(60, 60, 20, 30))


def seen(pixels: Pixels, timestamp: float = 0.0, *numbers: Tracked) -> Seen:
    return Seen(Frame(pixels, timestamp=timestamp), None, numbers, Statistics())


def shade(grey: int, *, width: int = 200, height: int = 120) -> Pixels:
    return np.full((height, width), grey, np.uint8)


def frames_of(path: Path) -> tuple[list[Pixels], float]:
    """Return a video's frames and their rate."""
    capture = cv2.VideoCapture(str(path))
    frames = []
    while True:
        ok, pixels = capture.read()
        if not ok:
            break
        frames.append(np.asarray(pixels, np.uint8))
    rate = capture.get(cv2.CAP_PROP_FPS)
    capture.release()
    return frames, rate


def middle(pixels: Pixels) -> int:
    return int(pixels[pixels.shape[0] // 2, pixels.shape[1] // 2].mean())


@pytest.mark.parametrize("name", ["drawn.mp4", "drawn.AVI"])
def test_every_frame_of_a_video_has_its_place_with_readings_drawn_in(tmp_path: Path, name: str) -> None:
    with AnnotatedVideo(tmp_path / name) as clip:
        for index in range(10):
            clip.frame(seen(shade(20 * index + 20), index / 12.5, NUMBER))
        assert not (tmp_path / name).exists()
    frames, rate = frames_of(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert rate == pytest.approx(12.5)
    assert [middle(pixels) for pixels in frames] == pytest.approx([20 * index + 20 for index in range(10)], abs=4)
    assert np.ptp(frames[0][40:110, 40:110].astype(int)) > 80  # the box


def test_a_camera_s_uneven_frames_keep_their_times(tmp_path: Path) -> None:
    times = [5.0, 5.1, 5.4, 5.41, 5.5]
    with AnnotatedVideo(tmp_path / "a.avi", fps=10) as clip:
        for index, time in enumerate(times):
            clip.frame(seen(shade(50 * index), time))
    frames, rate = frames_of(tmp_path / "a.avi")
    assert rate == 10
    # The second is shown until the fourth comes; the third has no place of its own.
    assert [round(middle(pixels) / 50) for pixels in frames] == [0, 1, 1, 1, 3, 4]


def test_a_lost_camera_s_hour_is_not_written(tmp_path: Path) -> None:
    with AnnotatedVideo(tmp_path / "a.avi", fps=10) as clip:
        clip.frame(seen(shade(50), 1.0))
        clip.frame(seen(shade(100), 3601.0))
    assert len(frames_of(tmp_path / "a.avi")[0]) == 21


def test_a_video_that_does_not_know_its_times_keeps_its_frames(tmp_path: Path) -> None:
    with AnnotatedVideo(tmp_path / "a.avi") as clip:
        for index in range(5):
            clip.frame(seen(shade(50 * index)))
    assert len(frames_of(tmp_path / "a.avi")[0]) == 5


@pytest.mark.parametrize(("width", "height"), [(400, 240), (120, 200), (7, 120), (1, 1)])
def test_frames_of_another_size_are_fitted_whole(tmp_path: Path, width: int, height: int) -> None:
    with AnnotatedVideo(tmp_path / "a.avi", fps=10) as clip:
        clip.frame(seen(shade(100), 0.0))
        clip.frame(seen(shade(200, width=width, height=height), 0.1))
    frames, _ = frames_of(tmp_path / "a.avi")
    assert [pixels.shape for pixels in frames] == [(120, 200, 3)] * 2
    assert middle(frames[1]) == pytest.approx(200, abs=4)
    assert (frames[1][0, 0].mean() < 20) == (width / height != 200 / 120)


def test_an_odd_size_is_no_obstacle(tmp_path: Path) -> None:
    with AnnotatedVideo(tmp_path / "a.mp4", fps=10) as clip:
        for index in range(3):
            clip.frame(seen(shade(100, width=201, height=121), index / 10))
    assert len(frames_of(tmp_path / "a.mp4")[0]) == 3


def test_without_a_frame_there_is_no_video(tmp_path: Path) -> None:
    with AnnotatedVideo(tmp_path / "a.mp4"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_one_frame_is_a_video(tmp_path: Path) -> None:
    with AnnotatedVideo(tmp_path / "a.mp4") as clip:
        clip.frame(seen(shade(100)))
    assert len(frames_of(tmp_path / "a.mp4")[0]) == 1


def test_what_was_seen_until_an_error_is_kept(tmp_path: Path) -> None:
    def fail() -> None:
        with AnnotatedVideo(tmp_path / "a.mp4") as clip:
            clip.frame(seen(shade(100)))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert len(frames_of(tmp_path / "a.mp4")[0]) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("drawn.mkv", r"drawn\.mkv: a video's name must end in \.mp4 or \.avi"),
        ("drawn", "must end in"),
        ("gone/a.mp4", "there is no folder .*gone; make it first"),
        ("folder.mp4", "is a folder"),
        ("caf\udce9.mp4", "its whole path is not UTF-8"),  # OpenCV would end the whole program by SIGSEGV
    ],
)
def test_a_name_that_cannot_be_written_is_refused_before_any_work(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(UsageError, match=message):
        AnnotatedVideo(tmp_path / name)


def test_a_disk_that_is_nearly_full_ends_the_video_whole(tmp_path: Path) -> None:
    megabytes = iter((500, 17, 15))
    clip = AnnotatedVideo(tmp_path / "a.mp4", fps=10, free=lambda folder: next(megabytes) << 20)
    clip.frame(seen(shade(100), 0.0))
    clip.frame(seen(shade(100), 0.5))
    with pytest.raises(NumbreError, match=r"a\.mp4: its disk is nearly full: the video ends here, and is kept"):
        clip.frame(seen(shade(100), 1.0))
    assert len(frames_of(tmp_path / "a.mp4")[0]) == 6
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize(("name", "limit"), [("a.mp4", 60_000), ("a.avi", 33_000), ("a.avi", 90_000)])
def test_a_video_that_was_cut_short_is_an_error_and_spares_the_one_before(
    tmp_path: Path, name: str, limit: int, run_python: RunPython
) -> None:
    # As when the disk is full, or a quota is reached, faster than it can be seen: OpenCV says nothing of that, and
    # of an AVI with 2 or 35 of its 120 frames FFmpeg says that it has more.
    (tmp_path / name).write_bytes(b"the one before")
    run = run_python("-c", CUT_SHORT, str(tmp_path / name), str(limit))
    assert run.stdout == f"cannot write {tmp_path / name}: the video came out damaged; is the disk full?\n"
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_bytes() == b"the one before"


def test_it_is_the_disk_of_what_a_link_leads_to_that_counts(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "a.mp4").symlink_to(tmp_path / "full" / "a.mp4")
    clip = AnnotatedVideo(tmp_path / "a.mp4", free=lambda folder: 0 if folder.name == "full" else 1 << 40)
    with pytest.raises(NumbreError, match=r"a\.mp4: its disk is nearly full: there is no video; make room"):
        clip.frame(seen(shade(100)))
    assert list((tmp_path / "full").iterdir()) == []


def test_a_pipe_or_a_device_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(UsageError, match=r"pipe\.mp4: is no file: a video cannot be written into a pipe"):
        AnnotatedVideo(tmp_path / "pipe.mp4")


def test_a_video_that_came_out_damaged_is_an_error(tmp_path: Path) -> None:
    clip = AnnotatedVideo(tmp_path / "a.avi", fps=10)
    clip.frame(seen(shade(100), 0.0))
    clip.frame(seen(shade(100), 0.5))
    for part in tmp_path.iterdir():
        part.unlink()
        part.touch()  # as when the disk is full
    with pytest.raises(NumbreError, match=r"cannot write .*a\.avi: the video came out damaged"):
        clip.close()
    assert list(tmp_path.iterdir()) == []
