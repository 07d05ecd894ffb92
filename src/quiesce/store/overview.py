"""All pipelines that are known, each with what its newest runs say."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, select

from quiesce.model import State
from quiesce.past import Pipeline
from quiesce.store.known import PipelineKey, Sources, of_application, shown, within
from quiesce.store.newest import batches, newest
from quiesce.store.read import RUN
from quiesce.store.rows import run_of, state_of
from quiesce.store.schema import runs, tallies

STRIP = 20

NEWEST = 50
"""So many of the newest runs say how a pipeline does nowadays."""

_TRIED = frozenset({State.SUCCEEDED, State.FAILED, State.TIMED_OUT})
"""Ends that say whether it works. A cancel was somebody's wish."""


class _Brief(Struct, frozen=True):
    """What is read of each of the newest runs; times are in microseconds."""

    begun_at: int
    state: State
    seconds: float | None


def pipelines(
    connection: Connection,
    sources: Sources,
    *,
    name: str | None = None,
    application: str | None = None,
    limit: int | None = None,
) -> list[Pipeline]:
    """All that are known, or those of a name or an application; what began last comes first.

    Success and typical duration are over the newest 50 runs.
    """
    counted = _counted(connection, sources, name, application)
    keys = _last_begun_first(connection, sorted(counted))[:limit]
    return [
        _pipeline(key, counted[key], last, brief, sources)
        for first, batch in batches(keys)
        for key, last, brief in zip(
            batch, _last(connection, batch), _newest(connection, batch), strict=True
        )
    ]


def _counted(
    connection: Connection, sources: Sources, name: str | None, application: str | None
) -> dict[PipelineKey, dict[State, int]]:
    found = select(
        tallies.c.source,
        tallies.c.application,
        tallies.c.pipeline,
        tallies.c.state,
        tallies.c.runs,
    ).where(within(tallies.c.source, sources), tallies.c.runs > 0)
    if name is not None:
        found = found.where(tallies.c.pipeline == name)
    counted: dict[PipelineKey, dict[State, int]] = {}
    for *key, word, many in connection.execute(found):
        states = counted.setdefault(PipelineKey._make(key), {})
        states[state_of(word)] = states.get(state_of(word), 0) + many
    return {
        key: {state: counted[key][state] for state in State if state in counted[key]}
        for key in of_application(counted, application)
    }


def _last_begun_first(connection: Connection, keys: Sequence[PipelineKey]) -> list[PipelineKey]:
    began = {
        batch[number]: begun
        for _, batch in batches(keys)
        for number, begun in connection.execute(newest(batch, 1, runs.c.begun_at))
    }
    return sorted(began, key=lambda key: (-began[key], key))


def _last(connection: Connection, keys: Sequence[PipelineKey]) -> list[Any]:
    """The row of the last run of each; of several that began together, the largest id."""
    rows = sorted(connection.execute(newest(keys, 1, *RUN)), key=lambda row: row.id)
    last = {row[0]: row for row in rows}
    return [last[number] for number in range(len(keys))]


def _newest(connection: Connection, keys: Sequence[PipelineKey]) -> list[list[_Brief]]:
    """The newest runs of each, the newest last."""
    columns = (runs.c.begun_at, runs.c.state, runs.c.ended_at - runs.c.started_at)
    found: list[list[_Brief]] = [[] for _ in keys]
    for number, begun, word, micros in connection.execute(newest(keys, NEWEST, *columns)):
        seconds = micros / 1e6 if micros is not None and micros > 0 else None
        found[number].append(_Brief(begun, state_of(word), seconds))
    return [sorted(those, key=lambda run: run.begun_at)[-NEWEST:] for those in found]


def _pipeline(
    key: PipelineKey, counts: dict[State, int], last: Any, brief: list[_Brief], sources: Sources
) -> Pipeline:
    name = shown(sources, key.source)
    tried = [run.state for run in brief if run.state in _TRIED]
    seconds = [run.seconds for run in brief if run.seconds is not None and not run.state.active]
    return Pipeline(
        source=name,
        application=key.application,
        name=key.pipeline,
        counts=counts,
        last=run_of(last, name),
        strip=tuple(run.state for run in brief[-STRIP:]),
        success=tried.count(State.SUCCEEDED) / len(tried) if tried else None,
        typical=median(seconds) if seconds else None,
    )
