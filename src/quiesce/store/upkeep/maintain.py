"""Keeping a store small, and telling how large it is."""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Table, delete, func, literal, or_, select, tuple_
from sqlalchemy.engine import Connection

from quiesce.store.database import sqlite
from quiesce.store.database.engine import NoStore, Store
from quiesce.store.database.place import Dialect, place
from quiesce.store.database.planner import analyze
from quiesce.store.database.session import Database
from quiesce.store.database.trouble import in_words, of_system
from quiesce.store.database.version import CURRENT, Stamp, found
from quiesce.store.rows import micros, optional_moment
from quiesce.store.schema import flips, looks, metadata, predictions, runs, waivers
from quiesce.store.upkeep import backup
from quiesce.store.writing.statements import forget
from quiesce.store.writing.tally import tally

__all__ = ["Info", "Pruned", "analyze", "info", "prune"]

TOGETHER = 2_000
"""Rows that one transaction looks at: a collector waits for it less than a tenth of a second."""

_PAGES = 2_000
_Key = tuple[str, str]


class Pruned(Struct, frozen=True, kw_only=True):
    """How many rows were removed, and by how much the file is smaller."""

    runs: int
    flips: int
    looks: int
    predictions: int
    waivers: int
    bytes: int


class Info(Struct, frozen=True, kw_only=True):
    """What is in a store. Where its version is another one, only that and the size is told."""

    location: str
    dialect: Dialect
    version: str
    current: str
    bytes: int
    upgrading_to: str | None = None
    rows: dict[str, int] | None = None
    oldest_run: datetime | None = None
    oldest_look: datetime | None = None
    newest_look: datetime | None = None


def prune(store: Store, before: datetime, *, together: int = TOGETHER) -> Pruned:
    """Remove what was over before a time: finished runs with all that is kept of them, looks,
    predictions, and waivers that no longer hold. What is active stays, whatever its age.

    In many short transactions, with as long a pause after each: what is interrupted is done in
    part, and nothing is half removed.
    """
    limit = micros(before)
    size = 0 if store.path is None else backup.size(store.path)
    removed, flipped = _prune_runs(store, limit, together)
    counts = {"runs": removed, "flips": flipped}
    counts["looks"] = sum(
        _prune_by_time(store, looks, "began_at", limit, together=together, source=source)
        for source in _all(store, looks)
    )
    counts["predictions"] = _prune_by_time(store, predictions, "made_at", limit, together=together)
    with store.writing() as connection:
        over = or_(waivers.c.until_at < limit, waivers.c.removed_at < limit)
        counts["waivers"] = connection.execute(delete(waivers).where(over)).rowcount
        if sum(counts.values()):
            analyze(connection)
    if store.path is None:
        return Pruned(**counts, bytes=0)
    _give_back(store.path, store.shown)
    return Pruned(**counts, bytes=max(0, size - backup.size(store.path)))


def info(location: str) -> Info:
    """What is in a store, of whatever version it is; raises `NoStore` where there is none."""
    where = place(location)
    if where.path is not None and not where.path.exists():
        raise NoStore(
            f"there is no store at {where.shown} yet", hint="the first look makes it: quiesce check"
        )
    database = Database(where)
    try:
        with database.transaction(write=False) as connection:
            there = found(connection, where.shown)
            if there is None:
                raise NoStore(
                    f"there is no store in {where.shown} yet",
                    hint="the first look makes it: quiesce check",
                )
            size = _size(connection) if where.path is None else backup.size(where.path)
            known = Info(
                location=where.shown,
                dialect=where.dialect,
                version=there.version,
                current=CURRENT,
                bytes=size,
                upgrading_to=there.target,
            )
            return known if there != Stamp(CURRENT) else _with_rows(connection, known)
    except OSError as error:
        raise of_system(error, where.shown) from error
    finally:
        database.close()


