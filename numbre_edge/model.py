"""A model file that explains itself: the network and its card, in one file to carry.

The card is JSON. In an ONNX file it is the ``metadata_props`` entry
``numbre-edge``; in a TFLite file it is ``card.json`` in a ZIP archive appended
to the flatbuffer, that format's own convention for metadata. Neither needs an
inference runtime, or the onnx package, to be read.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from numbre_edge.errors import ModelError
from numbre_edge.vocabulary import DIGIT_COLUMNS, DIGITS, Vocabulary

CARD_FORMAT = 1
CARD_KEY = "numbre-edge"  # in ONNX metadata_props
CARD_MEMBER = "card.json"  # in the ZIP appended to a TFLite file
PREPROCESSINGS = frozenset({1})  # versions of vision.normalize that this package carries
MODELS = Path(__file__).parent / "models"
SUMS = "SHA256SUMS"

Format = Literal["onnx", "tflite"]
_OUTPUTS = ("probabilities", "logits")
_DEFAULTS: dict[Format, str] = {"onnx": "cnn.onnx", "tflite": "cnn.int8.tflite"}
_FINDERS: dict[Format, str] = {"onnx": "finder.onnx", "tflite": "finder.int8.tflite"}
KINDS = ("classifier", "finder")


@dataclass(frozen=True)
class InputSpec:
    """What the network wants: (N, 28, 28) ink by default.

    Attributes:
        shape: of one patch.
        dtype: of the file's input; a float input gets ``pixel * scale + offset``.
        ink: polarity.
        quantization_scale, quantization_zero_point: of a full-integer file.
    """

    shape: tuple[int, ...] = (28, 28)
    dtype: str = "uint8"
    ink: str = "255 on 0"
    scale: float = 1.0
    offset: float = 0.0
    quantization_scale: float | None = None
    quantization_zero_point: int | None = None


@dataclass(frozen=True)
class ModelCard:
    """What a model says of itself. See docs/model-card.md for each field.

    Attributes:
        kind: "classifier" of patches, or "finder" of digits on tiles of a page.
        classes: names of the outputs; the first ten are the digits "0" to "9".
        output: "probabilities" or "logits".
        preprocessing: version of ``numbre_edge.vision.normalize`` it was trained with; of a finder, of
            ``numbre_edge.finding.light``.
        temperature: divides the log-probabilities to calibrate them; 1.0 leaves them.
        reject_threshold: calibrated confidence below which a digit is doubtful; of a finder, heat below which nothing
            is found.
        trust: of a finder: how its opinion and a classifier's make one, fields of ``decoding.opinions.Trust``.
        metrics: by data set: its n and figures.
        parity: against the Keras model it was made from.
    """

    name: str
    preprocessing: int
    classes: tuple[str, ...] = DIGITS
    input: InputSpec = InputSpec()
    output: str = "probabilities"
    quantization: str = "float32"
    temperature: float = 1.0
    reject_threshold: float = 0.0
    metrics: dict[str, Any] = field(default_factory=dict)
    parity: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    data_credits: tuple[str, ...] = ()
    seed: int | None = None
    versions: dict[str, str] = field(default_factory=dict)
    commit: str | None = None
    kind: str = KINDS[0]
    trust: dict[str, float] = field(default_factory=dict)
    format: int = CARD_FORMAT

    @property
    def vocabulary(self) -> Vocabulary:
        """What its columns mean."""
        return Vocabulary(self.classes)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True)

    @classmethod
    def from_json(cls, text: str, where: str) -> ModelCard:
        """Read a card; ``where`` names its file in errors.

        Raises:
            ModelError: not a card, or one for another version of this package.
        """
        try:
            raw = json.loads(text)
        except ValueError as exc:
            raise ModelError(f"{where}: its card is not JSON ({exc})") from exc
        if not isinstance(raw, dict):
            raise ModelError(f"{where}: its card is not a JSON object")
        if raw.get("format", CARD_FORMAT) != CARD_FORMAT:
            raise ModelError(
                f"{where}: card format {raw['format']}, this version reads {CARD_FORMAT}; upgrade numbre-edge"
            )
        version = raw.get("preprocessing")
        if not isinstance(version, int) or version not in PREPROCESSINGS:
            raise ModelError(
                f"{where}: wants preprocessing version {version}, this version has "
                f"{', '.join(map(str, sorted(PREPROCESSINGS)))}; upgrade numbre-edge or export the model again"
            )
        raw["input"] = _filled(InputSpec, raw.get("input", {}), where, tuples=("shape",))
        card: ModelCard = _filled(cls, raw, where, tuples=("classes", "data_credits"))
        if card.classes[DIGIT_COLUMNS] != DIGITS:
            raise ModelError(f"{where}: the first ten classes of its card must be 0 to 9, found {list(card.classes)}")
        if card.kind not in KINDS:
            raise ModelError(f"{where}: its card's kind is {card.kind!r}; expected {' or '.join(KINDS)}")
        if card.output not in _OUTPUTS:
            raise ModelError(f"{where}: its card's output is {card.output!r}; expected {' or '.join(_OUTPUTS)}")
        if not isinstance(card.temperature, (int, float)) or not card.temperature > 0:
            raise ModelError(f"{where}: its card's temperature is {card.temperature!r}; expected a number above 0")
        return card


@dataclass(frozen=True, eq=False)
class Model:
    """A model file, read and checked, not yet given to a runtime."""

    path: Path
    format: Format
    card: ModelCard
    content: bytes


def load_model(path: Path, *, card: Path | None = None) -> Model:
    """Read a model file and its card.

    Args:
        path: an ``.onnx`` or ``.tflite`` file.
        card: a JSON file to use as the card, for a model that has none.

    Raises:
        ModelError: missing, damaged, unknown or without a card.
    """
    suffix = path.suffix.lower().lstrip(".")
    if suffix not in _DEFAULTS:
        raise ModelError(
            f"{path}: is not a model this runs; it takes .onnx and .tflite files (make one with: numbre-edge export)"
        )
    kind: Format = "onnx" if suffix == "onnx" else "tflite"
    content = _read(path)
    if path.parent == MODELS:
        _check_sum(path, content)
    text = _read(card).decode(errors="replace") if card else find_card(content, kind)
    if text is None:
        raise ModelError(
            f"{path}: has no card inside; describe the model with --card card.json (see docs/model-card.md)"
        )
    return Model(path, kind, ModelCard.from_json(text, str(card or path)), content)


def shipped_models() -> list[Path]:
    """Return the model files that came with this package, sorted by name."""
    return sorted(path for path in MODELS.iterdir() if path.suffix.lstrip(".") in _DEFAULTS)


def default_model(kind: Format) -> Path:
    """Return the shipped model a backend reads with: float32 for ONNX, int8 for TFLite."""
    return MODELS / _DEFAULTS[kind]


def default_finder(kind: Format) -> Path:
    """Return the shipped finder of a format."""
    return MODELS / _FINDERS[kind]


def read_sums(folder: Path) -> dict[str, str]:
    """Return file name -> SHA-256 hex digest from ``folder``'s SHA256SUMS; empty where there is none."""
    sums = folder / SUMS
    if not sums.exists():
        return {}
    lines = (line.split(maxsplit=1) for line in sums.read_text().splitlines() if line.strip())
    return {name.strip().lstrip("*"): digest for digest, name in lines}


