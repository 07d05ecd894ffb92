"""Worlds in which something runs at every instant, and no list shows it: only a memory knows."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Literal

import pytest
from tests.double_look import remembering
from tests.double_look.adversary import ACTIVE_RUNS, system
from tests.double_look.clock import now, simulate, sleep
from tests.double_look.faces import Plain, gate, subject
from tests.double_look.remembering import Kept, glance
from tests.double_look.world import Job, Place, World

from quiesce import verdict as judging
from quiesce.answer import Answer
from quiesce.app import System, check
from quiesce.model import VerdictName
from quiesce.survey import Subject, memory

PLACES: dict[str, Place] = {
    "plain": ("s", "a"),
    "pipelines": ("s", "one/pipelines"),
    "tasks": ("s", "one/tasks"),
}


class Stage:
    """A world with two runs that were seen active, and are in no list any more."""

    def __init__(self, place: str, fails: Callable[[], bool] = lambda: False) -> None:
        self.place = PLACES[place]
        self.world = World(self.place)
        self.world.finish(self.world.start(self.place))
        self.system: System = system(self._subject(place))
        self.kept = Kept(fails)
        self.jobs: list[Job] = []

    def _subject(self, place: str) -> Subject:
        source = Plain("s", self.world) if place == "plain" else gate("s", self.world)
        return subject("s", source)

    async def begin(self) -> None:
        self.jobs = [self.world.start(self.place) for _ in range(2)]
        await glance(self.system, self.kept)
        for job in self.jobs:
            self.world.hide(job)
            await sleep(1.0)

    async def check(self, **how: Any) -> Answer:
        return await remembering.check(self.system, self.kept, **how)


Playing = Callable[[Stage], Coroutine[Any, Any, Answer]]


def played(place: str, playing: Playing, **how: Any) -> Answer:
    async def play() -> Answer:
        stage = Stage(place, **how)
        await stage.begin()
        return await playing(stage)

    return simulate(play())


every_place = pytest.mark.parametrize("place", PLACES)


async def both_run(stage: Stage) -> Answer:
    return await stage.check()


@every_place
def test_without_a_memory_it_is_called_quiet_and_with_one_it_is_seen(place: str) -> None:
    """What no list shows any more (A1)."""

    async def forgetful(stage: Stage) -> Answer:
        return await check(stage.system, ACTIVE_RUNS)

    assert played(place, forgetful).verdict.confirmed
    assert played(place, both_run).verdict.reasons == ("2 runs are active",)


@every_place
def test_when_both_have_ended_it_is_confirmed_and_they_are_forgotten(place: str) -> None:
    async def ended(stage: Stage) -> Answer:
        for job in stage.jobs:
            stage.world.finish(job)
        answer = await stage.check()
        assert not stage.kept.runs
        return answer

    assert played(place, ended).verdict.confirmed


def hopping_in(stage: Stage) -> None:
    """One of the two runs at every instant; each time it is the one that is not asked for."""
    world = stage.world
    jobs = {job.number: job for job in stage.jobs}
    first, last = (int(one.run.id.rpartition("-")[2]) for one in stage.kept.runs.values())
    world.finish(jobs[first])
    active = last

    def hop(_: Place, number: int) -> None:
        nonlocal active
        if number != active:
            world.resume(jobs[number])
            world.finish(jobs[active])
            active = number

    world.found = hop


async def hopping(stage: Stage) -> Answer:
    hopping_in(stage)
    began = now()
    answer = await stage.check()
    assert stage.world.never_idle(began, now())
    return answer


@every_place
def test_one_look_at_what_hops_between_remembered_runs_is_fooled(place: str) -> None:
    """Else it would be no adversary."""

    async def once(stage: Stage) -> Answer:
        hopping_in(stage)
        began = now()
        look = await glance(stage.system, stage.kept)
        assert stage.world.never_idle(began, now())
        verdict = judging.judge([look], stage.system.expectation, {}, now(), look.ended_at)
        return Answer(verdict=verdict, look=look, costs={}, looks=1)

    assert played(place, once).verdict.verdict == "quiet"


@every_place
def test_two_looks_at_what_hops_between_remembered_runs_are_not(place: str) -> None:
    verdict = played(place, hopping).verdict
    assert (verdict.verdict, verdict.confirmed) == ("active", False)


@every_place
def test_one_that_ran_again_between_the_looks_and_has_ended_again_costs_another_pair(
    place: str,
) -> None:
    """Under its own id, in no list: nothing but its end is another (A8)."""

    async def again(stage: Stage) -> Answer:
        for job in stage.jobs:
            stage.world.finish(job)
        asked = 0

        def restart(*_: object) -> None:
            nonlocal asked
            asked += 1
            if asked == 2:  # when look 1 is over
                stage.world.finish(stage.world.resume(stage.jobs[0]))

        stage.world.found = restart
        await sleep(5.0)
        return await stage.check()

    answer = played(place, again)
    assert (answer.looks, answer.verdict.confirmed) == (4, True)


@every_place
def test_one_that_has_ended_and_runs_again_is_active(place: str) -> None:
    """From finished back to active is legal, while it is remembered."""

    async def resumed(stage: Stage) -> Answer:
        for job in stage.jobs:
            stage.world.finish(job)
        asked = 0

        def resume(*_: object) -> None:
            nonlocal asked
            asked += 1
            if asked == 2:
                stage.world.resume(stage.jobs[1])

        stage.world.found = resume
        return await stage.check()

    assert played(place, resumed).verdict.reasons == ("1 run is active",)


@every_place
def test_one_that_was_denied_once_and_is_found_again_was_never_quiet(place: str) -> None:
    """404, though it runs: unknown; then it is there again, and active."""
    said: list[VerdictName] = []

    async def denied(stage: Stage) -> Answer:
        world, (one, two) = stage.world, stage.jobs
        world.finish(two)
        find, told = world.find, [one.number]

        def lying(place: Place, number: int) -> Job | None:
            found = find(place, number)
            if number in told:
                told.remove(number)
                return None
            return found

        world.find = lying  # type: ignore[method-assign]
        said.append((await stage.check()).verdict.verdict)
        answer = await stage.check()
        said.append(answer.verdict.verdict)
        assert [one.missing for one in stage.kept.runs.values()] == [False]
        return answer

    played(place, denied)
    assert said == ["unknown", "active"]


@every_place
def test_one_that_was_deleted_is_unknown_then_gone_and_then_forgotten(place: str) -> None:
    async def deleted(stage: Stage) -> Answer:
        for job in stage.jobs:
            stage.world.finish(job)
            stage.world.delete(job)
        verdicts = [(await stage.check()).verdict for _ in range(3)]
        assert [one.verdict for one in verdicts] == ["unknown", "quiet", "quiet"]
        assert [one.confirmed for one in verdicts] == [False, True, True]
        assert [len(one.reasons) for one in verdicts[1:]] == [2, 0]
        return await stage.check()

    assert played(place, deleted).verdict.confirmed


@every_place
def test_without_its_memory_it_is_never_quiet(place: str) -> None:
    """The store can't be read just now: what was active before is not asked for."""
    broken = iter([False, True])
    answer = played(place, both_run, fails=lambda: next(broken, True))
    assert answer.verdict.verdict == "unknown"
    assert "--no-store" in answer.look.gaps[0].hint


