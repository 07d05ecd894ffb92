"""A backup in the place of the store: what `quiesce store restore` does."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import chain, count
from pathlib import Path

from quiesce.errors import StoreError
from quiesce.store.database.place import place, plain
from quiesce.store.database.trouble import in_words, of_system
from quiesce.store.upkeep import backup
from quiesce.store.upkeep.alone import alone

Tell = Callable[[str], None]


def restore(
    location: str,
    source: Path | None,
    *,
    tell: Tell,
    free: Callable[[Path], int] = backup.free,
) -> None:
    """Put a backup in the place of the store; what was there is kept beside it.

    Without `source` it is the backup that an upgrade has left last. Others may have the store
    open: for them it is one transaction. Raises `StoreError`.
    """
    where = place(location)
    if where.path is None:
        raise StoreError(
            "a store in PostgreSQL is restored by its own means",
            hint="pg_restore --clean --if-exists -d DATABASE quiesce.dump",
        )
    try:
        with alone(where, "upgrades or restores"):
            chosen = source or backup.newest(where.path)
            if chosen is None:
                raise StoreError(
                    f"there is no backup beside the store {where.shown}",
                    hint=f"an upgrade leaves {plain(where.path.name)}.bak-VERSION there",
                )
            version = _checked(chosen)
            if where.path.exists() and chosen.samefile(where.path):
                raise StoreError(f"{where.shown} is the store itself", hint="give a backup of it")
            needed = 2 * backup.size(chosen) + backup.size(where.path)
            backup.need_room(where.path.parent, needed, free)
            _put_in_place(where.path, chosen, tell)
            tell(f"the store {where.shown} is of version {version} again")
    except OSError as error:
        raise of_system(error, where.shown) from error


def _put_in_place(path: Path, source: Path, tell: Tell) -> None:
    ending = _free_ending(path)
    aside = path.with_name(f"{path.name}{ending}")
    if path.exists() and _readable(path):
        backup.copy(path, aside)
        tell(f"what was there is kept as {plain(str(aside))}")
        with in_words(plain(str(path))):
            backup.copy_into(source, path)
        return
    for each in backup.parts(path):  # no database: so nobody has it open as one
        if each.exists():
            each.replace(each.with_name(f"{each.name}{ending}"))
            tell(f"{plain(str(each))} can't be read; it is kept as {plain(each.name)}{ending}")
    backup.copy(source, path)


def _free_ending(path: Path) -> str:
    """`.replaced`, or with a number where that is taken: what is there may be what is restored."""
    numbers = (f"{backup.REPLACED}-{number}" for number in count(2))
    for ending in chain((backup.REPLACED,), numbers):
        if not any(each.with_name(f"{each.name}{ending}").exists() for each in backup.parts(path)):
            return ending
    raise AssertionError(path)


def _readable(path: Path) -> bool:
    """Whether it is a database at all; other troubles are raised."""
    try:
        with closing(backup.opened(path)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return False
        with in_words(plain(str(path))):
            raise
    return True


def _checked(source: Path) -> str:
    """The version of a backup that is whole; raises `StoreError` for anything else."""
    shown = plain(str(source))
    if not source.is_file():
        raise StoreError(f"there is no backup {shown}", hint="see the files beside the store")
    try:
        with closing(backup.opened(source)) as connection:
            said = connection.execute("PRAGMA quick_check(1)").fetchone()
            row = connection.execute("SELECT version_num FROM quiesce_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise _unfit(shown) from error
    if said != ("ok",) or row is None:
        raise _unfit(shown)
    return plain(str(row[0]))


def _unfit(shown: str) -> StoreError:
    return StoreError(f"{shown} is not a backup of a store, or it is damaged", hint="give another")
