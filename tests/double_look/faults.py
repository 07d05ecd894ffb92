"""What goes wrong in the worlds of the soak, one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from random import Random
from typing import Literal, get_args

from quiesce.errors import Absent, Refused, Unavailable
from quiesce.model import Mark, Question, Run
from quiesce.source import Findings, Recalls, Recollection, Source

Fault = Literal[
    "a part is refused",
    "the source is down",
    "it is empty",
    "it is defective",
    "it is slow",
    "it lacks the name later on",
    "it shows two marks",
    "it has no marks",
    "a part appears",
    "a part vanishes",
    "fewer parts than expected",
    "we sleep",
    "the lag is not waited for",
    "the memory can't be read",
    "a run is denied once",
]
FAULTS: tuple[Fault, ...] = get_args(Fault)


class Faulty:
    """A source that goes wrong in one way, in one look or in each."""

    def __init__(
        self, source: Source, fault: Fault, random: Random, between: Callable[[], None]
    ) -> None:
        self._source = source
        self._fault = fault
        self._random = random
        self._between = between
        self._looks = 0

    async def survey(self, question: Question, findings: Findings) -> None:
        self._looks += 1
        if self._fault == "the source is down":
            raise Unavailable("it does not answer")
        if self._fault == "it is empty":
            return
        if self._fault == "it lacks the name later on" and not question.lists:
            raise Absent("application", "a")
        await self._source.survey(question, _Unmarked(findings, self._fault))
        if self._fault == "a part is refused" and self._random.random() < 0.6:
            findings.gap("another part", Refused("it was refused"))
        if self._fault == "it is defective" and self._random.random() < 0.6:
            raise KeyError("defect")
        if question.lists and self._random.random() < 0.8:
            self._between()
        if self._fault == "it is slow":
            await asyncio.sleep(self._random.choice([0.0, 120.0]))

    async def recall(self, runs: Sequence[Run], recollection: Recollection) -> None:
        if self._fault == "the source is down":
            raise Unavailable("it does not answer")
        assert isinstance(self._source, Recalls)
        await self._source.recall(runs, recollection)

    async def aclose(self) -> None:
        """Nothing is open."""


class _Unmarked:
    """Findings whose marks go astray on the way."""

    def __init__(self, findings: Findings, fault: Fault) -> None:
        self.run = findings.run
        self.gap = findings.gap
        self._findings = findings
        self._fault = fault

    def read(self, part: str, mark: Mark | None) -> None:
        self._findings.read(part, None if self._fault == "it has no marks" else mark)
        if self._fault == "it shows two marks":
            self._findings.read(part, Mark("another"))
