"""Worlds live, by their seed alone, and every scenario is what it says of itself."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from quiesce.sandbox import SCENARIOS, World, plays
from quiesce.sandbox.company import stages
from quiesce.sandbox.life import Life
from quiesce.sandbox.shapes import ACTIVE, Execution
from quiesce.sandbox.spinnaker import KEPT

START = 1_800_000_000_000
MINUTE = 60_000


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def everything(world: World) -> list[object]:
    now = world.now()
    jobs = [
        job
        for project in world.mixpanel.project_ids()
        for export in world.mixpanel.pipelines(project) or ()
        for job in world.mixpanel.jobs(now, project, export.name) or ()
    ]
    return [*world.spinnaker.executions(now), *jobs]


def statuses(world: World) -> Counter[str]:
    return Counter(run.status for run in world.spinnaker.executions(world.now()))


@pytest.mark.parametrize("name", sorted(set(SCENARIOS) - {"huge"}))
def test_the_same_seed_gives_the_same_world_and_the_same_life(name: str) -> None:
    worlds = []
    for steps in (1, 7):  # however often one looks
        clock = Clock()
        world = SCENARIOS[name](seed=3, clock=clock, speed=2.0).world
        for _ in range(steps):
            clock.now += 10 * MINUTE // steps
            world.now()
        clock.now = START + 10 * MINUTE
        worlds.append(everything(world))
    assert worlds[0] == worlds[1]


def test_another_seed_gives_another_world() -> None:
    one, other = (SCENARIOS["busy"](seed=seed, clock=Clock()).world.active() for seed in (1, 2))
    assert one != other


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_the_truth_of_a_scenario_is_true_from_the_beginning(name: str) -> None:
    """Whether it is active at every instant, or never, for a quarter of an hour."""
    clock = Clock()
    scenario = SCENARIOS[name](seed=5, clock=clock)
    clock.now += 15 * MINUTE
    idle = scenario.world.idle(START, clock.now)
    if scenario.truth == "quiet":
        assert idle == [(START, clock.now)]
    elif scenario.settles:
        assert len(idle) == 1
        assert START < idle[0][0] < START + MINUTE
        assert not scenario.world.active()
    else:
        assert idle == []
        assert scenario.world.active()


def test_busy_shows_every_way_in_which_a_run_can_be_active_and_end() -> None:
    clock = Clock()
    world = SCENARIOS["busy"](seed=1, clock=clock).world
    seen: Counter[str] = Counter()
    judged = canceled_waiting = by_strategy = by_hop = jobs = 0
    before = world.active()
    changes = 0
    for _ in range(120):
        clock.now += 40_000
        seen += statuses(world)
        now = world.active()
        changes += now != before
        before = now
        for run in world.spinnaker.executions(world.now()):
            judged += _waits_for_judgment(run)
            canceled_waiting += run.status == "CANCELED" and run.start_time is None
            by_strategy += run.pipeline_config_id is None
            by_hop += run.trigger.parent_execution is not None
        jobs += len(world.mixpanel.active(world.now()))
    assert changes > 100
    assert set(seen) >= {
        *("RUNNING", "PAUSED", "NOT_STARTED", "BUFFERED"),
        *("SUCCEEDED", "TERMINAL", "CANCELED", "STOPPED"),
    }
    assert min(judged, canceled_waiting, by_strategy, by_hop, jobs) > 0


def _waits_for_judgment(run: Execution) -> bool:
    return any(stage.type == "manualJudgment" and stage.status == "RUNNING" for stage in run.stages)


def test_no_more_runs_of_a_pipeline_go_on_than_it_allows() -> None:
    clock = Clock()
    world = SCENARIOS["busy"](seed=1, clock=clock).world
    waited = 0
    for _ in range(200):
        clock.now += 20_000
        now = world.now()
        for config in world.spinnaker.configs(now):
            if not config.limit_concurrent:
                continue
            runs = world.spinnaker.executions_of(now, config.id)
            assert sum(run.status in {"RUNNING", "PAUSED"} for run in runs) <= 1
            waited += sum(run.status == "NOT_STARTED" for run in runs)
    assert waited


def test_what_waits_for_its_turn_goes_on_as_soon_as_it_may() -> None:
    clock = Clock()
    world = World(clock)
    life = Life(world, begin=clock.now)
    brief = stages("wait", waitTime=10, fails=0.0)
    config = world.spinnaker.add_config("a", "One", stages=brief, limit_concurrent=True)
    for _ in range(3):
        life.spawn(plays.run(life, config))
    clock.now += 1000
    assert statuses(world) == {"RUNNING": 1, "NOT_STARTED": 2}
    clock.now += MINUTE
    first, second, third = world.spinnaker.executions(world.now())
    for before, after in ((first, second), (second, third)):
        assert before.end_time is not None
        assert after.start_time is not None
        assert 0 < after.start_time - before.end_time < 1000


def test_what_is_in_a_world_is_consistent() -> None:
    """No end without a start unless canceled, no end of what goes on, no stage after the end."""
    clock = Clock()
    world = SCENARIOS["busy"](seed=2, clock=clock).world
    clock.now += 30 * MINUTE
    for run in world.spinnaker.executions(world.now()):
        waits = run.status in {"NOT_STARTED", "BUFFERED"}
        never = run.status == "CANCELED" and run.start_time is None
        assert (run.start_time is None) == (waits or never), run
        assert (run.end_time is None) == (run.active or never), run
        assert run.build_time <= (run.start_time or run.build_time) <= clock.now
        for stage in run.stages:
            assert run.active or stage.status not in ACTIVE or stage.start_time is None, run
            if stage.end_time is not None and run.end_time is not None:
                assert stage.end_time <= run.end_time


def test_a_parents_end_and_its_childs_beginning_are_one_instant() -> None:
    clock = Clock()
    world = SCENARIOS["winding-down"](seed=1, clock=clock).world
    (first,) = world.active()
    clock.now += 5 * MINUTE
    chain = [run for run in world.spinnaker.executions(world.now()) if run.name == "Last deploy"]
    assert [run.application for run in chain] == ["checkout", "payments", "search"]
    assert chain[0].id == first
    for parent, child in pairwise(chain):
        assert child.build_time == parent.end_time
        assert child.trigger.parent_execution is not None
        assert child.trigger.parent_execution.id == parent.id
        assert child.trigger.parent_execution.trigger.parent_execution is None  # no endless nest


def test_speed_makes_things_happen_sooner_and_leaves_the_clock_alone() -> None:
    ends = []
    for speed in (1.0, 10.0):
        clock = Clock()
        world = SCENARIOS["winding-down"](seed=1, clock=clock, speed=speed).world
        clock.now += 5 * MINUTE
        ((end, _),) = world.idle(START, clock.now)
        ends.append(end - START)
    assert ends[0] == pytest.approx(ends[1] * 10, rel=0.02)


def test_a_long_life_stays_small() -> None:
    """The oldest finished runs go, in time; what is active stays however old it is."""
    clock = Clock()
    world = World(clock)
    life = Life(world, begin=clock.now)
    brief = stages("wait", waitTime=1, fails=0.0)
    config = world.spinnaker.add_config("a", "Often", stages=brief)
    old = world.start(config)
    life.spawn(plays.every(life, config, 1.0))
    clock.now += 20 * MINUTE
    runs = world.spinnaker.executions_of(world.now(), config.id)
    assert KEPT < len(runs) <= 2 * KEPT + 5
    assert old in runs
    assert max(run.build_time for run in runs) > clock.now - 5000


def test_the_past_of_a_world_can_be_asked_for() -> None:
    clock = Clock()
    world = World(clock)
    config = world.spinnaker.add_config("a", "p")
    clock.now += 10
    run = world.start(config)
    clock.now += 10
    world.end(run.id)
    assert [world.active(START + at) for at in (9, 10, 19, 20)] == [
        frozenset(),
        {run.id},
        {run.id},
        frozenset(),
    ]
    assert world.idle(START, START + 30) == [(START, START + 9), (START + 20, START + 30)]
    assert not world.always_active(START + 19, START + 20)


@pytest.mark.parametrize(
    ("status", "after"),
    [
        ("RUNNING", "CANCELED"),
        ("NOT_STARTED", "CANCELED"),
        ("PAUSED", "PAUSED"),
        ("BUFFERED", "BUFFERED"),
    ],
)
def test_canceling_does_not_end_what_is_paused_or_buffered(status: str, after: str) -> None:
    world = World(Clock())
    run = world.start(world.spinnaker.add_config("a", "p"), status=status)
    canceled = world.cancel(run.id)
    assert canceled.canceled
    assert canceled.status == after
