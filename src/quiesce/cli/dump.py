"""Rows of the store as lines: times for people, harmless letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from quiesce.render.clean import csv_cell, to_ascii
from quiesce.render.encode import to_json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_JSON = frozenset({"details", "reasons", "missed"})
"""Columns that hold JSON: a value, not a text, in JSON."""


def json_line(names: Sequence[str], row: Sequence[Any], *, ascii_only: bool) -> str:
    """One JSON object."""
    document = {
        name: msgspec.Raw(value.encode()) if name in _JSON and value else _value(name, value)
        for name, value in zip(names, row, strict=True)
    }
    return to_json(document, ascii_only=ascii_only) + "\n"


def csv_line(names: Sequence[str], row: Sequence[Any], *, ascii_only: bool) -> str:
    """One line; nothing is an empty cell, and no spreadsheet takes a cell for a formula."""
    cells = (_value(name, value) for name, value in zip(names, row, strict=True))
    line = ",".join("" if cell is None else csv_cell(_text(cell)) for cell in cells)
    return (to_ascii(line) if ascii_only else line) + "\n"


def _value(name: str, value: Any) -> Any:
    if name.endswith("_at") and value is not None:
        return _time(value)
    return value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _time(micros: int) -> str:
    """With every digit that is kept, so that nothing is lost on the way to another database."""
    try:
        time = _EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        return str(micros)
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z")
