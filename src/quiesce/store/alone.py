"""One at a time, over all processes: for what takes long and must not be done twice at once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quiesce.errors import StoreError
from quiesce.store import postgres
from quiesce.store.database import Database
from quiesce.store.place import Place
from quiesce.store.trouble import of_system


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
    try:
        file = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise of_system(error, shown) from error
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise busy from None
        yield
    finally:
        os.close(file)
