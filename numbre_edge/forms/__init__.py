"""Forms that are known beforehand: a photograph of a filled copy -> the values of its fields."""

from __future__ import annotations

from numbre_edge.forms.form import Field, Form, load_form
from numbre_edge.forms.reading import FormReader, Row, Value

__all__ = ["Field", "Form", "FormReader", "Row", "Value", "load_form"]
