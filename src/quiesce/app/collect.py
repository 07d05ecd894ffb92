"""Looking again and again, each source at its own pace, and remembering what was seen.

A source is looked at by one loop: never twice at once, and none waits for another. When it is
told to end, looks in hand are cut short: what they have found is kept, the rest is a gap.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from quiesce.answer import Answer
from quiesce.app.inspection import look
from quiesce.app.memory import Memory
from quiesce.app.pace import Pace, pause
from quiesce.app.system import System
from quiesce.config import Config
from quiesce.errors import StoreError
from quiesce.model import Question
from quiesce.survey import Haste, awake_clock

WHOLE_EVERY = 600.0
"""How often a look reads the newest runs in every state, seconds: what began and ended between
two looks is remembered, too. The looks between ask for what is active alone."""

TIDY_EVERY = 6 * 3600.0
"""How often what is older than `retention` is removed, in seconds."""

LOAD_OVER = 600.0
"""Over how many seconds the load on a source is reported."""

LAST = 0.8
"""How many seconds there are to keep what was found when the collector is told to end."""


class Collected(Struct, frozen=True, kw_only=True):
    """One look at one source, and what came of it.

    `load` is requests per minute over the last ten minutes, `next_in` seconds until the next
    look; both None of a look that is the only one. `stored` says whether it is remembered;
    `trouble` why not.
    """

    source: str
    answer: Answer
    load: float | None
    next_in: float | None
    stored: bool
    trouble: StoreError | None = None


class Collector:
    """All loops of one process. `on_look` is told each look, when it is stored or can't be."""

    def __init__(
        self,
        system: System,
        memory: Memory,
        config: Config,
        on_look: Callable[[Collected], None],
    ) -> None:
        self._memory = memory
        self._on_look = on_look
        self._retention = config.retention
        self._haste = Haste()
        self._ending = asyncio.Event()
        self._loops = [
            _Loop(
                replace(system, subjects=(subject,), memory=memory), pace_of(config, subject.name)
            )
            for subject in system.subjects
        ]

    async def run(self) -> None:
        """Collect until the task is cancelled; returns when what was in hand is kept."""
        tasks = [asyncio.create_task(self._collect(loop)) for loop in self._loops]
        tasks.append(asyncio.create_task(self._tidy()))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        except asyncio.CancelledError:
            self._ending.set()
            self._haste.now()
            self._memory.hurry()
            await asyncio.wait(tasks, timeout=LAST)
        finally:
            for task in tasks:
                task.cancel()
        for task in tasks:
            if task.done() and not task.cancelled():
                task.result()  # a defect is not to be passed over

    def healthy(self, now: float) -> bool:
        """Whether every loop has moved within the time that it may need."""
        return all(now < loop.due + loop.patience for loop in self._loops)

    async def _collect(self, loop: _Loop) -> None:
        await self._sleep(loop.first)
        while not self._ending.is_set():
            began = loop.begin()
            answer = await look(loop.system, loop.question(began), haste=self._haste)
            took = awake_clock() - began
            trouble = await self._keep()
            wanted = trouble is None and await self._wanted(loop.name)
            length = loop.pause(answer, wanted=wanted, took=took)
            self._on_look(
                Collected(
                    source=loop.name,
                    answer=answer,
                    load=loop.load(answer, began),
                    next_in=None if self._ending.is_set() else length,
                    stored=trouble is None,
                    trouble=trouble,
                )
            )
            loop.due = awake_clock() + length
            await self._sleep(length)

    async def _keep(self) -> StoreError | None:
        try:
            await self._memory.flushed()
        except StoreError as error:
            return error
        return None

    async def _wanted(self, source: str) -> bool:
        """Whether somebody waits for it just now."""
        from quiesce.store.writing.wanted import wanted

        try:
            until = await self._memory.asking(wanted)
        except StoreError:
            return False
        return source in until and datetime.now(UTC) < until[source]

    async def _tidy(self) -> None:
        """Remove what is too old, seldom; a failure is told with the next look that fails."""
        while not self._ending.is_set():
            await self._sleep(TIDY_EVERY * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
            if self._ending.is_set():
                return
            before = datetime.now(UTC) - timedelta(seconds=self._retention)
            try:
                await self._memory.prune(before)
            except StoreError:
                continue

    async def _sleep(self, seconds: float) -> None:
        """A pause that ends at once when the collector is told to end."""
        try:
            async with asyncio.timeout(seconds):
                await self._ending.wait()
        except TimeoutError:
            return


class _Loop:
    """One source: its pace, and what was asked of it lately."""

    def __init__(self, system: System, pace: Pace) -> None:
        (self._subject,) = system.subjects
        self.system = system
        self.name = self._subject.name
        self._pace = pace
        self._whole_at: float | None = None
        self._asked: deque[tuple[float, int]] = deque()
        # Not all at the same instant: a collector has many sources, and a company many collectors.
        self.first = random.uniform(0, min(1.0, pace.every * 0.1))  # noqa: S311 - jitter, not a secret
        self.due = awake_clock() + self.first

    @property
    def patience(self) -> float:
        """How long after it was due a look may take to end, and to be kept."""
        return self._subject.deadline + 60.0

    def begin(self) -> float:
        self.due = awake_clock()
        return self.due

    def question(self, now: float) -> Question:
        """What is asked this time: now and then the past, too."""
        whole = self._whole_at is None or now - self._whole_at >= WHOLE_EVERY
        if whole:
            self._whole_at = now
        return Question(marks=whole, past=True)

    def pause(self, answer: Answer, *, wanted: bool, took: float) -> float:
        return pause(
            self._pace,
            active=answer.verdict.verdict == "active",
            wanted=wanted,
            at=datetime.now().astimezone(),
            took=took,
            chance=random.random(),  # noqa: S311 - jitter, not a secret
        )

    def load(self, answer: Answer, began: float) -> float:
        """Requests a minute, over the last ten minutes or since the begin."""
        self._asked.append((began, sum(cost.requests for cost in answer.costs.values())))
        while self._asked[0][0] < began - LOAD_OVER:
            self._asked.popleft()
        over = max(awake_clock() - self._asked[0][0], self._pace.every)
        return sum(requests for _, requests in self._asked) * 60.0 / over


def pace_of(config: Config, name: str) -> Pace:
    """How often a source is to be looked at."""
    source = next(source for source in config.sources if source.name == name)
    return Pace(
        every=source.every,
        every_active=source.every_active,
        every_night=source.every_night,
        night=config.night,
    )
