"""A real MQTT broker on a free loopback port, and an ear that hears all it tells."""

from __future__ import annotations

import os
import select
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

PATIENCE = 60  # seconds until a hang is a failure
PROGRAM = shutil.which("mosquitto", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


class Heard(NamedTuple):
    """One message, as it came."""

    topic: str
    payload: bytes
    retained: bool


class Mosquitto:
    """The broker, with more lines of configuration; it keeps sessions over a restart. Stopped when it is left."""

    def __init__(self, folder: Path, *more: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._config = folder / "mosquitto.conf"
        plain = () if any("password_file" in line for line in more) else ("allow_anonymous true",)
        lines = (f"listener {self.port} 127.0.0.1", *more, *plain, "user root", "persistence true")
        self._config.write_text("\n".join([*lines, f"persistence_location {folder}/", ""]))
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Mosquitto:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it; it answers when this returns."""
        assert PROGRAM is not None
        self._process = subprocess.Popen([PROGRAM, "-c", str(self._config)], stderr=subprocess.PIPE, text=True)
        assert self._process.stderr is not None
        said = []
        for line in self._process.stderr:
            said.append(line)
            if " running" in line:
                self._reader = threading.Thread(target=self._process.stderr.read)  # or the pipe would fill up
                self._reader.start()
                return
        raise AssertionError("".join(said))

    def stop(self) -> None:
        """Stop it as a reboot does: it writes down what it has to keep."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
            self._reader.join()
            self._process.stderr.close()
            self._process = None


class Ear:
    """Hears everything, and what was said while it could not, from its first connection on. Stopped when it is left."""

    def __init__(self, port: int, *, login: tuple[str, str] | None = None) -> None:
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion

        self.heard: list[Heard] = []
        self._news = threading.Condition()
        self._ready = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=f"ear {id(self)}", clean_session=False)
        self._client.reconnect_delay_set(0.05, 0.5)
        if login:
            self._client.username_pw_set(*login)
        self._client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._hear
        self._client.connect_async("127.0.0.1", port)

    def __enter__(self) -> Ear:
        self._client.loop_start()
        assert self._ready.wait(PATIENCE)
        return self

    def __exit__(self, *error: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def payloads(self, topic: str) -> list[str]:
        """Return what was told under a topic so far."""
        return [message.payload.decode(errors="replace") for message in list(self.heard) if message.topic == topic]

    def wait(self, until: Callable[[], object]) -> None:
        """Wait until something holds of what was heard."""
        with self._news:
            assert self._news.wait_for(until, PATIENCE), self.heard

    def _hear(self, client: object, data: object, message: object) -> None:
        with self._news:
            self.heard.append(Heard(message.topic, message.payload, message.retain))
            self._news.notify_all()


class Slow:
    """Passes one connection on to a broker, whose welcome it keeps back until ``answer``; ``asked`` once it was."""

    def __init__(self, port: int) -> None:
        self.asked, self.answer = threading.Event(), threading.Event()
        self._server, self._broker = (
            socket.create_server(("127.0.0.1", 0)),
            socket.create_connection(("127.0.0.1", port)),
        )
        self.port: int = self._server.getsockname()[1]
        self._passing = threading.Thread(target=self._pass)

    def __enter__(self) -> Slow:
        self._passing.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._passing.join(PATIENCE)
        self._server.close()

    def _pass(self) -> None:
        client, _ = self._server.accept()
        with client, self._broker as broker:
            broker.sendall(client.recv(65536))
            self.asked.set()
            self.answer.wait(PATIENCE)
            while ready := select.select([client, broker], [], [], PATIENCE)[0]:
                for one in ready:
                    content = one.recv(65536)
                    if not content:
                        return
                    (broker if one is client else client).sendall(content)


class Said:
    """What was said, for whoever waits for it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._news = threading.Condition()

    def __call__(self, line: str) -> None:
        with self._news:
            self.lines.append(line)
            self._news.notify_all()

    def wait(self, part: str) -> None:
        with self._news:
            assert self._news.wait_for(lambda: any(part in line for line in self.lines), PATIENCE), self.lines
