"""The commands that train networks on rendered shards take the same options, and errors are one line."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
import tensorflow as tf
import typer
from typer.testing import CliRunner

NETWORKS = ("finder", "refiner", "transcriber")


def app(network: str) -> typer.Typer:
    made = typer.Typer(pretty_exceptions_enable=False)
    made.command()(importlib.import_module(f"numbre_export.training.{network}.__main__").main)
    return made


@pytest.mark.parametrize("network", NETWORKS)
def test_help_names_each_option_with_its_default(network: str) -> None:
    shown = CliRunner().invoke(app(network), ["--help"], env={"COLUMNS": "120"}).output

    assert f"Train the {network}; --out gets {network}.keras" in " ".join(shown.split())
    assert f"[default: runs/{network}]" in shown
    for option in ("--validation", "--steps", "--decay", "--rate", "--batch", "--makers", "--begin", "--resume"):
        assert option in shown
    assert ("--finder" in shown) == (network != "finder"), "it is what the others learn from"


@pytest.mark.parametrize("network", NETWORKS)
def test_a_folder_without_shards_is_an_error_in_one_line(
    network: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for threads in ("intra", "inter"):  # which a TensorFlow that other tests have used already does not take
        monkeypatch.setattr(tf.config.threading, f"set_{threads}_op_parallelism_threads", lambda count: None)

    done = CliRunner().invoke(
        app(network), [str(tmp_path), "--validation", str(tmp_path), "--out", str(tmp_path / "run")]
    )

    assert done.exit_code == 1
    assert "holds no shard-*.npz; render some with: python -m numbre_export.synthesis.shards" in done.output


def test_a_rate_of_nothing_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(app("transcriber"), [str(tmp_path), "--validation", str(tmp_path), "--rate", "0"])

    assert done.exit_code == 2
    assert "--rate" in done.output
