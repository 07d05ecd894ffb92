"""All pipelines that are known, each with what its newest runs say."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, select

from quiesce.model import State
from quiesce.past import Pipeline
from quiesce.store.reading.known import PipelineKey, Sources, of_application, shown, within
from quiesce.store.reading.newest import newest
from quiesce.store.reading.read import RUN
from quiesce.store.rows import RUN_COLUMNS, run_of, state_of
from quiesce.store.schema import runs, tallies
from quiesce.store.writing import merge

_ID = 2 + RUN_COLUMNS.index("id")

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
    last, brief = _last(connection, keys), _newest(connection, keys)
    return [_pipeline(key, counted[key], last[key], brief[key], sources) for key in keys]


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
        found = found.where(tallies.c.pipeline == merge.key(name))
    counted: dict[PipelineKey, dict[State, int]] = {}
    for *key, word, many in connection.execute(found):
        states = counted.setdefault(PipelineKey._make(key), {})
        states[state_of(word)] = states.get(state_of(word), 0) + many
    return {
        key: {state: counted[key][state] for state in State if state in counted[key]}
        for key in of_application(counted, application)
    }


def _last_begun_first(connection: Connection, keys: Sequence[PipelineKey]) -> list[PipelineKey]:
    began = {key: row[1] for key, row in newest(connection, keys, 1)}
    return sorted(began, key=lambda key: (-began[key], key))


def _last(connection: Connection, keys: Sequence[PipelineKey]) -> dict[PipelineKey, Sequence[Any]]:
    """The row of the last run of each; of several that began together, the largest id."""
    rows = sorted(newest(connection, keys, 1, *RUN), key=lambda found: found[1][_ID])
    return dict(rows)


def _newest(connection: Connection, keys: Sequence[PipelineKey]) -> dict[PipelineKey, list[_Brief]]:
    """The newest runs of each, the newest last."""
    found: dict[PipelineKey, list[_Brief]] = {key: [] for key in keys}
    columns = (runs.c.state, runs.c.ended_at - runs.c.started_at)
    for key, (_, begun, word, micros) in newest(connection, keys, NEWEST, *columns):
        seconds = micros / 1e6 if micros is not None and micros > 0 else None
        found[key].append(_Brief(begun, state_of(word), seconds))
    return {
        key: sorted(those, key=lambda run: run.begun_at)[-NEWEST:] for key, those in found.items()
    }


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
        last=run_of(last[2:], name),
        strip=tuple(run.state for run in brief[-STRIP:]),
        success=tried.count(State.SUCCEEDED) / len(tried) if tried else None,
        typical=median(seconds) if seconds else None,
    )
