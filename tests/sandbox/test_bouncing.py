"""The life that evades whoever looks: always active, and never where one asks."""

from __future__ import annotations

from collections import Counter

import pytest

from quiesce.sandbox import SCENARIOS
from quiesce.sandbox.bouncing import Bouncing
from quiesce.sandbox.shapes import Execution

START = 1_800_000_000_000
MINUTE = 60_000


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@pytest.mark.parametrize("name", ["bouncing", "bouncing-gate"])
def test_whoever_asks_place_after_place_never_sees_the_run_that_is_always_there(name: str) -> None:
    clock = Clock()
    world = SCENARIOS[name](seed=1, clock=clock).world
    life = world.life
    assert isinstance(life, Bouncing)
    ways = Counter[str]()
    known: set[str] = set()
    before = frozenset[str]()
    for step in range(600):
        clock.now += step % 3  # some questions fall into one millisecond
        place = life.places[step % len(life.places)]
        at = world.look(frozenset({place}))
        now = world.active(at)
        (active,) = now
        run = world.spinnaker.execution(at, active)
        shown = f"{run.application}/{_list_of(run)}" if run is not None else "job"
        assert shown != place
        if now == before:
            continue
        before = now
        if run is None:
            ways["job"] += 1
        elif active in known:
            ways["again"] += 1
        elif run.trigger.parent_execution is not None:
            ways["child"] += 1
        else:
            ways["new"] += 1
        known.add(active)
    assert life.hops > 50
    assert world.always_active(START, world.now())
    assert set(ways) == {"new", "child", "again", "job"} - (
        set() if name == "bouncing" else {"job"}
    )


def _list_of(run: Execution) -> str:
    return "tasks" if run.type == "ORCHESTRATION" else "pipelines"


def test_every_hop_changes_what_a_place_shows() -> None:
    """A run that came and went leaves a trace in a digest of ids, statuses and times."""
    clock = Clock()
    world = SCENARIOS["bouncing-gate"](seed=1, clock=clock).world
    life = world.life
    assert isinstance(life, Bouncing)
    traces: set[object] = set()
    instants: dict[int, int] = {}
    for hop in range(200):
        clock.now += hop % 2
        assert instants.setdefault(life._moved, life.hops) == life.hops  # one hop a millisecond
        now = world.now()
        trace = frozenset(
            (run.id, run.status, run.start_time, run.end_time)
            for run in world.spinnaker.executions(now)
        )
        assert trace not in traces
        traces.add(trace)
        world.look(frozenset(place for place in life.places if place == life._where))


def test_bouncing_moves_although_nobody_asks() -> None:
    clock = Clock()
    world = SCENARIOS["bouncing"](seed=1, clock=clock).world
    before = world.active()
    clock.now += MINUTE
    assert world.active() != before
    assert world.always_active(START, clock.now)
