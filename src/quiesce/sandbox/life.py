"""What makes a world live: processes that wait, act and wait again, in the order of their time.

A process is a generator: it acts, and yields how many seconds it waits before it goes on, or
the `Turn` that it waits for. The same seed and the same beginning give the same life, however
often and however late anybody looks.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Generator
from itertools import count
from typing import Any

from quiesce.sandbox.shapes import Execution
from quiesce.sandbox.world import World


class Turn:
    """How many runs of a pipeline may go on at once, and who waits for that."""

    def __init__(self, free: int) -> None:
        self.free = free
        self.waiting: deque[Process] = deque()


Process = Generator[float | Turn, None, Any]


class Life:
    """The processes of one world, run lazily: `advance` lets happen what was due.

    `speed` divides every wait: at 10, what takes a minute takes six seconds. Instants are the
    world's own epoch milliseconds, so all times in answers stay plausible.
    """

    def __init__(self, world: World, *, begin: int, speed: float = 1.0) -> None:
        self.world = world
        self.speed = speed
        self.now = begin
        self.chance = random.Random(f"life {world.seed}")
        self._turns: dict[str, Turn] = {}
        self._due: list[tuple[int, int, Process]] = []
        self._number = count()
        world.life = self

    def spawn(self, process: Process, *, after: float = 0.0) -> None:
        """Let a process begin, after so many seconds of its own time."""
        self._wake(process, self.now + self._ms(after))

    def advance(self, to: int) -> None:
        while self._due and self._due[0][0] <= to:
            self.now, _, process = heapq.heappop(self._due)
            self._step(process)
        self.now = max(self.now, to)

    def asked(
        self,
        parts: frozenset[str],  # noqa: ARG002 - for lives that watch who looks
        at: int,
    ) -> int:
        """An ordinary life does not care who looks."""
        return at

    def between(self, shortest: float, longest: float) -> float:
        """A duration by chance, mostly nearer to the shortest."""
        return shortest + (longest - shortest) * self.chance.random() ** 2

    def put(self, execution: Execution) -> Execution:
        """Record an execution as it is now; when one ends, the oldest of its kind may go."""
        self.world.spinnaker.put(execution, at=self.now)
        if not execution.active:
            self.world.spinnaker.tidy(execution, at=self.now)
        return execution

    def current(self, id: str) -> Execution | None:
        """A run as it is now, unless it has ended: somebody else may have ended it."""
        execution = self.world.spinnaker.execution(self.now, id)
        return execution if execution is not None and execution.active else None

    def turn(self, key: str, free: int) -> Turn:
        return self._turns.setdefault(key, Turn(free))

    def release(self, turn: Turn) -> None:
        """Somebody's turn is over: whoever waits longest goes on at this very moment."""
        turn.free += 1
        if turn.waiting:
            self._wake(turn.waiting.popleft(), self.now)

    def _step(self, process: Process) -> None:
        try:
            wait = next(process)
        except StopIteration:
            return
        if isinstance(wait, Turn):
            wait.waiting.append(process)
        else:
            self._wake(process, self.now + self._ms(wait))

    def _wake(self, process: Process, at: int) -> None:
        heapq.heappush(self._due, (at, next(self._number), process))

    def _ms(self, seconds: float) -> int:
        return max(1, round(seconds * 1000 / self.speed)) if seconds > 0 else 0
