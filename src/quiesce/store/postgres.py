"""How a PostgreSQL database is connected to."""

from __future__ import annotations

from math import ceil

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL, Connection

from quiesce.errors import StoreError

CONNECT = 5
"""Seconds until a server that does not answer is away."""

WRITING = 0x7175_6965_7363_6531
"""The advisory lock of whoever writes: one at a time, as SQLite has it, so none deadlocks."""

TRY_UPGRADING = f"SELECT pg_try_advisory_lock({WRITING + 1})"
"""Takes the advisory lock of the one that upgrades, or tells that somebody has it.

It is held as long as the connection.
"""


def engine(url: URL) -> Engine:
    """An engine; nothing is connected yet."""
    arguments: dict[str, object] = {"application_name": "quiesce"}
    if "connect_timeout" not in url.query:
        arguments["connect_timeout"] = CONNECT
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


def lock_for_writing(connection: Connection, patience: float) -> None:
    """Be the only writer until the transaction ends."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {ceil(patience * 1000)}")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITING})")
