"""The layout holds: imports go down the floors, and the runtime does without TensorFlow."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Callable, Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from subprocess import CompletedProcess

import pytest

RunPython = Callable[..., CompletedProcess[str]]

# Top to bottom. A module imports from the floors below its own, not from its neighbours.
FLOORS = (
    {"numbre_edge.__main__"},
    {"numbre_edge.cli"},
    {"numbre_edge.web"},
    {"numbre_edge.engines", "numbre_edge.live", "numbre_edge.forms"},
    {"numbre_edge.batch", "numbre_edge.tables", "numbre_edge.bench"},
    {"numbre_edge.reader", "numbre_edge.doctor", "numbre_export"},
    {"numbre_edge.recognition"},
    {"numbre_edge.finding", "numbre_edge.vision", "numbre_edge.backends", "numbre_edge.sources"}
    | {"numbre_edge.sinks", "numbre_edge.decoding", "numbre_edge.tracking", "numbre_edge.diagnosis"},
    {"numbre_edge.geometry", "numbre_edge.events"},
    {"numbre_edge.types", "numbre_edge.model", "numbre_edge.atomic", "numbre_edge.drawn"}
    | {"numbre_edge.labels", "numbre_edge.quiet"},
    {"numbre_edge.errors", "numbre_edge.vocabulary", "numbre_edge.quantiles"},
)
# The workshop's own, in the order of the work: each may use what was made before it.
ROOMS = ("quiet", "data", "synthesis", "evaluation", "training", "exporting")
FACE = "numbre_edge"  # the façade, numbre_edge/__init__.py: it stands beside the house and names what is in it
WORKSHOP = ("tensorflow", "keras", "tf2onnx", "matplotlib", "numbre_export")


def packages() -> dict[str, Path]:
    """Return both packages' folders: of the checkout, or as installed."""
    found = {}
    for name in (FACE, "numbre_export"):
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        found[name] = Path(spec.origin).parent
    return found


def modules() -> dict[str, Path]:
    """Return every module of both packages, dotted name -> file."""
    found = {}
    for package, folder in packages().items():
        for file in sorted(folder.rglob("*.py")):
            parts = (package, *file.relative_to(folder).with_suffix("").parts)
            found[".".join(part for part in parts if part != "__init__")] = file
    return found


def imports_of(file: Path, known: set[str]) -> set[str]:
    """Return every module that ``file`` imports anywhere: at the top, in functions, for type checking alone."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            assert node.module is not None
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (names & known) or {node.module}
    return found


MODULES = modules()
IMPORTS = {name: imports_of(file, set(MODULES)) for name, file in MODULES.items()}


def part(module: str) -> str:
    """Return what stands on a floor: ``numbre_edge.vision`` of ``numbre_edge.vision.rules``."""
    return "numbre_export" if module.split(".")[0] == "numbre_export" else ".".join(module.split(".")[:2])


def floor(module: str) -> int:
    """Return the floor ``module`` stands on, 0 at the top."""
    return next(height for height, parts in enumerate(FLOORS) if part(module) in parts)


def own_imports() -> Iterator[tuple[str, str]]:
    """Yield (importer, imported) for every import within the two packages but the façade's."""
    for importer, imported in IMPORTS.items():
        if importer != FACE:
            yield from ((importer, name) for name in sorted(imported & set(MODULES)))


def test_every_module_has_its_floor() -> None:
    homeless = [name for name in MODULES if name != FACE and not any(part(name) in parts for parts in FLOORS)]

    assert homeless == []


def test_imports_only_go_down() -> None:
    wrong = [
        f"{importer} imports {imported}"
        for importer, imported in own_imports()
        if imported != FACE and part(importer) != part(imported) and floor(imported) <= floor(importer)
    ]

    assert wrong == []


def test_the_workshop_s_rooms_use_only_what_was_made_before() -> None:
    def place(module: str) -> int:
        return ROOMS.index(module.split(".")[1])

    wrong = [
        f"{importer} imports {imported}"
        for importer, imported in own_imports()
        if part(importer) == part(imported) == "numbre_export" and place(imported) > place(importer)
    ]

    assert wrong == []


def test_only_the_command_line_uses_the_facade() -> None:
    users = [
        importer for importer, imported in own_imports() if imported == FACE and part(importer) != "numbre_edge.cli"
    ]

    assert users == []


def test_no_module_imports_itself_by_a_detour() -> None:
    graph: dict[str, set[str]] = {}
    for importer, imported in own_imports():
        graph.setdefault(importer, set()).add(imported)
    graph.pop(FACE, None)

    TopologicalSorter(graph).prepare()  # raises CycleError, which names the modules


