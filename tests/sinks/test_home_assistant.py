"""What Home Assistant makes of it: one device, and for each number a sensor that stays its own."""

from __future__ import annotations

import json
import re
from pathlib import Path

from numbre_edge.events import NumberEvent
from numbre_edge.sinks.home_assistant import SENSORS, Sensors, discovery
from numbre_edge.types import Box


def event(kind: str, id: int, x: int = 0) -> NumberEvent:
    return NumberEvent(kind, id, "7", 0.9, Box(x, 0, 40, 20), 0, 0.0)


class TestSensors:
    def test_a_number_keeps_its_own(self) -> None:
        sensors = Sensors()
        assert sensors.count == 1, "before anything is read"
        assert [sensors.hear(event("appeared", id, 100 * id)) for id in (1, 2)] == [1, 2]
        assert [sensors.hear(event("changed", id, 500)) for id in (2, 1)] == [2, 1]
        assert sensors.hear(event("vanished", 1)) == 1
        assert sensors.count == 2

    def test_what_comes_back_at_a_place_gets_what_was_there(self) -> None:
        sensors = Sensors()
        for id in (1, 2, 3):
            sensors.hear(event("appeared", id, 100 * id))
        for id in (1, 2, 3):
            sensors.hear(event("vanished", id, 100 * id))
        assert sensors.hear(event("appeared", 4, 210)) == 2
        assert sensors.hear(event("appeared", 5, 900)) == 1, "elsewhere: the first that is free"
        assert sensors.hear(event("appeared", 6, 105)) == 3

    def test_there_are_only_so_many(self) -> None:
        sensors = Sensors()
        got = [sensors.hear(event("appeared", id, 100 * id)) for id in range(1, SENSORS + 3)]
        assert got == [*range(1, SENSORS + 1), None, None]
        assert sensors.hear(event("vanished", SENSORS + 1)) is None
        assert sensors.count == SENSORS


class TestDiscovery:
    def test_it_is_one_device_with_all_its_parts(self) -> None:
        topic, device = discovery("numbre/hall", 2)
        assert topic == "homeassistant/device/numbre_edge_numbre_hall/config"
        parts = device["components"]
        assert {name: part["platform"] for name, part in parts.items()} == {
            "image": "camera",
            "source": "binary_sensor",
            "number_1": "sensor",
            "number_2": "sensor",
        }
        assert parts["image"]["topic"] == "numbre/hall/image"
        assert parts["source"]["device_class"] == "connectivity"
        assert parts["number_2"]["value_template"] == "{{ value_json.get('2', {}).get('value') }}"
        assert len({part["unique_id"] for part in parts.values()}) == 4
        assert device["availability_topic"] == "numbre/hall/status"
        assert device["device"] == {
            "identifiers": ["numbre_edge_numbre_hall"],
            "name": "numbre/hall",
            "manufacturer": "numbre-edge",
        }

    def test_its_name_is_one_that_a_topic_may_have(self) -> None:
        topic, device = discovery("Küche/Zähler 1", 1)
        assert topic.isascii()
        assert " " not in topic
        assert "Küche/Zähler 1" in json.dumps(device, ensure_ascii=False)

    def test_the_card_to_paste_names_what_there_is(self) -> None:
        page = (Path(__file__).parents[2] / "docs" / "home-assistant.md").read_text(encoding="utf-8")
        (card,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
        _, device = discovery("numbre", 1)
        there = {f"{part['platform']}.numbre {part['name']}" for part in device["components"].values()}
        assert set(re.findall(r"\w+\.numbre\w+", card)) == {name.lower().replace(" ", "_") for name in there}
