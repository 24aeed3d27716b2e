"""What ``evaluate --thorough`` measures: bare pictures of digits, ink that is none, calibration, spoilt patches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from numbre_edge.decoding.probabilities import calibrated, merged
from numbre_edge.types import Floats, Pixels, Reading
from numbre_edge.vocabulary import DIGITS, Vocabulary
from numbre_export.data.mnist import Digits
from numbre_export.evaluation.calibration import expected_calibration_error
from numbre_export.evaluation.evaluate import Evaluation, evaluate
from numbre_export.evaluation.rejection import accepting, digit_scores, held_out_letters
from numbre_export.synthesis.corpus import Mixture, build_corpus
from numbre_export.synthesis.corruptions import CORRUPTIONS, corrupted
from numbre_export.synthesis.thumbnails import SIDES, thumbnail

_SEED = 1906  # of nothing that was trained on

PARTS = len(SIDES) * 2 + len(CORRUPTIONS) + 2  # how often ``begin`` is called


@dataclass(frozen=True)
class Sizes:
    """How much is measured: test digits, drawn at random, as pictures and spoilt; rendered scenes; written letters."""

    thumbnails: int = 1000
    corrupted: int = 2000
    scenes: int = 2400
    letters: int = 2000


@dataclass(frozen=True)
class Share:
    """How many of how many."""

    name: str
    n: int
    count: int

    @property
    def share(self) -> float:
        return self.count / self.n


@dataclass(frozen=True)
class Calibrated:
    """What confidence is worth on ``n`` patches: the share that is right, and the expected calibration error."""

    name: str
    n: int
    accuracy: float
    error: float


@dataclass(frozen=True)
class Thorough:
    """The results.

    Attributes:
        thumbnails: bare pictures that read exactly as their label.
        threshold: calibrated confidence that 99 % of the test digits reach.
        rejected: held-out ink that is no digit and stays below it; the last is all of it.
        calibration: of confidence, on MNIST's patches and on those found in rendered scenes of test digits.
        corruptions: spoilt patches read right.
    """

    thumbnails: tuple[Share, ...]
    threshold: float
    rejected: tuple[Share, ...]
    calibration: tuple[Calibrated, ...]
    corruptions: tuple[Share, ...]


@dataclass(frozen=True)
class Subject:
    """What is measured.

    Attributes:
        read: the whole reader: a picture's pixels -> the numbers on it.
        classify: its model alone: (N, 28, 28) uint8 ink -> (N, C) float32 probabilities.
        temperature, vocabulary: of the model's card.
    """

    read: Callable[[Pixels], Sequence[Reading]]
    classify: Callable[[Pixels], Floats]
    temperature: float
    vocabulary: Vocabulary


def measure(
    subject: Subject,
    evaluation: Evaluation,
    *,
    symbols: Digits | None = None,
    sizes: Sizes = Sizes(),
    begin: Callable[[str], None] = lambda part: None,
) -> Thorough:
    """Measure thoroughly; the same arguments give the same figures.

    Args:
        subject: reader and model.
        evaluation: of the same model, on the test digits.
        symbols: of :func:`numbre_export.data.symbols.unseen_symbols`; None leaves them out.
        sizes: of the samples.
        begin: told each part's name before it, PARTS times.
    """
    test = evaluation.digits
    bare, some = _sample(test, sizes.thumbnails), _sample(test, sizes.corrupted)
    thumbnails = []
    for side in SIDES:
        for light_ink in (False, True):
            name = f"{side} px, {'white on black' if light_ink else 'black on white'}"
            begin(name)
            thumbnails.append(_thumbnails(name, subject, bare, side, light_ink))
    begin("ink that is no digit")
    threshold = accepting(digit_scores(evaluation.probabilities, subject.temperature))
    begin("rendered scenes")
    calibration = (
        _calibrated("MNIST test digits", subject, test, evaluation.probabilities),
        _scenes(subject, test, sizes.scenes),
    )
    corruptions = []
    for name in CORRUPTIONS:
        begin(name)
        spoilt = evaluate(subject.classify, Digits(corrupted(some.images, name, seed=_SEED), some.labels))
        corruptions.append(Share(name, len(some), int((spoilt.predicted == some.labels).sum())))
    return Thorough(
        tuple(thumbnails),
        threshold,
        _rejected(subject, symbols, threshold, sizes.letters),
        calibration,
        tuple(corruptions),
    )


def _sample(digits: Digits, count: int) -> Digits:
    rng = np.random.default_rng(_SEED)
    return digits.take(np.sort(rng.choice(len(digits), min(count, len(digits)), replace=False)))


def _thumbnails(name: str, subject: Subject, digits: Digits, side: int, light_ink: bool) -> Share:
    exact = 0
    for image, label in zip(digits.images, digits.labels.tolist(), strict=True):
        readings = subject.read(thumbnail(image, side, light_ink=light_ink))
        exact += [reading.text for reading in readings] == [str(label)]
    return Share(name, len(digits), exact)


def _rejected(subject: Subject, symbols: Digits | None, threshold: float, letters: int) -> tuple[Share, ...]:
    kinds = {"letters in unseen faces": held_out_letters(letters, seed=_SEED)}
    if symbols is not None:
        kinds["whole symbols"] = symbols.images
    shares = []
    for name, images in kinds.items():
        scores = digit_scores(subject.classify(images), subject.temperature)
        shares.append(Share(name, len(images), int((scores < threshold).sum())))
    return (*shares, Share("together", sum(s.n for s in shares), sum(s.count for s in shares)))


def _scenes(subject: Subject, test: Digits, count: int) -> Calibrated:
    """Photograph test digits; a model that knows only digits is asked about the digits alone."""
    patches = build_corpus(test, None, Mixture(scenes=count, blanks=0, letters=0, prints=0, scribbles=0), seed=_SEED)
    probabilities = evaluate(subject.classify, patches).probabilities
    if not subject.vocabulary.rejects:
        digits = np.flatnonzero(patches.labels < len(DIGITS))
        patches, probabilities = patches.take(digits), probabilities[digits]
    return _calibrated("patches in rendered scenes", subject, patches, probabilities)


def _calibrated(name: str, subject: Subject, patches: Digits, probabilities: Floats) -> Calibrated:
    rows = merged(calibrated(probabilities, subject.temperature), subject.vocabulary)
    right = rows.argmax(1) == np.minimum(patches.labels, subject.vocabulary.no_digits.start)
    return Calibrated(name, len(patches), float(right.mean()), expected_calibration_error(rows.max(1), right))