def _prune_runs(store: Store, limit: int, together: int) -> tuple[int, int]:
    """Along the key, so that each row is looked at once and no transaction is long."""
    after: _Key | None = None
    removed = flipped = 0
    while True:
        began = time.monotonic()
        with store.writing() as connection:
            rows, after = _old_runs(connection, limit, after, together)
            flipped += forget(connection, [(row.source, row.id) for row in rows])
            by_source: dict[str, Counter[tuple[str, str, str]]] = {}
            for row in rows:
                counter = by_source.setdefault(row.source, Counter())
                counter[row.application, row.pipeline, row.state] -= 1
            for source, counter in by_source.items():
                tally(connection, source, counter)
        removed += len(rows)
        if after is None:
            return removed, flipped
        _let_others(began)


def _old_runs(
    connection: Connection, limit: int, after: _Key | None, together: int
) -> tuple[list[Any], _Key | None]:
    key = tuple_(runs.c.source, runs.c.id)
    beyond = [] if after is None else [key > tuple_(*map(literal, after))]
    order = (runs.c.source, runs.c.id)
    last = connection.execute(
        select(*order).where(*beyond).order_by(*order).offset(together - 1).limit(1)
    ).one_or_none()
    if last is not None:
        beyond.append(key <= tuple_(*map(literal, last)))
    old = func.coalesce(runs.c.ended_at, runs.c.seen_at) < limit
    columns = (*order, runs.c.application, runs.c.pipeline, runs.c.state)
    rows = connection.execute(select(*columns).where(*beyond, ~runs.c.active, old)).all()
    return list(rows), None if last is None else (last.source, last.id)


def _prune_by_time(
    store: Store, table: Table, column: str, limit: int, *, together: int, source: str | None = None
) -> int:
    at = table.c[column]
    mine = [] if source is None else [table.c.source == source]
    removed = 0
    while True:
        began = time.monotonic()
        with store.writing() as connection:
            oldest = select(at).where(*mine, at < limit).order_by(at).offset(together).limit(1)
            until = connection.execute(oldest).scalar_one_or_none()
            # Rows of the very same time go together, however many they are.
            old = at < limit if until is None else at <= until
            removed += connection.execute(delete(table).where(*mine, old)).rowcount
        if until is None:
            return removed
        _let_others(began)


def _all(store: Store, table: Table) -> list[str]:
    with store.reading() as connection:
        return list(connection.execute(select(table.c.source).distinct()).scalars())


def _let_others(began: float) -> None:
    time.sleep(min(0.2, time.monotonic() - began))


def _give_back(path: Path, shown: str) -> None:
    """Give free pages back to the disk, a few at a time."""
    with in_words(shown):
        connection = sqlite.connected(path)
        try:
            while connection.execute("PRAGMA freelist_count").fetchone()[0]:
                began = time.monotonic()
                before = connection.execute("PRAGMA page_count").fetchone()[0]
                # By `execute` it would end after one page.
                connection.executescript(f"PRAGMA incremental_vacuum({_PAGES})")
                if connection.execute("PRAGMA page_count").fetchone()[0] == before:
                    break  # a file that was made without
                _let_others(began)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            connection.close()


def _size(connection: Connection) -> int:
    names = ", ".join(f"('{name}')" for name in metadata.tables)
    total = f"SELECT sum(pg_total_relation_size(name::regclass)) FROM (VALUES {names}) AS t (name)"  # noqa: S608 - our own names
    return int(connection.exec_driver_sql(total).scalar_one())


def _with_rows(connection: Connection, known: Info) -> Info:
    counted = {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (runs, flips, looks, waivers, predictions)
    }
    ends = connection.execute(select(func.min(looks.c.began_at), func.max(looks.c.began_at))).one()
    return replace(
        known,
        rows=counted,
        oldest_run=optional_moment(connection.execute(select(func.min(runs.c.begun_at))).scalar()),
        oldest_look=optional_moment(ends[0]),
        newest_look=optional_moment(ends[1]),
    )
