"""The transactions of a database, of whichever kind; whether it is a store is not asked here."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from quiesce.store.database import postgres, sqlite
from quiesce.store.database.place import Place
from quiesce.store.database.trouble import in_words, passes

PATIENCE = 30.0
"""Seconds that a writer waits for other writers: they hold the store for less than one."""


class Database:
    """What is at a place. It must be there: connecting makes no file."""

    def __init__(self, where: Place, patience: float = PATIENCE) -> None:
        self.place = where
        self._patience = patience
        self._engine = _engine(where, patience)

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Connection]:
        """One that reads sees one moment; one that writes is alone, and is kept when it ends.

        Raises `StoreError` for whatever the database complains of.
        """
        with in_words(self.place.shown), self._engine.connect() as connection:
            if self.place.path is None:
                _begin_postgres(connection, self._patience, write=write)
            else:
                _begin_sqlite(connection, lambda: self._patience, write=write)
            yield connection
            connection.commit()

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A connection whose statements take effect one by one, for locks that outlive those.

        They last until `close`.
        """
        with in_words(self.place.shown), self._engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def same_file(self) -> bool:
        """Whether the file that is open is the one at the path; always, where there is none."""
        if self.place.path is None:
            return True
        with in_words(self.place.shown), self._engine.connect() as connection:
            return bool(connection.info.get(sqlite.FILE) == sqlite.identity(self.place.path))

    def hurry(self) -> None:
        """Wait for nobody from now on; who waits for an SQLite file gives up at once."""
        self._patience = 0.0

    def close(self) -> None:
        """Let go of all connections; a transaction connects anew."""
        self._engine.dispose()


def changes(connection: Connection) -> int:
    """How many rows this connection has changed since it was made; 0 where nobody counts."""
    return getattr(connection.connection.dbapi_connection, "total_changes", 0)


def _engine(where: Place, patience: float) -> Engine:
    if where.path is not None:
        return sqlite.engine(where.path, patience)
    if where.url is not None:
        return postgres.engine(where.url)
    raise AssertionError(where)


def _begin_sqlite(connection: Connection, patience: Callable[[], float], *, write: bool) -> None:
    """Begin, and begin again while others have the lock, or are only just opening the file.

    A writer takes its lock now: one that began to read would be refused later without waiting.
    SQLite itself would ask again ten times a second, and hardly ever meet the moment between
    two transactions of somebody who writes without a pause. `patience` may grow shorter
    meanwhile.
    """
    connection.execution_options(**{sqlite.BEGIN: "BEGIN IMMEDIATE" if write else "BEGIN"})
    began = time.monotonic()
    sqlite.wait(connection, 0)
    while True:
        try:
            connection.begin()
            connection.exec_driver_sql("SELECT 1 FROM sqlite_master LIMIT 1")  # takes the snapshot
        except DBAPIError as error:
            connection.rollback()
            if not passes(error) or time.monotonic() > began + patience():
                raise
            time.sleep(random.uniform(0.0005, 0.004))  # noqa: S311 - not a secret
        else:
            sqlite.wait(connection, patience())
            return


def _begin_postgres(connection: Connection, patience: float, *, write: bool) -> None:
    if not write:
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    connection.begin()
    postgres.limit_waiting(connection, patience)
    if write:
        postgres.lock_for_writing(connection)
