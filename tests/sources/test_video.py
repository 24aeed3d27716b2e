"""A video file as a stream: all that can be read, then what was wrong."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import cv2
import pytest

from numbre_edge.errors import SourceError
from numbre_edge.events import SourceEvent
from numbre_edge.sources.noise import own_stderr
from numbre_edge.sources.video import VideoStream, video_frames
from numbre_edge.types import Frame
from tests.conftest import RunPython
from tests.sources.matroska import matroska
from tests.sources.mjpeg_server import number_of, picture
from tests.sources.scripted_capture import News, frames_in, states_in

FPS = 10
COUNT = 50


def clip(path: Path, codec: str = "MJPG") -> Path:
    """Write ``COUNT`` frames that show their own number."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), FPS, (160, 80))
    if not writer.isOpened():
        pytest.skip(f"this OpenCV cannot write {codec} in {path.suffix}")
    for number in range(COUNT):
        writer.write(picture(number))
    writer.release()
    return path


def cut(path: Path, share: float) -> Path:
    """Leave only the first ``share`` of a file."""
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    return path


def read(path: Path) -> tuple[list[News], str]:
    """Return what a video yields, and its error or ""."""
    found: list[News] = []
    try:
        with VideoStream(str(path)) as stream:
            for news in stream.events():
                found.append(news)
    except SourceError as exc:
        return found, str(exc)
    return found, ""


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="only Linux holds stderr back")
def test_what_opencv_shows_of_a_damaged_avi_gives_the_terminal_no_orders(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = clip(tmp_path / "a.avi")
    path.write_bytes(path.read_bytes()[:300].replace(b"hdrl", b"\n\x1b[J"))
    with own_stderr():
        read(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("name", "codec"), [("a.avi", "MJPG"), ("a.mp4", "mp4v"), ("a.mkv", "MJPG")])
def test_every_frame_comes_once_in_the_videos_own_time(name: str, codec: str, tmp_path: Path) -> None:
    path = clip(tmp_path / name, codec)
    found, error = read(path)

    assert error == ""
    first, *frames, last = found
    assert first == SourceEvent("open", str(path), 0.0)
    assert [number_of(frame.pixels) for frame in frames if isinstance(frame, Frame)] == list(range(COUNT))
    assert [frame.index for frame in frames_in(found)] == list(range(COUNT))
    assert {frame.source for frame in frames_in(found)} == {str(path)}
    assert [frame.timestamp for frame in frames_in(found)] == pytest.approx([n / FPS for n in range(COUNT)])
    assert last == SourceEvent("ended", str(path), frames_in(found)[-1].timestamp)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.avi", "damaged: only {count} of the video's 50 frames can be read; copy it again"),
        ("a.mkv", "damaged: the video ends after {reached:.1f} of its 5.0 s; copy it again"),
    ],
)
def test_of_a_video_cut_short_what_is_there_is_read_then_it_is_said(name: str, message: str, tmp_path: Path) -> None:
    path = cut(clip(tmp_path / name), 0.5)
    found, error = read(path)

    frames = frames_in(found)
    assert 15 <= len(frames) <= 30
    assert [number_of(frame.pixels) for frame in frames[:-1]] == list(range(len(frames) - 1))
    assert error == f"{path}: " + message.format(count=len(frames), reached=frames[-1].timestamp)
    assert states_in(found) == ["open"], "it did not come to its end"