@every_place
def test_beside_a_wedged_run_that_is_waived_all_else_settles(place: str) -> None:
    """In a list of the first look, or in none at all: it keeps nobody waiting."""

    async def wedged(stage: Stage) -> Answer:
        stage.world.finish(stage.jobs[1])
        number = stage.jobs[0].number
        ids = [one.run.id for one in stage.kept.runs.values()]
        (zombie,) = (one for one in ids if int(one.rpartition("-")[2]) == number)
        return await stage.check(settled=True, waived={f"s/{zombie}": "until noon by bob: zombie"})

    verdict = played(place, wedged).verdict
    assert (verdict.verdict, verdict.settled) == ("quiet", True)
    assert "is active and waived until noon by bob: zombie" in verdict.reasons[0]


# --- defects, planted: each must be found out by one of these worlds -----------------------------


def test_a_judge_that_does_not_compare_the_memory_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "_mark", lambda _: None)
    assert played("plain", hopping).verdict.confirmed


def test_a_404_that_is_an_end_at_once_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is denied once, and runs on."""

    class Hasty(memory.Recollected):
        def lost(self, run: Any) -> None:
            self._finished[run.id] = run

    monkeypatch.setattr("quiesce.survey.asking.Recollected", Hasty)

    async def denied(stage: Stage) -> Answer:
        find = stage.world.find
        stage.world.find = lambda place, number: find(place, number) and None  # type: ignore[method-assign]
        return await stage.check()

    assert played("plain", denied).verdict.confirmed


Dropped = Literal["_gap", "failed"]


@pytest.mark.parametrize("dropped", ["_gap", "failed"])
def test_a_gap_that_is_dropped_is_found_out(
    dropped: Dropped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory.Recollected, dropped, lambda *_: None)
    assert judging.ORDER[0] == played("plain", unanswered).verdict.verdict


async def unanswered(stage: Stage) -> Answer:
    """A source that says nothing of what it is asked for."""

    async def nothing(*_: object) -> None:
        return None

    monkey = stage.system.subjects[0].source
    monkey.recall = nothing  # type: ignore[attr-defined]
    return await stage.check()


def test_with_its_gaps_it_is_unknown() -> None:
    assert played("plain", unanswered).verdict.verdict == "unknown"
