"""``numbre-edge live``: events of a file, options, and what is refused."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.events import Statistics
from numbre_edge.sinks.summary import status, summary
from numbre_edge.sinks.window import has_windows
from tests.cli.conftest import lines

NUMBER_KEYS = ["event", "id", "text", "confidence", "box", "frame", "timestamp", "source", "time"]
SOURCE_KEYS = ["event", "state", "source", "timestamp", "detail", "time"]


@pytest.fixture
def clip(here: Path, page: NDArray[np.uint8]) -> Path:
    """A video of two seconds: the page with its three ones, at 10 frames a second."""
    writer = cv2.VideoWriter("clip.avi", cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 160))
    for _ in range(20):
        writer.write(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR))
    writer.release()
    return here / "clip.avi"


def boxes(out: str) -> list[object]:
    """Return left, top, width and height of all that appeared, one after the other."""
    return [side for line in lines(out) if line["event"] == "appeared" for side in line["box"]]


class TestVideoFile:
    def test_events_as_json(self, run, clip, model) -> None:
        done = run("live", "clip.avi", "--model", model, "--format", "jsonl")
        opened, appeared, ended = lines(done.out)
        assert done.code == 0
        assert list(opened) == list(ended) == SOURCE_KEYS
        assert list(appeared) == NUMBER_KEYS
        assert (opened["event"], opened["state"], opened["source"]) == ("source", "open", "clip.avi")
        assert (appeared["event"], appeared["id"], len(str(appeared["text"]))) == ("appeared", 1, 3)
        assert appeared["timestamp"] == appeared["frame"] / 10
        assert (ended["state"], ended["timestamp"]) == ("ended", 1.9)

    def test_events_as_plain_lines_where_stdout_is_no_terminal(self, run, clip, model) -> None:
        done = run("live", "clip.avi", "--model", model)
        said = [line[len("2026-07-01 12:00:00  ") :] for line in done.out.splitlines()]
        assert said[0] == "    0.0 s  open      clip.avi"
        assert said[1].split()[2:4] == ["appeared", "#1"]
        assert said[2] == "    1.9 s  ended     clip.avi"
        assert " unchanged in " in done.err
        assert done.err.endswith(" frames/s\n")
        assert len(done.err.splitlines()) == 1

    def test_quiet_and_verbose(self, run, clip, model) -> None:
        assert run("live", "clip.avi", "--model", model, "-q").err == ""
        assert run("live", "clip.avi", "--model", model, "-v").err.startswith(f"model {model}, backend onnx\n")

    def test_the_annotated_video_can_be_read_again(self, run, clip, model, here) -> None:
        done = run("live", "clip.avi", "--model", model, "--annotate", "drawn.mp4")
        assert done.code == 0
        capture = cv2.VideoCapture("drawn.mp4")
        frames = []
        while (answer := capture.read())[0]:
            frames.append(answer[1])
        assert (len(frames), capture.get(cv2.CAP_PROP_FPS)) == (20, 10)
        capture.release()
        plain = cv2.VideoCapture("clip.avi")
        page = plain.read()[1]
        plain.release()
        changed = [float(cv2.absdiff(frame, page).max()) for frame in (frames[0], frames[-1])]
        assert changed[0] < 60 < 100 < changed[1]  # nothing is drawn before the number has appeared
        assert sorted(path.name for path in here.iterdir()) == ["clip.avi", "drawn.mp4"]

    def test_rules_hold_back_what_breaks_them(self, run, clip, model) -> None:
        done = run("live", "clip.avi", "--model", model, "--format", "jsonl", "--digits", "5")
        assert [line["event"] for line in lines(done.out)] == ["source", "source"]

    def test_a_region_is_in_pixels_of_the_whole_frame(self, run, clip, model) -> None:
        done = run("live", "clip.avi", "--model", model, "--format", "jsonl", "--roi", "115,0,90,160")
        (appeared,) = [line for line in lines(done.out) if line["event"] == "appeared"]
        assert len(str(appeared["text"])) == 1
        assert appeared["box"][0] >= 115

    def test_frames_are_turned_and_mirrored_first(self, run, clip, model) -> None:
        upside_down = cv2.VideoWriter("turned.avi", cv2.VideoWriter.fourcc(*"MJPG"), 10, (160, 320))
        capture = cv2.VideoCapture("clip.avi")
        while (answer := capture.read())[0]:
            upside_down.write(cv2.rotate(cv2.flip(answer[1], 1), cv2.ROTATE_90_CLOCKWISE))
        upside_down.release()
        capture.release()
        turned = run(
            "live", "turned.avi", "--model", model, "--format", "jsonl", "--rotate", "270", "--annotate", "a.avi"
        )
        right = ("--rotate", "90", "--flip", "v", "--roi", "0%,0%,100%,100%")
        done = run("live", "turned.avi", "--model", model, "--format", "jsonl", *right)
        plain = run("live", "clip.avi", "--model", model, "--format", "jsonl")
        assert boxes(done.out) == pytest.approx(boxes(plain.out), abs=2)
        assert turned.code == 0
        assert cv2.VideoCapture("a.avi").read()[1].shape == (160, 320, 3), "what is drawn is the frame set right"

    def test_a_region_outside_is_wrong_usage(self, run, clip, model) -> None:
        done = run("live", "clip.avi", "--model", model, "--roi", "900,0,10,10")
        assert done.code == 2
        assert done.err == "error: region 900,0,10,10 lies outside the 320x160 picture\n"

    def test_of_a_damaged_one_comes_first_what_can_be_read(self, run, clip, model) -> None:
        clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
        done = run("live", "clip.avi", "--model", model, "--format", "jsonl", "--annotate", "drawn.avi")
        assert done.code == 1
        assert [line["event"] for line in lines(done.out)] == ["source", "appeared"]
        said, error = done.err.splitlines()
        assert " unchanged in " in said
        assert error.startswith("error: clip.avi: damaged: ")
        assert cv2.VideoCapture("drawn.avi").grab()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["gone.avi"], 1, "gone.avi: no such file"),
        (["/dev/video97"], 1, "/dev/video97"),
        (["nonsense"], 2, "nonsense: not a source of frames"),
        (["clip.avi", "--roi", "1,2,3"], 2, "--roi 1,2,3: must be four whole numbers"),
        (["0", "--size", "big"], 2, "--size big: must be two whole numbers WxH in pixels, like 1280x720"),
        (["clip.avi", "--annotate", "drawn.gif"], 2, "--annotate drawn.gif: a video's name must end in .mp4 or .avi"),
        (["clip.avi", "--annotate", "clip.avi"], 2, "--annotate clip.avi: would overwrite what is read"),
        (["clip.avi", "--max-rate", "0"], 2, "rate"),
    ],
)
def test_what_cannot_work_is_one_line(run, clip, model, here, arguments, code, message) -> None:
    done = run("live", *arguments, "--model", model)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith("error: ")
    assert message in done.err
    assert len(done.err.splitlines()) == 1
    assert [path.name for path in here.iterdir()] == ["clip.avi"]


@pytest.mark.skipif(has_windows(cv2.getBuildInformation()), reason="this OpenCV has windows")
def test_a_window_needs_the_other_opencv(run, clip, model) -> None:
    done = run("live", "clip.avi", "--model", model, "--window")
    assert (done.code, done.out) == (2, "")
    assert "pip uninstall opencv-python-headless && pip install opencv-python" in done.err


def test_which_opencv_has_windows() -> None:
    assert has_windows("  Build:\n\n  GUI:                           QT5\n    QT:   YES (ver 5.15.16 )\n")
    assert has_windows("  GUI:                           GTK3\n")
    assert not has_windows("  GUI:                           NONE\n    VTK support:                 NO\n")
    assert not has_windows("")


def test_least_values_are_values(run, clip, model) -> None:
    sure = run("live", "clip.avi", "--model", model, "--format", "jsonl", "--min-confidence", "1")
    unsure = run("live", "clip.avi", "--model", model, "--format", "jsonl", "--min-confidence", "0")
    assert [line["event"] for line in lines(sure.out)] == ["source", "source"], "all digits are doubtful"
    assert "appeared" in unsure.out


@pytest.mark.parametrize(
    ("option", "least"), [("--fps", "0"), ("--digits", "0"), ("--max-rate", "0"), ("--roi", "0,0,0,0")]
)
def test_a_least_value_that_means_nothing_is_refused(run, clip, model, option, least) -> None:
    done = run("live", "0" if option == "--fps" else "clip.avi", "--model", model, option, least)
    assert (done.code, done.out) == (2, "")


def test_it_ends_between_two_frames_not_within_one(run, clip, model) -> None:
    done = run("live", "clip.avi", "--model", model, "--format", "jsonl", "--duration", "0")
    assert (done.code, len(lines(done.out))) == (0, 1)
    assert done.err.startswith("1 frame read, 0 unchanged in ")


def test_figures_are_in_the_units_of_people() -> None:
    statistics = Statistics(read=1204, unchanged=33, dropped=2, seconds=41.2, fps=29.84, p50=0.0211, p95=0.0342)
    assert status(statistics) == "29.8 frames/s, capture to reading p50 21 ms, p95 34 ms"
    assert summary(statistics) == (
        "1204 frames read, 33 unchanged, 2 dropped in 41.2 s: 30.0 frames/s, capture to reading p50 21 ms, p95 34 ms"
    )
    assert summary(Statistics(read=1)) == "1 frame read, 0 unchanged in 0.0 s"
