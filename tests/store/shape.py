"""What a database says of its own tables, indexes and views: everything, as it keeps it."""

from __future__ import annotations

import re

from sqlalchemy.engine import Connection

_COLUMNS = """
SELECT table_name, column_name, data_type, character_maximum_length, is_nullable,
    column_default, is_identity
FROM information_schema.columns WHERE table_schema = current_schema()
ORDER BY table_name, ordinal_position"""
_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
_CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = current_schema()::regnamespace"""
_VIEWS = "SELECT viewname, definition FROM pg_views WHERE schemaname = current_schema()"
_SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema()"

_SQLITE = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'"


def shape(connection: Connection) -> list[tuple[object, ...]]:
    """In one order, whatever the order was in which it was made."""
    queries = [_COLUMNS, _INDEXES, _CONSTRAINTS, _VIEWS, _SEQUENCES]
    if connection.dialect.name == "sqlite":
        queries = [_SQLITE]
    rows = [
        (number, *(_plain(value) for value in row))
        for number, query in enumerate(queries)
        for row in connection.exec_driver_sql(query)
    ]
    return sorted(rows, key=repr)


def _plain(value: object) -> object:
    return re.sub(r"\s+", " ", value).replace("( ", "(") if isinstance(value, str) else value
