"""While a run hands over to the next, nothing is active anywhere, and the work is not over."""

from __future__ import annotations

import itertools

import pytest
from tests.double_look.adversary import ACTIVE_RUNS, MANNERS, Chain, Hopper, claimed, system
from tests.double_look.casts import (
    BY_CAST,
    Maker,
)
from tests.double_look.clock import now, simulate
from tests.double_look.world import Place, World

from quiesce.answer import Answer
from quiesce.app import check, wait


def chained(
    hand_over: float, settle: float, phase: float, maker: Maker, places: list[Place]
) -> tuple[Answer, bool]:
    """What `wait` says of a chain of runs, and whether the chain was really over then."""

    async def playing() -> tuple[Answer, bool]:
        world = World(*places)
        Chain(world, places, hand_over=hand_over, links=6, lasts=3.0 + phase)
        asked = system(*maker(world), settle=settle)
        answer = await wait(asked, ACTIVE_RUNS, timeout=3_600, interval=2.0)
        if answer.verdict.confirmed:
            assert world.idle_throughout(*claimed(answer))
        return answer, world.over_at(answer.look.started)

    return simulate(playing())


@pytest.mark.parametrize(("maker", "places"), BY_CAST)
def test_waiting_outlasts_every_hand_over_that_is_shorter_than_settle(
    maker: Maker, places: list[Place]
) -> None:
    for phase in range(40):
        answer, over = chained(29.0, 30.0, phase / 4, maker, places)
        assert answer.verdict.settled
        assert over


@pytest.mark.parametrize(("maker", "places"), BY_CAST)
def test_waiting_misses_a_hand_over_that_is_longer_than_settle(
    maker: Maker, places: list[Place]
) -> None:
    """Else the test above shows nothing. Blind (A15) where `settle` is too short."""
    ends = [chained(45.0, 30.0, phase / 4, maker, places) for phase in range(40)]
    assert any(answer.verdict.settled and not over for answer, over in ends)


@pytest.mark.parametrize(("maker", "places"), BY_CAST)
def test_checking_confirms_an_instant_within_a_hand_over_and_says_no_more(
    maker: Maker, places: list[Place]
) -> None:
    """An idle instant exists while a message is on its way: true, and not settled."""

    async def playing() -> Answer:
        world = World(*places)
        world.send(world.start(places[0]))
        answer = await check(system(*maker(world)), ACTIVE_RUNS)
        assert world.idle_throughout(*claimed(answer))
        assert not world.over_at(now())
        return answer

    verdict = simulate(playing()).verdict
    assert verdict.confirmed
    assert not verdict.settled


@pytest.mark.parametrize(("maker", "places"), BY_CAST)
def test_waiting_outlasts_stale_answers(maker: Maker, places: list[Place]) -> None:
    """`settle` holds the lag; each answer is as old as it likes within it."""

    async def playing(seed: int) -> None:
        world = World(*places)
        ages = itertools.cycle([0.3 * seed, *(0.0, 4.0, 1.0, 3.5, 2.0, 0.5, 4.9)[seed % 7 :]])
        for source in {place[0] for place in places}:
            world.lags[source] = lambda: next(ages)
        Hopper(world, places[seed % len(places)], MANNERS[seed % 3])
        subjects = maker(world)
        answer = await wait(system(*subjects, settle=6.0, lag=5.0), ACTIVE_RUNS, timeout=60)
        assert world.never_idle(0, now())
        assert answer.verdict.verdict != "quiet"

    for seed in range(14):
        simulate(playing(seed))
