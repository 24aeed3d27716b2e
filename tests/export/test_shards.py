"""Shards of views: complete, resumed, the same for a seed, and without the kinds left out."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from numbre_edge.errors import DataError
from numbre_export.data.mnist import Mnist
from numbre_export.data.pen import DIGIT
from numbre_export.synthesis.pages import KINDS, PRINTED
from numbre_export.synthesis.shards import Job, chosen, main, save_views, write_shard
from numbre_export.synthesis.sources import Sources
from numbre_export.synthesis.views import render_view

from .pen_data import tiny_pen

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
NAMES = [kind.name for kind in KINDS]


@pytest.fixture(scope="module")
def job(small_mnist: Mnist, tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A tiny set of everything that views are drawn from, on disk."""
    folder = tmp_path_factory.mktemp("data")
    train, test = small_mnist.train, small_mnist.test
    np.savez(folder / "mnist.npz", x_train=train.images, y_train=train.labels, x_test=test.images, y_test=test.labels)
    np.savez(folder / "pen.npz", **asdict(tiny_pen()))
    symbols = 255 - train.images[:200]
    np.savez(folder / "symbols.npz", x=symbols, y=np.arange(200) % 3, names=np.array(["5", "dot", "w"]))
    files = {"mnist": folder / "mnist.npz", "pen": folder / "pen.npz", "symbols": folder / "symbols.npz"}
    return Job(**files, size=4, seed=7)


def test_a_shard_holds_views_one_after_the_other(sources: Sources, tmp_path: Path) -> None:
    views = [render_view(sources, np.random.default_rng(seed)) for seed in range(5)]
    save_views(tmp_path / "shard.npz", views, "by hand")
    with np.load(tmp_path / "shard.npz") as shard:
        assert shard["grey"].shape == (5, 160, 256)
        for i, view in enumerate(views):
            own = slice(*shard["starts"][i : i + 2])
            assert np.array_equal(shard["grey"][i], view.grey)
            assert np.array_equal(shard["boxes"][own], view.boxes)
            assert np.array_equal(shard["labels"][own], view.labels)
            assert np.array_equal(shard["hard"][own], view.hard)


def test_a_shard_depends_on_its_number_and_the_seed_alone(job: Job, tmp_path: Path) -> None:
    first, again, other = (write_shard(tmp_path / name, index, job) for name, index in (("a", 1), ("b", 1), ("b", 2)))
    assert first.read_bytes() == again.read_bytes()
    assert first.read_bytes() != other.read_bytes()


def test_a_shard_that_is_there_is_kept_if_it_is_the_same_job_s(job: Job, sources: Sources, tmp_path: Path) -> None:
    save_views(tmp_path / "shard-00003.npz", [render_view(sources, np.random.default_rng(0))], job.made)
    before = (tmp_path / "shard-00003.npz").read_bytes()
    assert write_shard(tmp_path, 3, job).read_bytes() == before
    with pytest.raises(
        DataError, match=r"was made with version \d+, --part train --size 4 --seed 7 .*, not with .* --seed 8"
    ):
        write_shard(tmp_path, 3, replace(job, seed=8))


def test_the_command_writes_shards_and_tells_of_each(
    job: Job, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = [f"--{name}={getattr(job, name)}" for name in ("mnist", "pen", "symbols")]
    given = [str(tmp_path / "out"), *data, "--shards=2", "--size=2", "--part=validation", "--without=comb,table"]
    assert main(given) == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["shard-00000.npz", "shard-00001.npz"]
    assert "shard-00001.npz (2 of 2" in capsys.readouterr().err
    assert main([str(tmp_path / "new"), f"--mnist={tmp_path}/no", *data[1:]]) == 1
    assert f"error: {tmp_path}/no: no such file" in capsys.readouterr().err


def test_printed_pages_are_set_in_the_fonts_of_a_folder(job: Job, tmp_path: Path) -> None:
    printed = replace(job, printed=True, fonts=FONTS)
    write_shard(tmp_path, 0, printed)
    with np.load(tmp_path / "shard-00000.npz") as shard:
        assert str(shard["made"]) == f"{job.made} --printed --fonts"
    assert printed.kinds == PRINTED
    with pytest.raises(DataError, match=r"was made with .* --printed --fonts, not with"):
        write_shard(tmp_path, 0, job)
    parts = [Sources.load(job.mnist, job.pen, job.symbols, part, fonts=FONTS).faces for part in ("train", "validation")]  # type: ignore[arg-type]
    assert not {face for family in parts[0] for face in family} & {face for family in parts[1] for face in family}


def test_kinds_can_be_left_out_by_name() -> None:
    assert [kind.name for kind in chosen(("comb", "table"))] == [n for n in NAMES if n not in ("comb", "table")]
    with pytest.raises(DataError, match="no kind of page is called combs; there are note"):
        chosen(("combs",))
    with pytest.raises(DataError, match="no kind of page is left"):
        chosen(NAMES)


def test_sources_are_of_one_part_only(job: Job, sources: Sources) -> None:
    parts = {part: Sources.load(job.mnist, job.pen, job.symbols, part) for part in ("train", "validation")}  # type: ignore[arg-type]
    assert set(parts["train"].items) == {0, 1}
    assert set(parts["validation"].items) == {2, 3}
    counts = [len(part.digits) for part in parts.values()]
    assert counts == [1800, 200]  # of the 2,000 to train on, a tenth; the test set is left alone
    assert [len(part.symbols["."]) for part in parts.values()] == [61, 6]


def test_trajectories_without_digits_are_refused(sources: Sources) -> None:
    pen = tiny_pen()
    letters = replace(pen, part=np.where(pen.kind == DIGIT, 2, pen.part).astype(np.int8))
    with pytest.raises(DataError, match="of the train part have no 0 1 2"):
        Sources.of(sources.digits, letters, {})
