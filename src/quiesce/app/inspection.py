"""Looking, looking twice, waiting: the loops around the survey and the judge."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from quiesce.answer import Answer, Cost
from quiesce.app.memory import Memory, Recalled
from quiesce.app.standing import doubted, must_exist_in, unseen
from quiesce.app.system import System
from quiesce.errors import StoreError
from quiesce.model import Look, Question, Run, SourceVerdict, Verdict
from quiesce.past import Outlook, Remembered
from quiesce.source import part_of
from quiesce.survey import Haste, Progress, survey
from quiesce.verdict import judge
from quiesce.waivers import waived, words

PAIRS = 3
"""How many double looks are taken before marks that never hold still are called active."""

PATIENCE = 2.0
"""Seconds that a verdict waits for waivers when all systems have answered: then there are none."""

WORTH = 10.0
"""Seconds that an answer waits for an estimate: then it is left out."""


async def look(
    system: System,
    question: Question,
    progress: Progress | None = None,
    *,
    haste: Haste | None = None,
) -> Answer:
    """One look, judged: it never claims more than that. `haste` may cut it short."""
    return await _Inspection(system, question, progress, haste).once()


async def check(
    system: System,
    question: Question,
    progress: Progress | None = None,
    *,
    settled: bool = False,
) -> Answer:
    """The double look: confirmed, or settled where that is asked for.

    A pair whose marks differ is followed by another, at most `PAIRS` of them.
    """
    return await _Inspection(system, question, progress).confirmed(settled=settled)


async def wait(
    system: System,
    question: Question,
    progress: Progress | None = None,
    *,
    timeout: float,
    interval: float = 10.0,
    on_answer: Callable[[Answer], None] = lambda _: None,
    on_trouble: Callable[[StoreError], None] = lambda _: None,
) -> Answer:
    """Looks again and again until it is settled, or until `timeout` seconds have passed.

    `on_answer` sees every answer on the way, `on_trouble` each failure to remember one. When
    the time runs out, the last answer is given back; a quiet that had no time to settle is
    unknown.
    """
    inspection = _Inspection(system, question, progress)
    last = unseen("the time ran out before the first look was done")
    try:
        async with asyncio.timeout(timeout):
            while True:
                last = await inspection.confirmed(settled=True, on_first=on_answer)
                must_exist_in(last)  # a wrong name will not turn up by waiting
                on_answer(last)
                if last.verdict.settled:
                    return last
                await _remember(system.memory, interval, on_trouble)
                await system.sleep(interval * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret
    except TimeoutError:
        latest = inspection.latest or last
        if latest.verdict.verdict != "quiet":
            return latest
        short = "the time ran out before it had been idle for long enough"
        return doubted(latest, (short, *latest.verdict.reasons))


async def _remember(
    memory: Memory | None, interval: float, on_trouble: Callable[[StoreError], None]
) -> None:
    """Write what was seen so far, and that somebody waits."""
    if memory is None:
        return
    memory.want(3 * interval)
    try:
        await memory.flushed()
    except StoreError as error:
        on_trouble(error)


async def recent(system: System, question: Question, progress: Progress | None = None) -> Look:
    """The recent runs of the pipelines that the question names, from every source."""
    return await _Inspection(system, question, progress).recent()


class _Inspection:
    """Looks at one system, and remembers what all of it has cost."""

    def __init__(
        self,
        system: System,
        question: Question,
        progress: Progress | None,
        haste: Haste | None = None,
    ) -> None:
        self._system = system
        self._haste = haste
        self._question = question
        self._progress = progress
        self._names = [subject.name for subject in system.subjects]
        self._costs: dict[str, Cost] = {}
        self._looks = 0
        self.latest: Answer | None = None

    async def once(self) -> Answer:
        recalling = self._recalling()
        return await self._answer([await self._look(self._question, recalling)], recalling)

    async def confirmed(
        self, *, settled: bool, on_first: Callable[[Answer], None] = lambda _: None
    ) -> Answer:
        answer = unseen("nothing was asked")
        for _ in range(PAIRS):
            # Both looks of a pair ask for the same remembered runs, whatever was written since.
            recalling = self._recalling()
            first = await self._look(replace(self._question, marks=True, past=True), recalling)
            answer = await self._answer([first], recalling)
            if answer.verdict.verdict != "quiet":
                return answer
            expected = self._system.expectation
            if settled:
                on_first(answer)
            if pause := expected.settle if settled else expected.lag:
                await self._system.sleep(pause)
            question = replace(self._question, marks=True, lists=False)
            second = await self._look(question, recalling)
            answer = await self._answer([first, second], recalling)
            if not answer.verdict.restless:
                return answer
        return answer

    async def recent(self) -> Look:
        taken = await self._look(self._question, self._recalling())
        if self._system.memory is not None:
            active = any(run.state.active for run in taken.runs)
            verdict = Verdict(
                verdict="active" if active else "unknown",  # of one pipeline alone
                at=datetime.now(UTC),
                reasons=(),
                sources=tuple(
                    SourceVerdict(name=one.name, verdict="active" if active else "unknown")
                    for one in taken.sources
                ),
            )
            scope = f"pipeline {self._question.pipeline}"
            self._system.memory.note(taken, verdict, scope=scope)
        return taken

    def _recalling(self) -> asyncio.Task[Recalled] | None:
        """The store is read while the systems are asked: neither waits for the other."""
        memory = self._system.memory
        if memory is None:
            return None
        recalling = asyncio.create_task(memory.recall(self._names))
        recalling.add_done_callback(_noticed)
        return recalling

    async def _look(self, question: Question, recalling: asyncio.Task[Recalled] | None) -> Look:
        system = self._system
        if self._progress is not None:  # it tells of this look, not of all of them together
            self._progress.done = self._progress.parts = 0
            self._progress.gaps = self._progress.active = 0

        async def remembered(source: str) -> Sequence[Remembered]:
            if recalling is None:
                return ()
            recalled = await asyncio.shield(recalling)  # one source's deadline is not another's
            return recalled.remembered.get(source, ())

        taken = await survey(
            system.subjects,
            question,
            clock=system.clock,
            progress=self._progress,
            remembered=remembered,
            haste=self._haste,
        )
        self._looks += 1
        for source in taken.sources:
            before = self._costs.get(source.name, Cost(requests=0, bytes=0, seconds=0.0))
            self._costs[source.name] = Cost(
                requests=before.requests + source.requests,
                bytes=before.bytes + source.bytes,
                seconds=before.seconds + source.seconds,
            )
        return taken

    async def _answer(
        self, looks: Sequence[Look], recalling: asyncio.Task[Recalled] | None
    ) -> Answer:
        system, at = self._system, datetime.now(UTC)
        recalled = await _recalled(recalling)
        runs = [run for one in looks for run in one.runs if run.state.active]
        found = waived([*runs, *_untold(looks, recalled)], recalled.waivers, at)
        spared = {name: words(waiver) for name, waiver in found.items()}
        verdict = judge(looks, system.expectation, spared, system.clock(), at)
        if system.memory is not None:
            system.memory.note(looks[-1], verdict, scope=system.scope, waived=found)
        counted = [run for run in looks[-1].runs if run.state.active and run.reference not in found]
        if system.memory is not None:
            going_on = {run.reference for run in counted}
            system.memory.over(self._names, going_on, at, all_seen=not looks[-1].gaps)
        self.latest = Answer(
            verdict=verdict,
            look=looks[-1],
            costs=dict(self._costs),
            looks=self._looks,
            # Behind a store that could not be read an estimate would only wait.
            outlook=await self._outlook(counted, at) if _was_read(recalling) else None,
            waived=found,
        )
        return self.latest

    async def _outlook(self, runs: Sequence[Run], at: datetime) -> Outlook | None:
        memory = self._system.memory
        if memory is None or not runs:
            return None
        try:
            async with asyncio.timeout(WORTH):
                outlook = await memory.outlook(runs, at)
        except (StoreError, TimeoutError):
            return None  # the look has said so, as a gap
        if outlook is not None:
            # Of a part of the whole it can't be told later when that was quiet.
            whole = self._system.scope is None
            kept = outlook if whole else replace(outlook, quiet=None)
            memory.foretold(kept, at, self._names)
        return outlook


async def _recalled(recalling: asyncio.Task[Recalled] | None) -> Recalled:
    """What the store knows; nothing where it can't be read: then nothing is spared."""
    if recalling is None:
        return Recalled()
    try:
        async with asyncio.timeout(PATIENCE):
            return await asyncio.shield(recalling)
    except (StoreError, TimeoutError):
        return Recalled()


def _untold(looks: Sequence[Look], recalled: Recalled) -> list[Run]:
    """The remembered runs of which nothing could be told: they may be waived as well."""
    sources = [source for look in looks for source in look.sources]
    gaps = {f"{source.name}/{gap.part}" for source in sources for gap in source.gaps}
    return [
        one.run
        for those in recalled.remembered.values()
        for one in those
        if f"{one.run.source}/{part_of(one.run)}" in gaps
    ]


def _was_read(recalling: asyncio.Task[Recalled] | None) -> bool:
    return (
        recalling is not None
        and recalling.done()
        and not recalling.cancelled()
        and recalling.exception() is None
    )


def _noticed(recalling: asyncio.Task[Recalled]) -> None:
    """Its error is known: where nobody waits for it any more, it has been told as a gap."""
    if not recalling.cancelled():
        recalling.exception()
