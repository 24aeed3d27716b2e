"""``numbre-edge predict --engine``: what it refuses before any work."""

from __future__ import annotations

import sys
import zipfile

import pytest

from numbre_edge.cli.console import Console
from numbre_edge.cli.engine import _items
from numbre_edge.errors import UsageError

RAY = ("predict", "photos", "--engine", "ray")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "--engine writes one Parquet file; give --output"),
        (("-o", "-"), "--engine writes one Parquet file; give --output"),
        (("-o", "out.csv"), "--engine writes one Parquet file; give --output"),
        (("-o", "out.parquet", "--annotate", "drawn"), "--annotate and --engine make no sense together"),
        (("-o", "out.parquet", "--format", "csv"), "--format csv and --engine make no sense together"),
        (("-o", "out.parquet", "--every", "2"), "--every and --engine make no sense together"),
        (("-o", "out.parquet", "--resume"), "--resume and --engine make no sense together"),
        (("-o", "out.parquet", "-"), "-: an engine's workers do not see stdin"),
    ],
)
def test_what_makes_no_sense_together_exits_2(run, photos, arguments, says) -> None:
    done = run(*RAY, *arguments)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {says}")
    assert sorted(path.name for path in photos.parent.iterdir()) == ["photos"]


def test_an_archive_is_named_as_what_it_is(photos) -> None:
    with zipfile.ZipFile("photos.zip", "w") as archive:
        archive.write(photos / "good.jpg", "may/good.jpg")

    with pytest.raises(UsageError, match=r"^photos\.zip: an archive; engines read files"):
        _items(["photos.zip"], recursive=False, console=Console())


def test_an_engine_that_is_not_installed_says_how_to_install_it(run, photos, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "numbre_edge.engines.ray", raising=False)

    done = run(*RAY, "-o", "out.parquet")

    assert done.code == 2
    assert done.err == "error: --engine ray needs packages that are not installed: pip install 'numbre-edge[ray]'\n"


@pytest.mark.parametrize("arguments", [("s3://u:secret@photos/",), ("photos", "-o", "s3://u:secret@photos/out.csv")])
def test_an_address_without_an_engine_names_the_engine(run, photos, arguments) -> None:
    done = run("predict", *arguments)

    assert done.code == 2
    assert "s3://u:***@photos/" in done.err
    assert "--engine ray reads and writes addresses" in done.err
