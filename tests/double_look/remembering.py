"""A memory without a store: what was active when it was last seen, and double looks with it.

It does what whoever keeps looks must do: an end or a run that is gone is forgotten, what was not
there is marked, and both looks of a pair are given the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace
from tests.double_look.clock import now

from quiesce.answer import Answer
from quiesce.app import System
from quiesce.errors import StoreError
from quiesce.model import Look, Question, Run
from quiesce.past import Remembered
from quiesce.survey import Remember, survey
from quiesce.verdict import judge

PAIRS = 3
FIRST = Question(marks=True, past=True)
SECOND = Question(marks=True, lists=False)


class Kept:
    """What is remembered. `fails` says whether it can't be read just now."""

    def __init__(self, fails: Callable[[], bool] = lambda: False) -> None:
        self.runs: dict[tuple[str, str], Remembered] = {}
        self._fails = fails

    def snapshot(self) -> Remember:
        kept = tuple(self.runs.values())

        async def remembered(source: str) -> Sequence[Remembered]:
            if self._fails():
                raise StoreError("the disk is gone")
            return [one for one in kept if one.run.source == source]

        return remembered

    def keep(self, look: Look) -> None:
        for source in look.sources:
            for run in source.runs:
                self._active(run, look)
            for run in (*source.ended, *source.gone):
                self.runs.pop((run.source, run.id), None)
            for number in source.lost:
                if known := self.runs.get((source.name, number)):
                    self.runs[source.name, number] = replace(known, missing=True)

    def _active(self, run: Run, look: Look) -> None:
        self.runs[run.source, run.id] = Remembered(run=run, seen_at=look.began_at)


async def glance(system: System, kept: Kept, question: Question = FIRST) -> Look:
    """One look that is kept."""
    look = await survey(system.subjects, question, clock=now, remembered=kept.snapshot())
    kept.keep(look)
    return look


async def check(
    system: System, kept: Kept, *, settled: bool = False, waived: dict[str, str] | None = None
) -> Answer:
    """The double look with a memory, which is written when the answer is out."""
    seen: list[Look] = []
    expected = system.expectation
    while True:
        remembered = kept.snapshot()
        looks = [await survey(system.subjects, FIRST, clock=now, remembered=remembered)]
        verdict = judge(looks, expected, waived or {}, system.clock(), looks[-1].ended_at)
        if verdict.verdict == "quiet":
            if pause := expected.settle if settled else expected.lag:
                await system.sleep(pause)
            looks.append(await survey(system.subjects, SECOND, clock=now, remembered=remembered))
            verdict = judge(looks, expected, waived or {}, system.clock(), looks[-1].ended_at)
        seen += looks
        if not verdict.restless or len(seen) == 2 * PAIRS:
            break
    for look in seen:
        kept.keep(look)
    return Answer(verdict=verdict, look=looks[-1], costs={}, looks=len(seen))
