"""What predict and live really print is what their JSON Schemas say."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from jsonschema import Draft202012Validator


def lines_that_fit(name: str, out: str) -> list[dict[str, Any]]:
    path = resources.files("numbre_edge") / "sinks" / "schema" / f"{name}.schema.json"
    schema = Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))
    lines = [json.loads(line) for line in out.splitlines()]
    assert [error.message for line in lines for error in schema.iter_errors(line)] == []
    return lines


def video(*pages: np.ndarray) -> Path:
    writer = cv2.VideoWriter("clip.avi", cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 160))
    for page in pages:
        writer.write(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR))
    writer.release()
    return Path("clip.avi")


def test_predict(run, photos, model, page) -> None:
    cv2.imwrite("blank.png", np.full_like(page, 225))
    arguments = ["photos", "gone.png", "blank.png", video(page, page), "--min-confidence", "1"]
    lines = lines_that_fit("predict", run("predict", *arguments, "--model", model, "-f", "jsonl").out)
    assert [line["frame"] for line in lines] == [0, 0, 0, 0, 0, 0, 1]
    assert {line["error"] is None for line in lines} == {True, False}
    assert {len(line["readings"]) for line in lines} == {0, 1}
    assert "?" in lines[1]["readings"][0]["text"]


def test_live(run, photos, model, page) -> None:
    shorter = page.copy()
    shorter[:, 210:] = 225
    blank = np.full_like(page, 225)
    clip = video(*[page] * 20, *[shorter] * 20, *[blank] * 30)
    lines = lines_that_fit("live", run("live", clip, "--model", model, "--format", "jsonl").out)
    assert {line["event"] for line in lines} == {"source", "appeared", "changed", "vanished"}
    assert {line["state"] for line in lines if line["event"] == "source"} == {"open", "ended"}
