"""Which version of the tables a store has, and whether this program may use it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.engine import Connection

from quiesce.errors import StoreError
from quiesce.store.schema import metadata, version

VERSIONS = ("0001",)
"""All that there ever were, the newest last: the names of the migrations."""

CURRENT = VERSIONS[-1]

_STAMP = (
    "SELECT version_num, (SELECT max(version) FROM upgrades WHERE ended_at IS NULL),"
    " (SELECT max(done) FROM upgrades WHERE ended_at IS NULL),"
    " (SELECT max(total) FROM upgrades WHERE ended_at IS NULL)"
    " FROM quiesce_version"
)
_SQLITE_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
_POSTGRES_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"


class Stamp(NamedTuple):
    """The version of a store; `target` is there while an upgrade to it isn't finished."""

    version: str
    target: str | None = None
    done: int | None = None
    total: int | None = None


def stamp(connection: Connection) -> Stamp:
    """The version of a store that is one. Also takes SQLite's snapshot of this moment."""
    row = connection.exec_driver_sql(_STAMP).one_or_none()
    return Stamp("") if row is None else Stamp(*row)


def found(connection: Connection, shown: str) -> Stamp | None:
    """The version of what is there, or None where there is nothing yet.

    Raises `StoreError` where the database belongs to something else.
    """
    sqlite = connection.dialect.name == "sqlite"
    tables = set(
        connection.exec_driver_sql(_SQLITE_TABLES if sqlite else _POSTGRES_TABLES).scalars()
    )
    if version.name in tables:
        return stamp(connection)
    if tables if sqlite else tables & set(metadata.tables):
        raise StoreError(
            f"{shown} is a database of something else: its tables are not of quiesce",
            hint="give the store a place of its own (QUIESCE_STORE)",
        )
    return None


def check(there: Stamp, shown: str) -> None:
    """Raise `StoreError` unless this program can use a store of this version."""
    if there.target is not None:
        share = f" ({100 * (there.done or 0) // there.total} %)" if there.total else ""
        raise StoreError(
            f"the store {shown} is being upgraded to version {there.target}{share}",
            hint="wait for it; where it was interrupted, `quiesce store upgrade` goes on with it",
        )
    if there.version == CURRENT:
        return
    if there.version in VERSIONS:
        raise StoreError(
            f"the store {shown} is of an older version ({there.version}, now {CURRENT})",
            hint="run: quiesce store upgrade",
        )
    raise StoreError(
        f"the store {shown} is of a newer version than this quiesce"
        f" ({plain_version(there.version)}, known up to {CURRENT})",
        hint="upgrade quiesce: uv tool upgrade quiesce; or go back: quiesce store restore",
    )


def plain_version(text: str) -> str:
    """A version as it may be shown."""
    return text if text.isalnum() else repr(text)
