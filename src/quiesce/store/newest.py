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

from quiesce.store.known import PipelineKey
from quiesce.store.schema import runs

AT_ONCE = 500
"""Pipelines of one statement: three values each, and databases take 32,000 or more."""

_EVER = -(2**62)


def batches(keys: Sequence[PipelineKey]) -> Iterator[tuple[int, Sequence[PipelineKey]]]:
    """So many as one statement takes, and the number of the first among all."""
    return ((first, keys[first : first + AT_ONCE]) for first in range(0, len(keys), AT_ONCE))


def newest(
    keys: Sequence[PipelineKey],
    count: int,
    *columns: ColumnElement[Any],
    where: Sequence[ColumnElement[bool]] = (),
) -> Select[Any]:
    """The columns of the newest runs of each pipeline that fulfil the conditions, not in order.

    The first column is the number of its key. A few more than `count` come where several
    began at the same time. Conditions and columns are over `runs`.
    """
    wanted = _wanted(keys)
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
    return select(since.c.number, *columns).select_from(since.join(runs, began)).where(*where)


def _wanted(keys: Sequence[PipelineKey]) -> CTE:
    names = (
        column("number", Integer),
        column("source", Text),
        column("application", Text),
        column("pipeline", Text),
    )
    rows = [(number, *key) for number, key in enumerate(keys)]
    return values(*names, name="listed").data(rows).cte("wanted")


def _same(table: FromClause, key: FromClause) -> ColumnElement[bool]:
    return and_(
        table.c.source == key.c.source,
        table.c.application == key.c.application,
        table.c.pipeline == key.c.pipeline,
    )
