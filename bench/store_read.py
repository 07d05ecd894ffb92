"""How long the store takes to tell: each call as the product makes it, values and all."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

from sqlalchemy import Connection

from bench.store_world import SOURCES, chosen, places
from quiesce.store.database.engine import open_store
from quiesce.store.reading.children import children
from quiesce.store.reading.known import PipelineKey
from quiesce.store.reading.overview import pipelines
from quiesce.store.reading.read import counts, recent, remembered
from quiesce.store.reading.usual import durations

NAMES = {key: key for key in SOURCES}
CALLS = 2_000
FEW = 5
PASSES = 2
"""All is asked in so many passes and the quicker answer counts: what is slow in each is the
store's doing, what is slow once another process's."""

Seconds = dict[str, list["Took"]]


class Took(NamedTuple):
    """Seconds of one call by the clock, and those of them in which this process computed."""

    wall: float
    cpu: float


def measure(path: Path, calls: int = CALLS) -> Seconds:
    """Seconds of each call, by what is asked.

    Half of the pipelines are drawn evenly, half by how many runs they have, so that the very
    large ones are asked for as often as people would.
    """
    chance = random.Random(7)
    drawn = [*chance.choices(places(), k=calls // 2), *chosen(calls // 2, chance)]
    chance.shuffle(drawn)
    every = [PipelineKey(*place) for place in places()]
    seconds: Seconds = {}
    with open_store(str(path), create=False) as store, store.reading() as connection:

        def timed(what: str, calls: Sequence[Callable[[Connection], Any]]) -> None:
            passes = [[_timed(call, connection) for call in calls] for _ in range(PASSES)]
            seconds[what] = [min(those) for those in zip(*passes, strict=True)]

        timed("latest 50 of a name", [_latest(name) for _, _, name in drawn])
        timed("counts of a name", [_counts(name) for _, _, name in drawn])
        timed(
            "latest 50 in an application",
            [_latest(name, application) for _, application, name in drawn[: calls // 4]],
        )
        timed("active runs", [lambda connection: remembered(connection, NAMES)] * 200)
        timed("history of 50 pipelines", [_history(chance.sample(every, 50)) for _ in range(20)])
        timed("children of 50 pipelines", [_children(chance.sample(every, 50)) for _ in range(20)])
        timed("history of all pipelines", [_history(every)] * FEW)
        timed("children of all pipelines", [_children(every)] * FEW)
        timed("all pipelines", [lambda connection: pipelines(connection, NAMES)] * FEW)
    return seconds


def percentile(seconds: Sequence[float], percent: int) -> float:
    return quantiles(seconds, n=100, method="inclusive")[percent - 1]


def _timed(call: Callable[[Connection], Any], connection: Connection) -> Took:
    began, worked = time.perf_counter(), time.process_time()
    call(connection)
    return Took(time.perf_counter() - began, time.process_time() - worked)


def _latest(name: str, application: str | None = None) -> Callable[[Connection], Any]:
    return lambda connection: recent(
        connection, NAMES, pipeline=name, application=application, limit=50
    )


def _counts(name: str) -> Callable[[Connection], Any]:
    return lambda connection: counts(connection, NAMES, pipeline=name)


def _history(keys: Sequence[PipelineKey]) -> Callable[[Connection], Any]:
    return lambda connection: durations(connection, keys)


def _children(keys: Sequence[PipelineKey]) -> Callable[[Connection], Any]:
    return lambda connection: children(connection, keys)
