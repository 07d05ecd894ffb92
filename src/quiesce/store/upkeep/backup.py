"""A copy of an SQLite store while it is in use."""

from __future__ import annotations

import glob
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from quiesce.errors import StoreError
from quiesce.store.database import sqlite
from quiesce.store.database.place import plain
from quiesce.store.database.trouble import in_words, of_system

REPLACED = ".replaced"
"""What a restore has put aside ends so."""

_PAGES = 4096
"""Copied at once, 16 MB: an interrupt is not kept waiting."""


def beside(path: Path, version: str) -> Path:
    """Where the backup of a version is."""
    return path.with_name(f"{path.name}.bak-{version}")


def newest(path: Path) -> Path | None:
    """The backup that an upgrade has left last."""
    there = [each for each in path.parent.glob(f"{glob.escape(path.name)}.bak-*") if _whole(each)]
    return max(there, key=lambda each: each.stat().st_mtime, default=None)


def parts(path: Path) -> tuple[Path, Path, Path]:
    """The files of a store: itself, what is not in it yet, and what its users share."""
    return path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def size(path: Path) -> int:
    """Bytes of a store, with what is still in its log; 0 where there is none."""
    return sum(each.stat().st_size for each in parts(path)[:2] if each.exists())


def free(folder: Path) -> int:
    """Bytes that this user may still write in a folder."""
    return shutil.disk_usage(folder).free


def need_room(folder: Path, needed: int, available: Callable[[Path], int] = free) -> None:
    """Raise `StoreError` unless so many bytes are free in a folder."""
    there = available(folder)
    if there < needed:
        raise StoreError(
            f"{megabytes(needed)} must be free in {plain(str(folder))}, and {megabytes(there)} are",
            hint="make room there; nothing was changed",
        )


def megabytes(count: int) -> str:
    """A number of bytes for people, rounded up."""
    return f"{-(-count // 1_000_000):,} MB"


def copy(source: Path, target: Path) -> None:
    """A whole copy, as of one moment: there is either all of it at `target`, or nothing new."""
    half = target.with_name(f"{target.name}.part")
    try:
        half.unlink(missing_ok=True)
        sqlite.make(half)
        with in_words(plain(str(source))):
            copy_into(source, half)
            with closing(opened(half)) as connection:
                connection.execute("PRAGMA journal_mode = DELETE")  # one file, whole in itself
        _on_disk(half)
        half.replace(target)
        _on_disk(target.parent)
    except OSError as error:
        raise of_system(error, plain(str(target))) from error
    finally:
        half.unlink(missing_ok=True)


def copy_into(source: Path, target: Path) -> None:
    """Replace all that is in a database by what is in another: one transaction in both."""
    with closing(opened(source)) as reading, closing(opened(target)) as writing:
        reading.execute("BEGIN")
        reading.execute("SELECT 1 FROM sqlite_master LIMIT 1")  # the moment
        reading.backup(writing, pages=_PAGES)


def opened(path: Path) -> sqlite3.Connection:
    """A connection that changes no setting of the file: it may be a backup."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=30
    )


def _whole(path: Path) -> bool:
    return not path.name.endswith((REPLACED, ".part", "-wal", "-shm", "-journal"))


def _on_disk(path: Path) -> None:
    if os.name == "nt":
        return  # it opens no folder, and puts a name on the disk with the file
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
