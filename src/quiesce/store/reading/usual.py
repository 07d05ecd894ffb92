"""What was usual: how long the runs of a pipeline, and of those around it, have taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain, groupby

from sqlalchemy import Connection, and_, select

from quiesce.model import FINISHED
from quiesce.past import Durations
from quiesce.store.reading.known import PipelineKey
from quiesce.store.reading.newest import newest
from quiesce.store.rows import micros
from quiesce.store.schema import runs, tallies

ENDED = runs.c.state.in_(sorted(state.value for state in FINISHED))
"""In words that an index holds, so that no row is touched."""

TIMED = and_(ENDED, runs.c.ended_at > runs.c.started_at)
"""Ended after it had started, and both are known: a run that is gone has no end."""

_NEWEST = 1000
_FEWEST = 100
_ALTOGETHER = 400_000
"""Runs that are read at once. The newest 1,000 of each pipeline are worth reading; of thousands
of pipelines that takes seconds, and the newest 100 say most of it."""

_LATELY = 10

_NEAR, _FAR, _OF_EACH = 20, 50, 20
"""A sample is the newest 20 runs of so many pipelines, of the application and of the source: each
pipeline tells as much as another, so that one that runs every minute does not speak for all."""


def durations(
    connection: Connection, keys: Collection[PipelineKey]
) -> dict[PipelineKey, Durations]:
    """What is known of how long the runs of each of these pipelines take, whatever their end.

    The newest 1,000 of each, and fewer from 400 pipelines on.
    """
    asked = sorted(set(keys))
    each = max(_FEWEST, min(_NEWEST, _ALTOGETHER // max(len(asked), 1)))
    own = _seconds(connection, asked, each)
    by_source = _listed(connection, {key.source for key in asked})
    around = {source: _spread(those, _FAR) for source, those in by_source.items()}
    beside = {
        (source, application): _spread(list(those), _NEAR)
        for source, listed in by_source.items()
        for application, those in groupby(listed, key=lambda each: each.application)
        if any(key[:2] == (source, application) for key in asked)
    }
    sampled = sorted({*chain(*around.values()), *chain(*beside.values())})
    sample = _seconds(connection, sampled, _OF_EACH)
    return {
        key: Durations(
            own=own.get(key, ()),
            application=_joined(sample, (x for x in beside.get(key[:2], ()) if x != key)),
            source=_joined(
                sample, (x for x in around.get(key.source, ()) if x.application != key.application)
            ),
        )
        for key in asked
    }


def lately(
    connection: Connection, keys: Collection[PipelineKey], *, since: datetime
) -> list[tuple[PipelineKey, float]]:
    """How many seconds the runs of these pipelines took that have ended from a time on.

    Of the newest ten of each: those say how it is just now.
    """
    taken = runs.c.ended_at - runs.c.started_at
    found = newest(connection, sorted(set(keys)), _LATELY, taken, runs.c.ended_at, where=[TIMED])
    return [(key, row[2] / 1e6) for key, row in found if row[3] >= micros(since)]


def _seconds(
    connection: Connection, keys: Sequence[PipelineKey], count: int
) -> dict[PipelineKey, tuple[float, ...]]:
    """The durations of the newest runs of each, in the order in which they began."""
    found: dict[PipelineKey, list[tuple[int, int]]] = {key: [] for key in keys}
    taken = runs.c.ended_at - runs.c.started_at
    for key, row in newest(connection, keys, count, taken, where=[TIMED]):
        found[key].append((row[1], row[2]))
    return {key: tuple(micros / 1e6 for _, micros in sorted(those)) for key, those in found.items()}


def _listed(connection: Connection, sources: Collection[str]) -> dict[str, list[PipelineKey]]:
    """All pipelines of each of these sources, in order."""
    columns = (tallies.c.source, tallies.c.application, tallies.c.pipeline)
    there = (tallies.c.source.in_(sorted(sources)), tallies.c.runs > 0)
    known = select(*columns).where(*there).distinct()
    keys = sorted(map(PipelineKey._make, connection.execute(known)))
    return {source: list(those) for source, those in groupby(keys, key=lambda each: each.source)}


def _spread(keys: Sequence[PipelineKey], count: int) -> Sequence[PipelineKey]:
    """So many of them, evenly from the first to the last: the same ones each time."""
    if len(keys) <= count:
        return keys
    return [keys[number * len(keys) // count] for number in range(count)]


def _joined(
    seconds: Mapping[PipelineKey, tuple[float, ...]], keys: Iterable[PipelineKey]
) -> tuple[float, ...]:
    return tuple(chain.from_iterable(seconds[key] for key in keys))
