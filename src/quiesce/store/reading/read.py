"""What was active when it was last seen, and the recent runs of a pipeline."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, text

from quiesce.model import Run, State
from quiesce.past import Remembered
from quiesce.store.identity import Identity, matched
from quiesce.store.reading.known import Sources, known, shown, within
from quiesce.store.reading.newest import newest
from quiesce.store.rows import RUN_COLUMNS, micros, moment, run_of, state_of
from quiesce.store.schema import runs, tallies
from quiesce.store.schema import sources as systems
from quiesce.store.writing import merge

ACTIVE = text("runs.active")
"""Word for word the condition of the index: SQLite takes no other (`active = 1`) for the same."""

RUN = tuple(runs.c[name] for name in RUN_COLUMNS)
"""All that `run_of` needs."""

_SOURCE, _ID, _BEGUN_AT, _SEEN_AT = map(RUN_COLUMNS.index, ("source", "id", "begun_at", "seen_at"))


_REMEMBERED = (
    select(*RUN, runs.c.missing_at)
    .where(ACTIVE)
    .order_by(runs.c.source, runs.c.begun_at, runs.c.id)
)
_OF_SOURCES = _REMEMBERED.where(runs.c.source.in_(bindparam("sources", expanding=True)))
"""Made once: it is asked before every look, and making it takes as long as the answer."""


def keys(connection: Connection, identities: Collection[Identity]) -> dict[Identity, str]:
    """The keys of those systems that the store has heard of."""
    found = {
        Identity(name=row.name, kind=row.kind, address=row.address): row.key
        for row in connection.execute(select(systems))
    }
    return matched(found, identities)


def remembered(
    connection: Connection, sources: Sources, *, told_by: datetime | None = None
) -> dict[str, tuple[Remembered, ...]]:
    """All runs that were active when they were last seen, by the name of their source.

    One is missing if its system has said so by `told_by`, or ever.
    """
    until = None if told_by is None else micros(told_by)
    rows = (
        connection.execute(_REMEMBERED)
        if sources is None
        else connection.execute(_OF_SOURCES, {"sources": sorted(sources)})
    )
    by_name: dict[str, list[Remembered]] = {}
    for row in rows.all():
        name = shown(sources, row[_SOURCE])
        by_name.setdefault(name, []).append(
            Remembered(
                run=run_of(row, name),
                seen_at=moment(row[_SEEN_AT]),
                missing=row[-1] is not None and (until is None or row[-1] <= until),
            )
        )
    return {name: tuple(those) for name, those in by_name.items()}


def recent(
    connection: Connection,
    sources: Sources,
    *,
    pipeline: str,
    application: str | None = None,
    states: Collection[State] = (),
    since: datetime | None = None,
    limit: int,
) -> list[Run]:
    """The runs of the pipelines of that name that began last, the newest first.

    `since` is about their begin. One that never said when it began counts as of when it was
    first seen.
    """
    wanted: list[ColumnElement[bool]] = []
    if states:
        wanted.append(runs.c.state.in_(sorted(state.value for state in states)))
    if since is not None:
        wanted.append(runs.c.begun_at >= micros(since))
    if application is None:
        found = (
            select(*RUN)
            .where(runs.c.pipeline == merge.key(pipeline), within(runs.c.source, sources), *wanted)
            .order_by(runs.c.begun_at.desc(), runs.c.source, runs.c.id)
            .limit(limit)
        )
        newest_first = connection.execute(found).all()
        return [run_of(row, shown(sources, row[_SOURCE])) for row in newest_first]
    meant = known(connection, sources, pipeline=pipeline, application=application)
    rows = [row[2:] for _, row in newest(connection, meant, limit, *RUN, where=wanted)]
    rows.sort(key=lambda row: (-row[_BEGUN_AT], row[_SOURCE], row[_ID]))
    return [run_of(row, shown(sources, row[_SOURCE])) for row in rows[:limit]]


def counts(
    connection: Connection,
    sources: Sources,
    *,
    pipeline: str,
    application: str | None = None,
    since: datetime | None = None,
) -> dict[State, int]:
    """How many runs of the pipelines of that name are kept in each state.

    In the order of `State`; a state without runs is not in it. With `since`, those that began
    from then on.
    """
    table, many = (tallies, func.sum(tallies.c.runs)) if since is None else (runs, func.count())
    found = select(table.c.state, many).group_by(table.c.state)
    found = found.where(table.c.pipeline == merge.key(pipeline), within(table.c.source, sources))
    if since is not None:
        found = found.where(runs.c.begun_at >= micros(since))
    if application is not None:
        there = known(connection, sources, pipeline=pipeline, application=application)
        found = found.where(table.c.application.in_(sorted({key.application for key in there})))
    total: dict[State, int] = {}
    for word, count in connection.execute(found).all():
        state = state_of(word)
        total[state] = total.get(state, 0) + int(count)  # PostgreSQL sums to decimals
    return {state: total[state] for state in State if total.get(state)}
