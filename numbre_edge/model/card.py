"""The card: what a model says of itself, every value of it checked."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, dataclass, field
from typing import Any

from numbre_edge.errors import ModelError
from numbre_edge.vocabulary import DIGIT_COLUMNS, DIGITS, Vocabulary

CARD_FORMAT = 1
PREPROCESSINGS = frozenset({1})  # versions of vision.normalize that this package carries
SIDE = 28  # pixels, of a patch
LARGEST_CARD = 2**20  # bytes; ours have two thousand
_DEEPEST = 20  # objects and lists in one another; ours have three
_LONGEST_SHAPE = 8  # sizes

_KINDS = ("classifier", "finder", "refiner", "transcriber")
_INK_ON_GROUND = ("255 on 0", "0 on 255")
_ANY_INK = "either, normalized"  # what a finder's tiles have
_OUTPUTS = ("probabilities", "logits")
_QUANTIZATIONS = ("float32", "float16", "dynamic", "int8")
# Calibration finds 0.5 to 3. Beyond these powers of a probability, float32 ends.
TEMPERATURES = (0.1, 10.0)


class CardError(ValueError):
    """A value that a card cannot have: the field and what is wrong with it."""


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise _wrong(name, value, " or ".join(map(repr, known)))


def _wrong(name: str, value: object, expected: str) -> CardError:
    return CardError(f"{name} is {_short(value)}; expected {expected}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


@dataclass(frozen=True)
class InputSpec:
    """What the network wants: (N, 28, 28) ink by default.

    Attributes:
        shape: of one patch or tile, as the file has it; None takes whatever 784 values it has.
        dtype: of the file's input; a float input gets ``pixel * scale + offset``.
        ink: polarity: "255 on 0" or "0 on 255"; of a finder "either, normalized".
        quantization_scale, quantization_zero_point: of a full-integer file.

    Raises:
        CardError: a value that it cannot have.
    """

    shape: tuple[int, ...] | None = None
    dtype: str = "uint8"
    ink: str = _INK_ON_GROUND[0]
    scale: float = 1.0
    offset: float = 0.0
    quantization_scale: float | None = None
    quantization_zero_point: int | None = None

    def __post_init__(self) -> None:
        if self.shape is not None and (min(self.shape, default=0) < 1 or len(self.shape) > _LONGEST_SHAPE):
            raise _wrong("shape", self.shape, f"numbers from 1 on, at most {_LONGEST_SHAPE}")
        _one_of("dtype", self.dtype, ("uint8", "float32"))
        _one_of("ink", self.ink, (*_INK_ON_GROUND, _ANY_INK))
        if not 0 < abs(self.scale) <= 1e6:
            raise _wrong("scale", self.scale, "a factor other than 0, up to 1e6")
        if not abs(self.offset) <= 1e6:
            raise _wrong("offset", self.offset, "a number up to 1e6")
        if self.quantization_scale is not None and not 0 < self.quantization_scale < math.inf:
            raise _wrong("quantization_scale", self.quantization_scale, "a number above 0, or null")
        if (self.quantization_scale is None) != (self.quantization_zero_point is None):
            raise _wrong(
                "quantization_zero_point", self.quantization_zero_point, "it and quantization_scale, or neither"
            )

    @property
    def inverted(self) -> bool:
        """Whether ink is dark on light."""
        return self.ink == _INK_ON_GROUND[1]


@dataclass(frozen=True)
class ModelCard:
    """What a model says of itself. See docs/model-card.md for each field.

    Attributes:
        kind: "classifier" of patches, "finder" of digits on tiles of a page, "refiner" of crops of what is found,
            or "transcriber" of strips with a number.
        classes: names of the outputs; the first ten are the digits "0" to "9".
        output: "probabilities" or "logits".
        preprocessing: version of ``numbre_edge.vision.normalize`` it was trained with; of the others, of
            ``numbre_edge.finding.light``.
        temperature: divides the log-probabilities to calibrate them; 1.0 leaves them.
        reject_threshold: calibrated confidence below which a digit is doubtful; of a finder, heat below which nothing
            is found.
        trust: of a refiner: how its opinion, a finder's and a classifier's make one, fields of
            ``decoding.opinions.Trust``; of a transcriber: when it is believed, of ``decoding.transcripts.Preference``.
        metrics: by data set: its n and figures.
        parity: against the Keras model it was made from.

    Raises:
        CardError: a value that it cannot have.
    """

    name: str
    preprocessing: int
    classes: tuple[str, ...] = DIGITS
    input: InputSpec = InputSpec()
    output: str = "probabilities"
    quantization: str = "float32"
    temperature: float = 1.0
    reject_threshold: float = 0.0
    metrics: dict[str, dict[str, Any]] = field(default_factory=dict)
    parity: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    data_credits: tuple[str, ...] = ()
    seed: int | None = None
    versions: dict[str, str] = field(default_factory=dict)
    commit: str | None = None
    kind: str = _KINDS[0]
    trust: dict[str, float] = field(default_factory=dict)
    format: int = CARD_FORMAT

    def __post_init__(self) -> None:
        _one_of("kind", self.kind, _KINDS)
        shape = self.input.shape
        if self.kind != "classifier" and len(shape or ()) != 2:
            raise _wrong("input.shape", shape, "the height and width of a tile, a crop or a strip")
        if self.kind == "classifier":
            if shape is not None and math.prod(shape) != SIDE * SIDE:
                raise _wrong("input.shape", shape, f"{SIDE * SIDE} values, as 28x28 has")
            _one_of("input.ink", self.input.ink, _INK_ON_GROUND)
        if self.classes[DIGIT_COLUMNS] != DIGITS:
            raise _wrong("classes", list(self.classes), "the digits 0 to 9 first")
        if len(set(self.classes)) != len(self.classes):
            raise _wrong("classes", list(self.classes), "names that differ")
        _one_of("output", self.output, _OUTPUTS)
        _one_of("quantization", self.quantization, _QUANTIZATIONS)
        least, most = TEMPERATURES
        if not least <= self.temperature <= most:
            raise _wrong("temperature", self.temperature, f"a number from {least:g} to {most:g}")
        if not 0 <= self.reject_threshold <= 1:
            raise _wrong("reject_threshold", self.reject_threshold, "a number from 0 to 1")

    @property
    def size(self) -> tuple[int, int]:
        """Height and width, in pixels, of a patch, a tile, a crop or a strip."""
        shape = self.input.shape
        return (shape[0], shape[1]) if self.kind != "classifier" and shape else (SIDE, SIDE)

    @property
    def vocabulary(self) -> Vocabulary:
        """What its columns mean."""
        return Vocabulary(self.classes)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True, allow_nan=False)

    @classmethod
    def from_json(cls, text: str | bytes, where: str) -> ModelCard:
        """Read a card; ``where`` names its file in errors. Keys it does not know are later versions' business.

        Raises:
            ModelError: not a card, one for another version of this package, or with a value that it cannot have.
        """
        # msgspec, not pydantic, which typer brings: it fills these very classes, takes no "3" for a 3, and costs 25 ms
        # where pydantic costs 90 and 20 more for these classes; where typer has imported that already, 10 and 20.
        # Imported here, since the doctor must run where it is broken.
        import msgspec

        try:
            raw = msgspec.json.decode(text)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as exc:
            raise ModelError(f"{where}: its card is not JSON ({exc})") from exc
        if not isinstance(raw, dict):
            raise ModelError(f"{where}: its card is not a JSON object")
        if _nested(raw, _DEEPEST):
            raise ModelError(f"{where}: its card is nested too deep, more than {_DEEPEST} times")
        if raw.get("format", CARD_FORMAT) != CARD_FORMAT:
            raise ModelError(
                f"{where}: card format {raw['format']!r}, this version reads {CARD_FORMAT}; upgrade numbre-edge"
            )
        version = raw.get("preprocessing")
        if not isinstance(version, int) or version not in PREPROCESSINGS:
            raise ModelError(
                f"{where}: wants preprocessing version {version!r}, this version has "
                f"{', '.join(map(str, sorted(PREPROCESSINGS)))}; upgrade numbre-edge or export the model again"
            )
        try:
            return msgspec.convert(raw, cls)
        except msgspec.ValidationError as exc:
            raise ModelError(f"{where}: its card's {told(exc, raw)}") from exc


def _nested(value: object, depth: int) -> bool:
    """Return whether a value has others in one another more than ``depth`` times."""
    inner = [value]
    for _ in range(depth + 1):
        inner = [
            one
            for outer in inner
            for one in (outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ())
        ]
    return bool(inner)


def told(exc: Exception, raw: object) -> str:
    """Say in our words what msgspec says of ``raw``: "Expected `float`, got `str` - at `$.input.scale`"."""
    message, _, path = str(exc).partition(" - at `$")
    keys = re.findall(r"\.?([^.\[\]`]+)", path)
    if isinstance(exc.__cause__, CardError):
        return ".".join([*keys, str(exc.__cause__)])
    value = raw
    for key in keys:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit():
            value = value[int(key)]
    missing = re.fullmatch("Object missing required field `(.*)`", message)
    if missing:
        return f"{'.'.join([*keys, missing[1]])} is missing"
    return f"{'.'.join(keys)} is {_short(value)}; {message[0].lower()}{message[1:].replace('`', '')}"
