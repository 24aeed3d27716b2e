"""What a command takes from the shell on, against the imports that it cannot do without.

    python benchmarks/start.py [--rounds 9]

`numbre-edge predict` of one small picture against `import numpy, cv2, onnxruntime`, `numbre-edge --help` against
`import typer`: each time one right after the other, medians of both and of their ratios; of the wall's time, and of the
processor's, which a busy machine changes less. All modules are compiled before, as pip compiles what it installs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2

from numbre_edge.bench.pages import page

PROGRAM = ("-m", "numbre_edge")
IMPORTS = ("-c", "import numpy, cv2, onnxruntime")


def taken(arguments: tuple[str, ...], compiled: str) -> tuple[float, float]:
    """Return the seconds of ``python *arguments``: the wall's, and the processor's.

    ``compiled``: a folder for the modules, compiled when they are first imported.
    """
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
    since = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(arguments)} fails")
    return time.perf_counter() - since, usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        one, number = str(Path(folder, "digit.png")), str(Path(folder, "number.png"))
        pixels = page(0)[0]
        cv2.imwrite(one, pixels[40:144, 130:234])
        cv2.imwrite(number, pixels[30:160, 100:1180])
        pairs = {
            "--help": ((*PROGRAM, "--help"), ("-c", "import typer")),
            "predict, one digit": ((*PROGRAM, "predict", one), IMPORTS),
            "predict, one number": ((*PROGRAM, "predict", number), IMPORTS),
            "predict --finder components, one number": (
                (*PROGRAM, "predict", "--finder", "components", number),
                IMPORTS,
            ),
        }
        print("| | ours | imports | wall | processor |\n|---|---|---|---|---|")
        for name, (ours, bare) in pairs.items():
            taken(ours, folder), taken(bare, folder)
            times = [(*taken(ours, folder), *taken(bare, folder)) for _ in range(rounds)]
            wall, _, bare_wall, _ = map(statistics.median, zip(*times, strict=True))
            ratios = [statistics.median(row[at] / row[at + 2] for row in times) for at in (0, 1)]
            print(f"| {name} | {wall:.2f} s | {bare_wall:.2f} s | {ratios[0]:.2f} × | {ratios[1]:.2f} × |", flush=True)


if __name__ == "__main__":
    main()
