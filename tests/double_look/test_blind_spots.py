"""What breaks a double look: wrong marks, parts that change, and what is stated as blind."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.double_look.adversary import ACTIVE_RUNS, Hopper, system
from tests.double_look.casts import (
    GATE,
    MIX,
    Maker,
    S,
    gate_cast,
    plain_cast,
    project_cast,
)
from tests.double_look.clock import now, simulate
from tests.double_look.faces import Plain, digest, gate, newest_id, subject
from tests.double_look.playing import play
from tests.double_look.world import Place, World

from quiesce.answer import Answer
from quiesce.app import check
from quiesce.model import Question
from quiesce.survey import Subject, survey
from quiesce.verdict import Expectation, judge


def test_a_weaker_mark_is_fooled_by_a_restart() -> None:
    """The newest id is the mark that every list offers, and it is the wrong one."""

    def weak(world: World) -> list[Subject]:
        return [subject("s", Plain("s", world, mark=newest_id))]

    assert play("check", weak, S, "a restart", S[2]).verdict.confirmed
    assert play("check", weak, S, "a late id", S[2]).verdict.confirmed
    assert not play("check", weak, S, "a new run", S[2]).verdict.confirmed


def test_a_mark_read_after_its_list_is_fooled() -> None:
    def wrong(world: World) -> list[Subject]:
        return [subject("s", Plain("s", world, order="list, mark"))]

    async def playing() -> Answer:
        world = World(("s", "a"), ("s", "b"))
        torch = world.start(("s", "b"))
        asked: list[Place] = []

        def hop(place: Place) -> None:
            """Behind the list of `a`, before its mark; then it stays there."""
            nonlocal torch
            asked.append(place)
            if len(asked) == 1:
                before, torch = torch, world.start(("s", "a"))
                world.finish(before)

        world.asked = hop
        answer = await check(system(*wrong(world)), ACTIVE_RUNS)
        assert world.never_idle(0, now())
        assert asked[:2] == [("s", "a"), ("s", "a")]
        return answer

    assert simulate(playing()).verdict.confirmed


def test_a_run_that_is_deleted_between_the_looks_is_blind() -> None:
    """Started, ended and deleted: nothing that is shown tells of it, stated as blind (A9)."""
    assert play("check", plain_cast, S, "a new run, then deleted", S[2]).verdict.confirmed


@pytest.mark.parametrize("lag", [0.0, 5.0])
def test_stale_answers_fool_only_whom_nobody_told_of_the_lag(lag: float) -> None:
    """A run has gone from a part that answers freshly to one that answers from a replica."""

    async def playing() -> Answer:
        world = World(("fresh", "a"), ("stale", "b"))
        world.lags["stale"] = lambda: 4.0
        world.finish(world.start(("fresh", "a")))
        torch = world.start(("fresh", "a"))
        world.start(("stale", "b"))
        world.finish(torch)
        sources = [subject(name, Plain(name, world)) for name in ("fresh", "stale")]
        answer = await check(system(*sources, lag=lag), ACTIVE_RUNS)
        assert world.never_idle(0, now())
        return answer

    answer = simulate(playing())
    assert answer.verdict.confirmed == (lag == 0.0), "blind (A4) unless `max_lag` is set"


def test_a_part_that_is_made_for_the_run_to_hop_into_is_unknown() -> None:
    """The list of parts is read again, and must be the one of the first look (A2)."""

    async def playing() -> Answer:
        a, b, new = ("s", "a"), ("s", "b"), ("s", "new")
        world = World(a, b)
        torch = world.start(b)

        def hop(place: Place) -> None:
            """Out of `b` into what look 1 doesn't know, and back behind the mark of look 2."""
            nonlocal torch
            if place == a:
                before = torch
                if new not in world.places("s"):
                    world.create(new)
                    torch = world.start(new)
                else:
                    torch = world.start(a)
                world.finish(before)

        world.asked = hop
        answer = await check(system(*plain_cast(world)), ACTIVE_RUNS)
        assert world.never_idle(0, now())
        return answer

    verdict = simulate(playing()).verdict
    assert verdict.verdict == "unknown"
    assert verdict.reasons == ("s: new appeared between the two looks",)


