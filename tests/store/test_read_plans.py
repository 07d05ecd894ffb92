"""The database finds what it is asked for by an index, however many runs there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Connection
from tests.store.past_world import minutes, put, run

from quiesce.store import Store
from quiesce.store.database.planner import analyze
from quiesce.store.reading.children import children
from quiesce.store.reading.habits import habits
from quiesce.store.reading.known import PipelineKey, known
from quiesce.store.reading.lookup import beginning, newest_of_each, states
from quiesce.store.reading.overview import pipelines
from quiesce.store.reading.read import counts, recent, remembered
from quiesce.store.reading.usual import durations

NAMES = {"prod": "prod", "stage": "stage"}
WHOLE = re.compile(
    r"SCAN (runs|child)\b(?! USING INDEX ix_runs_active)|BLOOM|AUTOMATIC|Seq Scan on runs"
)
"""How a plan says that all runs are read."""

EVERY = [PipelineKey("prod", f"a{each}", f"p{each}") for each in range(300)]


@pytest.fixture(params=["with statistics", "without"])
def many(store: Store, request: pytest.FixtureRequest) -> Store:
    """Many runs of many pipelines, of which one has half; few are active."""
    with store.writing() as connection:
        put(
            connection,
            (
                run(
                    each,
                    application=f"a{each % 300 if each % 2 else 0}",
                    pipeline=f"p{each % 300 if each % 2 else 0}",
                    took=None if each > 5990 else 5,
                    parent=f"{each - 1:06}" if each % 5 == 0 else None,
                )
                for each in range(6000)
            ),
        )
        if request.param == "with statistics":
            analyze(connection)
    return store


ASKED: dict[str, Callable[[Connection], Any]] = {
    "remembered": lambda connection: remembered(connection, NAMES),
    "remembered of all": lambda connection: remembered(connection, None),
    "latest": lambda connection: recent(connection, NAMES, pipeline="p0", limit=50),
    "latest of one application": lambda connection: recent(
        connection, NAMES, pipeline="p0", application="a0", limit=50
    ),
    "counts": lambda connection: counts(connection, NAMES, pipeline="p0"),
    "counts of one application": lambda connection: counts(
        connection, NAMES, pipeline="p0", application="a0"
    ),
    "known": lambda connection: known(connection, NAMES),
    "durations of one": lambda connection: durations(connection, EVERY[:1]),
    "durations of many": lambda connection: durations(connection, EVERY),
    "children of one": lambda connection: children(connection, EVERY[:1]),
    "children of many": lambda connection: children(connection, EVERY),
    "pipelines": lambda connection: pipelines(connection, NAMES),
    "begin of an id": lambda connection: beginning(connection, NAMES, "0000", 5),
    "states": lambda connection: states(connection, "prod", ["000001", "000002"]),
    "newest of each": lambda connection: newest_of_each(
        connection, NAMES, pipeline="p0", application=None, since=minutes(0), count=10
    ),
    "habits": lambda connection: habits(connection, NAMES, since=minutes(0), until=minutes(9000)),
}


def test_no_question_reads_all_runs(many: Store) -> None:
    """SQLite begins with all runs, or makes a Bloom filter of them, where it is not kept from it.

    PostgreSQL reads so small a table as a whole because that is quicker: it is told not to, and
    has to show that it can do without.
    """
    for what, ask in ASKED.items():
        plans: list[str] = []
        with many.reading() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            with explained(connection, plans):
                ask(connection)
        assert plans, what
        for plan in plans:
            assert not WHOLE.search(plan), f"{what}:\n{plan}"
        if what.startswith("durations") and many.dialect == "sqlite":
            # A thousand rows from a thousand places of the disk would take a second.
            assert "SEARCH runs USING INDEX" not in "\n".join(plans), plans


@contextmanager
def explained(connection: Connection, plans: list[str]) -> Iterator[None]:
    """Note the plan of each statement before it is run."""
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"

    def note(_: Any, __: Any, statement: str, sent: Any, *___: Any) -> None:
        cursor = connection.connection.cursor()
        cursor.execute(f"{explain} {statement}", sent)
        plans.append("\n".join(str(row[-1]) for row in cursor.fetchall()))
        cursor.close()

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", note)
