"""A large store, filled as quickly as the driver can: no look writes ten million runs at once."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from bench.store_world import rows
from quiesce.store.database.engine import open_store
from quiesce.store.database.planner import analyze
from quiesce.store.database.sqlite import connected
from quiesce.store.rows import RUN_COLUMNS
from quiesce.store.writing.tally import recount

BATCH = 10_000
_COLUMNS = (*RUN_COLUMNS, "missing_at")
INSERT = f"INSERT INTO runs ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"

Say = Callable[[str], None]


def build(path: Path, count: int, say: Say) -> float:
    """Fill a new store with so many runs; returns the seconds that writing them took."""
    with open_store(str(path), create=True):
        pass
    seconds = 0.0
    with closing(connected(path)) as connection:
        connection.execute("PRAGMA cache_size = -1000000")  # ours alone, to fill it sooner
        for number, batch in enumerate(batched(rows(count)), 1):
            seconds += insert(connection, batch)
            if number % 100 == 0:
                say(f"{number * BATCH:,} runs, {number * BATCH / seconds:,.0f} a second")
    with open_store(str(path), create=False) as store, store.writing() as connection:
        recount(connection)
        analyze(connection)
    return seconds


def insert(connection: sqlite3.Connection, batch: list[tuple[Any, ...]]) -> float:
    """One transaction, as plain as it can be."""
    began = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(INSERT, batch)
    connection.execute("COMMIT")
    return time.perf_counter() - began


def batched(those: Iterable[tuple[Any, ...]]) -> Iterable[list[tuple[Any, ...]]]:
    source = iter(those)
    while batch := list(islice(source, BATCH)):
        yield batch
