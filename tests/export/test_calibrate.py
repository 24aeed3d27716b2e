"""Confidence: a temperature that is found again, a threshold that passes what it says, an error that is one."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from numbre_edge.types import Floats
from numbre_export.evaluation.calibration import calibrate, expected_calibration_error
from numbre_export.evaluation.rejection import accepting

N = 20_000


def softmax(logits: NDArray[np.float64]) -> Floats:
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True), np.float32)


def sample(classes: int = 11) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Return logits whose softmax is the truth, and labels drawn by it."""
    rng = np.random.default_rng(0)
    logits = 0.5 * rng.normal(size=(N, classes))
    logits[np.arange(N), rng.integers(0, classes, N)] += 3
    below = softmax(logits).cumsum(1)
    labels = (rng.random((N, 1)) * below[:, -1:] > below).sum(1)
    return logits, np.minimum(labels, classes - 1).astype(np.uint8)


@pytest.mark.parametrize("temperature", [0.8, 1.0, 1.5])
def test_a_known_temperature_is_recovered(temperature: float) -> None:
    logits, labels = sample()
    found = calibrate(softmax(temperature * logits), labels)  # over-confident by it
    assert found.temperature == pytest.approx(temperature, rel=0.06)
    assert found.error < 0.02
    assert found.n == N


def test_confidence_that_is_true_has_no_error() -> None:
    rng = np.random.default_rng(0)
    confidences = rng.uniform(0.1, 1, N).astype(np.float32)
    assert expected_calibration_error(confidences, rng.random(N) < confidences) < 0.01


@pytest.mark.parametrize(("confidence", "right", "error"), [(0.9, 0.6, 0.3), (0.6, 0.9, 0.3), (1.0, 0.5, 0.5)])
def test_the_error_is_how_far_off_confidence_is(confidence: float, right: float, error: float) -> None:
    correct = np.arange(1000) < 1000 * right
    assert expected_calibration_error(np.full(1000, confidence, np.float32), correct) == pytest.approx(error, abs=1e-4)


def test_errors_of_two_bins_do_not_cancel() -> None:
    confidences = np.repeat(np.array([0.9, 0.5], np.float32), 100)
    correct = np.concatenate([np.arange(100) < 70, np.arange(100) < 70])  # 0.2 too sure, 0.2 too humble
    assert expected_calibration_error(confidences, correct) == pytest.approx(0.2, abs=1e-4)


def test_nothing_at_all_has_no_error() -> None:
    assert expected_calibration_error(np.zeros(0, np.float32), np.zeros(0, np.bool_)) == 0


def test_the_threshold_passes_99_of_100_digits_and_minds_no_other_ink() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.array([3, 10], np.uint8), 5000)
    probabilities = np.zeros((10_000, 11), np.float32)
    sure = rng.uniform(0.5, 1, 10_000).astype(np.float32)
    probabilities[np.arange(10_000), labels] = sure
    probabilities[:, 7] = 1 - sure
    threshold = calibrate(probabilities, labels).threshold
    assert 0.4 < threshold < 0.6
    assert calibrate(probabilities[:5000], labels[:5000]).threshold == pytest.approx(threshold, abs=0.02)


def test_kinds_of_no_digit_count_as_one() -> None:
    logits, labels = sample(13)
    rows = softmax(logits)
    one = np.column_stack([rows[:, :10], rows[:, 10:].sum(1)])
    assert calibrate(rows, labels).temperature == pytest.approx(
        calibrate(one, np.minimum(labels, 10)).temperature, rel=0.1
    )


def test_digits_taken_for_other_ink_lower_no_threshold() -> None:
    labels = np.full(1000, 3, np.uint8)
    probabilities = np.zeros((1000, 11), np.float32)
    probabilities[:, 3], probabilities[:, 10] = 0.9, 0.1
    probabilities[:100, 3], probabilities[:100, 10] = 0.05, 0.95
    assert calibrate(probabilities, labels).threshold > 0.5


@pytest.mark.parametrize("levels", [1_000_000, 256])
def test_accepting_lets_the_share_pass_even_where_scores_are_quantized(levels: int) -> None:
    scores = np.rint(np.random.default_rng(0).random(5000) * levels).astype(np.float32) / levels
    passed = (scores >= accepting(scores, 0.99)).mean()
    assert 0.99 <= passed < 0.996
