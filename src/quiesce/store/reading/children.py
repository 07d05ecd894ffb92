"""Who started whom: what a run is likely to start when it has ended."""

from __future__ import annotations

from collections.abc import Collection
from statistics import median

from msgspec import Struct
from sqlalchemy import Connection, and_, select

from quiesce.store.reading.known import PipelineKey
from quiesce.store.reading.newest import newest_of
from quiesce.store.reading.usual import TIMED
from quiesce.store.schema import runs

_PARENTS, _FEWEST, _ALTOGETHER = 200, 50, 100_000
"""What the newest parents have started says what the next one will: the newest 200 of each
pipeline, and fewer from 500 pipelines on, which otherwise take seconds."""

_SLACK = 1_000_000
"""Microseconds by which a child may seem to have begun before its parent's end: a parent often
starts it as its very last deed, and times are rounded."""


class Child(Struct, frozen=True, kw_only=True):
    """A pipeline whose runs are started when runs of another one have ended.

    `parents` is how many of those have started it, `delay` the median time from their end to
    its begin, in seconds.
    """

    key: PipelineKey
    parents: int
    delay: float


class Children(Struct, frozen=True, kw_only=True):
    """What the newest ended runs of a pipeline have started after their own end.

    `parents` is how many were looked at; the most frequent child comes first.
    """

    parents: int = 0
    started: tuple[Child, ...] = ()


def children(connection: Connection, keys: Collection[PipelineKey]) -> dict[PipelineKey, Children]:
    """For each of these pipelines what its runs start. What those start is asked for again."""
    asked = sorted(set(keys))
    columns = (runs.c.source, runs.c.id, runs.c.ended_at)
    dialect = connection.dialect.name
    each = max(_FEWEST, min(_PARENTS, _ALTOGETHER // max(len(asked), 1)))
    parent = newest_of(dialect, asked, each, *columns, where=[TIMED]).cte("parent")
    child = runs.alias("child")
    by_parent = and_(
        child.c.source == parent.c.source,
        child.c.parent == parent.c.id,
        child.c.begun_at >= parent.c.ended_at - _SLACK,
    )
    found = select(
        parent.c.number,
        parent.c.id,
        child.c.source,
        child.c.application,
        child.c.pipeline,
        child.c.begun_at - parent.c.ended_at,
    ).select_from(parent.outerjoin(child, by_parent))
    parents: list[set[str]] = [set() for _ in asked]
    # The first begin of each pipeline after each parent: two runs of it are one start.
    delays: list[dict[PipelineKey, dict[str, float]]] = [{} for _ in asked]
    for number, run, source, application, pipeline, after in connection.execute(found).all():
        if run is not None:
            parents[number].add(run)
        if source is None:
            continue
        starts = delays[number].setdefault(PipelineKey(source, application, pipeline), {})
        starts[run] = min(starts.get(run, after), after)
    return {
        key: Children(parents=len(looked_at), started=_ordered(starts))
        for key, looked_at, starts in zip(asked, parents, delays, strict=True)
    }


def _ordered(starts: dict[PipelineKey, dict[str, float]]) -> tuple[Child, ...]:
    found = [
        Child(key=key, parents=len(delays), delay=max(median(delays.values()) / 1e6, 0.0))
        for key, delays in starts.items()
    ]
    return tuple(sorted(found, key=lambda child: (-child.parents, child.key)))
