"""The views for people who query with SQL say the same in both dialects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.store.looking import at, run, see, surveyed

from quiesce.model import State
from quiesce.store import Identity, Store
from quiesce.store.writing import write


def asked(store: Store, query: str) -> list[Any]:
    with store.reading() as connection:
        return list(connection.exec_driver_sql(query).mappings())


def test_active_runs_have_times_and_an_age(store: Store) -> None:
    began = datetime.now(UTC) - timedelta(seconds=100)
    with store.writing() as connection:
        write.keys(connection, [Identity(name="gate", kind="k", address="a")])
    see(store, 0, run("1", started_at=began), ended=[run("2", State.FAILED)])
    (found,) = asked(store, "SELECT * FROM active_runs")
    assert str(found["begun"])[:19] == f"{began:%Y-%m-%d %H:%M:%S}"
    assert 98 <= found["age"] <= 160
    assert (found["system"], found["pipeline"], found["id"]) == ("gate", "deploy", "1")
    assert str(found["seen"]) == "2026-11-02 12:00:00"


def test_recent_runs_have_times_and_a_length(store: Store) -> None:
    took = run("1", State.SUCCEEDED, started_at=at(-90.5), ended_at=at(-1))
    see(store, 0, run("2"), ended=[took])
    first, second = asked(store, "SELECT * FROM recent_runs ORDER BY begun_at")
    assert (first["id"], first["took"]) == ("1", 89.5)
    assert str(first["ended"]) == "2026-11-02 11:59:59"
    assert (second["id"], second["took"], second["ended"]) == ("2", None, None)


def test_quiet_hours_count_looks_at_everything_by_the_hour_of_the_week(store: Store) -> None:
    """Monday is 1. What is unknown is not quiet, and a narrowed look says nothing of the rest."""
    sunday = -86_400.0
    for number, verdict in enumerate(["quiet", "quiet", "active", "unknown"]):
        with store.writing() as connection:
            part = surveyed(number + 1, verdict=verdict)
            write.record(connection, f"m{number}", [part])
    see(store, 600, verdict="quiet", scope="only tasks")
    see(store, sunday + 7200, verdict="quiet")
    found = [tuple(one.values()) for one in asked(store, "SELECT * FROM quiet_hours ORDER BY hour")]
    assert [(*one[:7], float(one[7])) for one in found] == [
        ("gate", 1, 12, 4, 2, 1, 1, 0.5),
        ("gate", 7, 13, 1, 1, 0, 0, 1.0),
    ]
