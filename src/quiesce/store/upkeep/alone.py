"""One at a time, over all processes: for what takes long and must not be done twice at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from quiesce.errors import StoreError
from quiesce.store.database import postgres, sqlite
from quiesce.store.database.place import Place
from quiesce.store.database.session import Database
from quiesce.store.database.trouble import of_system, told


@contextmanager
def alone(where: Place, what: str) -> Iterator[None]:
    """Keep everybody else out of the same block; raises `StoreError` where somebody is in it.

    Ends with the process, however that ends.
    """
    busy = StoreError(
        f"another process {what} the store {where.shown} just now", hint="wait for it"
    )
    if where.path is not None:
        with _file_lock(where.path, where.shown, busy):
            yield
        return
    database = Database(where)
    try:
        with database.session() as connection:
            if not connection.exec_driver_sql(postgres.TRY_UPGRADING).scalar():
                raise busy
            yield
    finally:
        database.close()


@contextmanager
def _file_lock(path: Path, shown: str, busy: StoreError) -> Iterator[None]:
    """SQLite's own lock, on an empty file beside the store: every system has that one."""
    lock = path.with_name(f"{path.name}.lock")
    try:
        sqlite.make(lock)
        connection = sqlite3.connect(lock, timeout=0, isolation_level=None)
    except OSError as error:
        raise of_system(error, shown) from error
    with closing(connection):
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise busy from None
            raise told(error, shown) from error
        yield
