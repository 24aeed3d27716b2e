"""Teaching the finder: what it should answer, what it is shown, how it is scored, and that a run can be left."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from numbre_edge.errors import DataError
from numbre_edge.finding.grid import BOXES_TIMES, CHANNELS, CLASSES, HIGHEST, LOWEST, STRIDE, Answers, decoded
from numbre_edge.finding.light import PAPER
from numbre_edge.types import Floats, Pixels
from numbre_export.synthesis.views import View
from numbre_export.training.finder.scoring import score
from numbre_export.training.finder.targets import Targets, heights, targets
from numbre_export.training.views import Variation, read_shards, varied

SIZE = (128, 192)


def view(
    *symbols: tuple[str, float, float, float, float],
    hard: tuple[int, ...] = (),
    linked: tuple[int, ...] = (),
    size: tuple[int, int] = SIZE,
) -> View:
    """Return a view with symbols given as text, x, y, width, height; a dark bar is drawn for each."""
    grey = np.full(size, 200, np.uint8)
    for _, x, y, w, h in symbols:
        grey[int(y) : int(y + h), int(x + w / 2) : int(x + w / 2) + 2] = 40
    boxes = np.float32([s[1:] for s in symbols]).reshape(-1, 4)
    labels = np.array([CLASSES.index(s[0]) for s in symbols], np.int8)
    at = np.arange(len(symbols))
    return View(grey, boxes, labels, np.isin(at, hard), np.isin(at, linked))


def taught(of: View) -> Targets:
    return targets(of, SIZE)


@pytest.mark.parametrize(("width", "height"), [(16, 20), (4, 28), (9, 13)])
def test_a_digit_is_taught_in_the_cells_around_its_middle(width: float, height: float) -> None:
    wanted = taught(view(("7", 40, 60, width, height)))

    cells = np.argwhere(wanted.heat[:, :, 0] == 1)
    assert [(60 + height / 2) // STRIDE, (40 + width / 2) // STRIDE] in cells.tolist()
    assert np.array_equal(cells, np.argwhere(wanted.weights))
    for row, column in cells:
        assert abs((row + 0.5) * STRIDE - 60 - height / 2) <= max(2, 0.2 * height)
        assert abs((column + 0.5) * STRIDE - 40 - width / 2) <= max(2, 0.2 * width)
        assert wanted.classes[row, column] == 7
        box = decoded(wanted.boxes[row, column][np.newaxis], np.array([[column, row]]))
        assert np.allclose(box, [[40, 60, width, height]], atol=0.01)
    assert wanted.heat[:, :, 1].max() == 0
    assert wanted.counts.min() == 1


def test_it_is_taught_where_a_number_goes_on() -> None:
    wanted = taught(view(("2", 40, 60, 16, 20), ("0", 58, 60, 16, 20), linked=(0,)))

    assert wanted.links[wanted.weights * (wanted.classes == 2) == 1].tolist() == [1] * int(wanted.links.sum())
    assert wanted.links[wanted.classes == 0].max() == 0
    assert wanted.links.sum() > 0


def test_touching_digits_keep_their_cells() -> None:
    wanted = taught(view(("2", 40, 60, 10, 14), ("0", 50, 60, 10, 14)))

    two, nought = (set(np.argwhere((wanted.heat[:, :, 0] == 1) & (wanted.classes == n))[:, 1]) for n in (2, 0))
    assert max(two) < min(nought)


@pytest.mark.parametrize("height", [LOWEST - 5, HIGHEST + 20])
def test_a_digit_of_another_level_is_nothing(height: float) -> None:
    wanted = taught(view(("7", 40, 40, 16, height)))

    assert wanted.heat.max() == 0
    assert wanted.counts.min() == 1


@pytest.mark.parametrize("height", [LOWEST - 1, HIGHEST + 4])
def test_a_digit_between_levels_is_left_alone(height: float) -> None:
    wanted = taught(view(("7", 40, 40, 16, height)))

    assert wanted.heat.max() == 0
    assert wanted.counts[int(40 + height / 2) // STRIDE, 48 // STRIDE].max() == 0


def test_what_is_hard_is_left_alone() -> None:
    wanted = taught(view(("7", 40, 60, 16, 20), hard=(0,)))

    assert wanted.heat.max() == 0
    assert wanted.counts[70 // STRIDE, 48 // STRIDE].max() == 0


def test_a_digit_beside_a_hard_one_is_taught_all_the_same() -> None:
    wanted = taught(view(("7", 40, 60, 16, 20), ("1", 50, 60, 8, 20), hard=(1,)))

    assert wanted.counts[wanted.heat == 1].min() == 1


def test_a_mark_belongs_to_the_level_of_its_neighbour() -> None:
    small = view(("7", 40, 60, 16, 20), (".", 58, 77, 3, 3))
    large = view(("7", 40, 10, 60, 90), (".", 110, 90, 9, 9))

    assert heights(small.boxes, small.labels).tolist() == [20, 20]
    assert taught(small).heat[:, :, 1].max() == 1
    assert taught(large).heat.max() == 0


def test_a_mark_alone_is_left_alone() -> None:
    wanted = taught(view((".", 58, 76, 4, 4)))

    assert wanted.heat.max() == 0
    assert wanted.counts[78 // STRIDE, 60 // STRIDE].max() == 0


@pytest.mark.parametrize("seed", range(20))
def test_boxes_stay_on_their_ink_however_a_view_is_varied(seed: int) -> None:
    original = view(("1", 60, 40, 4, 40), size=(160, 256))

    seen = varied(original, SIZE, Variation(negative=0, noisy=0, blurred=0), np.random.default_rng(seed))

    assert seen.grey.shape == SIZE
    x, y, w, h = seen.boxes[0]
    inside = (slice(max(0, int(y)), max(0, int(y + h))), slice(max(0, int(x - 1)), max(0, int(x + w + 2))))
    part = seen.grey[inside]
    if part.size > 40:
        assert part.min() < PAPER - 60
    outside = seen.grey.copy()
    outside[inside[0].start : inside[0].stop + 2, inside[1]] = PAPER
    assert outside.min() > PAPER - 60


def test_what_is_aimed_at_is_shown_at_a_height_to_be_found() -> None:
    original, rng = view(("1", 230, 130, 4, 70), size=(160, 256)), np.random.default_rng(0)

    for _ in range(50):
        x, y, w, h = varied(original, SIZE, Variation(aimed=1), rng).boxes[0]
        assert LOWEST * 0.94 < h < HIGHEST * 1.06  # and its stretch
        assert -1 <= x + w / 2 <= SIZE[1] + 1  # to the pixel, rounded
        assert -1 <= y + h / 2 <= SIZE[0] + 1


def test_all_shards_of_a_folder_are_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no shard"):
        read_shards(tmp_path)
    write_shard(tmp_path / "shard-00001.npz", [view(("5", 40, 60, 16, 20))])
    write_shard(tmp_path / "shard-00000.npz", [view(("3", 40, 60, 16, 20)), view()])

    assert [v.labels.tolist() for v in read_shards(tmp_path)] == [[3], [], [5]]


def test_a_finder_that_answers_what_it_was_taught_scores_1() -> None:
    views = [view(("7", 40, 60, 16, 20), ("3", 70, 60, 14, 22)), view(("1", 100, 30, 6, 24), (".", 120, 50, 3, 3))]

    assert score(answering_as_taught(views), views).f1 == 1


def test_a_false_digit_costs_precision_unless_it_is_on_what_is_hard() -> None:
    asked = [view(("7", 40, 60, 16, 20), ("4", 100, 60, 16, 20), hard=(1,))]
    both = [view(("7", 40, 60, 16, 20), ("4", 100, 60, 16, 20))]
    more = [view(("7", 40, 60, 16, 20), ("4", 100, 60, 16, 20), ("9", 150, 60, 16, 20))]

    assert score(answering_as_taught(both), asked).precision == 1
    assert score(answering_as_taught(more), asked).precision == 0.5


def test_a_run_that_was_left_goes_on_where_it_was(tmp_path: Path) -> None:
    from numbre_export.training.finder.task import FinderTask
    from numbre_export.training.loop import HISTORY, Schedule, train

    write_shard(tmp_path / "shard-00000.npz", [view(("3", 40, 60, 16, 20)), view(("7", 80, 30, 16, 20))])
    task, run = FinderTask(tmp_path, tmp_path, batch_size=2), tmp_path / "run"

    train(task, Schedule(steps=2, epoch=1, warm_up=1, decay=1), run)
    train(task, Schedule(steps=3, epoch=1, warm_up=1, decay=1), run, resume=True)

    with (run / HISTORY).open() as file:
        assert [int(row["step"]) for row in csv.DictReader(file)] == [1, 2, 3]
    assert (run / "finder.keras").exists()


def test_processes_make_the_batches_that_a_thread_makes(tmp_path: Path) -> None:
    from numbre_export.training.finder.task import FinderTask
    from numbre_export.training.loop import HISTORY, Schedule, train

    write_shard(tmp_path / "shard-00000.npz", [view(("3", 40, 60, 16, 20)), view(("7", 80, 30, 16, 20))])
    task, losses = FinderTask(tmp_path, tmp_path, batch_size=2), []

    for makers in (0, 2):
        run = tmp_path / str(makers)
        train(task, Schedule(steps=3, epoch=3, warm_up=1, decay=1), run, makers=makers)
        with (run / HISTORY).open() as file:
            (row,) = csv.DictReader(file)
        losses.append([float(row[name]) for name in task.losses])

    assert np.allclose(*losses, rtol=0.01)


def test_the_network_is_small_and_its_weights_fit_every_shape() -> None:
    from numbre_export.training.finder.network import build

    small, large = build((64, 96)), build((256, 256))
    shipped = build((256, 256), classes=False)
    large.set_weights(small.get_weights())

    assert small.count_params() < 375_000
    assert small.output_shape == (None, 16, 24, CHANNELS + len(CLASSES))
    assert shipped.output_shape == (None, 64, 64, CHANNELS)
    assert multiply_adds(shipped) / 256**2 <= 2_000


def multiply_adds(model: object) -> int:
    """Return those of the convolutions for one level."""
    total = 0
    for layer in model.layers:  # type: ignore[attr-defined]
        if "conv2d" in layer.name:
            kernel, (_, height, width, _) = layer.kernel.shape, layer.output.shape
            total += height * width * int(np.prod(kernel))
    return total


def answering_as_taught(views: list[View]) -> object:
    """A finder that says exactly what the targets of ``views`` are, in their order."""
    wanted = iter([targets(v, SIZE) for v in views])

    def answer(levels: Pixels) -> Answers:
        of = [next(wanted) for _ in levels]
        heat: Floats = np.stack([np.where(t.heat == 1, 5, -5) for t in of]).astype(np.float32)
        boxes = np.stack([t.boxes for t in of])
        links = np.stack([t.links for t in of])[..., np.newaxis]
        return Answers.of(np.concatenate([heat, boxes * BOXES_TIMES, links], -1).astype(np.float32), SIZE[1])

    return answer


def write_shard(path: Path, views: list[View]) -> None:
    np.savez(
        path,
        grey=np.stack([v.grey for v in views]),
        boxes=np.concatenate([v.boxes for v in views]),
        labels=np.concatenate([v.labels for v in views]),
        hard=np.concatenate([v.hard for v in views]),
        linked=np.concatenate([v.linked for v in views]),
        starts=np.cumsum([0, *(len(v.labels) for v in views)]),
    )
