"""Who plays against the survey: something is always running, and never where it is asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Literal

from tests.double_look.clock import now, sleep
from tests.double_look.world import Job, Place, World

from quiesce.answer import Answer
from quiesce.app import System
from quiesce.model import Question
from quiesce.survey import Subject
from quiesce.verdict import Expectation

Manner = Literal["a new run", "a restart", "a late id", "a new run, then deleted"]
MANNERS: tuple[Manner, ...] = ("a new run", "a restart", "a late id")
"""How a run comes into a part. The last of `Manner` is the one that no digest can see."""

ACTIVE_RUNS = Question()


class Hopper:
    """One run that hops, as soon as a part was asked, to just that part.

    The next run starts before the one before it ends, so that at every instant one is
    active. With `patience` it hops to a part only when that was asked so many times: a look
    may ask a part for its mark, for its list and by a search over everything.
    """

    def __init__(self, world: World, begin: Place, manner: Manner, patience: int = 1) -> None:
        self._world = world
        self._manner = manner
        self._patience = patience
        self._asked: Counter[Place] = Counter()
        self._torch = world.start(begin)
        self.hops = 0
        world.asked = self.hop

    def hop(self, place: Place) -> None:
        self._asked[place] += 1
        if place == self._torch.place or self._asked[place] % self._patience:
            return
        before, self._torch = self._torch, self._begin(place)
        self._world.finish(before)
        if self._manner == "a new run, then deleted":
            self._world.delete(before)
        self.hops += 1

    def _begin(self, place: Place) -> Job:
        if self._manner == "a restart":
            return self._world.restart(place)
        if self._manner == "a late id":
            return self._world.start_late(place)
        return self._world.start(place)


class Chain:
    """A closed world: each run hands over to one in another place, a limited number of times.

    `hand_over` is how long the message is on its way, in seconds, and recorded nowhere.
    Each run ends when its place has been asked and was seen to be idle elsewhere: at the
    worst moment, just before look 1 ends, or after `lasts` seconds at the latest.
    """

    def __init__(
        self, world: World, places: list[Place], *, hand_over: float, links: int, lasts: float
    ) -> None:
        self._world = world
        self._places = places
        self._hand_over = hand_over
        self._links = links
        self._lasts = lasts
        self._at = 0
        self.over = False
        self._run(world.start(places[0]))

    def _run(self, job: Job) -> None:
        asyncio.get_running_loop().call_later(self._lasts, self._end, job)

    def _end(self, job: Job) -> None:
        if not self._links:
            self._world.finish(job)
            self.over = True
            return
        self._links -= 1
        self._world.send(job)
        self._at = (self._at + 1) % len(self._places)
        asyncio.get_running_loop().call_later(self._hand_over, self._arrive)

    def _arrive(self) -> None:
        self._run(self._world.arrive(self._places[self._at]))


def system(
    *subjects: Subject,
    settle: float = 30.0,
    lag: float = 0.0,
    clock: Callable[[], float] = now,
) -> System:
    """Everything of a simulated world, opened, by its own clock."""
    expected = Expectation(settle=settle, lag=lag)
    return System(subjects=subjects, expectation=expected, clock=clock, sleep=sleep)


def claimed(answer: Answer) -> tuple[float, float]:
    """The time throughout which a confirmed answer says that it was idle."""
    assert answer.verdict.idle_for is not None
    end = answer.look.started
    return end - answer.verdict.idle_for, end
