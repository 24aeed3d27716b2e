"""``numbre-edge serve``: how it begins, what it says, and how it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.sinks.mosquitto import PROGRAM, Ear, Mosquitto

for package in ("starlette", "uvicorn", "python_multipart"):
    pytest.importorskip(package, reason="needs numbre-edge[web]")

PATIENCE = 60  # seconds until a hang is a failure
TOKEN = "correct-horse-battery-staple"


@pytest.fixture
def token_file(here: Path) -> Path:
    file = here / "token"
    file.write_text(TOKEN)
    file.chmod(0o600)
    return file


@contextmanager
def served(*arguments: str | Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """Yield a server in a process of its own, its page's address, and what it said before."""
    command = [sys.executable, "-m", "numbre_edge", "serve", "--port", "0", *map(str, arguments)]
    path = os.pathsep.join(path for path in sys.path if path)
    with subprocess.Popen(
        command, env=os.environ | {"PYTHONPATH": path} | environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        said = ""
        try:
            for line in process.stderr:
                if address := re.search(r"(http://\S+) is open; Ctrl-C ends it", line):
                    yield process, address[1], said
                    return
                said += line
            raise AssertionError(said)
        finally:
            process.kill()


def test_it_reads_a_picture_and_ends_in_order_at_sigterm(here, page: NDArray[np.uint8], model: Path) -> None:
    picture = cv2.imencode(".png", page)[1].tobytes()
    with served("--model", model, "--finder", "components") as (process, address, said):
        with urlopen(Request(f"{address}api/read", picture), timeout=PATIENCE) as answer:
            assert b'"text":"111"' in answer.read()
        with urlopen(address, timeout=PATIENCE) as answer:
            assert b"<title>numbre-edge</title>" in answer.read()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        assert process.stderr is not None
        assert said + process.stderr.read() == ""


@pytest.fixture
def clip(here: Path, page: NDArray[np.uint8]) -> str:
    """A minute of a page with three ones."""
    writer = cv2.VideoWriter("clip.avi", cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 160))
    for _ in range(600):
        writer.write(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR))
    writer.release()
    return "clip.avi"


def test_ctrl_c_ends_it_though_a_camera_runs_and_somebody_watches(clip: str, model: Path) -> None:
    with (
        served("--source", clip, "--model", model, "--finder", "components") as (process, address, _),
        urlopen(f"{address}api/live.mjpg", timeout=PATIENCE) as pictures,
    ):
        assert pictures.read(9) == b"--picture"
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


@pytest.mark.skipif(PROGRAM is None, reason="needs the program mosquitto")
def test_the_camera_is_told_to_a_broker_too(here, clip: str, model: Path) -> None:
    pytest.importorskip("paho.mqtt", reason="needs numbre-edge[mqtt]")
    with Mosquitto(here) as broker, Ear(broker.port) as ear:
        told = ("--mqtt", f"mqtt://127.0.0.1:{broker.port}/hall")
        with served("--source", clip, "--model", model, "--finder", "components", *told) as (process, _, _):
            ear.wait(lambda: any('"111"' in event for event in ear.payloads("hall/events")))
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0
            ear.wait(lambda: "offline" in ear.payloads("hall/status"))


def test_other_machines_need_a_token_which_is_said_once(here, model: Path) -> None:
    with served("--host", "0.0.0.0", "--model", model, "--finder", "components") as (process, address, said):
        (token,) = re.findall(r"^token: (\S{16,})$", said, re.MULTILINE)
        local = re.sub(r"//[^:]+", "//127.0.0.1", address)
        with pytest.raises(HTTPError, match="401"):
            urlopen(f"{local}metrics", timeout=PATIENCE)
        asked = Request(f"{local}metrics", headers={"Authorization": f"Bearer {token}"})
        with urlopen(asked, timeout=PATIENCE) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        assert token not in process.stderr.read()


