"""The commands that mend fit the installation: where it came from, and its own pip."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from numbre_edge.doctor.mending import Origin, origin_of, with_this_pip
from numbre_edge.model import MODELS


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, url: dict[str, Any] | None) -> Origin:
    """Return the origin of a distribution installed from ``url``, as pip notes it; None: from an index."""
    about = folder / "there-1.2.3.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: there\nVersion: 1.2.3\n")
    if url is not None:
        (about / "direct_url.json").write_text(json.dumps(url))
    monkeypatch.syspath_prepend(folder)
    return origin_of("there")


@pytest.mark.parametrize(
    ("url", "reinstall"),
    [
        (None, "pip install --force-reinstall --no-deps there==1.2.3"),
        (
            {"url": "https://forge.example/there.git", "vcs_info": {"vcs": "git"}},
            "pip install --force-reinstall --no-deps git+https://forge.example/there.git",
        ),
    ],
)
def test_it_comes_again_from_where_it_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: dict[str, Any] | None, reinstall: str
) -> None:
    origin = installed(tmp_path, monkeypatch, url)

    assert origin.reinstall == origin.restore_models == reinstall


def test_a_wheel_is_installed_again_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = tmp_path / "my stick" / "there-1.2.3-py3-none-any.whl"

    origin = installed(tmp_path, monkeypatch, {"url": wheel.as_uri(), "archive_info": {}})

    assert origin.reinstall == f"pip install --force-reinstall --no-deps '{wheel}'"


def test_a_checkout_in_use_gets_its_models_back_from_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    origin = installed(tmp_path, monkeypatch, {"url": tmp_path.as_uri(), "dir_info": {"editable": True}})

    assert origin.reinstall == f"pip install -e {tmp_path}"
    assert origin.restore_models == f"git -C {tmp_path} checkout -- numbre_edge/models"


def test_what_is_not_installed_runs_from_its_checkout() -> None:
    assert origin_of("no-such-distribution") == Origin(str(MODELS.parents[1]), checkout=True)


def bin_with(folder: Path, *programs: str) -> Path:
    folder.mkdir()
    for program in programs:
        (folder / program).touch(mode=0o755)
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="programs have other names on Windows")
def test_pip_is_the_one_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = bin_with(tmp_path / "mine", "pip", "python"), bin_with(tmp_path / "other", "pip")
    command = "pip uninstall -y opencv-python && pip install 'numpy>=2,<3'"

    monkeypatch.setenv("PATH", os.pathsep.join(map(str, (mine, other))))
    assert with_this_pip(command, python=mine / "python") == command

    monkeypatch.setenv("PATH", os.pathsep.join(map(str, (other, mine))))
    pip = f"{mine}/python -m pip"
    assert with_this_pip(command, python=mine / "python") == (
        f"{pip} uninstall -y opencv-python && {pip} install 'numpy>=2,<3'"
    )


def test_what_needs_no_pip_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert with_this_pip("sudo apt install rpicam-apps") == "sudo apt install rpicam-apps"
