"""Keeping the counts in step with the runs: called in the transaction that changes those."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, func, insert, select, text

from quiesce.store.schema import runs, tallies

_ADD = text(
    "INSERT INTO tallies (pipeline, source, application, state, runs)"
    " VALUES (:pipeline, :source, :application, :state, :runs)"
    " ON CONFLICT (pipeline, source, application, state)"
    " DO UPDATE SET runs = tallies.runs + excluded.runs"
)
"""Both databases have the same words for it; SQLAlchemy's own would import both dialects."""

Tallied = tuple[str, str, str]
"""Application, pipeline and state of runs of one source."""


def tally(connection: Connection, source: str, changed: Mapping[Tallied, int]) -> None:
    """How many more runs of each kind there are now, or fewer, of the source of that key."""
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
        connection.execute(_ADD, rows)


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
