"""EasyOCR: English, allowlist of digits; networks from ``models`` in its environment, else it downloads them.

``--set detection off`` takes a picture for one line.
"""

import sys
from pathlib import Path

from protocol import answer


def reader(options):
    import torch_on_cpu

    torch_on_cpu.use(options.threads)
    import easyocr

    models = Path(sys.prefix) / "models"
    models.mkdir(exist_ok=True)
    engine = easyocr.Reader(["en"], gpu=False, model_storage_directory=str(models), verbose=False)
    read = engine.readtext if options.detection == "on" else engine.recognize
    return lambda path: [(text, sure) for _, text, sure in read(path, allowlist="0123456789")]


answer(reader, ("easyocr", "torch", "torchvision"))
