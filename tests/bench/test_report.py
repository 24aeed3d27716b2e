"""What was measured, as a person and as a program reads it."""

from __future__ import annotations

import json
from dataclasses import replace

from numbre_edge.bench.machine import About, Strain
from numbre_edge.bench.report import Report, as_json, as_markdown
from numbre_edge.bench.suite import Outcome
from numbre_edge.bench.trial import Times, Trial

TRIAL = Trial(
    pictures=4,
    first="a.jpg",
    errors=(),
    readings=20,
    stages={"decode": Times(8.0, 9.0), "find": Times(20.0, 31.25)},
    whole=Times(28.0, 40.0),
    imread=Times(7.0, 7.5),
    components=Times(14.0, 15.0),
    times_imread=4.0,
    times_components=2.0,
    per_second=35.714,
    memory=115_000_000,
    exact=0.75,
    f1=0.8,
)
REPORT = Report(
    about=About("Raspberry Pi 5", 4, "Linux aarch64", {"Python": "3.13.1", "numpy": "2.3.0"}),
    before=Strain(0.25, 51.4, ()),
    after=Strain(1.5, 71.6, ("throttled",)),
    folder="photos",
    drawn=False,
    finder="both",
    outcomes=(
        Outcome("cnn.onnx", "onnx", {"cnn.onnx": 1_000_000, "finder.onnx": 500_000}, 0.9, 0.6, TRIAL),
        Outcome("cnn.onnx", "opencv", {"cnn.onnx": 1_000_000}, error="dies of SIGILL"),
    ),
    missing={"tflite": "pip install 'numbre-edge[tflite]'"},
)


def test_the_tables_have_what_was_measured_beside_what_is_possible() -> None:
    lines = as_markdown(REPORT).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| cnn.onnx")]

    assert cells == [
        ["cnn.onnx", "onnx", "35.71", "28.0 / 40.0", "0.90 s", "115 MB", "1.50 MB", "75.0%", "80.0%"],
        ["cnn.onnx", "onnx", "8.0 / 9.0", "20.0 / 31.2"],
        ["cnn.onnx", "onnx", "7.0 / 7.5", "4.0 ×", "14.0 / 15.0", "2.0 ×", "0.60 s", "1.5 ×"],
    ]


def test_it_says_on_what_and_under_which_strain() -> None:
    text = as_markdown(REPORT)

    assert text.startswith(
        "Measured on Raspberry Pi 5, 4 cores, Linux aarch64;\nPython 3.13.1, numpy 2.3.0.\n"
        "Before: load 0.25, 51 °C, not throttled. After: load 1.5, 72 °C, throttled.\n"
    )


def test_a_busy_machine_s_times_are_not_to_be_gone_by() -> None:
    assert "go by the factors" not in as_markdown(REPORT)
    assert "go by the factors" in as_markdown(replace(REPORT, before=replace(REPORT.before, load=4.5)))


def test_it_says_what_was_not_measured_and_why() -> None:
    assert as_markdown(REPORT).splitlines()[-2:] == [
        "cnn.onnx in opencv failed: dies of SIGILL.",
        "tflite is not installed: `pip install 'numbre-edge[tflite]'`.",
    ]


def test_what_could_not_be_read_is_named_and_why() -> None:
    trial = replace(TRIAL, errors=("a.jpg: empty", "b\n.jpg: truncated", "c.jpg: no such file", "d.jpg: empty"))
    text = as_markdown(replace(REPORT, outcomes=(replace(REPORT.outcomes[0], trial=trial),)))

    assert ", 4 more could not be read." in text
    assert "Could not be read: b\\n.jpg: truncated.\n" in text
    assert "d.jpg" not in text
    assert "Nor could 1 others, which --format json names." in text


def test_where_all_failed_there_is_no_table() -> None:
    text = as_markdown(replace(REPORT, outcomes=REPORT.outcomes[1:]))

    assert "|" not in text
    assert "dies of SIGILL" in text


def test_what_a_system_does_not_say_is_left_out() -> None:
    silent = Strain(None, None, None)
    outcome = replace(REPORT.outcomes[0], trial=replace(TRIAL, memory=None, exact=None, f1=None))

    text = as_markdown(replace(REPORT, before=silent, after=silent, outcomes=(outcome,)))

    assert "Before" not in text
    assert "After" not in text
    assert "| – " in text


def test_json_has_all_of_it() -> None:
    found = json.loads(as_json(REPORT))

    assert found["outcomes"][0]["trial"]["stages"]["find"] == {"p50": 20.0, "p95": 31.25}
    assert found["after"] == {"load": 1.5, "celsius": 71.6, "throttled": ["throttled"]}
