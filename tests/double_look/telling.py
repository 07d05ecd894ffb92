"""A source that says what it is told to say of the runs that it is asked for by their ids."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from msgspec.structs import replace
from tests.double_look.clock import now, simulate
from tests.double_look.faces import subject
from tests.double_look.looks import AT, MARKS, running

from quiesce.errors import Refused, Unavailable
from quiesce.model import Look, Question, Run, SourceLook, State
from quiesce.past import Remembered
from quiesce.source import Findings, Recollection
from quiesce.survey import Remember, survey

Saying = Callable[[Recollection, Run], None]
SEEN = AT - timedelta(minutes=5)


class Told:
    """A source that lists `a` and then says something of each run that it is asked for."""

    def __init__(
        self,
        *says: Saying,
        lists: Callable[[Findings], None] = lambda _: None,
        ends: BaseException | None = None,
        takes: float = 0.0,
    ) -> None:
        self._says = says
        self._lists = lists
        self._ends = ends
        self._takes = takes
        self.asked: list[str] = []

    async def survey(self, question: Question, findings: Findings) -> None:
        findings.read("a", MARKS[0])
        self._lists(findings)

    async def recall(self, runs: Sequence[Run], recollection: Recollection) -> None:
        self.asked += [run.id for run in runs]
        for run in runs:
            for say in self._says:
                say(recollection, run)
        await asyncio.sleep(self._takes)
        if self._ends is not None:
            raise self._ends

    async def aclose(self) -> None:
        """Nothing is open."""


def still_active(recollection: Recollection, run: Run) -> None:
    recollection.run(replace(run, state=State.PAUSED))


def ended(recollection: Recollection, run: Run) -> None:
    recollection.run(replace(run, state=State.FAILED, ended_at=AT))


def lost(recollection: Recollection, run: Run) -> None:
    recollection.lost(run)


def refused(recollection: Recollection, run: Run) -> None:
    recollection.gap(run, Refused("prod refused it", hint="ask for the right"))


def failing(recollection: Recollection, run: Run) -> None:
    recollection.gap(run, Unavailable("prod is down"))


def remembering(*runs: Remembered | Run) -> Remember:
    kept = [
        one if isinstance(one, Remembered) else Remembered(run=one, seen_at=SEEN) for one in runs
    ]

    async def remember(name: str) -> Sequence[Remembered]:
        assert name == "gate"
        return kept

    return remember


def looked(source: Any, remembered: Remember | None, question: Question | None = None) -> Look:
    async def looking() -> Look:
        asked = [subject("gate", source, deadline=10.0)]
        return await survey(asked, question or Question(), clock=now, remembered=remembered)

    return simulate(looking())


def shown(source: Any, remembered: Remember, question: Question | None = None) -> SourceLook:
    return looked(source, remembered, question).sources[0]


RUN = running()
AGAIN = Remembered(run=RUN, seen_at=SEEN, missing=True)


def breaks(_: Findings) -> None:
    raise Unavailable("down")
