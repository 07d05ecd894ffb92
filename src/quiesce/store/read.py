"""What was active when it was last seen, and the recent runs of a pipeline."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select, text

from quiesce.model import Run, State
from quiesce.past import Remembered
from quiesce.store.identity import Identity
from quiesce.store.known import PipelineKey, Sources, known, of_application, shown, within
from quiesce.store.newest import batches, newest
from quiesce.store.rows import RUN_COLUMNS, micros, moment, run_of, state_of
from quiesce.store.schema import runs, tallies
from quiesce.store.schema import sources as systems

ACTIVE = text("runs.active")
"""Word for word the condition of the index: SQLite takes no other (`active = 1`) for the same."""

RUN = tuple(runs.c[name] for name in RUN_COLUMNS)
"""All that `run_of` needs."""


def keys(connection: Connection, identities: Collection[Identity]) -> dict[Identity, str]:
    """The keys of those systems that the store has heard of."""
    found = {
        Identity(name=row.name, kind=row.kind, address=row.address): row.key
        for row in connection.execute(select(systems))
    }
    return {identity: found[identity] for identity in identities if identity in found}


def remembered(connection: Connection, sources: Sources) -> dict[str, tuple[Remembered, ...]]:
    """All runs that were active when they were last seen, by the name of their source."""
    found = select(*RUN, runs.c.missing).where(ACTIVE, within(runs.c.source, sources))
    by_name: dict[str, list[Remembered]] = {}
    for row in connection.execute(found.order_by(runs.c.source, runs.c.begun_at, runs.c.id)):
        name = shown(sources, row.source)
        by_name.setdefault(name, []).append(
            Remembered(run=run_of(row, name), seen_at=moment(row.seen_at), missing=row.missing)
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
            .where(runs.c.pipeline == pipeline, within(runs.c.source, sources), *wanted)
            .order_by(runs.c.begun_at.desc(), runs.c.source, runs.c.id)
            .limit(limit)
        )
        return [run_of(row, shown(sources, row.source)) for row in connection.execute(found)]
    meant = known(connection, sources, pipeline=pipeline, application=application)
    rows = [
        row
        for _, batch in batches(meant)
        for row in connection.execute(newest(batch, limit, *RUN, where=wanted))
    ]
    rows.sort(key=lambda row: (-row.begun_at, row.source, row.id))
    return [run_of(row, shown(sources, row.source)) for row in rows[:limit]]


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
    if since is None:
        columns = (tallies.c.source, tallies.c.application, tallies.c.state)
        found = select(*columns, tallies.c.runs).where(tallies.c.pipeline == pipeline)
    else:
        columns = (runs.c.source, runs.c.application, runs.c.state)
        began = runs.c.begun_at >= micros(since)
        found = select(*columns, func.count()).where(runs.c.pipeline == pipeline, began)
        found = found.group_by(*columns)
    rows = connection.execute(found.where(within(columns[0], sources))).all()
    there = {PipelineKey(source, name, pipeline) for source, name, _, _ in rows}
    meant = set(of_application(there, application))
    return _counted(
        (row[2], row[3]) for row in rows if PipelineKey(row[0], row[1], pipeline) in meant
    )


def _counted(rows: Iterable[tuple[str, int]]) -> dict[State, int]:
    total: dict[State, int] = {}
    for word, many in rows:
        state = state_of(word)
        total[state] = total.get(state, 0) + many
    return {state: total[state] for state in State if total.get(state)}
