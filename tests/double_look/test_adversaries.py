"""Worlds in which something runs at every instant, and which know when they are being asked.

One look is fooled by all of them, or they would show nothing. Two never are.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Literal

import pytest
from msgspec.structs import replace
from tests.double_look.adversary import (
    ACTIVE_RUNS,
    MANNERS,
    Chain,
    Hopper,
    Manner,
    claimed,
    system,
)
from tests.double_look.clock import now, simulate
from tests.double_look.faces import Plain, digest, gate, newest_id, project, subject
from tests.double_look.world import Place, World

from quiesce.app import check, look, wait
from quiesce.model import Answer, Question
from quiesce.survey import Subject, survey
from quiesce.verdict import Expectation, judge

Maker = Callable[[World], list[Subject]]


def _plain(world: World) -> list[Subject]:
    return [subject("s", Plain("s", world))]


def _plain_apart(world: World) -> list[Subject]:
    return [subject("s", Plain("s", world, order="mark, list"))]


def _two_plain(world: World) -> list[Subject]:
    slow = Plain("slow", world, latency=lambda: 0.35)
    return [subject("s", Plain("s", world)), subject("slow", slow)]


def _gate(world: World) -> list[Subject]:
    return [subject("gate", gate("gate", world, parts=("pipelines", "tasks")))]


def _two_gates(world: World) -> list[Subject]:
    """With the search over everything, which one Gate alone can't be hidden from."""
    slow = gate("slow", world, latency=lambda: 0.17)
    return [subject("gate", gate("gate", world)), subject("slow", slow)]


def _project(world: World) -> list[Subject]:
    return [subject("mix", project("mix", world))]


def _mixed(world: World) -> list[Subject]:
    mix = project("mix", world, latency=lambda: 0.33)
    return [subject("gate", gate("gate", world)), subject("mix", mix)]


S = [("s", "a"), ("s", "b"), ("s", "c")]
GATE = [("gate", "one/pipelines"), ("gate", "one/tasks"), ("gate", "two/pipelines")]
GATE += [("gate", "two/tasks")]
MIX = [("mix", "x"), ("mix", "y")]

WORLDS: dict[str, tuple[Maker, list[Place]]] = {
    "one source": (_plain, S),
    "one source, list after mark": (_plain_apart, S),
    "two sources": (_two_plain, [*S, ("slow", "d")]),
    "Spinnaker": (_gate, GATE),
    "Spinnaker twice": (_two_gates, [("gate", "one/pipelines"), ("slow", "two/pipelines")]),
    "Mixpanel": (_project, MIX),
    "Spinnaker and Mixpanel": (_mixed, [*GATE[:2], *MIX]),
}
EVERY = [
    pytest.param(*WORLDS[name], manner, id=f"{name}, {manner}")
    for name, manner in itertools.product(WORLDS, MANNERS)
]
PATIENCE = (1, 2, 3)
What = Literal["look", "check", "settled", "wait"]


def play(
    what: What,
    maker: Maker,
    places: list[Place],
    manner: Manner,
    begin: Place,
    *,
    patience: int = 1,
) -> Answer:
    """One question to a world that is never idle, and whether it really was not."""

    async def playing() -> Answer:
        world = World(*places)
        for place in places:
            world.finish(world.start(place))  # something to restart
        hopper = Hopper(world, begin, manner, patience)
        asked = system(*maker(world))
        began = now()
        if what == "look":
            answer = await look(asked, ACTIVE_RUNS)
        elif what == "wait":
            answer = await wait(asked, ACTIVE_RUNS, timeout=300)
        else:
            answer = await check(asked, ACTIVE_RUNS, settled=what == "settled")
        assert world.never_idle(began, now())
        assert hopper.hops or answer.verdict.verdict == "active"
        if answer.verdict.verdict == "quiet":
            assert answer.verdict.confirmed == (what != "look")
        return answer

    return simulate(playing())


@pytest.mark.parametrize(("maker", "places", "manner"), EVERY)
def test_one_look_is_fooled(maker: Maker, places: list[Place], manner: Manner) -> None:
    """Else the world is no adversary; and the answer claims no more than one look."""
    answers = [
        play("look", maker, places, manner, begin, patience=patience)
        for begin in places
        for patience in PATIENCE
    ]
    fooled = [answer for answer in answers if answer.verdict.verdict == "quiet"]
    assert fooled
    assert not any(answer.verdict.confirmed or answer.verdict.settled for answer in fooled)


