"""A life that evades whoever looks: something is always active, and never where one looks.

One run goes on at every instant. As soon as somebody asks for the place where it is, it ends
there and, in the same millisecond, another one starts in a place that was asked shortly before:
as a new run, as a child of the one that ended, or under an old id, as a restarted stage does.
Whoever asks one place after another and believes what he sees, sees nothing but quiet.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from msgspec.structs import replace

from quiesce.sandbox import change, make
from quiesce.sandbox.plays import new_job
from quiesce.sandbox.projects import Job, moment
from quiesce.sandbox.shapes import Execution
from quiesce.sandbox.world import World

HOPS_EVERY_MS = 3000
"""Without anybody's asking, it moves on after so long."""


class Bouncing:
    """The one run, and where it is. Places are parts: `eks/pipelines`, `eks/tasks`, `42`."""

    def __init__(
        self, world: World, places: Sequence[str], *, begin: int, speed: float = 1.0
    ) -> None:
        self.world = world
        self.places = list(places)
        self.hops = 0
        self._chance = random.Random(f"bouncing {world.seed}")
        self._pause = max(1, round(HOPS_EVERY_MS / speed))
        self._asked: list[str] = []
        self._old: dict[str, Execution] = {}
        self._where = self.places[0]
        self._run: Execution | Job = self._start(self._where, begin, None)
        self._moved = begin
        world.life = self

    def advance(self, to: int) -> None:
        while self._moved + self._pause <= to:
            others = [place for place in self.places if place != self._where]
            self._hop(self._chance.choice(others), self._moved + self._pause)

    def asked(self, parts: frozenset[str], at: int) -> int:
        """Get out of the parts that are about to be shown, if there is anywhere else."""
        if self._where in parts:
            elsewhere = [place for place in self.places if place not in parts]
            recent = [place for place in reversed(self._asked) if place in elsewhere]
            if elsewhere:
                self._hop(self._chance.choice(recent[:3] or elsewhere), max(at, self._moved + 1))
        for place in self.places:
            if place in parts:
                self._asked = [*[p for p in self._asked if p != place], place]
        return max(at, self._moved)

    def _hop(self, place: str, at: int) -> None:
        before = self._run
        if isinstance(before, Execution):
            ended = change.ended(before, "SUCCEEDED", at)
            self.world.spinnaker.put(ended, at=at)
            self.world.spinnaker.tidy(ended, at=at)
            self._old[self._where] = ended
            parent = ended if ended.type == "PIPELINE" else None
        else:
            done = replace(before, state="succeeded", last_finish=moment(at))
            self.world.mixpanel.put(done, at=at)
            parent = None
        self._run = self._start(place, at, parent)
        self._where, self._moved = place, at
        self.hops += 1

    def _start(self, place: str, at: int, parent: Execution | None) -> Execution | Job:
        application, _, what = place.partition("/")
        if not what:
            name = self.world.mixpanel.pipelines(int(place))
            job = new_job(int(place), name[0].name if name else "", at, state="running")
            return self.world.mixpanel.put(job, at=at)
        old = self._old.get(place)
        if what == "tasks":
            task = make.of_task(application, "Hop", at, self._chance, user="carol")
            return self.world.spinnaker.put(change.begun(task, at), at=at)
        if old is not None and self._chance.random() < 0.5:
            return self.world.spinnaker.put(change.restarted(old, 0, at), at=at)
        config = self.world.spinnaker.configs(at, application)[0]
        trigger = make.manual("alice") if parent is None else make.by_parent(parent)
        made = make.of_pipeline(config, at, self._chance, trigger=trigger)
        return self.world.spinnaker.put(change.begun(made, at), at=at)
