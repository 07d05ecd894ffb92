"""Values as JSON that harms no terminal: the same value, in other letters."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from quiesce.render.clean import clean, harmless

_SUSPECT = re.compile(r"[^ -~\n]+")


def to_json(document: object, *, pretty: bool = False, ascii_only: bool = False) -> str:
    r"""A document as JSON, without a final newline; on one line unless `pretty`.

    Controls, bidirectional and invisible characters stand as `\uXXXX`. A lone surrogate,
    which JSON can't carry from one program to another (RFC 7493), is escaped visibly.
    """
    try:
        data = msgspec.json.encode(document)
    except UnicodeEncodeError:
        data = msgspec.json.encode(_without_surrogates(msgspec.to_builtins(document)))
    if pretty:
        data = msgspec.json.format(data, indent=2)
    return disarmed(data.decode(), ascii_only=ascii_only)


def disarmed(json: str, *, ascii_only: bool = False) -> str:
    """JSON text with every harmful character inside its strings escaped: the same value."""

    def escape(match: re.Match[str]) -> str:
        return "".join(
            char if not ascii_only and harmless(char) else _escaped(char) for char in match.group()
        )

    return _SUSPECT.sub(escape, json)


def _escaped(char: str) -> str:
    code = ord(char)
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", lambda match: clean(match.group()), value)
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_surrogates(one) for one in value]
    return value
