"""What never says `quiet` would be safe, and of no use: a world that is idle is called so."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace
from tests.double_look.adversary import ACTIVE_RUNS, Chain, claimed, system
from tests.double_look.clock import now, simulate
from tests.double_look.faces import Plain, gate, project, subject
from tests.double_look.world import World

from quiesce.answer import Answer
from quiesce.app import check, look, wait
from quiesce.survey import Subject

PLACES = [("s", "a"), ("s", "b"), ("gate", "one/pipelines"), ("gate", "one/tasks")]
PLACES += [("mix", "x"), ("mix", "y")]


def everything(world: World) -> list[Subject]:
    return [
        subject("s", Plain("s", world)),
        subject("gate", gate("gate", world)),
        subject("mix", project("mix", world)),
    ]


def settled_world() -> World:
    """Every part has a history, and nothing goes on."""
    world = World(*PLACES)
    for place in PLACES:
        for _ in range(3):
            world.finish(world.start(place))
    return world


def test_one_look_at_an_idle_world_is_quiet_and_claims_no_more() -> None:
    answer = simulate(_look())
    assert answer.verdict.verdict == "quiet"
    assert not answer.verdict.confirmed
    assert answer.looks == 1


async def _look() -> Answer:
    return await look(system(*everything(settled_world())), ACTIVE_RUNS)


def test_two_looks_at_an_idle_world_are_confirmed() -> None:
    async def playing() -> Answer:
        return await check(system(*everything(settled_world())), ACTIVE_RUNS)

    answer = simulate(playing())
    assert (answer.verdict.verdict, answer.verdict.confirmed) == ("quiet", True)
    assert answer.looks == 2
    assert not answer.verdict.settled


@pytest.mark.parametrize("settle", [0.0, 30.0, 90.0])
def test_an_idle_world_settles_in_one_pair(settle: float) -> None:
    async def playing() -> tuple[Answer, float]:
        asked = system(*everything(settled_world()), settle=settle)
        answer = await check(asked, ACTIVE_RUNS, settled=True)
        return answer, now()

    answer, seconds = simulate(playing())
    assert answer.verdict.settled
    assert answer.looks == 2
    assert answer.verdict.idle_for is not None
    assert settle <= answer.verdict.idle_for < settle + 1
    assert seconds < settle + 5


def test_waiting_ends_soon_after_the_last_run_has() -> None:
    async def playing() -> tuple[Answer, float, float]:
        world = settled_world()
        job = world.start(PLACES[0])
        asyncio.get_running_loop().call_later(1_000.0, world.finish, job)
        asked = system(*everything(world), settle=30.0)
        answer = await wait(asked, ACTIVE_RUNS, timeout=7_200)
        assert world.idle_throughout(*claimed(answer))
        return answer, now(), 1_000.0

    answer, ended, finished = simulate(playing())
    assert answer.verdict.settled
    assert finished + 30 <= ended <= finished + 30 + 20


def test_waiting_ends_after_a_chain_of_runs_that_hand_over_without_a_gap() -> None:
    """A child that is started by a parent that ends at the same moment."""

    async def playing() -> Answer:
        world = settled_world()
        chain = Chain(world, PLACES, hand_over=0.0, links=20, lasts=7.0)
        answer = await wait(system(*everything(world)), ACTIVE_RUNS, timeout=7_200)
        assert chain.over
        return answer

    assert simulate(playing()).verdict.settled


def test_a_run_between_the_looks_costs_one_more_pair() -> None:
    async def playing() -> Answer:
        world = settled_world()
        job = world.start(PLACES[0])
        loop = asyncio.get_running_loop()
        world.finish(job)
        loop.call_later(10.0, lambda: world.finish(world.start(PLACES[1])))
        return await check(system(*everything(world)), ACTIVE_RUNS, settled=True)

    answer = simulate(playing())
    assert answer.verdict.settled
    assert answer.looks == 4


def test_waiting_does_not_end_after_a_pause_that_was_cut_short() -> None:
    """What counts is the time that was measured, not the one that was asked for."""

    async def playing() -> Answer:
        asked = system(*everything(settled_world()), settle=30.0)
        hasty = replace(asked, sleep=lambda seconds: asyncio.sleep(seconds / 2))
        return await wait(hasty, ACTIVE_RUNS, timeout=300.0)

    verdict = simulate(playing()).verdict
    assert (verdict.verdict, verdict.settled) == ("unknown", False)


def test_waiting_gives_up_in_time_and_says_why() -> None:
    async def playing(busy: bool) -> tuple[Answer, float]:
        world = settled_world()
        if busy:
            world.start(PLACES[3])
        answer = await wait(system(*everything(world), settle=30.0), ACTIVE_RUNS, timeout=20.0)
        return answer, now()

    active, ended = simulate(playing(busy=True))
    assert (active.verdict.verdict, ended) == ("active", 20.0)
    short, ended = simulate(playing(busy=False))
    assert (short.verdict.verdict, short.verdict.confirmed, ended) == ("unknown", False, 20.0)
    assert not short.verdict.settled
    assert "time ran out" in short.verdict.reasons[0]


def test_who_looks_on_is_told_of_every_answer() -> None:
    told: list[str] = []

    async def playing() -> Answer:
        world = settled_world()
        job = world.start(PLACES[0])
        asyncio.get_running_loop().call_later(15.0, world.finish, job)
        asked = system(*everything(world), settle=30.0)
        return await wait(
            asked,
            ACTIVE_RUNS,
            timeout=7_200,
            on_answer=lambda answer: told.append(answer.verdict.verdict),
        )

    simulate(playing())
    assert told[0] == "active"
    assert told[-2:] == ["quiet", "quiet"]


def test_an_idle_world_with_a_known_lag_is_confirmed() -> None:
    """The second look waits until no answer can be older than the first one."""

    async def playing() -> Answer:
        return await check(system(*everything(settled_world()), lag=5.0), ACTIVE_RUNS)

    assert simulate(playing()).verdict.confirmed
