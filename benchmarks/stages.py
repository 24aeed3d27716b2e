"""Each stage of a reading beside its physical limit: what nobody who does the same can do without.

    pytest -n 0 benchmarks/stages.py --benchmark-timer=time.process_time --benchmark-columns=median,iqr,rounds

Needs pytest-benchmark. One drawn page of 1280x720 with 20 digits, on one thread, in the processor's time: what else
runs on the machine is not in it. Behind ours stands in brackets how many times as long as the limit it takes. No time
fails; what is read wrong does.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
import pytest

from numbre_edge import Reader
from numbre_edge.backends import open_backend
from numbre_edge.bench.pages import page
from numbre_edge.bench.trial import bare_components
from numbre_edge.decoding import decode
from numbre_edge.model import default_model
from numbre_edge.recognition import FINDERS
from numbre_edge.sources.pictures import as_frame
from numbre_edge.types import Frame, Patches
from numbre_edge.vision.candidates import candidates
from numbre_edge.vision.cutouts import cut_out
from numbre_edge.vision.page import Page

ROUNDS = 9
PIXELS, NUMBERS = page(0)
GREY = np.asarray(cv2.cvtColor(PIXELS, cv2.COLOR_BGR2GRAY), np.uint8)

Timed = Callable[[Callable[[], object]], None]


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> None:
    cv2.setNumThreads(1)


@pytest.fixture
def timed(benchmark) -> Timed:
    return lambda work: benchmark.pedantic(work, rounds=ROUNDS, warmup_rounds=2)


@pytest.fixture(scope="module")
def jpeg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "page.jpg"
    path.write_bytes(cv2.imencode(".jpg", PIXELS)[1].tobytes())
    return path


@pytest.fixture(scope="module")
def patches() -> Patches:
    return candidates(Page(Frame(PIXELS)))


DECODE = pytest.mark.benchmark(group="decode a JPEG")
FIND = pytest.mark.benchmark(group="find and cut out connected ink")
CUT = pytest.mark.benchmark(group="cut out what a network found")
CLASSIFY = pytest.mark.benchmark(group="classify")
READINGS = pytest.mark.benchmark(group="decode readings (there is no limit to speak of)")
FRAME = pytest.mark.benchmark(group="all of it: a frame with 20 digits, all read right")


@DECODE
def test_limit_imread(timed: Timed, jpeg: Path) -> None:
    timed(lambda: cv2.imread(str(jpeg)))


@DECODE
def test_decode(timed: Timed, jpeg: Path) -> None:
    timed(lambda: as_frame(jpeg))


@FIND
def test_limit_threshold_and_components(timed: Timed) -> None:
    timed(lambda: bare_components(PIXELS))


@FIND
def test_candidates(timed: Timed) -> None:
    timed(lambda: candidates(Page(Frame(PIXELS))))


@CUT
def test_limit_resize(timed: Timed, patches: Patches) -> None:
    parts = [GREY[y : y + h, x : x + w] for x, y, w, h in patches.boxes.tolist()]
    timed(lambda: [cv2.resize(part, (28, 28), interpolation=cv2.INTER_AREA) for part in parts])


@CUT
def test_cut_out(timed: Timed, patches: Patches) -> None:
    timed(lambda: cut_out(GREY, patches.boxes))


@CLASSIFY
def test_limit_bare_session(timed: Timed, patches: Patches) -> None:
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = 1
    session = InferenceSession(default_model("onnx"), options, providers=["CPUExecutionProvider"])
    taken = session.get_inputs()[0]
    batch = patches.pixels.reshape(-1, *taken.shape[1:])
    timed(lambda: session.run(None, {taken.name: batch}))


@CLASSIFY
def test_predict(timed: Timed, patches: Patches) -> None:
    backend = open_backend("onnx")
    timed(lambda: backend.predict(patches.pixels))


@READINGS
def test_readings(timed: Timed, patches: Patches) -> None:
    backend = open_backend("onnx")
    rows = backend.predict(patches.pixels)
    timed(lambda: decode(patches, rows, backend.model.card))


@FRAME
def test_limit_of_a_frame(timed: Timed) -> None:
    timed(lambda: bare_components(PIXELS))


@FRAME
@pytest.mark.parametrize("finder", FINDERS)
def test_frame(timed: Timed, finder: str) -> None:
    reader, read = Reader(finder=finder), []
    timed(lambda: read.append(reader.read(PIXELS)))
    assert {reading.text for reading in chain(*read)} == set(NUMBERS)
