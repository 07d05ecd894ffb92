"""Filling a store with a past that was never looked at: for the demo, whose world is made up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec.structs import replace

from quiesce.model import Mark, Run, SourceLook, State
from quiesce.store.writing.write import Surveyed, keys, record

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from quiesce.store.identity import Identity

EVERY = timedelta(minutes=15)


def backdate(
    connection: Connection, identity: Identity, runs: Sequence[Run], until: datetime
) -> None:
    """Keep these runs, and the looks that would have seen them, one every quarter of an hour.

    `runs` have ended, and are in the order in which they began.
    """
    key = keys(connection, [identity])[identity]
    first = min((run.started_at for run in runs if run.started_at), default=until)
    ticks = [first + number * EVERY for number in range((until - first) // EVERY)]
    for before, at in pairwise([first, *ticks, until]):
        active = tuple(_while_active(run) for run in runs if _goes_on(run, at))
        ended = tuple(run for run in runs if run.ended_at and before < run.ended_at <= at)
        look = SourceLook(
            name=identity.name,
            kind=identity.kind,
            started=0.0,
            finished=0.2,
            runs=active,
            ended=ended,
            parts={"*": Mark("")},
            requests=26,
        )
        part = Surveyed(
            key=key,
            look=look,
            began_at=at,
            ended_at=at,
            scope=None,
            verdict="active" if active else "quiet",
            confirmed=False,
            settled=False,
            reasons=(f"{len(active)} runs are active",) if active else (),
            waived=0,
        )
        record(connection, f"{identity.name}-{at:%Y%m%d%H%M%S}", [part])


def _goes_on(run: Run, at: datetime) -> bool:
    return (
        run.started_at is not None
        and run.ended_at is not None
        and (run.started_at <= at < run.ended_at)
    )


def _while_active(run: Run) -> Run:
    native = "running" if run.type == "job" else "RUNNING"
    return replace(run, state=State.RUNNING, native_state=native, ended_at=None)
