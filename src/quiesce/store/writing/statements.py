"""The statements of writing, given to the driver itself: rows as tuples, many at once.

Measured against SQLAlchemy's own insert, which makes a dictionary of every row: a third less
time. The writer is alone in the store (`Store.writing`), so that what was looked up still holds
when it is written.
"""

# ruff: noqa: S608 - what stands in these texts are names of our own, never a value

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from quiesce.store.rows import RUN_COLUMNS
from quiesce.store.schema import looks as looks_table
from quiesce.store.schema import predictions as predictions_table

Rows = Sequence[tuple[Any, ...]]

_CHANGING = tuple(name for name in RUN_COLUMNS if name not in ("source", "id", "first_seen_at"))
_AT = tuple(RUN_COLUMNS.index(name) for name in _CHANGING)
_LOOKS = tuple(column.name for column in looks_table.columns)
_PREDICTIONS = tuple(column.name for column in predictions_table.columns)

_ALL = ", ".join(f"r.{name}" for name in (*RUN_COLUMNS, "missing_at"))
_ADD = f"INSERT INTO runs ({', '.join(RUN_COLUMNS)}) VALUES"
_CHANGE = f"UPDATE runs SET {', '.join(f'{name} = ?' for name in _CHANGING)}, missing_at = ?"
_ONE = "WHERE source = ? AND id = ?"


def kept(connection: Connection, source: str, ids: Sequence[str]) -> Sequence[Any]:
    """The rows of those of these runs that are known: `RUN_COLUMNS`, and `missing_at`."""
    if connection.dialect.name == "sqlite":
        # CROSS JOIN is how SQLite is told to look each of them up, and never to read all.
        query = (
            f"SELECT {_ALL} FROM json_each(?) AS wanted CROSS JOIN runs AS r"
            " ON r.source = ? AND r.id = wanted.value"
        )
        sent: tuple[Any, ...] = (msgspec.json.encode(ids).decode(), source)
    else:
        query = f"SELECT {_ALL} FROM runs AS r WHERE r.id = ANY(%s) AND r.source = %s"
        sent = (ids, source)
    return connection.exec_driver_sql(query, sent).all()


def add(connection: Connection, rows: Rows) -> None:
    """Runs that are not known yet, as `row_of` makes them."""
    values = ", ".join("?" * len(RUN_COLUMNS))
    _many(connection, f"{_ADD} ({values})", rows)


def change(connection: Connection, rows: Rows) -> None:
    """Known runs of which something is new: `RUN_COLUMNS`, and `missing_at`."""
    sent = [(*(row[at] for at in _AT), row[-1], row[0], row[1]) for row in rows]
    _many(connection, f"{_CHANGE} {_ONE}", sent)


def move(connection: Connection, rows: Rows) -> None:
    """Active runs that were only seen again: (`seen_at`, source, id). No index holds it."""
    _many(connection, f"UPDATE runs SET seen_at = ? {_ONE}", rows)


def miss(connection: Connection, rows: Rows) -> None:
    """Runs that their system says it does not have: (at, source, id, since, until).

    It is the first time that counts. Not those that were seen since the look that says so began;
    but after `until` the clock erred.
    """
    told = f"{_ONE} AND active AND missing_at IS NULL AND (seen_at <= ? OR seen_at > ?)"
    _many(connection, f"UPDATE runs SET missing_at = ? {told}", rows)


def flip(connection: Connection, rows: Rows) -> None:
    """Changes of state: (source, id, seen_at, state, native_state)."""
    into = "INSERT INTO flips (source, id, seen_at, state, native_state) VALUES (?, ?, ?, ?, ?)"
    _many(connection, into, rows)


def looks(connection: Connection, rows: Rows) -> None:
    """What each source of a survey has shown; told again, the later one holds."""
    later = ", ".join(f"{name} = excluded.{name}" for name in _LOOKS[2:])
    into = f"INSERT INTO looks ({', '.join(_LOOKS)}) VALUES ({', '.join('?' * len(_LOOKS))})"
    _many(connection, f"{into} ON CONFLICT (survey, source) DO UPDATE SET {later}", rows)


def predictions(connection: Connection, rows: Rows) -> None:
    """What was foretold; the first word at a time holds."""
    values = ", ".join("?" * len(_PREDICTIONS))
    into = f"INSERT INTO predictions ({', '.join(_PREDICTIONS)}) VALUES ({values})"
    _many(connection, f"{into} ON CONFLICT (source, id, made_at) DO NOTHING", rows)


def forget(connection: Connection, rows: Rows) -> int:
    """Remove runs, (source, id), and their changes of state; gives how many of those it were."""
    _many(connection, f"DELETE FROM runs {_ONE}", rows)
    return _many(connection, f"DELETE FROM flips {_ONE}", rows)


def _many(connection: Connection, statement: str, rows: Rows) -> int:
    if not rows:
        return 0
    if connection.dialect.name != "sqlite":
        statement = statement.replace("?", "%s")
    return connection.exec_driver_sql(statement, list(rows)).rowcount