@pytest.mark.parametrize(("maker", "places"), [(gate_cast, GATE[:1]), (project_cast, MIX[:1])])
def test_the_real_sources_read_the_list_of_parts_again(maker: Maker, places: list[Place]) -> None:
    """An application or a pipeline that is made between the looks, with a run in it."""

    async def playing() -> Answer:
        world = World(*places)
        source = places[0][0]
        new = (source, "new/pipelines")
        world.finish(world.start(places[0]))

        def hop(_: Place) -> None:
            if new not in world.every():
                world.create(new)
                world.finish(world.start(new))

        world.asked = hop
        return await check(system(*maker(world)), ACTIVE_RUNS)

    verdict = simulate(playing()).verdict
    assert verdict.verdict == "unknown"
    assert "appeared between the two looks" in verdict.reasons[0]


def test_a_part_that_vanishes_with_the_run_in_it_is_unknown() -> None:
    async def playing() -> Answer:
        a, b = ("s", "a"), ("s", "b")
        world = World(a, b)
        torch = world.start(b)
        world.finish(world.start(a))

        def hop(place: Place) -> None:
            if place == a:
                world.start(a)
                world.finish(torch)
            elif a in world.places("s"):
                world.remove(a)

        world.asked = hop
        return await check(system(*plain_cast(world)), ACTIVE_RUNS)

    verdict = simulate(playing()).verdict
    assert verdict.verdict == "unknown"
    assert verdict.reasons == ("s: a vanished between the two looks",)


def test_a_restart_of_a_run_older_than_the_window_is_blind() -> None:
    """Spinnaker: a mark covers the newest runs of each pipeline (A8)."""

    async def playing(window: int) -> Answer:
        places = GATE[::2]
        world = World(*places)
        for place in places:
            for _ in range(3):
                world.finish(world.start(place))
        Hopper(world, places[1], "a restart")
        source = gate("gate", world, parts=("pipelines",), window=window)
        answer = await check(system(subject("gate", source)), ACTIVE_RUNS)
        assert world.never_idle(0, now())
        return answer

    assert simulate(playing(2)).verdict.confirmed
    assert simulate(playing(50)).verdict.verdict == "active"


@pytest.mark.parametrize("part", ["one/pipelines", "one/tasks"])
def test_a_run_that_is_older_than_the_window_and_still_active_is_seen(part: str) -> None:
    async def playing() -> Answer:
        world = World(("gate", part))
        world.start(("gate", part))
        for _ in range(3):
            world.finish(world.start(("gate", part)))
        source = gate("gate", world, parts=("pipelines", "tasks"), window=2)
        return await check(system(subject("gate", source)), ACTIVE_RUNS)

    assert simulate(playing()).verdict.reasons == ("1 run is active",)


def test_the_barrier_is_over_all_sources() -> None:
    """A fast source's second look that begins before a slow one's first has ended is void."""

    async def playing() -> None:
        world = World(("fast", "a"), ("slow", "b"))
        fast = subject("fast", Plain("fast", world))
        slow = subject("slow", Plain("slow", world, latency=lambda: 5.0))
        torch = world.start(("slow", "b"))
        first_fast = await survey([fast], Question(marks=True), clock=now)
        second_fast = await survey([fast], Question(marks=True, lists=False), clock=now)
        world.start(("fast", "a"))
        world.finish(torch)
        first_slow = await survey([slow], Question(marks=True), clock=now)
        second_slow = await survey([slow], Question(marks=True, lists=False), clock=now)
        first = replace(first_fast, sources=first_fast.sources + first_slow.sources)
        second = replace(second_fast, sources=second_fast.sources + second_slow.sources)
        verdict = judge([first, second], Expectation(), {}, now(), second.ended_at)
        assert world.never_idle(0, now())
        assert not verdict.confirmed
        assert digest(()) == first.sources[0].parts["a"]

    simulate(playing())
