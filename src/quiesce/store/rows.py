"""Between values and rows: pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import msgspec

from quiesce.model import Run, RunType, State

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DETAILS = msgspec.json.Decoder(dict[str, str | None])


def micros(time: datetime) -> int:
    """Whole microseconds since 1970: exact, unlike a float of seconds."""
    return (time - EPOCH) // timedelta(microseconds=1)


def moment(value: int) -> datetime:
    """The time that `micros` was made of."""
    return EPOCH + timedelta(microseconds=value)


def optional_micros(time: datetime | None) -> int | None:
    """The same, where there may be no time."""
    return None if time is None else micros(time)


def optional_moment(value: int | None) -> datetime | None:
    """The same, where there may be no time."""
    return None if value is None else moment(value)


def row_of(run: Run, key: str, seen_at: int) -> tuple[Any, ...]:
    """The values of `RUN_COLUMNS` for a run that was seen at `seen_at`, of the source `key`."""
    begun = run.started_at or run.created_at
    return (
        key,
        run.id,
        run.application,
        run.pipeline,
        run.type,
        run.state.value,
        run.native_state,
        run.state.active,
        seen_at if begun is None else micros(begun),
        optional_micros(run.created_at),
        optional_micros(run.started_at),
        optional_micros(run.ended_at),
        optional_micros(run.changed_at),
        seen_at,
        seen_at,
        run.parent,
        run.url,
        run.started_by,
        run.waiting_on,
        msgspec.json.encode(run.details).decode() if run.details else None,
    )


RUN_COLUMNS = (
    "source", "id", "application", "pipeline", "type", "state", "native_state", "active",
    "begun_at", "created_at", "started_at", "ended_at", "changed_at", "first_seen_at", "seen_at",
    "parent", "url", "started_by", "waiting_on", "details",
)  # fmt: skip
"""The columns of `runs` that a sighting fills; `missing` is the memory's own."""


def run_of(row: Any, source: str) -> Run:
    """The run of a row of `runs`; `source` is the name that it has today."""
    return Run(
        source=source,
        application=row.application,
        pipeline=row.pipeline,
        id=row.id,
        type=cast("RunType", row.type),
        state=state_of(row.state),
        native_state=row.native_state,
        created_at=optional_moment(row.created_at),
        started_at=optional_moment(row.started_at),
        ended_at=optional_moment(row.ended_at),
        changed_at=optional_moment(row.changed_at),
        parent=row.parent,
        url=row.url,
        started_by=row.started_by,
        waiting_on=row.waiting_on,
        details=_DETAILS.decode(row.details) if row.details else {},
    )


def state_of(word: str) -> State:
    """A state by its name; a word that this version does not know is unknown, so active."""
    try:
        return State(word)
    except ValueError:
        return State.UNKNOWN
