"""What an MQTT broker is told, whatever the broker does; tried with a real one."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from numbre_edge.decoding.values import value_of
from numbre_edge.errors import UsageError
from numbre_edge.events import NumberEvent, Seen, SourceEvent, Statistics, Tracked
from numbre_edge.sinks.broker import Broker
from numbre_edge.sinks.events import event_as_json
from numbre_edge.sinks.mqtt import Mqtt, Pace
from numbre_edge.types import Box, Frame
from tests.sinks.mosquitto import PATIENCE, PROGRAM, Ear, Mosquitto, Said, Slow

pytest.importorskip("paho.mqtt", reason="needs numbre-edge[mqtt]")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="needs the program mosquitto")
needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="needs the program openssl")

TOPIC = "numbre/hall"
QUICK = Pace(retry=0.05, longest_retry=0.2)
OPEN = SourceEvent("open", "rpicam", 0.0)
DIES = """
import sys
from numbre_edge.sinks.broker import Broker
from numbre_edge.sinks.mqtt import Mqtt
mqtt = Mqtt(Broker(host="127.0.0.1", port=int(sys.argv[1]), topic="numbre/hall"), say=print, value_of=float)
with mqtt:
    sys.stdin.read()
"""


def appeared(text: str, *, id: int = 1, x: int = 10) -> NumberEvent:
    return NumberEvent("appeared", id, text, 0.97, Box(x, 10, 60, 40), 12, 0.4, "rpicam")


def seen(*numbers: NumberEvent) -> Seen:
    frame = Frame(np.full((240, 320, 3), 200, np.uint8), "rpicam", 12, 0.4)
    followed = tuple(Tracked(event.id, event.text, event.confidence, event.box) for event in numbers)
    return Seen(frame, (), followed, Statistics(read=1))


@pytest.fixture
def said() -> Said:
    return Said()


@pytest.fixture
def teller(said: Said) -> Callable[..., Mqtt]:
    """Make what tells the broker at a port."""

    def make(port: int, *, pace: Pace = QUICK, **more: Any) -> Mqtt:
        broker = Broker(host="127.0.0.1", port=port, topic=TOPIC)
        return Mqtt(replace(broker, **more), say=said, value_of=value_of, pace=pace)

    return make


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path) as broker:
        yield broker


@pytest.fixture
def ear(broker: Mosquitto) -> Iterator[Ear]:
    with Ear(broker.port) as ear:
        yield ear


class TestTelling:
    def test_each_event_and_what_is_the_case(self, broker, ear, teller, said) -> None:
        first, second = appeared("407"), appeared("3.5", id=2, x=150)
        with teller(broker.port) as mqtt:
            for event in (OPEN, first, second):
                mqtt.event(event)
            mqtt.frame(seen(first, second))
            mqtt.event(replace(first, event="vanished"))
            mqtt.frame(seen(second))
        ear.wait(lambda: "offline" in ear.payloads(f"{TOPIC}/status"))
        told = [json.loads(text) for text in ear.payloads(f"{TOPIC}/events")]
        assert told == [event_as_json(event) for event in (OPEN, first, second, replace(first, event="vanished"))]
        assert ear.payloads(f"{TOPIC}/status") == ["online", "offline"]
        assert said.lines == []

    def test_who_comes_later_hears_what_is_the_case(self, broker, teller) -> None:
        first, second = appeared("407"), appeared("3.5", id=2, x=150)
        with teller(broker.port) as mqtt:
            for event in (OPEN, first, second, replace(second, event="changed", text="1.234")):
                mqtt.event(event)
            mqtt.frame(seen(first, second))
            mqtt.event(replace(first, event="vanished"))
        with Ear(broker.port) as late:
            late.wait(lambda: late.payloads(f"{TOPIC}/image"))
            late.wait(lambda: late.payloads("homeassistant/device/numbre_edge_numbre_hall/config"))
            late.wait(lambda: late.payloads(f"{TOPIC}/numbers"))
            late.wait(lambda: late.payloads(f"{TOPIC}/source"))
            late.wait(lambda: late.payloads(f"{TOPIC}/status"))
            assert all(message.retained for message in late.heard)
            (numbers,) = late.payloads(f"{TOPIC}/numbers")
            (source,) = late.payloads(f"{TOPIC}/source")
            pictures = [message.payload for message in late.heard if message.topic == f"{TOPIC}/image"]
        number = json.loads(numbers)["2"]
        assert list(json.loads(numbers)) == ["2"], "the first has vanished"
        assert (number["text"], number["value"], number["id"]) == ("1.234", None, 2), "it could mean two things"
        assert json.loads(source)["state"] == "open"
        picture = cv2.imdecode(np.frombuffer(pictures[0], np.uint8), cv2.IMREAD_COLOR)
        assert picture.shape == (240, 320, 3)
        assert np.ptp(picture) > 100, "numbers are drawn in"

    def test_a_large_picture_is_made_smaller(self, broker, ear, teller) -> None:
        with teller(broker.port) as mqtt:
            mqtt.frame(Seen(Frame(np.zeros((1500, 3000), np.uint8)), (), (), Statistics()))
        ear.wait(lambda: "offline" in ear.payloads(f"{TOPIC}/status"))
        (picture,) = [message.payload for message in ear.heard if message.topic == f"{TOPIC}/image"]
        assert cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR).shape == (640, 1280, 3)

    def test_of_a_program_that_dies_the_broker_says_so(self, broker, ear) -> None:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        command = [sys.executable, "-c", DIES, str(broker.port)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as process:
            ear.wait(lambda: ear.payloads(f"{TOPIC}/status") == ["online"])
            process.kill()
        ear.wait(lambda: ear.payloads(f"{TOPIC}/status") == ["online", "offline"])

    def test_what_the_last_run_saw_is_not_there_any_more(self, broker, teller) -> None:
        with teller(broker.port) as mqtt:
            mqtt.event(OPEN)
            mqtt.event(appeared("407"))
        with teller(broker.port):
            pass
        with Ear(broker.port) as late:
            late.wait(lambda: late.payloads(f"{TOPIC}/numbers") and late.payloads(f"{TOPIC}/source"))
        assert late.payloads(f"{TOPIC}/numbers") == late.payloads(f"{TOPIC}/source") == ["{}"]


class TestAwayBroker:
    def test_nothing_is_lost_while_it_is_restarted(self, broker, ear, teller, said) -> None:
        with teller(broker.port) as mqtt:
            mqtt.event(appeared("0", id=0))
            ear.wait(lambda: ear.payloads(f"{TOPIC}/events"))
            broker.stop()
            said.wait("is gone; trying again")
            for number in range(1, 501):
                mqtt.event(appeared(str(number), id=number))
            mqtt.frame(seen())
            broker.start()
            said.wait("is there")
            mqtt.event(appeared("501", id=501))
            ear.wait(lambda: any('"501"' in text for text in ear.payloads(f"{TOPIC}/events")))
            ear.wait(lambda: '"15"' in ear.payloads(f"{TOPIC}/numbers")[-1])  # as it was when the broker was away
        ear.wait(lambda: ear.payloads(f"{TOPIC}/status")[-1] == "offline")
        texts = [json.loads(text)["text"] for text in ear.payloads(f"{TOPIC}/events")]
        assert list(dict.fromkeys(texts)) == [str(number) for number in range(502)], "each at least once, in order"
        assert said.lines[-1].endswith("is there")

    def test_what_happens_before_it_says_welcome_keeps_its_order(self, broker, ear, teller) -> None:
        with Slow(broker.port) as slow, teller(slow.port) as mqtt:
            mqtt.event(appeared("1", id=1))
            slow.asked.wait(PATIENCE)
            mqtt.event(appeared("2", id=2))
            slow.answer.set()
            ear.wait(lambda: len(ear.payloads(f"{TOPIC}/events")) == 2)
        assert [json.loads(text)["text"] for text in ear.payloads(f"{TOPIC}/events")] == ["1", "2"]

    def test_beyond_the_queue_the_last_are_lost_and_it_is_said(self, tmp_path, teller, said) -> None:
        broker = Mosquitto(tmp_path)
        with teller(broker.port, pace=replace(QUICK, queue=10)) as mqtt:
            said.wait("refuses connections")
            for number in range(15):
                mqtt.event(appeared(str(number), id=number))
            with broker:
                said.wait("is there; 5 events were lost")
        assert [line for line in said.lines if "10 events" in line] == [
            f"MQTT broker 127.0.0.1:{broker.port} has 10 events to come: no more are kept, those after are lost"
        ]

    def test_one_that_never_comes_is_said_at_once_and_not_waited_for(self, tmp_path, teller, said) -> None:
        port = Mosquitto(tmp_path).port
        with teller(port) as mqtt:
            said.wait("refuses connections")
            mqtt.event(OPEN)
            mqtt.frame(seen())
        refused, ended = said.lines
        assert refused == (
            f"MQTT broker 127.0.0.1:{port} refuses connections: check the port, and that it runs; "
            "trying again, the reading goes on"
        )
        assert ended == f"MQTT broker 127.0.0.1:{port} did not get 1 of the events"

    def test_each_cause_is_said_once_however_often_it_is_tried(self, teller, said) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server, teller(server.getsockname()[1]):
            for _ in range(3):
                server.accept()[0].close()
        (line,) = said.lines
        assert "ends the connection at once" in line


class TestLogin:
    @pytest.fixture
    def locked(self, tmp_path: Path) -> Iterator[Mosquitto]:
        program = shutil.which("mosquitto_passwd")
        if program is None:
            pytest.skip("needs the program mosquitto_passwd")
        (tmp_path / "users").touch()
        subprocess.run([program, "-b", str(tmp_path / "users"), "pi", "s3cret:"], check=True, timeout=PATIENCE)
        with Mosquitto(tmp_path, f"password_file {tmp_path / 'users'}") as broker:
            yield broker

    def test_the_right_one(self, locked, teller, said) -> None:
        with Ear(locked.port, login=("pi", "s3cret:")) as ear, teller(locked.port, user="pi", password="s3cret:"):
            ear.wait(lambda: ear.payloads(f"{TOPIC}/status") == ["online"])
        assert said.lines == []

    def test_a_wrong_one_or_none_is_said(self, locked, teller, said) -> None:
        with teller(locked.port, user="pi", password="wrong"):
            said.wait("does not let us in: user or password is wrong; trying again, the reading goes on")
        with teller(locked.port):
            said.wait("wants a user and a password: --mqtt-login FILE")
        assert len(said.lines) == 2


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for localhost that signs itself; its key lies beside it."""
    folder = tmp_path_factory.mktemp("tls")
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"]
    made += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(made, check=True, capture_output=True, timeout=PATIENCE)
    return folder / "cert.pem"


