"""One simulated world: a Spinnaker and some Mixpanel projects on one clock, and the truth.

The truth is what no system tells: `active` is every run that goes on at an instant, also the
ones that no list shows, and `always_active` says whether there was any instant without one.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Protocol

from msgspec.structs import replace

from quiesce.sandbox import change, make
from quiesce.sandbox.projects import Job, Projects
from quiesce.sandbox.shapes import COMPLETE, Execution, PipelineConfig
from quiesce.sandbox.spinnaker import Spinnaker
from quiesce.sandbox.timeline import Activity

Clock = Callable[[], int]
"""Epoch milliseconds."""


def wall_clock() -> int:
    """The present by this machine's clock."""
    return time.time_ns() // 1_000_000


class Living(Protocol):
    """What makes a world change."""

    def advance(self, to: int) -> None:
        """Let everything happen that happens until `to` (epoch milliseconds)."""

    def asked(self, parts: frozenset[str], at: int) -> int:
        """Somebody asks for these parts (`eks/pipelines`, `eks/tasks`, `42`): when is it shown?"""


class World:
    """A Spinnaker, some Mixpanel projects, a clock, and a life that moves them.

    Nothing happens by itself: `now` lets happen what was due, so a world costs nothing while
    nobody looks. All instants are epoch milliseconds. Guarded by `lock`, as servers and tests
    may live in different threads.
    """

    def __init__(self, clock: Clock = wall_clock, *, seed: int = 0) -> None:
        self.clock = clock
        self.seed = seed
        self.chance = random.Random(f"world {seed}")
        self.lock = threading.RLock()
        self.life: Living | None = None
        self._activity = Activity()
        self.spinnaker = Spinnaker(self.chance, Activity(self._activity))
        self.mixpanel = Projects(Activity(self._activity))
        self._latest = 0

    def now(self) -> int:
        """The present, after all that was due has happened; it never goes back."""
        with self.lock:
            self._latest = max(self._latest, self.clock())
            if self.life is not None:
                self.life.advance(self._latest)
            return self._latest

    def look(self, parts: frozenset[str]) -> int:
        """The present, for somebody who asks for these parts; life may react before."""
        with self.lock:
            now = self.now()
            if self.life is not None:
                self._latest = max(now, self.life.asked(parts, now))
            return self._latest

    def active(self, at: int | None = None) -> frozenset[str]:
        """Everything that is truly active: ids of executions and keys of jobs."""
        with self.lock:
            now = self.now()
            instant = now if at is None else at
            return self.spinnaker.active(instant) | self.mixpanel.active(instant)

    def idle(self, since: int, until: int) -> list[tuple[int, int]]:
        """The spans within `since..until` in which nothing at all was active, ends included."""
        with self.lock:
            self.now()
            return self._activity.idle(since, until)

    def always_active(self, since: int, until: int) -> bool:
        """Whether something was active at every instant of `since..until`."""
        return not self.idle(since, until)

    # What a test or a demonstration does by hand.

    def start(
        self,
        config: PipelineConfig,
        *,
        status: str = "RUNNING",
        age: float = 0.0,
        took: float = 60.0,
        user: str = "alice",
        parent: Execution | None = None,
    ) -> Execution:
        """Start a run now; `age` (seconds) makes it look as if it had started before.

        Any status will do; with a final one it `took` so many seconds.
        """
        with self.lock:
            now = self.now()
            then = now - round(age * 1000)
            trigger = make.manual(user) if parent is None else make.by_parent(parent)
            run = make.of_pipeline(config, then, self.chance, trigger=trigger)
            return self.spinnaker.put(_brought_to(run, status, then, took), at=now)

    def start_task(
        self,
        application: str,
        description: str,
        *,
        status: str = "RUNNING",
        age: float = 0.0,
        took: float = 60.0,
    ) -> Execution:
        """Start an ad-hoc task now, or so that it looks `age` seconds old."""
        with self.lock:
            now = self.now()
            then = now - round(age * 1000)
            run = make.of_task(application, description, then, self.chance, user="carol")
            return self.spinnaker.put(_brought_to(run, status, then, took), at=now)

    def end(self, id: str, status: str = "SUCCEEDED") -> Execution:
        """Let an execution end now."""
        with self.lock:
            now = self.now()
            run = self.spinnaker.execution(now, id)
            if run is None:
                raise KeyError(id)
            return self.spinnaker.put(change.ended(run, status, now), at=now)

    def cancel(self, id: str) -> Execution:
        """Cancel an execution now, which does not end one that is paused or buffered."""
        with self.lock:
            now = self.now()
            run = self.spinnaker.execution(now, id)
            if run is None:
                raise KeyError(id)
            return self.spinnaker.put(change.canceled(run, now), at=now)

    def put_job(self, job: Job, **changes: str) -> Job:
        """Record a job now, with changes: `world.put_job(job, state="failed")`."""
        with self.lock:
            return self.mixpanel.put(replace(job, **changes), at=self.now())


def _brought_to(run: Execution, status: str, at: int, took: float) -> Execution:
    if status in {"NOT_STARTED", "BUFFERED"}:
        return replace(run, status=status)
    run = change.begun(run, at)
    if status == "PAUSED":
        return change.paused(run, at)
    end = at + round(took * 1000)
    if status == "CANCELED":
        return change.canceled(run, end)
    if status in COMPLETE:
        return change.ended(run, status, end)
    return replace(run, status=status)
