"""MQTT: what is read as events and as state, for Home Assistant and whoever else listens."""

from __future__ import annotations

import json
import math
import sys
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import cv2
import numpy as np

from numbre_edge.errors import MissingExtra
from numbre_edge.events import Listener, NumberEvent, Seen, SourceEvent
from numbre_edge.sinks.annotate import draw
from numbre_edge.sinks.broker import NOT_ONE, Broker, refusal, trusting, unreached
from numbre_edge.sinks.events import event_as_json
from numbre_edge.sinks.home_assistant import Sensors, discovery
from numbre_edge.types import Pixels

if TYPE_CHECKING:
    from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessageInfo
    from paho.mqtt.properties import Properties
    from paho.mqtt.reasoncodes import ReasonCode

_QUEUE_FULL = 15  # paho's MQTT_ERR_QUEUE_SIZE
_LONGEST_SIDE, _QUALITY = 1280, 80  # of the picture, pixels and JPEG's percent: 100 to 200 kB


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How much is kept, and how long is waited, in seconds. None of it was measured: it is what seems polite.

    Attributes:
        queue: events kept while the broker is away, about 300 bytes each.
        retry: before the first new attempt to connect; doubled with each further one that fails.
        longest_retry: before any attempt.
        keepalive: of silence until broker and program each ask whether the other is there.
        image: between two pictures while numbers change.
        still: between two pictures while none does.
        goodbye: for the broker to take what is left, at the end.
    """

    queue: int = 1000
    retry: float = 1.0
    longest_retry: float = 60.0
    keepalive: int = 30
    image: float = 1.0
    still: float = 10.0
    goodbye: float = 3.0


class Mqtt(Listener):
    """Tells a broker of each event, and of what is the case now; whatever the broker does, the reading goes on.

    Below the broker's topic: ``events``, one JSON object each, as ``--format jsonl`` writes it; and retained ``status``
    (``online``, ``offline``), ``source``, ``numbers`` and ``image``. Events wait for a broker that is away; what is
    the case is told anew each time it is back. Home Assistant makes a device of it by itself.

    Args:
        broker: is connected to when this is entered, and again after each loss.
        say: takes a line where the broker cannot be had, and when it is back; from any thread.
        value_of: what number a text is; None where it is none for certain.
        pace: how much to keep, how long to wait.

    Raises:
        MissingExtra: paho-mqtt is not installed.
        UsageError: the broker's ``ca`` is no file of certificates.
    """

    def __init__(
        self,
        broker: Broker,
        *,
        say: Callable[[str], None],
        value_of: Callable[[str], float | None],
        pace: Pace | None = None,
    ) -> None:
        self._broker, self._say, self._value_of, self._pace = broker, say, value_of, pace or Pace()
        self._client = self._made()
        self._sensors = Sensors()
        self._numbers: dict[str, dict[str, Any]] = {}  # by their sensors
        self._untold = False  # whether they are other than was told
        self._seen: Seen | None = None  # the newest frame
        self._unseen = True  # whether it is other than was shown
        self._shown = -math.inf  # monotonic time of the last picture
        self._settled = threading.Event()  # the first attempt to connect came to something
        # Shared with the client's thread, under the lock. Nothing that waits for an answer is published under it: the
        # client calls us with its own lock held.
        self._lock = threading.RLock()
        self._connected = self._refused = self._leaving = False
        self._trouble = ""  # as said last; "" while all is well
        self._state: dict[str, bytes] = {}  # topic -> what is retained there
        self._first: MQTTMessageInfo | None = None  # what was told of it first, since this connection
        self._last: MQTTMessageInfo | None = None  # and last
        self._waiting: list[bytes] = []  # events for when the broker is back
        self._lost = 0  # events, since the connection was

    def _made(self) -> Client:
        try:
            from paho.mqtt.client import Client
            from paho.mqtt.enums import CallbackAPIVersion
        except ImportError as exc:
            raise MissingExtra("--mqtt", "mqtt") from exc
        broker, pace = self._broker, self._pace
        # Its own in each run, and kept: a broker that still holds a lost connection ends it when the same id is back.
        client = Client(CallbackAPIVersion.VERSION2, client_id=f"numbre-edge-{uuid.uuid4().hex[:8]}")
        if broker.tls:
            client.tls_set_context(trusting(broker.ca))
        if broker.user:
            client.username_pw_set(broker.user, broker.password)
        client.will_set(self._topic("status"), "offline", qos=1, retain=True)
        client.max_queued_messages_set(pace.queue)
        client.reconnect_delay_set(pace.retry, pace.longest_retry)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        return client

    def __enter__(self) -> Self:
        self._describe()
        self._retain(self._topic("source"), _json({}))
        self._retain(self._topic("numbers"), _json({}))
        self._client.connect_async(self._broker.host, self._broker.port, self._pace.keepalive)
        self._client.loop_start()
        return self

    def __exit__(self, *error: object) -> None:
        self._settled.wait(self._pace.goodbye)
        self._tell()
        if self._unseen:
            self._show()
        with self._lock:
            self._leaving, connected, kept = True, self._connected, len(self._waiting)
        told = False
        if connected:  # what is acknowledged last was sent last
            with suppress(RuntimeError, ValueError):
                last = self._client.publish(self._topic("status"), "offline", qos=1, retain=True)
                last.wait_for_publish(self._pace.goodbye)
                told = last.is_published()
        self._client.disconnect()
        stopping = threading.Thread(target=self._client.loop_stop, daemon=True)  # it may be held up by the network
        stopping.start()
        stopping.join(self._pace.goodbye)
        if not told and (connected or kept):
            self._say(f"{self._broker} did not get {'everything' if connected else f'{kept} of the events'}")

    def event(self, event: NumberEvent | SourceEvent) -> None:
        told = event_as_json(event)
        self._send(_json(told))
        if isinstance(event, SourceEvent):
            self._retain(self._topic("source"), _json(told))
        else:
            self._hear(event, told)

    def frame(self, seen: Seen) -> None:
        self._seen = seen
        self.idle()

    def idle(self) -> None:
        """Tell what has changed, and show it if it is time."""
        self._tell()
        due = time.monotonic() - self._shown >= (self._pace.image if self._unseen else self._pace.still)
        if due and self._keeps_up():
            self._show()

    def _topic(self, name: str) -> str:
        return f"{self._broker.topic}/{name}"

    def _hear(self, event: NumberEvent, told: dict[str, Any]) -> None:
        """Take over what happened to a number."""
        known = self._sensors.count
        sensor = self._sensors.hear(event)
        if self._sensors.count > known:
            self._describe()
        if sensor is not None and event.event == "vanished":
            del self._numbers[str(sensor)]
        elif sensor is not None:
            kept = {key: told[key] for key in ("text", "confidence", "id", "box", "source", "time")}
            self._numbers[str(sensor)] = {"value": self._value_of(event.text)} | kept
        self._untold = self._unseen = True

    def _describe(self) -> None:
        topic, device = discovery(self._broker.topic, self._sensors.count)
        self._retain(topic, _json(device))

    def _tell(self) -> None:
        """Tell of the numbers in view: once a frame, however many of them changed."""
        if self._untold:
            self._untold = False
            self._retain(self._topic("numbers"), _json(self._numbers))

    def _keeps_up(self) -> bool:
        """Return whether the broker is there and has been sent all: a slow one gets fewer pictures, and no pile."""
        with self._lock:
            last = self._last
            return self._connected and last is not None and not last.rc and last.is_published()

    def _show(self) -> None:
        """Send the newest frame."""
        if self._seen is not None:
            self._shown, self._unseen = time.monotonic(), False
            self._retain(self._topic("image"), _jpeg(draw(self._seen.frame.pixels, self._seen.numbers)))

    def _send(self, event: bytes) -> None:
        """Have an event delivered, now or when the broker is back."""
        with self._lock:
            now, full = self._connected, len(self._waiting) >= self._pace.queue
            if not now and not full:
                self._waiting.append(event)
        if not self._published(event) if now else full:
            self._lose()

    def _published(self, event: bytes) -> bool:
        """Hand an event to the client; return whether it has room for it."""
        return bool(self._client.publish(self._topic("events"), event, qos=1).rc != _QUEUE_FULL)

    def _lose(self) -> None:
        with self._lock:
            self._lost += 1
            first = self._lost == 1
        if first:
            self._say(f"{self._broker} has {self._pace.queue} events to come: no more are kept, those after are lost")

    def _retain(self, topic: str, content: bytes) -> None:
        """Tell what is the case, now and each time the broker is back."""
        with self._lock:
            self._state[topic] = content
            if self._connected:
                self._last = self._client.publish(topic, content, retain=True)

    # From here on by the client's thread.

    def _on_connect(
        self, client: Client, data: object, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self._refused = True
            self._fail(refusal(self._broker, reason))
            return
        with self._lock:
            if self._leaving:
                client.disconnect()
                return
            self._first = client.publish(*next(iter(self._state.items())), retain=True)

    def _on_publish(
        self, client: Client, data: object, mid: int, reason: ReasonCode, properties: Properties | None
    ) -> None:
        """Go on once the first is told: by then the client sent again what it still had, and the order is kept.

        From the opening of the socket on, an event would be sent before those that wait for the broker's welcome.
        """
        with self._lock:
            if self._first is None or mid != self._first.mid:
                return
            self._first = None
        while not self._welcomed():
            with self._lock:
                waiting, self._waiting = self._waiting, []
            for event in waiting:
                if not self._published(event):
                    self._lose()
        with self._lock:
            was, lost = self._trouble, self._lost
            self._trouble, self._lost = "", 0
        if was:
            self._say(f"{self._broker} is there" + (f"; {lost} events were lost" if lost else ""))
        self._settled.set()

    def _welcomed(self) -> bool:
        """Tell what is the case, unless events came meanwhile that go first; return whether it was told."""
        with self._lock:
            if self._waiting:
                return False
            self._connected = True
            for topic, content in self._state.items():
                self._last = self._client.publish(topic, content, retain=True)
            self._client.publish(self._topic("status"), "online", retain=True)
            return True

    def _on_connect_fail(self, client: Client, data: object) -> None:
        self._fail(unreached(self._broker, sys.exception()))

    def _on_disconnect(
        self, client: Client, data: object, flags: DisconnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        with self._lock:
            was, self._connected = self._connected, False
            refused, self._refused = self._refused, False
        if not self._leaving and not refused:
            self._fail("is gone" if was else NOT_ONE)

    def _fail(self, trouble: str) -> None:
        """Say what is wrong, unless it was said."""
        with self._lock:
            new, self._trouble = trouble != self._trouble, trouble
        if new:
            self._say(f"{self._broker} {trouble}; trying again, the reading goes on")
        self._settled.set()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace")


def _jpeg(picture: Pixels) -> bytes:
    scale = _LONGEST_SIDE / max(picture.shape[:2])
    if scale < 1:
        picture = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()