@needs_openssl
@pytest.mark.filterwarnings("ignore:unclosed <ssl:ResourceWarning")  # paho lets go of a socket that was refused
class TestTls:
    @pytest.fixture
    def secure(self, tmp_path: Path, certificate: Path) -> Iterator[Mosquitto]:
        key = certificate.with_name("key.pem")
        with Mosquitto(tmp_path, f"certfile {certificate}", f"keyfile {key}") as broker:
            yield broker

    def test_a_certificate_that_is_trusted(self, secure, certificate, teller, said) -> None:
        with teller(secure.port, host="localhost", tls=True, ca=certificate, pace=Pace(goodbye=PATIENCE)) as mqtt:
            mqtt.event(OPEN)
        assert said.lines == [], "it was delivered"

    @pytest.mark.parametrize(
        ("host", "trusted", "why"),
        [("localhost", False, "is not trusted (self"), ("127.0.0.1", True, "is not trusted (IP address mismatch")],
        ids=["of nobody's", "of another's name"],
    )
    def test_one_that_is_not_is_said(self, secure, certificate, teller, said, host, trusted, why) -> None:
        with teller(secure.port, host=host, tls=True, ca=certificate if trusted else None):
            said.wait(why)

    def test_who_mistakes_one_for_the_other_is_told(self, secure, broker, teller, said) -> None:
        with teller(broker.port, tls=True):
            said.wait("whether it is mqtt:// or mqtts://")
        with teller(secure.port):
            said.wait("ends the connection at once")
        assert len(said.lines) == 2

    def test_what_is_no_certificate_is_refused(self, tmp_path, teller) -> None:
        (tmp_path / "empty.pem").touch()
        for name, why in (("empty.pem", "holds no certificate"), ("none.pem", "no such file")):
            with pytest.raises(UsageError, match=why):
                teller(1, tls=True, ca=tmp_path / name)