@pytest.mark.parametrize("what", ["check", "settled"])
@pytest.mark.parametrize(("maker", "places", "manner"), EVERY)
def test_two_looks_are_not(maker: Maker, places: list[Place], manner: Manner, what: What) -> None:
    """Wherever the run is when the survey begins: it is seen, or the marks have changed."""
    for begin, patience in itertools.product(places, PATIENCE):
        answer = play(what, maker, places, manner, begin, patience=patience)
        assert answer.verdict.verdict == "active", answer.verdict
        assert not answer.verdict.confirmed


@pytest.mark.parametrize(("maker", "places", "manner"), EVERY)
def test_waiting_does_not_end_while_something_runs(
    maker: Maker, places: list[Place], manner: Manner
) -> None:
    for begin, patience in zip(places, PATIENCE, strict=False):
        answer = play("wait", maker, places, manner, begin, patience=patience)
        assert answer.verdict.verdict != "quiet"
        assert not answer.verdict.settled


def test_what_never_holds_still_is_called_active_after_three_pairs() -> None:
    answer = play("check", _plain, S, "a new run", S[2])
    assert answer.looks == 6
    assert answer.verdict.restless
    assert any("keeps starting" in reason for reason in answer.verdict.reasons)


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
    assert play("check", _plain, S, "a new run, then deleted", S[2]).verdict.confirmed


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


@pytest.mark.parametrize("maker", [_gate, _project, _plain])
def test_waiting_outlasts_stale_answers(maker: Maker) -> None:
    """`settle` holds the lag; each answer is as old as it likes within it."""
    places = {"_gate": GATE, "_project": MIX, "_plain": S}[maker.__name__]

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


def chained(hand_over: float, settle: float, phase: float, maker: Maker) -> tuple[Answer, bool]:
    """What `wait` says of a chain of runs, and whether the chain was really over then."""
    places = {"_gate": GATE, "_project": MIX, "_plain": S}[maker.__name__]

    async def playing() -> tuple[Answer, bool]:
        world = World(*places)
        Chain(world, places, hand_over=hand_over, links=6, lasts=3.0 + phase)
        asked = system(*maker(world), settle=settle)
        answer = await wait(asked, ACTIVE_RUNS, timeout=3_600, interval=2.0)
        if answer.verdict.confirmed:
            assert world.idle_throughout(*claimed(answer))
        return answer, world.over_at(answer.look.started)

    return simulate(playing())


@pytest.mark.parametrize("maker", [_gate, _project, _plain])
def test_waiting_outlasts_every_hand_over_that_is_shorter_than_settle(maker: Maker) -> None:
    for phase in range(40):
        answer, over = chained(29.0, 30.0, phase / 4, maker)
        assert answer.verdict.settled
        assert over


@pytest.mark.parametrize("maker", [_gate, _project, _plain])
def test_waiting_misses_a_hand_over_that_is_longer_than_settle(maker: Maker) -> None:
    """Else the test above shows nothing. Blind (A15) where `settle` is too short."""
    ends = [chained(45.0, 30.0, phase / 4, maker) for phase in range(40)]
    assert any(answer.verdict.settled and not over for answer, over in ends)


@pytest.mark.parametrize("maker", [_gate, _project, _plain])
def test_checking_confirms_an_instant_within_a_hand_over_and_says_no_more(maker: Maker) -> None:
    """An idle instant exists while a message is on its way: true, and not settled."""
    places = {"_gate": GATE, "_project": MIX, "_plain": S}[maker.__name__]

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
        answer = await check(system(*_plain(world)), ACTIVE_RUNS)
        assert world.never_idle(0, now())
        return answer

    verdict = simulate(playing()).verdict
    assert verdict.verdict == "unknown"
    assert verdict.reasons == ("s: new appeared between the two looks",)


@pytest.mark.parametrize(("maker", "places"), [(_gate, GATE[:1]), (_project, MIX[:1])])
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
        return await check(system(*_plain(world)), ACTIVE_RUNS)

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
        verdict = judge([first, second], Expectation(), (), now(), second.ended_at)
        assert world.never_idle(0, now())
        assert not verdict.confirmed
        assert digest(()) == first.sources[0].parts["a"]

    simulate(playing())
