"""``numbre-edge live --mqtt``: where the broker is, how to get in, and what is said of neither."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import pytest

from numbre_edge.cli.mqtt import LOGIN, logged_in, parse_broker
from numbre_edge.errors import UsageError
from numbre_edge.sinks.broker import Broker
from tests.sinks.mosquitto import PROGRAM, Ear, Mosquitto

needs_mosquitto = pytest.mark.skipif(PROGRAM is None, reason="needs the program mosquitto")
HALL = Broker(host="broker", port=1883, topic="hall")


def parsed(address: str, ca: Path | None = None) -> Broker | None:
    return parse_broker(address, login=None, ca=ca)


class TestAddress:
    @pytest.mark.parametrize(
        ("address", "broker"),
        [
            ("mqtt://broker/hall", HALL),
            ("MQTT://Broker/hall/", HALL),
            ("mqtts://10.0.0.2:90/a/Hall 1", Broker(host="10.0.0.2", port=90, topic="a/Hall 1", tls=True)),
            ("mqtts://[::1]/hall", Broker(host="::1", port=8883, topic="hall", tls=True)),
        ],
    )
    def test_it_names_a_broker_and_a_topic(self, address: str, broker: Broker) -> None:
        assert parsed(address) == broker

    @pytest.mark.parametrize(
        "address",
        [
            *("", "broker", "broker/hall", "http://broker/hall", "mqtt://broker", "mqtt://broker/", "mqtt:///hall"),
            *("mqtt://broker:0/hall", "mqtt://broker:70000/hall", "mqtt://broker:x/hall", "mqtt://[::1/hall"),
            *("mqtt://.b/hall", "mqtt://broker/a/#", "mqtt://broker/+", "mqtt://broker/$SYS"),
            *("mqtt://broker/a\nb", "mqtt://broker/\udcff"),
        ],
    )
    def test_what_is_none_is_refused(self, address: str) -> None:
        with pytest.raises(UsageError, match="--mqtt"):
            parsed(address)

    @pytest.mark.parametrize(
        "address", ["mqtt://pi:s3cret@broker/hall", "pi:s3cret@broker", "mqtt://pi:s3/cret@broker/a"]
    )
    def test_a_password_in_it_is_refused_and_not_repeated(self, run, address: str) -> None:
        done = run("live", "clip.avi", "--mqtt", address)
        assert done.code == 2
        assert "s3" not in done.err
        assert f"--mqtt-login FILE, or in the environment, as {LOGIN}" in done.err

    def test_options_of_no_use_are_refused(self) -> None:
        with pytest.raises(UsageError, match="--mqtt-ca without --mqtt"):
            parse_broker(None, login=None, ca=Path("ca.pem"))
        with pytest.raises(UsageError, match="--mqtt-login without --mqtt"):
            parse_broker(None, login=Path("login"), ca=None)
        with pytest.raises(UsageError, match="write mqtts://"):
            parsed("mqtt://broker/hall", ca=Path("ca.pem"))


class TestLogin:
    def test_it_is_in_a_file_or_the_environment(self, tmp_path, monkeypatch) -> None:
        assert logged_in(HALL, None).user == ""
        monkeypatch.setenv(LOGIN, "pi:of the environment")
        assert logged_in(HALL, None).password == "of the environment"
        (tmp_path / "login").write_text("pi:a:b \n")
        broker = logged_in(HALL, tmp_path / "login")
        assert (broker.user, broker.password) == ("pi", "a:b ")
        assert "a:b" not in f"{broker} {broker!r}"

    @pytest.mark.parametrize("content", [b"", b"\n", b"pi", b":x", b"pi:x\npa:y\n", b"\xff:x"])
    def test_what_is_none_is_refused_and_not_repeated(self, tmp_path, content: bytes) -> None:
        (tmp_path / "login").write_bytes(content)
        with pytest.raises(UsageError, match=r"user:password$"):
            logged_in(HALL, tmp_path / "login")

    def test_a_file_that_is_not_there_is_named(self, run, tmp_path) -> None:
        done = run("live", "clip.avi", "--mqtt", "mqtt://broker/hall", "--mqtt-login", tmp_path / "none")
        assert (done.code, done.err) == (2, f"error: --mqtt-login {tmp_path}/none: no such file or directory\n")


class TestRun:
    @pytest.fixture
    def clip(self, tmp_path, page) -> Path:
        """A video of two seconds: the page with its three ones, at 10 frames a second."""
        writer = cv2.VideoWriter(str(tmp_path / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 160))
        for _ in range(20):
            writer.write(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR))
        writer.release()
        return tmp_path / "clip.avi"

    def test_without_its_package_it_says_what_to_install(self, run, clip, model, monkeypatch) -> None:
        for name in [name for name in sys.modules if name.split(".")[0] == "paho"]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, "paho", None)
        done = run("live", clip, "--model", model, "--mqtt", "mqtt://broker/hall")
        assert (done.code, done.out) == (2, "")
        assert done.err.splitlines()[-1].endswith("pip install 'numbre-edge[mqtt]'")

    def test_a_broker_that_is_not_there_changes_nothing_but_is_said(self, run, clip, model, tmp_path) -> None:
        pytest.importorskip("paho.mqtt", reason="needs numbre-edge[mqtt]")
        address = f"127.0.0.1:{Mosquitto(tmp_path).port}"
        plain = run("live", clip, "--model", model, "--format", "jsonl")
        done = run("live", clip, "--model", model, "--format", "jsonl", "--mqtt", f"mqtt://{address}/hall", "-q")
        assert (done.code, len(done.out.splitlines())) == (0, len(plain.out.splitlines()))
        assert done.err.startswith(f"MQTT broker {address} refuses connections: ")

    @needs_mosquitto
    def test_the_broker_is_told_what_is_written(self, run, clip, model, tmp_path) -> None:
        pytest.importorskip("paho.mqtt", reason="needs numbre-edge[mqtt]")
        with Mosquitto(tmp_path) as broker, Ear(broker.port) as ear:
            address = f"mqtt://127.0.0.1:{broker.port}/hall"
            done = run("live", clip, "--model", model, "--format", "jsonl", "--mqtt", address)
            ear.wait(lambda: "offline" in ear.payloads("hall/status"))
        assert done.code == 0
        assert ear.payloads("hall/events") == done.out.splitlines()
        assert len(done.err.splitlines()) == 1, "the summary"
        appeared = json.loads(done.out.splitlines()[1])
        (number,) = json.loads(ear.payloads("hall/numbers")[-1]).values()
        assert (number["text"], number["value"]) == (appeared["text"], int(appeared["text"]))
