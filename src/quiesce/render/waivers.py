"""Waivers, and what they cover: documents, lines, a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from quiesce.model import Run
from quiesce.past import Waiver
from quiesce.render.cell import Cell
from quiesce.render.expected import waiver_words
from quiesce.render.grid import grid
from quiesce.render.screen import YELLOW, Screen
from quiesce.render.shapes import SCHEMA, Time
from quiesce.render.words import brief, clock, count, listed, rfc3339

Standing = Literal["in force", "expired", "taken back"]

MOST_NAMED = 3

_SHRINKS = (
    ("reason", 16), ("pattern", 24), ("by", 6), ("reason", 8), ("until", 16), ("pattern", 12),
)  # fmt: skip


class WaiverDocument(Struct, frozen=True, kw_only=True):
    """A decision that runs which match a pattern don't count until a time.

    `active` are the runs that it covers, by `source/id`, of those that the store knows to be
    active; none where it is not in force.
    """

    id: int
    pattern: str
    reason: str
    until: Time | None
    by: str
    made_at: Time | None
    standing: Standing
    active: list[str]


class WaiversDocument(Struct, frozen=True, kw_only=True):
    """What `waivers` answers."""

    schema: Literal[1] = SCHEMA
    waivers: list[WaiverDocument]


class OneWaiverDocument(Struct, frozen=True, kw_only=True):
    """What `waive` and `unwaive` answer: the waiver, and remarks on it in sentences."""

    schema: Literal[1] = SCHEMA
    waiver: WaiverDocument
    remarks: list[str]


def waiver_document(waiver: Waiver, standing: Standing, runs: Sequence[Run]) -> WaiverDocument:
    """A waiver, how it stands, and the active runs that it covers."""
    return WaiverDocument(
        id=waiver.id,
        pattern=waiver.pattern,
        reason=waiver.reason,
        until=rfc3339(waiver.until),
        by=waiver.by,
        made_at=rfc3339(waiver.made_at),
        standing=standing,
        active=[run.reference for run in runs],
    )


def made_words(waiver: Waiver, runs: Sequence[Run], now: datetime, screen: Screen) -> str:
    """`waiver 7: gate/eks/Deploy/* does not count until …; now it is about Deploy (eks, gate)`."""
    said = f"waiver {waiver.id}: {brief(waiver.pattern)} does not count {waiver_words(waiver, now)}"
    if runs:
        those = [run.reference for run in runs[:MOST_NAMED]]
        if len(runs) > MOST_NAMED:
            those.append(f"{len(runs) - MOST_NAMED:,} more")
        said += f"; {count(len(runs), 'run', 'is')} active and waived: {listed(those)}"
    return screen.text(said)


def removed_words(waiver: Waiver, runs: Sequence[Run], spared: int, screen: Screen) -> str:
    """`waiver 7 is taken back: gate/eks/Deploy/*; 2 active runs count again`.

    `spared` is how many of the runs another waiver covers still.
    """
    said = f"waiver {waiver.id} is taken back: {brief(waiver.pattern)}"
    if again := len(runs) - spared:
        said += f"; {count(again, 'active run', 'counts')} again"
    if spared:
        said += f"; {count(spared, 'active run', 'is')} waived by another one still"
    return screen.text(said)


def waivers_table(
    waivers: Sequence[tuple[Waiver, Standing, Sequence[Run]]],
    screen: Screen,
    now: datetime,
    *,
    every: bool,
) -> str:
    """A line for each waiver; with `every` how it stands, as not all of them are in force."""
    columns = ["id", "until", "by", "active", "pattern", "reason"]
    if every:
        columns.insert(1, "standing")
    rows = [
        [_cell(column, waiver, standing, len(runs), screen, now) for column in columns]
        for waiver, standing, runs in waivers
    ]
    heads = [column.upper() for column in columns]
    return grid(
        columns, heads, rows, screen, _SHRINKS, middles={"pattern"}, rights={"id", "active"}
    )


def _cell(  # noqa: PLR0917 - a column, and what it is of
    column: str,
    waiver: Waiver,
    standing: Standing,
    active: int,
    screen: Screen,
    now: datetime,
) -> Cell:
    match column:
        case "id":
            return Cell(str(waiver.id))
        case "standing":
            return Cell(standing, color=YELLOW if standing == "in force" else "")
        case "until":
            # The date comes first, so that a column that is cut still says when.
            text = clock(waiver.until, now) if screen.width else rfc3339(waiver.until) or ""
            return Cell(text)
        case "by":
            return Cell(screen.text(waiver.by))
        case "active":
            return Cell(str(active))
        case "pattern":
            return Cell(screen.text(waiver.pattern))
        case _:
            return Cell(screen.text(waiver.reason))
