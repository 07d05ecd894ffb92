"""From what the store remembers to what is to be expected of the runs that are active."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from quiesce.forecast import Child, Durations, Key, Known, learn, outlook
from quiesce.model import Run
from quiesce.past import Outlook
from quiesce.store import children, usual
from quiesce.store.known import PipelineKey
from quiesce.verdict import reference

GENERATIONS = 3
"""How far what a run starts, and what that starts, is followed."""


def foreseen(
    connection: Connection, names: Mapping[str, str], runs: Sequence[Run], now: datetime
) -> Outlook:
    """An estimate for each of these active runs, and for all of them together.

    `names` are the keys of the sources that are asked, with their names.
    """
    known = _known(connection, names, runs)
    changed = {reference(run): run.changed_at for run in runs}
    return outlook(runs, known, now=now, changed=changed)


def _known(
    connection: Connection, names: Mapping[str, str], runs: Iterable[Run]
) -> dict[Key, Known]:
    """The history of the pipelines of these runs, and of those that they are likely to start."""
    keys = {name: key for key, name in names.items()}
    wanted = {
        PipelineKey(keys[run.source], run.application, run.pipeline)
        for run in runs
        if run.source in keys
    }
    started: dict[PipelineKey, children.Children] = {}
    for _ in range(GENERATIONS):
        started |= children.children(connection, wanted - started.keys())
        wanted |= {child.key for each in started.values() for child in each.started}
        if wanted <= started.keys():
            break
    lengths = usual.durations(connection, wanted)
    return {
        _named(key, names): learn(
            Durations(own=found.own, application=found.application, source=found.source),
            _children(started.get(key), names),
        )
        for key, found in lengths.items()
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
