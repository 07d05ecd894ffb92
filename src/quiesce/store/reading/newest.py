"""The newest runs of each of many pipelines in one statement, by an index alone.

A window function would number all runs of a pipeline to give the newest 50. Here each pipeline
first says when its 50th newest run began, with one dive into the index, and then gives what
began from then on.

The join is an outer one, so that no planner begins with the runs, all of them; a pipeline without
runs is a row without values. The pipelines are one JSON text and not a list of values: of a long
list SQLite thinks that a Bloom filter of all runs pays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    Text,
    and_,
    cast,
    column,
    func,
    literal,
    select,
)

from quiesce.store.reading.known import PipelineKey
from quiesce.store.schema import runs
from quiesce.store.writing import merge

_FETCHED = 10_000

_EVER = -(2**62)


def newest(
    connection: Connection,
    keys: Sequence[PipelineKey],
    count: int,
    *columns: ColumnElement[Any],
    where: Sequence[ColumnElement[bool]] = (),
) -> Iterator[tuple[PipelineKey, Sequence[Any]]]:
    """The newest runs of each pipeline that fulfil the conditions, in no order.

    Each row is the number of its pipeline, `begun_at` and the columns, over `runs` as the
    conditions are. A few more than `count` come where several began at the same time.
    """
    found = connection.execute(
        newest_of(connection.dialect.name, keys, count, *columns, where=where)
    )
    for rows in found.partitions(_FETCHED):  # one by one takes five times as long
        for row in rows:
            if row[1] is not None:
                yield keys[row[0]], row


def newest_of(
    dialect: str,
    keys: Sequence[PipelineKey],
    count: int,
    *columns: ColumnElement[Any],
    where: Sequence[ColumnElement[bool]] = (),
) -> Select[Any]:
    """The statement; it gives one row without a begin for a pipeline without such runs."""
    wanted = listed(dialect, keys)
    nth = (
        select(runs.c.begun_at)
        .where(same(runs, wanted), *where)
        .order_by(runs.c.begun_at.desc())
        .limit(1)
        .offset(count - 1)
        .correlate(wanted)
        .scalar_subquery()
    )
    since = select(wanted, func.coalesce(nth, literal(_EVER)).label("since")).cte("since")
    began = and_(same(runs, since), runs.c.begun_at >= since.c.since, *where)
    return select(since.c.number, runs.c.begun_at, *columns).select_from(
        since.outerjoin(runs, began)
    )


def listed(dialect: str, keys: Sequence[PipelineKey]) -> CTE:
    """The pipelines as a table: one parameter, so that the statement is the same for any number."""
    names = [[merge.key(name) for name in key] for key in keys]
    sent = literal(msgspec.json.encode(names).decode(), Text)
    if dialect == "sqlite":
        each = func.json_each(sent).table_valued(column("key", Integer), column("value", Text))
        number: ColumnElement[int] = each.c.key
        texts = [func.json_extract(each.c.value, f"$[{at}]") for at in range(3)]
    else:
        from sqlalchemy.dialects.postgresql import JSON  # costs who uses SQLite 20 ms a start

        elements = func.json_array_elements(cast(sent, JSON))
        each = elements.table_valued(column("value", JSON), with_ordinality="key").render_derived()
        number = cast(each.c.key, Integer) - 1
        texts = [each.c.value[at].astext for at in range(3)]
    named = zip(texts, PipelineKey._fields, strict=True)
    return select(number.label("number"), *(text.label(name) for text, name in named)).cte("wanted")


def same(table: FromClause, key: FromClause) -> ColumnElement[bool]:
    """Whether rows of both are about one pipeline, column by column, as the index has it."""
    return and_(
        table.c.source == key.c.source,
        table.c.application == key.c.application,
        table.c.pipeline == key.c.pipeline,
    )