def test_the_runtime_imports_nothing_of_the_workshop() -> None:
    wrong = [
        f"{importer} imports {name}"
        for importer, imported in IMPORTS.items()
        if importer.startswith("numbre_edge") and not importer.startswith("numbre_edge.cli.")
        for name in imported
        if name.split(".")[0] in WORKSHOP
    ]

    assert wrong == []


def test_one_room_alone_asks_for_the_time_of_day() -> None:
    # It jumps when the system's clock is set: whatever waits, or measures, must not know it.
    clocks = {"time", "time_ns", "now", "utcnow", "today", "fromtimestamp"}

    asking = {
        name
        for name, file in MODULES.items()
        if name.startswith("numbre_edge")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in clocks
        if isinstance(node.func.value, ast.Name) and node.func.value.id in {"time", "datetime", "date"}
    }

    assert asking == {"numbre_edge.events"}


def test_no_module_has_a_name_that_says_nothing() -> None:
    nameless = {"utils", "util", "helpers", "helper", "common", "misc"}

    assert [name for name in MODULES if nameless & set(name.split("."))] == []


def imported_by(run_python: RunPython, code: str) -> set[str]:
    """Return the top-level packages that a fresh Python has imported after ``code``."""
    show = "import sys; print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)"
    run = run_python("-c", f"{code}\n{show}")
    assert run.returncode == 0, run.stderr
    return set(run.stderr.splitlines()[-1].split())


def test_networks_that_find_digits_are_taught_by_any_backend_of_keras() -> None:
    taught = (
        "finder",
        "refiner.task",
        "refiner.network",
        "refiner.candidates",
        "transcriber",
        "kept",
        "loop",
        "exported",
        "views",
    )
    within = tuple(f"numbre_export.training.{name}" for name in taught)
    teaching = {name: used for name, used in IMPORTS.items() if name.startswith(within)}

    assert len(teaching) > len(taught)
    assert not {name for name, used in teaching.items() if any(each.startswith("tensorflow") for each in used)}


HELP = """
import sys
from numbre_edge.cli.app import main
sys.argv = ["numbre-edge", *{arguments!r}]
try:
    main()
except SystemExit as exc:
    assert not exc.code, exc.code
"""


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["predict", "--help"], ["train", "--help"], ["export", "--help"], ["serve", "--help"]],
    ids=" ".join,
)
def test_help_waits_for_no_heavy_import(run_python: RunPython, arguments: list[str]) -> None:
    imported = imported_by(run_python, HELP.format(arguments=arguments))

    assert imported & {"cv2", "numpy", "onnxruntime", "ai_edge_litert", "msgspec", "starlette", *WORKSHOP} == set()


def test_importing_the_package_imports_no_heavy_library(run_python: RunPython) -> None:
    imported = imported_by(run_python, "import numbre_edge")

    assert imported & {"cv2", "numpy", "onnxruntime", *WORKSHOP} == set()


def test_reading_a_picture_waits_for_nothing_that_it_does_not_need(run_python: RunPython) -> None:
    read = "from numbre_edge import Reader; import numbre_edge.batch; Reader().read('samples/plain-number.jpg')"
    run = run_python("-c", f"{read}; import sys; print(*sys.modules)")

    assert run.returncode == 0, run.stderr
    assert set(run.stdout.split()) & {"subprocess", "numpy.ma"} == set()


def test_the_runtime_imports_whole_where_tensorflow_is_not_installed(run_python: RunPython) -> None:
    runtime = [name for name in MODULES if name.startswith("numbre_edge") and not name.endswith("__main__")]
    blocked = "import sys\n" + "".join(f"sys.modules[{name!r}] = None\n" for name in WORKSHOP)
    extras = {"ai_edge_litert": "numbre_edge.backends.tflite", "starlette": "numbre_edge.web"}
    extras |= {"ray": "numbre_edge.engines.ray"}
    missing = tuple(part for package, part in extras.items() if importlib.util.find_spec(package) is None)

    run = run_python("-c", blocked + "".join(f"import {name}\n" for name in runtime if not name.startswith(missing)))

    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("backend", ["onnx", "tflite", "opencv"])
def test_reading_leaves_the_home_folder_empty(run_python: RunPython, tmp_path: Path, backend: str) -> None:
    # onnxruntime keeps still by itself where CI is set
    hidden = ("CI", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")

    run = run_python(
        *("-m", "numbre_edge", "predict", "samples/plain-number.jpg", "--backend", backend),
        env={"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)},
        without=hidden,
    )

    assert run.returncode == 0, run.stderr
    assert list(tmp_path.rglob("*")) == []
