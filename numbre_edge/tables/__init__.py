"""Numbers -> rows and columns: tables as spreadsheets have them."""

from __future__ import annotations

from numbre_edge.tables.reading import read_tables
from numbre_edge.tables.table import Cell, Table

__all__ = ["Cell", "Table", "read_tables"]
