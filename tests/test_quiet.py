"""OpenCV keeps still, and no thread is in it when the program ends."""

from __future__ import annotations

from collections.abc import Callable
from subprocess import CompletedProcess

import cv2

from numbre_edge.quiet import quiet_opencv

RunPython = Callable[..., CompletedProcess[str]]

HELD_UP = """
import threading, time
from numbre_edge.quiet import quiet_opencv
inside = threading.Event()
def work():
    with quiet_opencv():
        inside.set()
        time.sleep(0.5)  # held up in a driver
        print("came back", flush=True)
threading.Thread(target=work, daemon=True).start()
inside.wait()
"""
CTRL_C = """
import os, signal
def press():
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=press, daemon=True).start()
"""
BUSY = """
import atexit, threading, time
atexit.register(time.sleep, 0.2)  # the last to be called, after all threads were seen off
import cv2, numpy as np
from numbre_edge.quiet import quiet_opencv
begun = threading.Event()
def work():
    while True:
        with quiet_opencv():
            cv2.blur(page, (5, 5))
        begun.set()
page = np.zeros((500, 500), np.uint8)
for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
begun.wait()
"""


def test_messages_come_back_when_the_last_one_is_out() -> None:
    level = cv2.utils.logging.getLogLevel()
    with quiet_opencv():
        with quiet_opencv():
            pass
        assert cv2.utils.logging.getLogLevel() == cv2.utils.logging.LOG_LEVEL_SILENT
    assert cv2.utils.logging.getLogLevel() == level


def test_the_program_ends_when_the_last_one_is_out(run_python: RunPython) -> None:
    # One that came back later would end it by SIGABRT.
    run = run_python("-c", HELD_UP)
    assert (run.returncode, run.stdout, run.stderr) == (0, "came back\n", "")


def test_nobody_goes_in_again_while_the_program_ends(run_python: RunPython) -> None:
    run = run_python("-c", BUSY)
    assert (run.returncode, run.stderr) == (0, "")


def test_whoever_has_no_patience_ends_it_at_once(run_python: RunPython) -> None:
    endless = HELD_UP.replace("time.sleep(0.5)", "time.sleep(100)")
    run = run_python("-c", endless + CTRL_C)
    assert (run.returncode, run.stdout) == (130, "")
