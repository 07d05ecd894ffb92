"""The JSON Schemas of the documents, generated from their types.

The files in `schema/` are what these functions return, kept so that they can be linked to and
read without the program; a test holds them equal.
"""

from __future__ import annotations

from inspect import cleandoc
from typing import Any, Literal

from quiesce.model import State
from quiesce.render.shapes import SCHEMA

SchemaName = Literal[
    "look", "status", "line", "error", "collected", "history", "pipelines", "windows", "waivers",
    "store",
]  # fmt: skip

NAMES: tuple[SchemaName, ...] = (
    "look", "status", "line", "error", "collected", "history", "pipelines", "windows", "waivers",
    "store",
)  # fmt: skip

_BY_STATE = frozenset({"by_state", "summary", "runs", "counts"})


def schema(name: SchemaName) -> dict[str, Any]:
    """The schema of `ls`/`check` (`look`), `status`, a line of `-o jsonl`, or an error line."""
    from msgspec.json import schema_components

    shapes, definitions = schema_components(_types(name), ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"quiesce {name}, schema 1",
        **(shapes[0] if len(shapes) == 1 else {"anyOf": list(shapes)}),
        "$defs": _closed(definitions),
    }


def schema_text(name: SchemaName) -> str:
    """The schema as it stands in its file."""
    from quiesce.render.encode import to_json

    return to_json(schema(name), pretty=True) + "\n"


def _types(name: SchemaName) -> list[type]:
    from quiesce.render import (
        collected,
        complaint,
        flips,
        held,
        history,
        jsonl,
        pipelines,
        shapes,
        stored,
        waivers,
        windows,
    )

    match name:
        case "look":
            return [shapes.LookDocument]
        case "status":
            return [shapes.StatusDocument, shapes.StatusSummaryDocument]
        case "line":
            return [jsonl.RunLine, jsonl.GapLine, jsonl.VerdictLine, jsonl.CountLine]
        case "error":
            return [complaint.ErrorLine]
        case "collected":
            return [collected.CollectedLine]
        case "history":
            return [
                history.HistoryDocument,
                flips.RunHistoryDocument,
                held.ForecastDocument,
                history.SpellLine,
            ]
        case "pipelines":
            return [pipelines.PipelinesDocument]
        case "windows":
            return [windows.WindowsDocument]
        case "waivers":
            return [waivers.WaiversDocument, waivers.OneWaiverDocument]
        case "store":
            return [stored.StoreDocument, stored.PrunedDocument]


def _closed(node: Any, key: str = "") -> Any:
    """The schema with what msgspec leaves open closed: the keys of maps by state, `schema`."""
    if isinstance(node, list):
        return [_closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {name: _closed(one, name) for name, one in node.items()}
    if isinstance(made.get("description"), str):
        # Python 3.13 takes the indentation out of docstrings, its elders leave it in.
        made["description"] = cleandoc(made["description"])
    if key in _BY_STATE and "additionalProperties" in made:
        made["propertyNames"] = {"enum": [str(state) for state in State]}
    if "schema" in made.get("properties", {}):
        # Always there and always 1: a default would tell a reader that it may be left out.
        made["properties"]["schema"] = {"const": SCHEMA}
        made["required"] = ["schema", *made["required"]]
    return made
