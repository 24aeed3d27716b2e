"""How each network is trained: the best we know, and the article's own way."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from numbre_edge.vocabulary import DIGITS, WHOLE
from numbre_export.synthesis.augment import Augmentation
from numbre_export.synthesis.corpus import Mixture


@dataclass(frozen=True)
class Polish:
    """A second stage: from the best epoch of the first, slowly, and on more of MNIST's own digits.

    Attributes:
        epochs, learning_rate: of this stage.
        share: of the corpus an epoch, as in :class:`Mixture`.
    """

    epochs: int
    learning_rate: float
    share: float


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training run but its seed and its data.

    Attributes:
        arch: one of ``architectures.ARCHITECTURES``.
        epochs, batch_size: of training digits.
        learning_rate: the peak of the schedule (warm-up of one epoch, then cosine to 0).
        weight_decay: of AdamW.
        augmentation: None trains on the digits as they are.
        raw: feed 0 to 255 to the first layer, as the article did.
        averaging: momentum of the exponential moving average of the weights; 0 for none.
        article: plain Adam at Keras' defaults.
        classes: the first so many of ``WHOLE``; more than the digits need a mixture.
        mixture: what is trained on beside MNIST; None for nothing.
        polish: what follows; None for nothing.
    """

    arch: str
    epochs: int
    batch_size: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    augmentation: Augmentation | None = None
    raw: bool = False
    averaging: float = 0.999
    article: bool = False
    classes: int = len(DIGITS)
    mixture: Mixture | None = None
    polish: Polish | None = None

    def stages(self) -> tuple[Recipe, ...]:
        """Return the recipe of each stage."""
        first, second = replace(self, polish=None), self.polish
        if second is None:
            return (first,)
        mixture = replace(self.mixture, share=second.share) if self.mixture is not None else None
        return (first, replace(first, epochs=second.epochs, learning_rate=second.learning_rate, mixture=mixture))

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


# Light, affine only: 25 units see no more than that, and it trains in a minute.
_LIGHT = Augmentation(rotation=0.07, shear=0.07, stretch=0.05, perspective=0, elastic=0, stroke=0, clean=0.3)

RECIPES = {
    "cnn": Recipe(
        "cnn",
        epochs=20,
        augmentation=Augmentation(),
        classes=len(WHOLE),
        mixture=Mixture(),
        polish=Polish(14, 4e-4, 0.4),
    ),
    "numbre": Recipe("numbre", epochs=24, learning_rate=4e-3, weight_decay=0.01, augmentation=_LIGHT),
}
ARTICLE = Recipe("numbre", epochs=20, batch_size=128, raw=True, averaging=0.0, article=True)
