"""What keeping looks costs, against plain `sqlite3` writing the same rows to the same tables."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.store_build import INSERT, batched
from bench.store_read import Took
from bench.store_world import rows
from quiesce.model import Run, SourceLook
from quiesce.store.database.engine import open_store
from quiesce.store.database.sqlite import connected
from quiesce.store.rows import RUN_COLUMNS, moment, run_of
from quiesce.store.writing.write import Surveyed, record

_ENDED_AT, _SEEN_AT = RUN_COLUMNS.index("ended_at"), RUN_COLUMNS.index("seen_at")
_FLIP = "INSERT INTO flips (source, id, seen_at, state, native_state) VALUES (?, ?, ?, ?, ?)"

_NOTHING = Took(0.0, 0.0)

Rows = list[tuple[Any, ...]]


def looks(count: int) -> list[Rows]:
    """Finished runs of one source, as many a look as one survey of a large system shows."""
    return [[("prod", *row[1:]) for row in batch] for batch in batched(finished(count))]


def finished(count: int) -> Sequence[tuple[Any, ...]]:
    return [row for row in rows(count + 200) if row[_ENDED_AT] is not None][:count]


def plain(path: Path, those: Sequence[Rows]) -> Took:
    """For the runs and the first flip of each, one transaction a look."""
    with open_store(str(path), create=True):
        pass
    with closing(connected(path)) as connection:
        took = _NOTHING
        for batch in those:
            flips = [(row[0], row[1], row[_SEEN_AT], row[5], row[6]) for row in batch]
            began = _now()
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(INSERT, batch)
            connection.executemany(_FLIP, flips)
            connection.execute("COMMIT")
            took = _since(began, took)
    return took


def recorded(path: Path, those: Sequence[Rows]) -> tuple[Took, Took]:
    """For the same as looks of the product, and for showing it all a second time."""
    seen = [surveyed(batch) for batch in those]
    with open_store(str(path), create=True) as store:

        def kept(survey: str) -> Took:
            began = _now()
            for number, part in enumerate(seen):
                with store.writing() as connection:
                    record(connection, f"{survey}-{number}", [part])
            return _since(began, _NOTHING)

        return kept("first"), kept("again")


def _now() -> Took:
    return Took(time.perf_counter(), time.process_time())


def _since(began: Took, before: Took) -> Took:
    now = _now()
    return Took(before.wall + now.wall - began.wall, before.cpu + now.cpu - began.cpu)


def surveyed(batch: Rows) -> Surveyed:
    runs: list[Run] = [run_of(row, "prod") for row in batch]
    at = moment(max(row[_SEEN_AT] for row in batch))
    look = SourceLook(name="prod", kind="spinnaker", started=0, finished=1, ended=tuple(runs))
    return Surveyed(
        key="prod",
        look=look,
        began_at=at - timedelta(seconds=1),
        ended_at=at,
        scope=None,
        verdict="quiet",
        confirmed=True,
        settled=False,
        reasons=(),
        waived=0,
    )
