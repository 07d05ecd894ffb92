"""What keeping looks costs, against plain `sqlite3` writing the same rows to the same tables."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.store_build import INSERT, batched
from bench.store_world import rows
from quiesce.model import Run, SourceLook
from quiesce.store.engine import open_store
from quiesce.store.rows import RUN_COLUMNS, moment, run_of
from quiesce.store.sqlite import connected
from quiesce.store.write import Surveyed, record

_ENDED_AT, _SEEN_AT = RUN_COLUMNS.index("ended_at"), RUN_COLUMNS.index("seen_at")
_FLIP = "INSERT INTO flips (source, id, seen_at, state, native_state) VALUES (?, ?, ?, ?, ?)"

Rows = list[tuple[Any, ...]]


def looks(count: int) -> list[Rows]:
    """Finished runs of one source, as many a look as one survey of a large system shows."""
    return [[("prod", *row[1:]) for row in batch] for batch in batched(finished(count))]


def finished(count: int) -> Sequence[tuple[Any, ...]]:
    return [row for row in rows(count + 200) if row[_ENDED_AT] is not None][:count]


def plain(path: Path, those: Sequence[Rows]) -> tuple[float, float]:
    """Seconds for the runs and the first flip of each, one transaction a look; the runs alone."""
    with open_store(str(path), create=True):
        pass
    seconds = alone = 0.0
    with closing(connected(path)) as connection:
        for batch in those:
            flips = [(row[0], row[1], row[_SEEN_AT], row[5], row[6]) for row in batch]
            began = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(INSERT, batch)
            written = time.perf_counter()
            connection.executemany(_FLIP, flips)
            flipped = time.perf_counter()
            connection.execute("COMMIT")
            seconds += time.perf_counter() - began
            alone += time.perf_counter() - began - (flipped - written)
    return seconds, alone


def recorded(path: Path, those: Sequence[Rows]) -> tuple[float, float]:
    """Seconds for the same as looks of the product, and for showing it all a second time."""
    seen = [surveyed(batch) for batch in those]
    with open_store(str(path), create=True) as store:
        seconds = []
        for again in (0, 1):
            began = time.perf_counter()
            for number, part in enumerate(seen):
                with store.writing() as connection:
                    record(connection, f"{again}-{number}", [part])
            seconds.append(time.perf_counter() - began)
    return seconds[0], seconds[1]


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
