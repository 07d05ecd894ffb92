"""A copy of an SQLite store while it is in use, and back again."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from quiesce.errors import StoreError
from quiesce.store import sqlite
from quiesce.store.place import Place, plain
from quiesce.store.trouble import in_words, of_system

_PAGES = 4096
"""Copied at once, 16 MB: an interrupt is not kept waiting."""


def beside(path: Path, version: str) -> Path:
    """Where the backup of a version is."""
    return path.with_name(f"{path.name}.bak-{version}")


def size(path: Path) -> int:
    """Bytes of a store, with what is still in its log; 0 where there is none."""
    return sum(each.stat().st_size for each in (path, log_of(path)) if each.exists())


def log_of(path: Path) -> Path:
    """SQLite's log of what is not in the file yet."""
    return path.with_name(f"{path.name}-wal")


def free(folder: Path) -> int:
    """Bytes that this user may still write in a folder."""
    return shutil.disk_usage(folder).free


def need_room(where: Place, times: int, available: Callable[[Path], int] = free) -> None:
    """Raise `StoreError` unless so many times the size of the store is free beside it."""
    if where.path is None:
        return
    needed, there = times * size(where.path), available(where.path.parent)
    if there < needed:
        raise StoreError(
            f"{megabytes(needed)} must be free beside the store {where.shown},"
            f" and {megabytes(there)} are",
            hint=f"make room in {plain(str(where.path.parent))}; nothing was changed",
        )


def megabytes(count: int) -> str:
    """A number of bytes for people, rounded up."""
    return f"{-(-count // 1_000_000):,} MB"


def copy(where: Place, target: Path) -> None:
    """A whole copy, as of one moment: there is either all of it at `target`, or nothing new."""
    if where.path is None:
        raise AssertionError(where)
    half = target.with_name(f"{target.name}.part")
    try:
        half.unlink(missing_ok=True)
        sqlite.make(half)
        with in_words(where.shown):
            _copied(where.path, half)
        _on_disk(half)
        half.replace(target)
        _on_disk(target.parent)
    except OSError as error:
        raise of_system(error, str(target)) from error
    finally:
        half.unlink(missing_ok=True)


def _copied(source: Path, target: Path) -> None:
    reading = sqlite.connected(source)
    try:
        reading.execute("BEGIN")
        reading.execute("SELECT 1 FROM sqlite_master LIMIT 1")  # the moment
        writing = sqlite3.connect(target, isolation_level=None)
        try:
            reading.backup(writing, pages=_PAGES)
            writing.execute("PRAGMA journal_mode = DELETE")  # one file, whole in itself
        finally:
            writing.close()
    finally:
        reading.close()


def _on_disk(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
