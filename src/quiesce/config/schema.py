"""The JSON Schema (draft 2020-12) of quiesce.toml, for editors and for `config schema`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import msgspec

from quiesce.config.auth import TYPES
from quiesce.config.keys import KEYS, NAME, Key, duration_schema
from quiesce.config.top import TOP
from quiesce.config.units import duration_text
from quiesce.source import Kind

Schema = dict[str, Any]

SECRET: Schema = {
    "description": "env:NAME, file:PATH, cred:NAME, cmd:[…], or the secret itself.",
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {
                "cmd": {"type": "array", "items": {"type": "string"}, "minItems": 1},
            },
            "required": ["cmd"],
            "additionalProperties": False,
        },
    ],
}


def schema(kinds: Mapping[str, Kind]) -> Schema:
    """The schema of a file with sources of these kinds."""
    definitions: Schema = {"secret": SECRET, "auth": {"oneOf": [_auth(name) for name in TYPES]}}
    for kind in kinds.values():
        definitions |= _kind(kind)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "quiesce.toml",
        "type": "object",
        "properties": {
            **{key.name: _key(key) for key in TOP},
            "sources": {
                "description": "The systems that are asked, by the names that you give them.",
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": f"^{NAME}$"},
                "additionalProperties": {
                    "type": "object",
                    "required": ["kind"],
                    "oneOf": [{"$ref": f"#/$defs/{name}"} for name in sorted(kinds)],
                },
            },
        },
        "required": ["sources"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _key(key: Key) -> Schema:
    made: Schema = {"description": key.about, **key.schema}
    if key.default is not None:
        text = key.show(key.default)
        made["default"] = msgspec.json.decode(text)
    return made


def _kind(kind: Kind) -> Schema:
    """The definition of a kind's table, and those of the types that it uses."""
    (_,), made = msgspec.json.schema_components(
        [kind.config], ref_template=f"#/$defs/{kind.name}-{{name}}"
    )
    made = _with_durations(msgspec.json.decode(msgspec.json.encode(made)))
    mine = made.pop(kind.config.__name__)
    common = {key.name: _key(key) for key in KEYS}
    common["kind"] = {"const": kind.name, "description": kind.title}
    table = {
        "title": kind.title,
        "type": "object",
        "properties": {
            **common,
            "auth": {"$ref": "#/$defs/auth", "description": "How to sign in."},
            **mine.get("properties", {}),
        },
        "required": ["kind", "url", *mine.get("required", [])],
        "additionalProperties": False,
    }
    return {kind.name: table, **{f"{kind.name}-{name}": each for name, each in made.items()}}


def _with_durations(made: Any) -> Any:
    """Times are written as everywhere in the file, not by ISO 8601."""
    if isinstance(made, dict):
        if made.get("format") == "duration":
            kept = {key: made[key] for key in made if key in {"description", "title"}}
            if isinstance(made.get("default"), str):
                seconds = msgspec.convert(made["default"], datetime.timedelta).total_seconds()
                kept["default"] = duration_text(seconds)
            return {**duration_schema(), **kept}
        return {key: _with_durations(each) for key, each in made.items()}
    return [_with_durations(each) for each in made] if isinstance(made, list) else made


def _auth(name: str) -> Schema:
    secret = {"$ref": "#/$defs/secret"}
    keys: Schema = {"type": {"const": name}}
    for key in TYPES[name]:
        keys[key] = secret
        if key in {"cert", "key"}:
            keys[key] = {"type": "string", "minLength": 1, "description": "A PEM file."}
        elif key == "headers":
            keys[key] = {"type": "object", "additionalProperties": secret, "minProperties": 1}
    return {
        "type": "object",
        "properties": keys,
        "required": ["type", *(key for key, required in TYPES[name].items() if required)],
        "additionalProperties": False,
    }
