"""What goes on in the worlds of the soak: runs that come and go and start each other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Literal

from tests.double_look.world import Job, Place, World

HAND_OVER = 20.0
"""The longest time that a message is on its way, in seconds, where all is as it should be."""

Temper = Literal["idle", "ending", "busy", "flickering"]


class Activity:
    """Runs that start, last, and hand over, by chance and by a seed.

    `outside` says whether anything is still started by who is not part of the world: while
    it is false, the world is closed, and what has ended has ended for good.
    """

    def __init__(
        self, world: World, random: Random, temper: Temper, hand_over: float = HAND_OVER
    ) -> None:
        self._world = world
        self._random = random
        self._hand_over = hand_over
        self._heirs = 6
        self.outside = temper in ("busy", "flickering")
        self._until = 600.0
        self._every, self._lasting = (40.0, 12.0) if temper == "busy" else (1.2, 0.05)
        if temper != "idle":
            for _ in range(random.randint(1, 3)):
                self._run(self._begin())
        if self.outside:
            self._later(random.expovariate(1 / self._every), self._from_outside)
        else:
            self._lasting = 12.0
        if random.random() < 0.1:
            self._later(random.uniform(0, 60), self._forget)

    def _later(self, seconds: float, what: Callable[..., object], *arguments: object) -> None:
        asyncio.get_running_loop().call_later(seconds, what, *arguments)

    def _place(self) -> Place:
        return self._random.choice(self._world.every())

    def _begin(self) -> Job:
        how = self._random.choice([self._world.start, self._world.restart, self._world.start_late])
        return how(self._place())

    def _run(self, job: Job) -> None:
        self._later(self._random.expovariate(1 / self._lasting), self._end, job)

    def _end(self, job: Job) -> None:
        """Most end alone; some start another as they end, and some only later."""
        end = self._random.random()
        if self._heirs and end < 0.3:
            self._heirs -= 1
            self._run(self._begin())
            self._world.finish(job)
        elif self._heirs and end < 0.6:
            self._heirs -= 1
            self._world.send(job)
            self._later(self._random.uniform(0.01, self._hand_over), self._arrive)
        else:
            self._world.finish(job)

    def _arrive(self) -> None:
        self._run(self._world.arrive(self._place()))

    def _from_outside(self) -> None:
        self._run(self._begin())
        self._later(self._random.expovariate(1 / self._every), self._from_outside)

    def _forget(self) -> None:
        """A run of old is deleted by a retention job."""
        place = self._place()
        if old := self._world.finished(place):
            self._world.delete(old[0])
