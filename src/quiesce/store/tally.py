"""Keeping the counts in step with the runs: called in the transaction that changes those."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Table, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from quiesce.store.schema import runs, tallies

Tallied = tuple[str, str, str]
"""Application, pipeline and state of runs of one source."""


def changes(
    before: Iterable[Tallied | None], after: Iterable[Tallied | None]
) -> dict[Tallied, int]:
    """How many more (or fewer) runs of each kind there are, each counted before and after.

    None stands for a run that was not there, or is no longer.
    """
    counted: dict[Tallied, int] = {}
    for old, new in zip(before, after, strict=True):
        if old == new:
            continue
        if old is not None:
            counted[old] = counted.get(old, 0) - 1
        if new is not None:
            counted[new] = counted.get(new, 0) + 1
    return {kind: runs for kind, runs in counted.items() if runs}


def tally(connection: Connection, source: str, changed: Mapping[Tallied, int]) -> None:
    """Add what `changes` has found for the source of that key."""
    rows = [
        {
            "source": source,
            "application": application,
            "pipeline": pipeline,
            "state": state,
            "runs": count,
        }
        # Always in the same order, so that two transactions can't wait for each other.
        for (application, pipeline, state), count in sorted(changed.items())
    ]
    if rows:
        connection.execute(_ADDING[connection.dialect.name], rows)


def recount(connection: Connection) -> None:
    """Count all runs anew: after many were removed at once, or where counts may be wrong."""
    columns = (runs.c.pipeline, runs.c.source, runs.c.application, runs.c.state)
    connection.execute(delete(tallies))
    connection.execute(
        insert(tallies).from_select(
            [*(column.name for column in columns), "runs"],
            select(*columns, func.count()).group_by(*columns),
        )
    )


def _adding(table: Table, dialect: str) -> postgresql.Insert | sqlite.Insert:
    adding = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return adding.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={"runs": table.c.runs + adding.excluded.runs},
    )


_ADDING = {dialect: _adding(tallies, dialect) for dialect in ("sqlite", "postgresql")}
