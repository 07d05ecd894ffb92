"""How a PostgreSQL database is connected to."""

from __future__ import annotations

from math import ceil

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL, Connection

from quiesce.errors import StoreError

CONNECT = 5
"""Seconds until a server that does not answer is away."""

_AWAY = {
    "connect_timeout": CONNECT,
    "tcp_user_timeout": 30_000,  # milliseconds
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
"""So that no answer is awaited for hours from a server that is not there any more."""

WRITING = 0x7175_6965_7363_6531
"""The advisory lock of whoever writes: one at a time, as SQLite has it, so none deadlocks."""

TRY_UPGRADING = f"SELECT pg_try_advisory_lock({WRITING + 1})"
"""Takes the advisory lock of the one that upgrades, or tells that somebody has it.

It is held as long as the connection.
"""


def engine(url: URL) -> Engine:
    """An engine; nothing is connected yet."""
    arguments: dict[str, object] = {"application_name": "quiesce"}
    arguments |= {name: value for name, value in _AWAY.items() if name not in url.query}
    try:
        return create_engine(
            url,
            connect_args=arguments,
            pool_pre_ping=True,  # the server may have been restarted between two looks
            hide_parameters=True,
        )
    except ModuleNotFoundError as error:
        raise StoreError(
            "a store in PostgreSQL needs a driver that is not installed",
            hint="this needs: uv tool install 'quiesce[postgres]'",
        ) from error


def limit_waiting(connection: Connection, patience: float) -> None:
    """Wait so many seconds for what others have locked, until the transaction ends.

    Readers too: `VACUUM FULL`, or a session that was left open, keeps a table from them.
    """
    milliseconds = max(1, ceil(patience * 1000))  # 0 would be for ever
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")


def lock_for_writing(connection: Connection) -> None:
    """Be the only writer until the transaction ends."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITING})")