def test_of_a_video_damaged_in_its_middle_what_can_be_read_is_read(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.avi")
    content = bytearray(path.read_bytes())
    middle, fifth = len(content) // 2, len(content) // 5
    content[middle : middle + fifth] = bytes(fifth)
    path.write_bytes(content)

    found, error = read(path)

    numbers = [number_of(frame.pixels) for frame in frames_in(found)]
    assert numbers[:20] == list(range(20))
    assert error == f"{path}: damaged: only {len(numbers)} of the video's 50 frames can be read; copy it again"


def slides(path: Path, times: list[float], *, duration: float) -> Path:
    """Write a video whose frames, which show their own number, come at any times."""
    path.write_bytes(matroska([picture(number) for number in range(len(times))], times, duration=duration))
    return path


@pytest.mark.parametrize("start", [0.0, 5.0])
def test_of_a_variable_rate_the_times_are_those_of_the_video(start: float, tmp_path: Path) -> None:
    times = [0.0, 0.1, 0.2, 2.0, 2.5, 2.6]
    path = slides(tmp_path / "a.mkv", [start + time for time in times], duration=2.7)
    found, error = read(path)

    assert error == ""
    assert [frame.timestamp for frame in frames_in(found)] == pytest.approx(times)
    assert [number_of(frame.pixels) for frame in frames_in(found)] == list(range(6))
    assert found[-1] == SourceEvent("ended", str(path), frames_in(found)[-1].timestamp)
    assert [(frame.index, frame.timestamp) for frame in video_frames(path, every=3)] == [(0, 0.0), (3, 2.0)]


def test_frames_that_state_no_later_time_follow_at_the_nominal_rate(tmp_path: Path) -> None:
    found, error = read(slides(tmp_path / "a.mkv", [0.0, 0.0, 0.0, 0.0, 1.0], duration=1.1))

    assert error == ""
    times = [frame.timestamp for frame in frames_in(found)]
    assert times == sorted(set(times))
    assert times[-1] == 1.0


def test_a_last_frame_that_stays_as_long_as_others_is_no_damage(tmp_path: Path) -> None:
    found, error = read(slides(tmp_path / "a.mkv", [0.0, 10.0, 20.0], duration=30.0))

    assert error == ""
    assert [frame.timestamp for frame in frames_in(found)] == [0.0, 10.0, 20.0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        (b"", "empty: the file has 0 bytes"),
        (
            b"not a video at all",
            "cannot be opened as a video: damaged, truncated or of an unknown codec; copy it again",
        ),
    ],
)
def test_what_is_no_video_is_an_error_with_its_name(content: bytes | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    if content is not None:
        path.write_bytes(content)
    found, error = read(path)

    assert error.startswith(f"{path}: {message}")
    assert found == []


def test_a_video_of_frames_too_large_is_refused_before_one_is_decoded(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.avi")
    assert len(list(video_frames(path, max_pixels=160 * 80))) == COUNT
    with pytest.raises(SourceError, match=r"too large: its 160x80 pixels are more than 0\.0127 million"):
        next(video_frames(path, max_pixels=12_700))


@pytest.mark.skipif(sys.platform != "linux", reason="file names are Unicode elsewhere")
def test_a_video_whose_name_is_no_utf8_is_an_error(tmp_path: Path) -> None:
    # OpenCV would end the whole program by SIGSEGV.
    path = tmp_path / os.fsdecode(b"caf\xe9.avi")
    clip(tmp_path / "a.avi").rename(path)
    assert read(path) == ([], f"{path}: its path is not UTF-8, and OpenCV opens no other: rename it")


def test_a_video_without_its_index_is_an_error(tmp_path: Path) -> None:
    path = cut(clip(tmp_path / "a.mp4", "mp4v"), 0.9)
    found, error = read(path)

    assert found == []
    assert error.startswith(f"{path}: cannot be opened as a video: damaged, truncated or of an unknown codec")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_video_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.avi")
    path.chmod(0)
    assert read(path) == ([], f"{path}: permission denied; check who may read it")


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts in /proc, which only Linux has")
def test_leaving_in_the_middle_closes_the_file(tmp_path: Path) -> None:
    path = clip(tmp_path / "a.avi")
    with VideoStream(str(path)) as stream:
        events = stream.events()
        assert [type(next(events)) for _ in range(3)] == [SourceEvent, Frame, Frame]
        assert str(path) in open_files()

    assert str(path) not in open_files()
    assert list(events) == []
    assert list(stream.events()) == []


def open_files() -> set[str]:
    """Return the paths of the files that this process has open."""
    links = list(Path("/proc/self/fd").iterdir())
    return {os.readlink(link) for link in links if link.is_symlink()}  # that of the listing itself is gone


def test_a_stream_entered_again_begins_again(tmp_path: Path) -> None:
    stream = VideoStream(str(clip(tmp_path / "a.avi")))
    for _ in range(2):
        with stream:
            assert len(frames_in(list(stream.events()))) == COUNT


def test_nothing_is_printed_about_damage(run_python: RunPython, tmp_path: Path) -> None:
    paths = [cut(clip(tmp_path / "a.avi"), 0.5), cut(clip(tmp_path / "a.mp4", "mp4v"), 0.9)]
    program = (
        "import sys; from numbre_edge.errors import SourceError; from numbre_edge.sources.video import VideoStream\n"
        "for path in sys.argv[1:]:\n"
        "    try:\n"
        "        with VideoStream(path) as stream: list(stream.events())\n"
        "    except SourceError: continue\n"
        "    sys.exit('no error')\n"
    )
    # In a process of its own: FFmpeg keeps the level of its first use, and here OpenCV has written videos.
    run = run_python("-c", program, *map(str, paths))

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
