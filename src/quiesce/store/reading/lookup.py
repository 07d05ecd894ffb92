"""What the store knows by name or id: its sources, its runs, and when they were looked at."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import cast

import msgspec
from sqlalchemy import Boolean, ColumnElement, Connection, func, select

from quiesce.model import Run, State, VerdictName
from quiesce.store.reading.known import known
from quiesce.store.reading.newest import newest
from quiesce.store.reading.read import RUN
from quiesce.store.rows import RUN_COLUMNS, micros, moment, run_of, state_of
from quiesce.store.schema import looks, runs, sources

_TOGETHER = 500
"""Ids of one statement."""

_REASONS = msgspec.json.Decoder(tuple[str, ...])


def source_names(connection: Connection) -> dict[str, str]:
    """All sources that the store knows, by key: the names that they have in patterns."""
    found = select(sources.c.key, sources.c.name).order_by(sources.c.key)
    return {row.key: row.name for row in connection.execute(found)}


def beginning(
    connection: Connection, names: Mapping[str, str], begin: str, limit: int
) -> list[Run]:
    """So many runs of each of these sources whose id begins so, by the primary key."""
    columns = [runs.c[column] for column in RUN_COLUMNS]
    if connection.dialect.name == "sqlite":  # whose LIKE knows no index, unlike its GLOB
        literal = re.sub(r"([*?\[])", r"[\1]", begin)
        same: ColumnElement[bool] = runs.c.id.op("GLOB", return_type=Boolean())(literal + "*")
    else:
        same = runs.c.id.startswith(begin, autoescape=True)
    found: list[Run] = []
    for key, name in names.items():
        rows = connection.execute(
            select(*columns).where(runs.c.source == key, same).order_by(runs.c.id).limit(limit)
        )
        found += [run_of(row, name) for row in rows]
    return found


def states(connection: Connection, source: str, ids: Collection[str]) -> dict[str, State]:
    """The states in which these runs of the source with that key are kept, by id."""
    asked, found = sorted(ids), dict[str, State]()
    for begin in range(0, len(asked), _TOGETHER):
        those = runs.c.id.in_(asked[begin : begin + _TOGETHER])
        rows = connection.execute(
            select(runs.c.id, runs.c.state).where(runs.c.source == source, those)
        )
        found |= {row.id: state_of(row.state) for row in rows}
    return found


def newest_of_each(
    connection: Connection,
    names: Mapping[str, str],
    *,
    pipeline: str,
    application: str | None,
    since: datetime | None,
    count: int,
) -> list[Run]:
    """So many of the newest runs of each pipeline of that name; `since` is about their begin."""
    meant = known(connection, names, pipeline=pipeline, application=application)
    begun = [] if since is None else [runs.c.begun_at >= micros(since)]
    found = newest(connection, meant, count, *RUN, where=begun)
    return [run_of(row[2:], names[key.source]) for key, row in found]


def last_looks(
    connection: Connection, names: Mapping[str, str], pipeline: str
) -> dict[str, datetime]:
    """When each source was last looked at in a way that has shown this pipeline, by its name."""
    found: dict[str, datetime] = {}
    seen = looks.c.scope.is_(None) | (looks.c.scope == f"pipeline {pipeline}")
    for key, name in names.items():
        last = select(func.max(looks.c.began_at)).where(looks.c.source == key, seen)
        began = connection.execute(last).scalar()
        if began is not None:
            found[name] = moment(began)
    return found


def verdicts(
    connection: Connection, source: str, since: datetime, until: datetime, early: float
) -> list[tuple[datetime, VerdictName, bool, str]]:
    """The looks at everything in a source, from `early` seconds before on, the oldest first.

    Each is its end, its verdict, whether that is confirmed, and why it is unknown, or empty.
    """
    query = (
        select(looks.c.ended_at, looks.c.verdict, looks.c.confirmed, looks.c.reasons)
        .where(
            looks.c.source == source,
            looks.c.scope.is_(None),
            looks.c.began_at >= micros(since) - int(early * 1e6),
            looks.c.began_at < micros(until),
        )
        .order_by(looks.c.began_at)
    )
    found: list[tuple[datetime, VerdictName, bool, str]] = []
    for ended, word, confirmed, reasons in connection.execute(query):
        why = _REASONS.decode(reasons)[:1] if word == "unknown" else ()
        found.append((moment(ended), cast("VerdictName", word), confirmed, "".join(why)))
    return found
