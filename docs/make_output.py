"""Write the tables of docs/output.md from the JSON Schemas that come with the package.

    python docs/make_output.py

A test compares the page with what this writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numbre_edge

PAGE = Path(__file__).with_name("output.md")
SCHEMAS = Path(numbre_edge.__file__).parent / "sinks" / "schema"
_BLOCK = re.compile(r"<!-- (\w+\.schema\.json)(#\w+)? -->\n.*?<!-- end -->", re.DOTALL)


def filled(page: str) -> str:
    """Return the page with every table written anew between its two comments."""

    def table(block: re.Match[str]) -> str:
        schema = json.loads((SCHEMAS / block[1]).read_text(encoding="utf-8"))
        shown = schema["$defs"][block[2][1:]] if block[2] else schema
        rows = "".join(f"| `{name}` | {kind} | {text} |\n" for name, kind, text in _rows(shown, schema))
        start = block[0].partition("\n")[0]
        return f"{start}\n| key | type | meaning |\n|---|---|---|\n{rows}<!-- end -->"

    return _BLOCK.sub(table, page)


def _rows(shown: dict[str, Any], schema: dict[str, Any], within: str = "") -> Iterator[tuple[str, str, str]]:
    for key, value in shown["properties"].items():
        yield f"{within}{key}", _kind(value, schema), value["description"]
        items = value.get("items")
        if isinstance(items, dict) and "properties" in items:
            yield from _rows(items, schema, f"{within}{key}[].")


def _kind(value: dict[str, Any], schema: dict[str, Any]) -> str:
    if "$ref" in value:
        value = schema["$defs"][value["$ref"].rpartition("/")[2]] | value
    if "enum" in value or "const" in value:
        return " or ".join(f"`{json.dumps(word)}`" for word in value.get("enum", [value.get("const")]))
    if "prefixItems" in value:
        return f"{len(value['prefixItems'])} integers"
    kinds = [value["type"]] if isinstance(value["type"], str) else value["type"]
    return " or ".join(kinds)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
