"""Runs as CSV (RFC 4180, with a header, lines end in a newline), guarded against formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from quiesce.model import Run, State
from quiesce.render.beside import NOTHING, Beside
from quiesce.render.clean import csv_cell, to_ascii
from quiesce.render.columns import BESIDE, FIELDS, TIMES, beside_value, check_fields
from quiesce.render.encode import to_json
from quiesce.render.words import rfc3339


def look_sheet(
    runs: Iterable[Run],
    *,
    fields: Sequence[str] | None = None,
    ascii_only: bool = False,
    known: Beside = NOTHING,
) -> str:
    """One line a run; `details` is a JSON object, nothing is an empty cell."""
    columns = check_fields(fields) if fields else FIELDS
    rows = ([_value(run, column, known) for column in columns] for run in runs)
    return _lines([columns, *rows], ascii_only=ascii_only)


def summary_sheet(counts: Mapping[State, int], *, ascii_only: bool = False) -> str:
    """One line a state."""
    rows = [(str(state), str(number)) for state, number in counts.items()]
    return _lines([("state", "runs"), *rows], ascii_only=ascii_only)


def _value(run: Run, column: str, known: Beside) -> str:
    if column in BESIDE:
        return beside_value(run, column, known)
    if column == "details":
        return to_json(run.details)
    found = getattr(run, column)
    return (rfc3339(found) if column in TIMES else found) or ""


def _lines(rows: Iterable[Sequence[str]], *, ascii_only: bool) -> str:
    text = "".join(",".join(csv_cell(cell) for cell in row) + "\n" for row in rows)
    return to_ascii(text) if ascii_only else text
