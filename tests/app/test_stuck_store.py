"""A store that neither answers nor fails keeps nobody from a verdict."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from quiesce.app import Memory, System, check, inspection, memory
from quiesce.errors import StoreError
from quiesce.model import Mark, Question, Run, State
from quiesce.source import Findings, Recollection
from quiesce.survey import Subject
from quiesce.verdict import Expectation

RUNNING = Run(
    source="gate",
    application="eks",
    pipeline="Deploy",
    id="1",
    type="pipeline",
    state=State.RUNNING,
    native_state="RUNNING",
)


class Answering:
    """A system that answers at once; one that recalls is asked for what is remembered."""

    def __init__(self, *runs: Run) -> None:
        self._runs = runs

    async def survey(self, _: Question, findings: Findings) -> None:
        for run in self._runs:
            findings.run(run)
        findings.read("eks", Mark("1"))

    async def aclose(self) -> None:
        """Nothing is held open here."""


class Recalling(Answering):
    async def recall(self, runs: object, recollection: Recollection) -> None:
        """Nothing is remembered that could be asked for."""


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Iterator[Memory]:
    """A memory whose store hangs until the test is over."""
    over = threading.Event()

    def hang(*_: object) -> None:
        over.wait(30)

    for name in ("_recall", "_outlook", "_write"):
        monkeypatch.setattr(Memory, name, hang)
    monkeypatch.setattr(inspection, "PATIENCE", 0.1)
    monkeypatch.setattr(memory, "ANSWERS", 0.3)
    made = Memory("nowhere", {})
    yield made
    over.set()
    made.close(10)


def asked(source: Answering, stuck: Memory) -> tuple[str, float]:
    subject = Subject(name="gate", kind="gate", source=source, deadline=0.2, spent=lambda: (0, 0))
    system = System(subjects=(subject,), expectation=Expectation(), memory=stuck)
    began = time.monotonic()
    answer = asyncio.run(check(system, Question()))
    return answer.verdict.verdict, time.monotonic() - began


@pytest.mark.parametrize(
    ("source", "expected"),
    [(Recalling(), "unknown"), (Recalling(RUNNING), "active"), (Answering(RUNNING), "active")],
)
def test_a_verdict_waits_for_it_no_longer_than_for_a_system(
    stuck: Memory, source: Answering, expected: str
) -> None:
    """What was active before is a gap, no run is waived, and there is no estimate."""
    verdict, seconds = asked(source, stuck)
    assert (verdict, seconds < 3) == (expected, True)


def test_what_can_not_be_kept_is_told_so(stuck: Memory) -> None:
    with pytest.raises(StoreError, match="has not answered within"):
        stuck.flush()
    with pytest.raises(StoreError, match="has not answered within"):
        asyncio.run(stuck.flushed())
