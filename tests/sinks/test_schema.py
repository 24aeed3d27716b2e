"""The JSON Schemas, which come with the package: what predict and live write is what they say."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from numbre_edge.events import NumberEvent, SourceEvent
from numbre_edge.sinks.events import event_as_json
from numbre_edge.sinks.jsonl import as_json
from numbre_edge.types import Box, Digit, Reading, Result
from tests.modules import loaded

ROOT = Path(__file__).parents[2]
READING = Reading.of([Digit(5, 0.98765432, Box(40, 63, 26, 47)), Digit(None, 1 / 3, Box(-2, 61, 20, 50))])
RESULTS = [
    Result("a.jpg", 0, 1279, 560, (READING, READING)),
    Result("clip.mp4", 30, 100, 80),
    Result("caf\udce9.png", 0, None, None, error="empty: the file has 0 bytes"),
]
EVENTS = [
    *(NumberEvent(event, 1, "4?7", 0.97, Box(40, 61, 300, 52), 12, 0.4, "a.png") for event in ("appeared", "changed")),
    NumberEvent("vanished", 2, "007", 1.0, Box(0, 0, 1, 1), 0, 0.0, "rpicam"),
    *(SourceEvent(state, "rpicam", 61.25, "no answer") for state in ("open", "lost", "ended")),
]


def schema(name: str) -> dict[str, Any]:
    found = resources.files("numbre_edge") / "sinks" / "schema" / f"{name}.schema.json"
    return json.loads(found.read_text(encoding="utf-8"))


def fits(name: str, line: Any) -> bool:
    return Draft202012Validator(schema(name)).is_valid(json.loads(json.dumps(line)))


@pytest.mark.parametrize("name", ["predict", "live"])
def test_the_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: result.source)
def test_every_result_fits(result: Result) -> None:
    assert fits("predict", as_json(result))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: getattr(event, "event", None) or event.state)
def test_every_event_fits(event: NumberEvent | SourceEvent) -> None:
    assert fits("live", event_as_json(event))


def keys(described: dict[str, Any]) -> list[str]:
    assert described["required"] == list(described["properties"])
    return described["required"]


def test_every_key_is_described_in_its_order() -> None:
    line = as_json(RESULTS[0])
    described = schema("predict")
    reading = described["properties"]["readings"]["items"]
    assert list(line) == keys(described)
    assert list(line["readings"][0]) == keys(reading)
    assert list(line["readings"][0]["digits"][0]) == keys(reading["properties"]["digits"]["items"])
    described = schema("live")["$defs"]
    assert list(event_as_json(EVENTS[0])) == keys(described["number"])
    assert list(event_as_json(EVENTS[-1])) == keys(described["source"])


def changed(line: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    line = copy.deepcopy(line)
    change(line)
    return line


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.pop("frame"),
        lambda line: line.update(width=None),
        lambda line: line.update(error="both"),
        lambda line: line["readings"][0].update(text=""),
        lambda line: line["readings"][0].update(text="12a"),
        lambda line: line["readings"][0].update(confidence=1.01),
        lambda line: line["readings"][0].update(box=[1, 2, 3]),
        lambda line: line["readings"][0].update(box=[1, 2, 3, 4, 5]),
        lambda line: line["readings"][0].update(digits=[]),
        lambda line: line["readings"][0]["digits"][0].update(digit=10),
    ],
)
def test_what_predict_never_writes_does_not_fit(change: Callable[[dict[str, Any]], object]) -> None:
    assert not fits("predict", changed(as_json(RESULTS[0]), change))


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.pop("source"),
        lambda line: line.update(event="came"),
        lambda line: line.update(id=0),
        lambda line: line.update(timestamp=-1.0),
        lambda line: line.update(time="12:00"),
    ],
)
def test_what_live_never_writes_does_not_fit(change: Callable[[dict[str, Any]], object]) -> None:
    assert not fits("live", changed(event_as_json(EVENTS[0]), change))


def test_the_page_has_the_tables_of_the_schemas() -> None:
    make_output = loaded(ROOT / "docs" / "make_output.py")
    page = (ROOT / "docs" / "output.md").read_text(encoding="utf-8")
    assert page.count("| key | type | meaning |") == 3
    assert page == make_output.filled(page), "run: python docs/make_output.py"
