"""What the planner knows of the tables: it chooses the index by that."""

from __future__ import annotations

from sqlalchemy.engine import Connection

SAMPLE = 1000
"""Rows of each index that SQLite looks at: quick whatever the size, and exact enough."""


def grown(connection: Connection) -> bool:
    """Whether the tables are twice as large as when they were last analysed.

    SQLite alone: PostgreSQL's autovacuum sees to that by itself.
    """
    if connection.dialect.name != "sqlite":
        return False
    now = connection.exec_driver_sql("SELECT max(rowid) FROM runs").scalar() or 0
    there = "SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat1'"
    if not connection.exec_driver_sql(there).scalar():
        return True
    then = connection.exec_driver_sql(
        "SELECT max(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE tbl = 'runs'"
    ).scalar()
    return now > 2 * (then or 0)


def analyze(connection: Connection) -> None:
    """Renew the statistics by which the planner chooses an index.

    Without them the newest runs of a pipeline take a hundred times as long at millions of rows.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA analysis_limit = {SAMPLE}")
    connection.exec_driver_sql("ANALYZE")
