"""What decoders print themselves: not on the program's stderr, where it is its own."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from numbre_edge.sources.decode import decode_frame
from numbre_edge.sources.noise import own_stderr, without_noise
from tests.conftest import RunPython

pytestmark = pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="only Linux holds stderr back")
LAST_WORDS = """
import os, threading
from numbre_edge.sources.noise import own_stderr, without_noise
inside = threading.Event()
def decode():
    with without_noise():
        inside.set()
        threading.Event().wait()
with own_stderr():
    threading.Thread(target=decode, daemon=True).start()
    inside.wait()
    os.write(2, b"the end\\n")
"""
LINE = b"Corrupt JPEG data: premature end of data segment\n"


@pytest.fixture(scope="module")
def damaged() -> bytes:
    """A JPEG with data missing, of which libjpeg prints a line and decodes the rest."""
    grain = np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8)
    data = cv2.imencode(".jpg", grain)[1].tobytes()
    return data[: len(data) // 2] + b"\xff\xd9"


def test_a_damaged_picture_is_noted_and_not_printed(damaged: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    with own_stderr():
        frame = decode_frame(damaged, "a.jpg")
    assert frame.note == "damaged in places (Corrupt JPEG data: premature end of data segment); copy it again"
    assert capfd.readouterr().err == ""


def test_the_stderr_of_another_program_is_left_alone(damaged: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    assert decode_frame(damaged, "a.jpg").note == ""
    assert capfd.readouterr().err == LINE.decode()


def test_what_others_write_meanwhile_is_passed_on(capfd: pytest.CaptureFixture[str]) -> None:
    with own_stderr(), without_noise() as outer:
        os.write(2, b"one\n" + LINE)
        with without_noise() as inner:
            os.write(2, LINE + b"two\n")
        assert capfd.readouterr().err == "one\ntwo\n"
        os.write(2, b"three")
    assert (len(inner), len(outer)) == (2, 0)
    assert capfd.readouterr().err == "three"


def test_the_last_words_of_a_program_are_not_held(run_python: RunPython) -> None:
    run = run_python("-c", LAST_WORDS)
    assert (run.returncode, run.stderr) == (0, "the end\n")


def test_a_closed_stderr_is_no_obstacle(damaged: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    kept = os.dup(2)
    os.close(2)
    try:
        with own_stderr():
            assert decode_frame(damaged, "a.jpg").width == 64
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def test_many_threads_may_decode(damaged: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with own_stderr(), ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: decode_frame(damaged, "a.jpg"), range(100)))
    os.write(2, b"well\n")
    assert capfd.readouterr().err == "well\n"
    assert len(os.listdir("/proc/self/fd")) <= before
