"""The store of one command: what it leaves there, whatever happens to the file meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from quiesce.app import Memory
from quiesce.errors import StoreError
from quiesce.model import Look, Mark, Run, SourceLook, SourceVerdict, State, Verdict
from quiesce.store import Identity

GATE = Identity(name="gate", kind="spinnaker", address="https://gate")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
RUN = Run(
    source="gate",
    application="eks",
    pipeline="Deploy",
    id="1",
    type="pipeline",
    state=State.RUNNING,
    native_state="RUNNING",
)


def note(memory: Memory, minutes: int = 0) -> None:
    at = NOW + timedelta(minutes=minutes)
    source = SourceLook(
        name="gate",
        kind="spinnaker",
        started=0.0,
        finished=1.0,
        runs=(RUN,),
        parts={"eks": Mark("1")},
    )
    memory.note(
        Look(sources=(source,), began_at=at, ended_at=at),
        Verdict(
            verdict="active",
            at=at,
            reasons=(),
            sources=(SourceVerdict(name="gate", verdict="active"),),
        ),
        scope=None,
    )


def remembered(memory: Memory) -> list[str]:
    recalled = asyncio.run(memory.recall(["gate"]))
    return [one.run.id for one in recalled.remembered.get("gate", ())]


def test_a_store_that_was_removed_while_it_was_in_use_is_made_anew(tmp_path: Path) -> None:
    """A collector that only ever read it before would go on without one for ever."""
    path = tmp_path / "memory.db"
    first = Memory(str(path), {"gate": GATE})
    note(first)
    first.flush()
    first.close()
    memory = Memory(str(path), {"gate": GATE})
    assert remembered(memory) == ["1"]
    for each in tmp_path.iterdir():
        each.unlink()
    with pytest.raises(StoreError, match="removed or replaced"):
        remembered(memory)
    note(memory, 1)
    memory.flush()
    assert remembered(memory) == ["1"]
    memory.close()


def test_what_was_kept_is_kept_though_letting_go_fails(tmp_path: Path) -> None:
    """Or a warning would say that it is not remembered."""
    path = tmp_path / "memory.db"
    memory = Memory(str(path), {"gate": GATE})
    note(memory)
    memory.flush()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    memory.hurry()
    memory.close()
    other.close()
