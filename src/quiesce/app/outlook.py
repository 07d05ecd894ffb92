"""From what the store remembers to what is to be expected of the runs that are active."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from sqlalchemy import Connection

from quiesce.app.archive.coverage import EVERYTHING, as_logged
from quiesce.forecast import (
    DEPTH,
    ENOUGH,
    Calibration,
    Child,
    Key,
    Known,
    calibration,
    learn,
    outlook,
    pace,
)
from quiesce.model import Run
from quiesce.past import Outlook
from quiesce.store.reading import children, usual
from quiesce.store.reading.foretold import foretold, told_together
from quiesce.store.reading.known import PipelineKey

LEARN_FROM = timedelta(days=14)
"""How far back predictions are held against what happened: long enough for a quiet site."""

LATELY = timedelta(hours=2)
"""Whether all is slower than usual just now, the runs say that have ended in this time."""


def foreseen(
    connection: Connection, names: Mapping[str, str], runs: Sequence[Run], now: datetime
) -> Outlook:
    """An estimate for each of these active runs, and for all of them together.

    `names` are the keys of the sources that are asked, with their names.
    """
    keys = _keys(names, runs)
    known = _known(connection, names, keys)
    ended = usual.lately(connection, keys, since=now - LATELY)
    return outlook(
        runs,
        known,
        now=now,
        changed={run.reference: run.changed_at for run in runs},
        learnt=_learnt(connection, list(names), now),
        slower=pace([(_named(key, names), seconds) for key, seconds in ended], known),
    )


def _learnt(connection: Connection, sources: Sequence[str], now: datetime) -> Calibration:
    """What the predictions about all of these sources together came to."""
    since = now - LEARN_FROM
    if told_together(connection, sources, since=since) < ENOUGH:
        return Calibration()
    found = foretold(connection, since=since, until=now, together=sources)
    logged = (as_logged(one, EVERYTHING) for one in found)
    return calibration([one for one in logged if one is not None])


def _keys(names: Mapping[str, str], runs: Iterable[Run]) -> set[PipelineKey]:
    keys = {name: key for key, name in names.items()}
    return {
        PipelineKey(keys[run.source], run.application, run.pipeline)
        for run in runs
        if run.source in keys
    }


def _known(
    connection: Connection, names: Mapping[str, str], keys: AbstractSet[PipelineKey]
) -> dict[Key, Known]:
    """The history of these pipelines, and of those that they are likely to start."""
    wanted = set(keys)
    started: dict[PipelineKey, children.Children] = {}
    for _ in range(DEPTH):
        started |= children.children(connection, wanted - started.keys())
        wanted |= {child.key for each in started.values() for child in each.started}
        if wanted <= started.keys():
            break
    return {
        _named(key, names): learn(
            taken,
            _children(started.get(key), names),
        )
        for key, taken in usual.durations(connection, wanted).items()
    }


def _children(found: children.Children | None, names: Mapping[str, str]) -> list[Child]:
    if found is None:
        return []
    return [
        Child(key=_named(one.key, names), share=one.parents / found.parents, delay=one.delay)
        for one in found.started
    ]


def _named(key: PipelineKey, names: Mapping[str, str]) -> Key:
    return names[key.source], key.application, key.pipeline
