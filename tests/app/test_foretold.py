"""What a process that looks again and again keeps of its predictions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from quiesce.app import Memory, System, look
from quiesce.model import Mark, Question, Run, State
from quiesce.source import Findings
from quiesce.store import Identity, open_store
from quiesce.store.schema import predictions
from quiesce.survey import Subject
from quiesce.verdict import Expectation


class Changing:
    """A system that shows other runs in each look."""

    def __init__(self, looks: Sequence[Sequence[str]]) -> None:
        self._looks = iter(looks)

    async def survey(self, _: Question, findings: Findings) -> None:
        for name in next(self._looks):
            findings.run(
                Run(
                    source="gate",
                    application="eks",
                    pipeline="Deploy",
                    id=name,
                    type="pipeline",
                    state=State.RUNNING,
                    native_state="RUNNING",
                )
            )
        findings.read("eks", Mark("1"))

    async def aclose(self) -> None:
        """Nothing is held open here."""


def foretold(folder: Path, *looks: Sequence[str]) -> list[str]:
    """Of which runs predictions are kept, by their ids; empty is all of them together."""
    place = str(folder / "memory.db")
    memory = Memory(place, {"gate": Identity(name="gate", kind="gate", address="https://gate")})
    source = Changing(looks)
    subject = Subject(name="gate", kind="gate", source=source, deadline=9, spent=lambda: (0, 0))
    system = System(subjects=(subject,), expectation=Expectation(), memory=memory)

    async def looking() -> None:
        for _ in looks:
            await look(system, Question())
            await memory.flushed()

    asyncio.run(looking())
    memory.close()
    with open_store(place, create=False) as store, store.reading() as connection:
        return sorted(connection.execute(select(predictions.c.id)).scalars())


def test_the_same_is_not_kept_with_every_look(tmp_path: Path) -> None:
    """The first look makes the store, and a prediction rests on what is in it."""
    assert foretold(tmp_path, ["1"], ["1"], ["1"], ["1"]) == ["", "1"]


def test_a_new_time_until_all_is_quiet_is_foretold_anew(tmp_path: Path) -> None:
    """Else the predictions of a collector would grow rarer for as long as it runs."""
    assert foretold(tmp_path, ["1"], ["1"], [], ["2"]) == ["", "", "1", "2"]