def verify_sums(folder: Path) -> dict[str, bool]:
    """Return whether each file listed in ``folder``'s SHA256SUMS is there and as it was made."""
    return {
        name: (folder / name).is_file() and hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        for name, digest in read_sums(folder).items()
    }


def find_card(content: bytes, kind: Format) -> str | None:
    """Return the card's JSON inside a model file's bytes, or None."""
    try:
        return _onnx_metadata(content) if kind == "onnx" else _tflite_metadata(content)
    except (IndexError, UnicodeDecodeError):
        return None


def _tflite_metadata(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.read(CARD_MEMBER).decode()
    except (zipfile.BadZipFile, KeyError):
        return None


def _onnx_metadata(content: bytes) -> str | None:
    """Look ``CARD_KEY`` up in ModelProto.metadata_props (field 14 of onnx.proto)."""
    for number, value in _protobuf_fields(content):
        if number == 14:
            entry = dict(_protobuf_fields(value))  # StringStringEntryProto: 1 key, 2 value
            if entry.get(1, b"").decode() == CARD_KEY:
                return entry.get(2, b"").decode()
    return None


def _protobuf_fields(message: bytes) -> list[tuple[int, bytes]]:
    """Return the (number, bytes) of a protobuf message's length-delimited fields.

    Source: Protocol Buffers, "Encoding". Raises IndexError on anything else.
    """
    found, at = [], 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        key = varint()
        wire = key & 7
        if wire == 0:
            varint()
        elif wire == 1:
            at += 8
        elif wire == 5:
            at += 4
        elif wire == 2:
            length = varint()
            found.append((key >> 3, message[at : at + length]))
            at += length
        else:
            raise IndexError("not protobuf")
    if at != len(message):
        raise IndexError("truncated")
    return found


def _filled(cls: type[Any], raw: object, where: str, *, tuples: tuple[str, ...]) -> Any:
    """Make a ``cls`` of the known keys of ``raw``; unknown ones are later versions' business."""
    if not isinstance(raw, dict):
        raise ModelError(f"{where}: its card's {cls.__name__} is not a JSON object")
    known = {f.name for f in fields(cls)}
    try:
        return cls(**{key: tuple(value) if key in tuples else value for key, value in raw.items() if key in known})
    except TypeError as exc:
        raise ModelError(f"{where}: its card is incomplete or has values of the wrong type ({exc})") from exc


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise ModelError(f"{path}: cannot be read ({exc.strerror})") from exc


def _check_sum(path: Path, content: bytes) -> None:
    expected = read_sums(path.parent).get(path.name)
    if expected != hashlib.sha256(content).hexdigest():
        raise ModelError(
            f"{path}: is not the file that was shipped (its SHA-256 differs from {SUMS}); reinstall numbre-edge"
        )
