"""The newest runs of each of many pipelines in one statement, by an index alone.

A window function would number all runs of a pipeline to give the newest 50. Here each pipeline
first says when its 50th newest run began, with one dive into the index, and then gives what
began from then on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    and_,
    column,
    func,
    literal,
    select,
    values,
)

from quiesce.store.places import Place
from quiesce.store.schema import runs

AT_ONCE = 500
"""Pipelines of one statement: three values each, and databases take 32,000 or more."""

_EVER = -(2**62)


def batches(places: Sequence[Place]) -> Iterator[tuple[int, Sequence[Place]]]:
    """So many as one statement takes, and the number of the first among all."""
    return ((first, places[first : first + AT_ONCE]) for first in range(0, len(places), AT_ONCE))


def newest(
    places: Sequence[Place],
    count: int,
    *columns: ColumnElement[Any],
    where: Sequence[ColumnElement[bool]] = (),
) -> Select[Any]:
    """The columns of the newest runs of each place that fulfil the conditions, not in order.

    The first column is the number of the place. A few more than `count` come where several
    began at the same time. Conditions and columns are over `runs`.
    """
    wanted = _wanted(places)
    nth = (
        select(runs.c.begun_at)
        .where(_same(runs, wanted), *where)
        .order_by(runs.c.begun_at.desc())
        .limit(1)
        .offset(count - 1)
        .correlate(wanted)
        .scalar_subquery()
    )
    since = select(wanted, func.coalesce(nth, literal(_EVER)).label("since")).cte("since")
    began = and_(_same(runs, since), runs.c.begun_at >= since.c.since)
    return select(since.c.place, *columns).select_from(since.join(runs, began)).where(*where)


def _wanted(places: Sequence[Place]) -> CTE:
    names = (
        column("place", Integer),
        column("source", Text),
        column("application", Text),
        column("pipeline", Text),
    )
    rows = [(number, *place) for number, place in enumerate(places)]
    return values(*names, name="listed").data(rows).cte("wanted")


def _same(table: FromClause, place: FromClause) -> ColumnElement[bool]:
    return and_(
        table.c.source == place.c.source,
        table.c.application == place.c.application,
        table.c.pipeline == place.c.pipeline,
    )
