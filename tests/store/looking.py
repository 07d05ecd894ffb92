"""Runs and looks for the tests of what is written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from quiesce.model import Gap, Run, SourceLook, State
from quiesce.store import Store
from quiesce.store.schema import flips, looks, runs, tallies
from quiesce.store.writing.write import Surveyed, record

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def micros_at(seconds: float) -> int:
    return round(at(seconds).timestamp() * 1_000_000)


def run(name: str = "1", state: State = State.RUNNING, **changes: Any) -> Run:
    fields: dict[str, Any] = {
        "source": "gate",
        "application": "shop",
        "pipeline": "deploy",
        "id": name,
        "type": "pipeline",
        "state": state,
        "native_state": state.value.upper(),
    }
    return Run(**(fields | changes))


def surveyed(
    seconds: float,
    runs: Iterable[Run] = (),
    *,
    key: str = "gate",
    ended: Iterable[Run] = (),
    gone: Iterable[Run] = (),
    lost: Iterable[str] = (),
    gaps: Iterable[Gap] = (),
    **changes: Any,
) -> Surveyed:
    """A look that ended so many seconds after noon."""
    look = SourceLook(
        name=key,
        kind="toy",
        started=0.0,
        finished=0.25,
        runs=tuple(runs),
        ended=tuple(ended),
        gone=tuple(gone),
        lost=tuple(lost),
        gaps=tuple(gaps),
        parts={"shop": None},
        requests=3,
        bytes=700,
    )
    fields: dict[str, Any] = {
        "key": key,
        "look": look,
        "began_at": at(seconds - 1),
        "ended_at": at(seconds),
        "scope": None,
        "verdict": "active" if look.runs else "quiet",
        "confirmed": False,
        "settled": False,
        "reasons": (),
        "waived": 0,
    }
    return Surveyed(**(fields | changes))


def see(store: Store, seconds: float, *those: Run, survey: str = "", **changes: Any) -> None:
    """Keep a look that has shown these runs."""
    with store.writing() as connection:
        record(connection, survey or f"s{seconds}", [surveyed(seconds, those, **changes)])


def row(store: Store, name: str = "1") -> Any:
    """What is kept of a run."""
    with store.reading() as connection:
        return connection.execute(select(runs).where(runs.c.id == name)).one()


def flipped(store: Store, name: str = "1") -> list[tuple[float, str]]:
    """The states of a run, and when each was first seen, in seconds after noon."""
    query = select(flips).where(flips.c.id == name).order_by(flips.c.seen_at)
    with store.reading() as connection:
        return [
            ((one.seen_at - micros_at(0)) / 1_000_000, one.state)
            for one in connection.execute(query)
        ]


def everything(connection: Connection) -> list[list[tuple[Any, ...]]]:
    """All rows of what looks write."""
    tables = (runs, flips, looks, tallies)
    return [sorted(map(tuple, connection.execute(select(table))), key=repr) for table in tables]
