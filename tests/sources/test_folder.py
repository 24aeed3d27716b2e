"""A watched folder gives each picture that arrives, whole and once, and outlives what goes wrong."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from numbre_edge.drawn import marked
from numbre_edge.errors import MissingExtra, SourceError
from numbre_edge.events import SourceEvent
from numbre_edge.types import Frame

if TYPE_CHECKING:
    from numbre_edge.sources.folder import WatchedFolder

pytest.importorskip("watchfiles", reason="needs numbre-edge[watch]")

Event = Frame | SourceEvent | None
HANGS = 20.0  # seconds, only to end a test that hangs


def picture(grey: int, suffix: str = ".png") -> bytes:
    """Return an encoded picture of 64x48 that is ``grey`` all over."""
    ok, encoded = cv2.imencode(suffix, np.full((48, 64), grey, np.uint8))
    assert ok
    return encoded.tobytes()


def grey(frame: Event) -> int:
    assert isinstance(frame, Frame)
    return int(frame.pixels[0, 0])


class Watch:
    """A watched folder and its events, one after the other, silence left out."""

    def __init__(self, stream: WatchedFolder) -> None:
        self.stream = stream
        self.events = stream.events()

    def next(self) -> Frame | SourceEvent:
        """Return the next event that is not silence."""
        deadline = time.monotonic() + HANGS
        for event in self.events:
            if event is not None:
                return event
            assert time.monotonic() < deadline, "nothing came"
        raise AssertionError("the stream ended")

    def frame(self) -> Frame:
        event = self.next()
        assert isinstance(event, Frame), event
        return event

    def state(self) -> str:
        event = self.next()
        assert isinstance(event, SourceEvent), event
        return event.state

    def silences(self, count: int) -> None:
        """Let ``count`` ticks of silence pass; nothing else may come."""
        assert [next(self.events) for _ in range(count)] == [None] * count


@contextmanager
def watching(name: str) -> Iterator[Watch]:
    from numbre_edge.sources.folder import WatchedFolder

    with WatchedFolder(name) as stream:
        watch = Watch(stream)
        assert watch.state() == "open"
        yield watch


@pytest.fixture(autouse=True)
def _short_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("_TICK", 0.1), ("_SETTLED", 0.1), ("_PATIENCE", 0.5)):
        monkeypatch.setattr(f"numbre_edge.sources.folder.{name}", seconds)


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in/, with old.png in it; its parent is the working directory."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "old.png").write_bytes(picture(1))
    return folder


@pytest.fixture
def watch(inbox: Path) -> Iterator[Watch]:
    assert inbox.is_dir()
    with watching("in") as opened:
        yield opened


class TestArrivals:
    def test_each_new_picture_is_a_frame(self, inbox: Path, watch: Watch) -> None:
        (inbox / "a.png").write_bytes(picture(10))
        first = watch.frame()
        (inbox / "b.JPG").write_bytes(picture(20, ".jpg"))
        second = watch.frame()

        assert [Path(frame.source).as_posix() for frame in (first, second)] == ["in/a.png", "in/b.JPG"]
        assert [(frame.index, grey(frame)) for frame in (first, second)] == [(0, 10), (1, 20)]
        assert (first.width, first.height) == (64, 48)
        assert 0 < first.timestamp < second.timestamp < time.monotonic() - watch.stream.began

    def test_many_at_once_come_each_once_in_order(self, inbox: Path, watch: Watch) -> None:
        for number in range(20):
            (inbox / f"{number:02}.png").write_bytes(picture(number))

        assert [grey(watch.frame()) for _ in range(20)] == list(range(20))
        watch.silences(3)

    def test_one_that_arrives_before_the_first_event_is_asked_for_is_read(self, inbox: Path) -> None:
        from numbre_edge.sources.folder import WatchedFolder

        with WatchedFolder("in") as stream:
            (inbox / "early.png").write_bytes(picture(30))
            watch = Watch(stream)
            assert watch.state() == "open"
            assert grey(watch.frame()) == 30

    def test_one_moved_into_place_is_read_though_it_is_old(self, inbox: Path, watch: Watch, tmp_path: Path) -> None:
        (tmp_path / "made.png").write_bytes(picture(40))
        os.utime(tmp_path / "made.png", (1e9, 1e9))
        (tmp_path / "made.png").rename(inbox / "moved.png")

        assert grey(watch.frame()) == 40

    def test_one_that_is_overwritten_is_read_again(self, inbox: Path, watch: Watch, tmp_path: Path) -> None:
        (inbox / "old.png").write_bytes(picture(50))
        assert grey(watch.frame()) == 50
        (tmp_path / "made.png").write_bytes(picture(60))
        (tmp_path / "made.png").replace(inbox / "old.png")
        assert grey(watch.frame()) == 60

    def test_one_that_comes_again_after_it_was_deleted_is_read_again(self, inbox: Path, watch: Watch) -> None:
        for again in range(2):
            (inbox / "a.png").write_bytes(picture(70))
            os.utime(inbox / "a.png", (1e9, 1e9))
            assert grey(watch.frame()) == 70
            (inbox / "a.png").unlink()
            (inbox / f"{again}.png").write_bytes(picture(again))
            assert grey(watch.frame()) == again  # by now the deletion is noticed too

    def test_one_written_slowly_is_read_once_and_whole(self, inbox: Path, watch: Watch) -> None:
        content = picture(80, ".jpg")
        with (inbox / "slow.jpg").open("wb") as file:
            for start in range(0, len(content), len(content) // 2 + 1):
                file.write(content[start : start + len(content) // 2 + 1])
                file.flush()
                if start == 0:
                    watch.silences(4)

        assert grey(watch.frame()) == 80
        watch.silences(2)

    def test_what_is_no_picture_to_read_is_passed_over(self, inbox: Path, watch: Watch) -> None:
        (inbox / "notes.txt").write_text("not a picture")
        (inbox / "clip.mp4").write_bytes(b"video")
        (inbox / ".a.png.part.png").write_bytes(picture(90))
        (inbox / "folder.png").mkdir()
        (inbox / "folder.png" / "deep.png").write_bytes(picture(91))
        (inbox / "gone.png").write_bytes(picture(92))
        (inbox / "gone.png").unlink()
        watch.silences(2)
        (inbox / "last.png").write_bytes(picture(93))

        assert grey(watch.frame()) == 93

    def test_silence_is_told_while_nothing_comes(self, watch: Watch) -> None:
        watch.silences(3)

    def test_pictures_are_found_where_the_system_gives_no_notices(
        self, inbox: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*arguments: object, **options: object) -> Iterator[None]:
            raise OSError("OS file watch limit reached")

        monkeypatch.setattr("watchfiles.watch", refuse)
        with watching("in") as watch:
            (inbox / "a.png").write_bytes(picture(100))
            assert grey(watch.frame()) == 100


class TestDamage:
    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("cut.png", picture(1)[:-8], "truncated: this PNG file ends before its end marker; copy it again"),
            ("zero.jpg", b"", "empty: the file has 0 bytes"),
            ("text.bmp", b"hello", "not a picture: the content is no format known here, though named .bmp"),
        ],
    )
    def test_a_damaged_picture_is_told_once_and_the_stream_goes_on(
        self, inbox: Path, watch: Watch, name: str, content: bytes, message: str
    ) -> None:
        (inbox / name).write_bytes(content)

        event = watch.next()
        assert isinstance(event, SourceEvent)
        assert (event.state, event.source, event.detail) == ("open", str(Path("in", name)), message)
        watch.silences(2)
        (inbox / "good.png").write_bytes(picture(110))
        assert (frame := watch.frame()).index == 0
        assert grey(frame) == 110

    def test_one_that_is_mended_later_is_read(self, inbox: Path, watch: Watch) -> None:
        (inbox / "a.png").write_bytes(picture(120)[:-8])
        assert watch.state() == "open"
        (inbox / "a.png").write_bytes(picture(120))
        assert grey(watch.frame()) == 120


class TestWhatIsNoPicture:
    def test_a_pipe_and_what_macos_keeps_and_what_we_drew_are_left_alone(self, inbox: Path, watch: Watch) -> None:
        os.mkfifo(inbox / "pipe.jpg")
        (inbox / "._a.jpg").write_bytes(b"\0\5\x16\7")
        (inbox / "b-explained.png").write_bytes(marked(picture(121), "explain"))
        (inbox / "b.jpg").write_bytes(marked(picture(121, ".jpg"), "predict"))
        (inbox / "c.png").write_bytes(picture(122))
        assert grey(watch.frame()) == 122
        watch.silences(3)

    def test_a_picture_that_becomes_a_pipe_does_not_hold_it_up(self, inbox: Path, watch: Watch) -> None:
        (inbox / "a.png").write_bytes(picture(123)[:-8])  # damaged: it will be tried again
        (inbox / "a.png").unlink()
        os.mkfifo(inbox / "a.png")
        (inbox / "b.png").write_bytes(picture(124))
        assert grey(watch.frame()) == 124


class TestTheFolderItself:
    def test_one_that_is_removed_is_lost_and_open_when_it_is_back(self, inbox: Path, watch: Watch) -> None:
        (inbox / "a.png").write_bytes(picture(130))
        watch.frame()
        shutil.rmtree(inbox)
        assert watch.state() == "lost"
        watch.silences(2)
        inbox.mkdir()
        (inbox / "first.png").write_bytes(picture(131))
        assert watch.state() == "open"
        assert grey(watch.frame()) == 131
        (inbox / "second.png").write_bytes(picture(132))
        last = watch.frame()
        assert (last.index, grey(last)) == (2, 132)

    def test_what_was_there_before_it_was_taken_away_is_not_read_again(self, inbox: Path, watch: Watch) -> None:
        (inbox / "a.png").write_bytes(picture(140))
        watch.frame()
        inbox.rename("away")
        assert watch.state() == "lost"
        Path("away", "new.png").write_bytes(picture(141))
        Path("away").rename(inbox)
        assert watch.state() == "open"
        assert grey(watch.frame()) == 141
        watch.silences(3)

    def test_one_replaced_at_once_is_watched_on(self, inbox: Path, watch: Watch) -> None:
        shutil.rmtree(inbox)
        inbox.mkdir()
        assert [watch.state(), watch.state()] == ["lost", "open"]
        (inbox / "a.png").write_bytes(picture(150))
        assert grey(watch.frame()) == 150

    @pytest.mark.parametrize(("name", "reason"), [("gone", "no such folder"), ("in/old.png", "not a directory")])
    @pytest.mark.usefixtures("inbox")
    def test_one_that_is_not_there_is_an_error(self, name: str, reason: str) -> None:
        with pytest.raises(SourceError, match=f"^{name}: cannot watch this folder: {reason}"), watching(name):
            pass

    def test_a_path_with_a_slash_or_a_link_is_watched_too(self, inbox: Path) -> None:
        Path("link").symlink_to(inbox)
        for name, arrival in (("in/", "a.png"), ("link", "b.png"), ("./in/../in", "c.png")):
            with watching(name) as watch:
                (inbox / arrival).write_bytes(picture(160))
                assert watch.frame().source == str(Path(name, arrival))


@pytest.mark.skipif(sys.platform != "linux", reason="file names are Unicode elsewhere")
@pytest.mark.usefixtures("inbox")
def test_a_folder_whose_name_is_no_utf8_is_watched_by_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numbre_edge.sources.folder._LOOK", 0.01)
    inbox = Path(os.fsdecode(b"caf\xe9"))
    inbox.mkdir()
    with watching(str(inbox)) as watch:
        (inbox / "a.png").write_bytes(picture(160))
        assert grey(watch.frame()) == 160


@pytest.mark.usefixtures("inbox")
def test_leaving_ends_the_events_and_the_thread() -> None:
    before = threading.active_count()
    with watching("in") as watch:
        watch.silences(1)
        assert threading.active_count() == before + 1

    assert threading.active_count() == before
    assert list(watch.events) == []


@pytest.mark.usefixtures("inbox")
def test_without_watchfiles_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)

    with pytest.raises(MissingExtra, match=r"pip install 'numbre-edge\[watch\]'"), watching("in"):
        pass
