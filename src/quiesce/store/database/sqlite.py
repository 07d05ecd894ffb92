"""How an SQLite file is made and connected to."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.pool import QueuePool

BEGIN = "quiesce_begin"
"""The execution option that holds how a transaction begins."""

FILE = "file"
"""Where a connection's `info` holds which file it has open."""


def engine(path: Path, patience: float) -> Engine:
    """An engine for a file that is there: it is never made by connecting."""
    made = create_engine(
        "sqlite+pysqlite://",
        creator=lambda: connected(path, patience),
        poolclass=QueuePool,
        max_overflow=-1,
        hide_parameters=True,  # no error of the driver shows what was to be stored
    )
    event.listen(made, "connect", _noted(path))
    event.listen(made, "begin", _begun)
    return made


def connected(path: Path, patience: float = 30.0) -> sqlite3.Connection:
    """A connection of our settings; the file must exist."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=patience,
        isolation_level=None,  # we say BEGIN ourselves
        check_same_thread=False,  # the pool gives it to one thread at a time
    )
    try:
        _set_up(connection, patience)
    except BaseException:
        connection.close()
        raise
    return connection


def make(path: Path) -> None:
    """An empty file that only its owner can read, in a folder that only its owner can enter."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def identity(path: Path) -> tuple[int, int] | None:
    """Which file is at a path; None for none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def wait(connection: Connection, seconds: float) -> None:
    """How long a statement waits for others by itself; no part of any transaction."""
    raw = connection.connection.dbapi_connection
    if raw is not None:
        raw.cursor().execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")


def _set_up(connection: sqlite3.Connection, patience: float) -> None:
    # FULL: what was reported as stored outlives a power cut, too. One write a look is cheap.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -16000")  # KiB
    connection.execute("PRAGMA journal_size_limit = 67108864")  # after one that read for long
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        # Only counts before the first table: pruned pages can be given back in small steps.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        _write_ahead(connection, time.monotonic() + patience)


def _write_ahead(connection: sqlite3.Connection, deadline: float) -> None:
    """Readers and the writer don't wait for each other then. Two may want to switch at once."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
                return  # it works without, more slowly
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _noted(path: Path) -> Any:
    def note(_: Any, record: Any) -> None:
        record.info[FILE] = identity(path)

    return note


def _begun(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, "BEGIN"))


def closed(connection: sqlite3.Connection) -> None:
    """Close it, whatever state it is in."""
    with suppress(sqlite3.Error):
        connection.close()
