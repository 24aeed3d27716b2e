"""What comes out of a file: frames, or the reason why not."""

from __future__ import annotations

import os
import select
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from numbre_edge.errors import SourceError, UsageError
from numbre_edge.sources.content import MAX_BYTES, read_bytes
from numbre_edge.sources.files import Source, frame_at, frames
from numbre_edge.sources.listing import list_sources
from numbre_edge.types import Frame


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A picture file, 30 x 20."""
    path = tmp_path / "page.png"
    cv2.imwrite(str(path), np.full((20, 30), 200, np.uint8))
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Seven frames at 10 a second; frame n is n * 30 grey."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10, (64, 48))
    for index in range(7):
        writer.write(np.full((48, 64, 3), index * 30, np.uint8))
    writer.release()
    return path


def read(path: Path, *, every: int = 1) -> list[Frame]:
    return list(frames(Source(str(path)), every=every))


def test_a_picture_is_one_frame_of_full_size(page: Path) -> None:
    (frame,) = read(page)
    assert (frame.source, frame.index, frame.timestamp) == (str(page), 0, 0.0)
    assert (frame.width, frame.height) == (30, 20)


def test_a_video_is_every_nth_frame(clip: Path) -> None:
    found = read(clip, every=3)
    assert [frame.index for frame in found] == [0, 3, 6]
    assert [frame.timestamp for frame in found] == pytest.approx([0.0, 0.3, 0.6])
    assert [round(float(frame.pixels.mean())) for frame in found] == pytest.approx([0, 90, 180], abs=3)
    assert found[0].pixels.shape == (48, 64, 3)


def test_a_picture_that_came_on_stdin_is_a_frame(page: Path) -> None:
    (frame,) = frames(Source("-", content=page.read_bytes()))
    assert (frame.source, frame.width, frame.height) == ("-", 30, 20)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gone.png", None, "no such file"),
        ("gone.mp4", None, "no such file"),
        ("nul\0.png", None, "no such file"),
        ("nul\0.mp4", None, "no such file"),
        ("x" * 300 + ".png", None, "file name too long"),
        ("zero.png", b"", "empty: the file has 0 bytes"),
        ("zero.mp4", b"", "empty: the file has 0 bytes"),
        ("text.mp4", b"hello", "cannot be opened as a video"),
    ],
)
def test_what_cannot_be_read_is_an_error_without_the_path(
    name: str, content: bytes | None, message: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read(tmp_path / name)
    assert str(caught.value).startswith(message)
    assert str(tmp_path) not in str(caught.value)


def test_an_error_that_is_known_already_is_said_when_it_is_read() -> None:
    with pytest.raises(SourceError, match="no pictures in this folder"):
        list(frames(Source("june", error="no pictures in this folder")))


@pytest.mark.parametrize(("name", "message"), [("a.png", "is a folder, not a picture"), ("a.mp4", "no regular file")])
def test_a_folder_called_like_a_file_is_an_error(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(SourceError, match=message):
        read(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_permission_denied_is_an_error(page: Path) -> None:
    page.chmod(0)
    with pytest.raises(SourceError, match="permission denied"):
        read(page)


def test_a_video_cut_short_before_its_first_frame_is_an_error(clip: Path) -> None:
    clip.write_bytes(clip.read_bytes()[:300])
    with pytest.raises(SourceError, match=r"video"):
        read(clip)


def test_a_sparse_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse.jpg"
    with path.open("wb") as file:
        file.write(b"\xff\xd8\xff")
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(SourceError, match="too large: a picture file may have 400 MB"):
        read_bytes(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no pipes among its files")
class TestPipes:
    def test_one_that_nobody_writes_to_is_an_error(self, tmp_path: Path) -> None:
        for name in ("a.jpg", "a.mp4"):
            os.mkfifo(tmp_path / name)
        with pytest.raises(SourceError, match="empty: a pipe that nobody writes to"):
            read(tmp_path / "a.jpg")
        with pytest.raises(SourceError, match="is no regular file; a video is read from one"):
            read(tmp_path / "a.mp4")

    def test_what_somebody_writes_is_read_to_its_end(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        picture = np.random.default_rng(1).bytes(200_000)  # more than a pipe holds
        reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)  # or the writer waits for a reader
        writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=[picture])
        writer.start()
        try:
            while not select.select([reading], [], [], 10)[0]:
                pytest.fail("nothing was written")
            assert read_bytes(tmp_path / "pipe") == picture
        finally:
            os.close(reading)
            writer.join()

    def test_a_device_is_an_error(self) -> None:
        with pytest.raises(SourceError, match="is a device or socket, not a picture"):
            read_bytes(Path("/dev/zero"))

    @pytest.mark.skipif(not Path("/proc/self/pagemap").exists(), reason="Linux")
    @pytest.mark.parametrize("name", ["pagemap.jpg", "pagemap"])
    def test_what_the_system_makes_up_is_no_picture_and_is_not_opened(self, tmp_path: Path, name: str) -> None:
        """It may wait for ever, as /proc/kmsg does, or have no end."""
        link = tmp_path / name
        link.symlink_to("/proc/self/pagemap")
        with pytest.raises(SourceError, match="is made up by the system, not a picture"):
            read_bytes(link)
        with pytest.raises(UsageError, match=f"no picture to read: .*/{name}: not a regular file"):
            list_sources([str(link)])


class TestOneFrame:
    @pytest.mark.parametrize("index", [0, 1, 5, 6])
    def test_a_frame_of_a_video_by_its_number(self, index: int, clip: Path) -> None:
        frame = frame_at(Source(str(clip)), index)
        assert frame.index == index
        assert float(frame.pixels.mean()) == pytest.approx(index * 30, abs=3)

    def test_a_picture_has_frame_0(self, page: Path) -> None:
        assert frame_at(Source(str(page))).width == 30
        with pytest.raises(UsageError, match=r"page.png: there is no frame 1; a picture has frame 0"):
            frame_at(Source(str(page)), 1)

    @pytest.mark.parametrize("index", [7, 100])
    def test_a_frame_beyond_the_end_is_wrong_usage(self, index: int, clip: Path) -> None:
        with pytest.raises(UsageError, match=f"clip.avi: there is no frame {index}; the video ends before it"):
            frame_at(Source(str(clip)), index)
