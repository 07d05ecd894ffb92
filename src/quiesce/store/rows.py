"""Between values and rows: pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from quiesce.model import Run, State

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DETAILS = msgspec.json.Decoder(dict[str, str | None])


def micros(time: datetime) -> int:
    """Whole microseconds since 1970: exact, unlike a float of seconds."""
    since = time - EPOCH  # its parts: a division takes three times as long
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def moment(value: int) -> datetime:
    """The time that `micros` was made of."""
    return EPOCH + timedelta(microseconds=value)


def optional_micros(time: datetime | None) -> int | None:
    """The same, where there may be no time."""
    if time is None:
        return None
    since = time - EPOCH  # not by `micros`: this is asked four times a run
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def optional_moment(value: int | None) -> datetime | None:
    """The same, where there may be no time."""
    return None if value is None else moment(value)


def row_of(run: Run, key: str, seen_at: int) -> tuple[Any, ...]:
    """The values of `RUN_COLUMNS` for a run that was seen at `seen_at`, of the source `key`."""
    created, started = optional_micros(run.created_at), optional_micros(run.started_at)
    begun = created if started is None else started
    return (
        key,
        run.id,
        run.application,
        run.pipeline,
        run.type,
        str(run.state),
        run.native_state,
        run.state.active,
        seen_at if begun is None else begun,
        created,
        started,
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
"""The columns of `runs` that a sighting fills; `missing_at` is the memory's own."""

_COLUMNS = len(RUN_COLUMNS)


def run_of(values: Sequence[Any], source: str) -> Run:
    """The run of a row that begins with `RUN_COLUMNS`; `source` is the name that it has today.

    By position: asking a row for seventeen names takes twice as long as all the rest.
    """
    # fmt: off
    (
        _, id_, application, pipeline, type_, state, native_state, _,
        _, created_at, started_at, ended_at, changed_at, _, _,
        parent, url, started_by, waiting_on, details,
    ) = values[:_COLUMNS]
    # fmt: on
    return Run(
        source=source,
        application=application,
        pipeline=pipeline,
        id=id_,
        type=type_,
        state=state_of(state),
        native_state=native_state,
        created_at=optional_moment(created_at),
        started_at=optional_moment(started_at),
        ended_at=optional_moment(ended_at),
        changed_at=optional_moment(changed_at),
        parent=parent,
        url=url,
        started_by=started_by,
        waiting_on=waiting_on,
        details=_DETAILS.decode(details) if details else {},
    )


def state_of(word: str) -> State:
    """A state by its name; a word that this version does not know is unknown, so active."""
    try:
        return State(word)
    except ValueError:
        return State.UNKNOWN
