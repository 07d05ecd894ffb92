"""The changes of one run's state, and when each was seen: a document, and a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from quiesce.model import Run, State
from quiesce.render.cell import Cell
from quiesce.render.document import run_document
from quiesce.render.expected import moment
from quiesce.render.grid import grid
from quiesce.render.screen import COLORS, Screen
from quiesce.render.shapes import SCHEMA, RunDocument, Time
from quiesce.render.words import duration, rfc3339


class FlipDocument(Struct, frozen=True, kw_only=True):
    """A change of a run's state, and when it was seen: not when it happened."""

    seen_at: Time | None
    state: State
    native_state: str


class RunHistoryDocument(Struct, frozen=True, kw_only=True):
    """What `history --run` answers: the run as it was last seen, and each change of its state."""

    schema: Literal[1] = SCHEMA
    run: RunDocument
    flips: list[FlipDocument]


def run_history_document(
    run: Run, flips: Sequence[tuple[datetime, State, str]]
) -> RunHistoryDocument:
    """The document of `history --run`."""
    return RunHistoryDocument(
        run=run_document(run),
        flips=[
            FlipDocument(seen_at=rfc3339(at), state=state, native_state=native)
            for at, state, native in flips
        ],
    )


def run_history_table(
    flips: Sequence[tuple[datetime, State, str]], screen: Screen, now: datetime
) -> str:
    """Each change of a run's state, with how long it stayed so."""
    ends = [at for at, _, _ in flips[1:]]
    rows = []
    for place, (at, state, native) in enumerate(flips):
        lasted = duration((ends[place] - at).total_seconds()) if place < len(ends) else ""
        seen = moment(at, now) if screen.width else rfc3339(at) or ""
        mark = screen.glyph(state) if screen.width else ""
        rows.append(
            [
                Cell(seen),
                Cell(screen.text(state), mark, COLORS.get(state, "")),
                Cell(screen.text(native)),
                Cell(lasted),
            ]
        )
    columns = ("seen_at", "state", "native_state", "lasted")
    heads = [
        column.upper().replace("_", " ") if screen.width else column.upper() for column in columns
    ]
    return grid(columns, heads, rows, screen, (("native_state", 6),))
