"""Rows for the tests of what the store tells: put in directly, without a look."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from quiesce.model import Run, State
from quiesce.store.rows import RUN_COLUMNS, micros, optional_micros, row_of
from quiesce.store.schema import runs
from quiesce.store.writing.tally import recount

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def minutes(count: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=count)


def run(number: int, *, took: float | None = 5.0, **changes: Any) -> Run:
    """A run that began `number` minutes after noon and took so many minutes."""
    fields: dict[str, Any] = {
        "source": "prod",
        "application": "shop",
        "pipeline": "deploy",
        "id": f"{number:06}",
        "type": "pipeline",
        "state": State.SUCCEEDED if took is not None else State.RUNNING,
        "native_state": "SUCCEEDED" if took is not None else "RUNNING",
        "created_at": minutes(number),
        "started_at": minutes(number),
        "ended_at": None if took is None else minutes(number + took),
    }
    return Run(**(fields | changes))


def put(
    connection: Connection, those: Iterable[Run], *, missing_at: datetime | None = None
) -> None:
    """Keep runs as seen an hour after noon; the key of a source is its name."""
    rows = [
        dict(zip(RUN_COLUMNS, row_of(each, each.source, micros(minutes(60))), strict=True))
        | {"missing_at": optional_micros(missing_at)}
        for each in those
    ]
    connection.execute(insert(runs), rows)
    recount(connection)
