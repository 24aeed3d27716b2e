"""What Home Assistant is told so that it makes one device of a topic by itself: its MQTT discovery, since 2024.11."""

from __future__ import annotations

import re
from typing import Any

from numbre_edge.events import NumberEvent
from numbre_edge.types import Box

SENSORS = 16  # numbers at once that have one; a page of more is for the events
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


class Sensors:
    """Which sensor shows which number: its own as long as it is followed, and after a break the one that was there.

    A number that is new takes the sensor that last showed one at its place, or else the first that is free.

    Attributes:
        count: sensors that there are by now, at least one: those before anything was read too.
    """

    def __init__(self) -> None:
        self.count = 1
        self._of: dict[int, int] = {}  # id of a number in view -> sensor, from 1
        self._last: dict[int, Box] = {}  # sensor -> where its number was

    def hear(self, event: NumberEvent) -> int | None:
        """Return the sensor that an event is for; None where all are taken."""
        if event.event == "vanished":
            return self._of.pop(event.id, None)
        sensor = self._of.get(event.id) or self._free(event.box)
        if sensor is not None:
            self.count = max(self.count, sensor)
            self._of[event.id], self._last[sensor] = sensor, event.box
        return sensor

    def _free(self, box: Box) -> int | None:
        free = [sensor for sensor in range(1, SENSORS + 1) if sensor not in self._of.values()]
        here = (sensor for sensor in free if sensor in self._last and _touch(self._last[sensor], box))
        return next(here, free[0] if free else None)


def discovery(topic: str, sensors: int) -> tuple[str, dict[str, Any]]:
    """Return the topic and the message that describe the device.

    Args:
        topic: below which everything is told.
        sensors: how many numbers have one.
    """
    name = "numbre_edge_" + _NOT_IN_A_NAME.sub("_", topic)
    components = {
        "image": {"platform": "camera", "name": "Image", "topic": f"{topic}/image"},
        "source": {
            "platform": "binary_sensor",
            "name": "Source",
            "device_class": "connectivity",
            "entity_category": "diagnostic",
            "state_topic": f"{topic}/source",
            "value_template": "{{ 'ON' if value_json.get('state') == 'open' else 'OFF' }}",
            "json_attributes_topic": f"{topic}/source",
        },
    } | {f"number_{sensor}": _number(topic, sensor) for sensor in range(1, sensors + 1)}
    return f"homeassistant/device/{name}/config", {
        "device": {"identifiers": [name], "name": topic, "manufacturer": "numbre-edge"},
        "origin": {"name": "numbre-edge"},
        "availability_topic": f"{topic}/status",
        "components": {key: value | {"unique_id": f"{name}_{key}"} for key, value in components.items()},
    }


def _number(topic: str, sensor: int) -> dict[str, Any]:
    here = f"value_json.get('{sensor}', {{}})"
    return {
        "platform": "sensor",
        "name": f"Number {sensor}",
        "icon": "mdi:numeric",
        "state_class": "measurement",
        "state_topic": f"{topic}/numbers",
        "value_template": f"{{{{ {here}.get('value') }}}}",  # None, where there is none: "unknown"
        "json_attributes_topic": f"{topic}/numbers",
        "json_attributes_template": f"{{{{ {here} | tojson }}}}",
    }


def _touch(one: Box, other: Box) -> bool:
    return max(one.x, other.x) < min(one.right, other.right) and max(one.y, other.y) < min(one.bottom, other.bottom)
