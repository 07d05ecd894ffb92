"""`docs/store.md` says what is true: every table and column is on it, and its queries run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.store.looking import at, run, see

from quiesce.model import State
from quiesce.store import Store, views
from quiesce.store.schema import metadata

PAGE = (Path(__file__).parents[2] / "docs" / "store.md").read_text("utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_is_there_with_its_columns_and_indexes(table: object) -> None:
    found = metadata.tables[str(table)]
    _, _, rest = PAGE.partition(f"**`{found.name}`**")
    section = rest.partition("\n**`")[0]
    missing = [column.name for column in found.columns if f"`{column.name}`" not in section]
    assert missing == []
    for index in found.indexes:
        listed = re.sub(r"\s+", " ", section)
        assert f"({', '.join(f'`{column.name}`' for column in index.columns)})" in listed


def test_every_view_is_there_with_its_own_columns(store: Store) -> None:
    runs = {column.name for column in metadata.tables["runs"].columns}
    for view in views.VIEWS:
        row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{view}`"))
        with store.reading() as connection:
            found = connection.exec_driver_sql(f"SELECT * FROM {view}").keys()  # noqa: S608 - our own
        told = set(found) - runs if view != "quiet_hours" else set(found) - {"source"}
        assert [name for name in told if f"`{name}`" not in row] == []


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.splitlines()[0])
def test_its_queries_run(store: Store, query: str) -> None:
    see(store, 0, run("1"), ended=[run("2", State.FAILED, started_at=at(-9), ended_at=at(-1))])
    head = query.splitlines()[0]
    if head in ("-- SQLite", "-- PostgreSQL") and store.dialect not in head.lower():
        pytest.skip("for the other one")
    with store.reading() as connection:
        connection.exec_driver_sql(query).all()


def test_there_are_queries() -> None:
    assert len(QUERIES) > 5
