"""Tesseract, as Debian packages it, through its C interface: one process, its network loaded once.

``tessedit_char_whitelist`` keeps it to digits; ``--set psm N`` is ``tesseract --psm N``.
"""

import ctypes
from ctypes.util import find_library

from protocol import answer

_WORD = "5"  # a word's level, in the first column of Tesseract's table


def reader(options):
    leptonica = _library("lept")
    leptonica.pixRead.restype = ctypes.c_void_p
    tesseract.TessBaseAPICreate.restype = ctypes.c_void_p
    tesseract.TessBaseAPIGetTsvText.restype = ctypes.c_void_p
    api = ctypes.c_void_p(tesseract.TessBaseAPICreate())
    if tesseract.TessBaseAPIInit3(api, None, b"eng"):
        raise SystemExit("Tesseract has no English: apt-get install tesseract-ocr-eng")
    tesseract.TessBaseAPISetPageSegMode(api, int(options.psm))
    tesseract.TessBaseAPISetVariable(api, b"tessedit_char_whitelist", b"0123456789")

    def read(path):
        picture = ctypes.c_void_p(leptonica.pixRead(path.encode()))
        if not picture:
            raise OSError("leptonica cannot read it")
        tesseract.TessBaseAPISetImage2(api, picture)
        table = ctypes.c_void_p(tesseract.TessBaseAPIGetTsvText(api, 0))
        rows = [row.split("\t") for row in ctypes.string_at(table).decode().splitlines()] if table else []
        tesseract.TessDeleteText(table)
        tesseract.TessBaseAPIClear(api)
        leptonica.pixDestroy(ctypes.byref(picture))
        return [(row[11], float(row[10]) / 100) for row in rows if row[0] == _WORD]

    return read


def _library(name):
    file = find_library(name)
    if file is None:
        raise SystemExit(f"no lib{name}: apt-get install tesseract-ocr")
    return ctypes.CDLL(file)


tesseract = _library("tesseract")
tesseract.TessVersion.restype = ctypes.c_char_p
answer(reader, tesseract=tesseract.TessVersion().decode())