class TestRefusals:
    def test_a_port_that_is_taken_is_one_line(self, run: Callable, here, model: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            done = run("serve", "--port", port, "--model", model, "--finder", "components")
        assert done.code == 1
        line = f"error: port {port} of 127.0.0.1 is taken; end what uses it, or choose another with --port\n"
        assert (done.out, done.err) == ("", line)

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--host", "no-such-host.invalid"], "--host no-such-host.invalid: no such name or address"),
            (["--host", "192.0.2.1"], "--host 192.0.2.1: no address of this machine"),
            (["--token-file", "none"], "--token-file none: no such file; make one with: "),
            (["--roi", "0,0,10,10"], "--roi is about the camera: name one with --source"),
            (["--mqtt", "mqtt://broker/hall"], "--mqtt is about the camera: name one with --source"),
            (["--source", "nonsense"], "nonsense: not a source of frames"),
            (["--source", "clip.avi", "--roi", "0,0,0,0"], "--roi 0,0,0,0: "),
        ],
    )
    def test_wrong_usage_is_said_before_anything_is_served(self, run, here, model, arguments, said) -> None:
        done = run("serve", "--model", model, "--finder", "components", *arguments)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"error: {said}")

    def test_a_video_that_is_not_there_ends_it(self, run, here, model) -> None:
        done = run("serve", "--port", "0", "--source", "none.mp4", "--model", model, "--finder", "components")
        assert done.code == 1
        assert done.err.splitlines()[-1] == "error: none.mp4: no such file"

    def test_a_service_makes_no_token_of_its_own(self, run, here, model, monkeypatch) -> None:
        monkeypatch.setenv("JOURNAL_STREAM", "8:1")
        done = run("serve", "--host", "0.0.0.0", "--port", "0", "--model", model, "--finder", "components")
        assert done.code == 2
        assert "a service needs --token-file FILE" in done.err

    def test_a_token_that_others_may_read_is_warned_of(self, run, token_file, model) -> None:
        token_file.chmod(0o644)
        with socket.create_server(("127.0.0.1", 0)) as taken:  # so that it ends by itself
            done = run("serve", "--port", taken.getsockname()[1], "--token-file", token_file, "--model", model)
        assert done.err.startswith(f"--token-file {token_file}: other users of this machine may read it; chmod 600")
        assert TOKEN not in done.err

    def test_without_the_extra_it_says_what_to_install(self, run_python) -> None:
        code = "import sys; sys.modules['starlette'] = None\nfrom numbre_edge.cli.app import main; main(['serve'])"
        done = run_python("-c", code)
        assert done.returncode == 2
        assert done.stderr == ("error: serve needs packages that are not installed: pip install 'numbre-edge[web]'\n")


class TestUnit:
    def test_it_serves_with_the_token_from_a_file(self, run, token_file) -> None:
        arguments = ("--source", "rpicam", "--host", "0.0.0.0", "--token-file", "token", "--allow-host", "pi.lan")
        done = run("serve", *arguments, "--allow-host", "pi", "--print-systemd")
        assert done.code == 0, done.err
        (command,) = re.findall(r"^ExecStart=(.*)$", done.out, re.MULTILINE)
        assert command.endswith(
            "serve --source rpicam --host 0.0.0.0 --token-file %d/token --allow-host pi.lan --allow-host pi"
        )
        assert f"\nLoadCredential=token:{token_file}\n" in done.out
        assert TOKEN not in done.out
        assert "\nDeviceAllow=char-video4linux rw\n" in done.out
        assert "PrivateNetwork" not in done.out

    def test_for_this_machine_alone_it_may_talk_to_nobody_else(self, run, here) -> None:
        done = run("serve", "--print-systemd")
        assert "\nIPAddressDeny=any\nIPAddressAllow=localhost\n" in done.out
        assert "\nPrivateDevices=yes\n" in done.out
        assert "LoadCredential" not in done.out

    def test_a_video_has_its_whole_name(self, run, here) -> None:
        assert f" --source {here}/clip.avi\n" in run("serve", "--source", "clip.avi", "--print-systemd").out

    def test_without_a_token_file_it_is_refused(self, run, here) -> None:
        done = run("serve", "--host", "0.0.0.0", "--print-systemd")
        assert (done.code, done.out) == (2, "")
        assert "a service needs --token-file FILE" in done.err
