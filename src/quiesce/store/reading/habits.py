"""When each pipeline was at work, for finding the times at which none is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, takewhile

from msgspec import Struct
from sqlalchemy import BigInteger, Connection, and_, bindparam, case, func, select

from quiesce.store.reading.known import PipelineKey, Sources, known, within
from quiesce.store.reading.newest import listed, same
from quiesce.store.reading.read import ACTIVE
from quiesce.store.reading.usual import ENDED
from quiesce.store.rows import micros, moment
from quiesce.store.schema import runs

MOST = 1_000_000
"""Runs that are looked at: some seconds, and some 100 MB. Of more, the newer half is, or the
newer half of that: weeks say more than years."""

_REACH = timedelta(days=7) // timedelta(microseconds=1)
"""How long before a time a run may have begun that has ended in it."""

_HALVED = 6
"""How often at most: a year becomes six days."""

_GAP = 60_000_000
"""Microseconds: a pipeline that rests for less is still at work."""

_OF_ONE = and_(
    runs.c.source == bindparam("source"),
    runs.c.application == bindparam("application"),
    runs.c.pipeline == bindparam("pipeline"),
)
_END = case(
    (runs.c.ended_at.is_not(None), runs.c.ended_at),
    # The row itself is touched for these few alone: all else is in the index.
    (ENDED, runs.c.seen_at),
    else_=bindparam("end", type_=BigInteger),
)
_STRETCHES = (
    select(runs.c.begun_at, _END)
    .where(_OF_ONE, runs.c.begun_at >= bindparam("early"), runs.c.begun_at < bindparam("end"))
    .order_by(runs.c.begun_at)
)
"""Asked for one pipeline after another: each comes in the order of its index, unsorted."""


class Busy(Struct, frozen=True, gc=False):
    """A stretch of time in which runs of one pipeline went on, `runs` of them.

    Times are whole microseconds since 1970: there may be a million of these.
    """

    begun_at: int
    ended_at: int
    runs: int


class Habits(Struct, frozen=True, kw_only=True):
    """When pipelines were at work from `since` on, each stretch after the one before."""

    since: datetime
    busy: Mapping[PipelineKey, Sequence[Busy]]


def habits(
    connection: Connection,
    sources: Sources,
    *,
    since: datetime,
    until: datetime,
    most: int = MOST,
) -> Habits:
    """When each pipeline was at work; what is active still, is until the end of that time.

    Of a finished run without an end it is known only that it had ended when it was seen so.
    `since` is later where there are more than `most` runs.
    """
    keys = known(connection, sources)
    begin, end = micros(since), micros(until)
    begin = _begin(connection, keys, begin, end, most)
    long = _long(connection, sources, begin - _REACH)
    found = {key: _busy(connection, key, begin, end, long.get(key)) for key in keys}
    return Habits(since=moment(begin), busy={key: busy for key, busy in found.items() if busy})


def _begin(
    connection: Connection, keys: Sequence[PipelineKey], begin: int, end: int, most: int
) -> int:
    """The whole time, or its newer half, or the newer half of that, with no more runs."""
    spans = [(end - begin) >> halved for halved in range(_HALVED, -1, -1)]
    # From the shortest on, so that no more are ever counted than twice what may be read.
    fitting = takewhile(lambda span: _many(connection, keys, end - span) <= most, spans)
    return end - max(fitting, default=spans[0])


def _many(connection: Connection, keys: Sequence[PipelineKey], since: int) -> int:
    one = listed(connection.dialect.name, keys)
    began = and_(same(runs, one), runs.c.begun_at >= since)
    many = select(func.count(runs.c.begun_at)).select_from(one.outerjoin(runs, began))
    return connection.execute(many).scalar_one()


def _long(connection: Connection, sources: Sources, early: int) -> dict[PipelineKey, int]:
    """Since when the pipelines are at work whose runs began long ago and are active."""
    columns = (runs.c.source, runs.c.application, runs.c.pipeline)
    began = select(*columns, func.min(runs.c.begun_at)).group_by(*columns)
    found = began.where(ACTIVE, within(runs.c.source, sources), runs.c.begun_at < early)
    return {PipelineKey(*key): begun for *key, begun in connection.execute(found)}


def _busy(
    connection: Connection, key: PipelineKey, begin: int, end: int, since: int | None
) -> list[Busy]:
    sent = key._asdict() | {"early": begin - _REACH, "end": end}
    stretches = connection.execute(_STRETCHES, sent).all()
    within_time = (
        (max(begun, begin), min(ended, end))
        for begun, ended in chain([] if since is None else [(since, end)], stretches)
        if ended >= begin
    )
    return list(merged(within_time))


def merged(stretches: Iterable[tuple[int, int]]) -> Iterator[Busy]:
    """Those that touch or overlap as one. They come in the order of their begin."""
    begun, ended, count = 0, 0, 0
    for begin, end in stretches:
        if count and begin <= ended + _GAP:
            ended, count = max(ended, end), count + 1
            continue
        if count:
            yield Busy(begun, ended, count)
        begun, ended, count = begin, max(begin, end), 1
    if count:
        yield Busy(begun, ended, count)
