"""Every row of a table, one after another, in little memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.engine import Connection

from quiesce.store.rows import micros
from quiesce.store.schema import flips, looks, predictions, runs, waivers

TABLES = {table.name: table for table in (runs, flips, looks, waivers, predictions)}
"""What can be exported."""

_TOGETHER = 1_000


def columns(table: str) -> list[str]:
    """The names of a table's columns, in order."""
    return [column.name for column in TABLES[table].columns]


def rows(connection: Connection, table: str, since: datetime | None) -> Iterator[tuple[Any, ...]]:
    """The rows as they are kept, in no order; with `since`, what was not over before."""
    query = select(TABLES[table])
    if since is not None:
        query = query.where(_lasting(table, micros(since)))
    found = connection.execution_options(yield_per=_TOGETHER).execute(query)
    for row in found:
        yield tuple(row)


def _lasting(table: str, limit: int) -> ColumnElement[bool]:
    """What `prune` with that limit would leave."""
    if table == "runs":
        return or_(runs.c.active, func.coalesce(runs.c.ended_at, runs.c.seen_at) >= limit)
    if table == "waivers":
        over = or_(waivers.c.until_at < limit, func.coalesce(waivers.c.removed_at, limit) < limit)
        return ~over
    at = {"flips": flips.c.seen_at, "looks": looks.c.began_at, "predictions": predictions.c.made_at}
    return at[table] >= limit
