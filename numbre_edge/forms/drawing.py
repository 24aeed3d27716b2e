"""A form's reference picture with its fields drawn in."""

from __future__ import annotations

import cv2
import numpy as np

from numbre_edge.forms.form import Form
from numbre_edge.sinks.annotate import SURE, draw
from numbre_edge.types import Pixels, Reading


def draw_form(form: Form) -> Pixels:
    """Return (H, W, 3) BGR: each field's box with its name, and the cells of combs."""
    canvas = draw(form.reference.pixels, [Reading((), field.name, 1.0, field.box) for field in form.fields])
    line = max(1, round(max(canvas.shape[:2]) / 1000))
    for field in form.fields:
        for cell in range(1, field.cells):
            x = round(field.box.x + field.box.width * cell / field.cells)
            cv2.line(canvas, (x, field.box.y), (x, field.box.bottom), SURE, line)
    return np.asarray(canvas, np.uint8)
