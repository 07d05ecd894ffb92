"""Keeping a store small, telling how large it is, and giving all of it away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.store.looking import NOON, at, everything, row, run, see

from quiesce.errors import StoreError
from quiesce.model import State
from quiesce.past import Estimate, Outlook
from quiesce.store import NoStore, Store
from quiesce.store.schema import flips, looks, predictions, runs, tallies, waivers
from quiesce.store.upkeep import backup, export
from quiesce.store.upkeep.maintain import info, prune
from quiesce.store.writing import write
from quiesce.store.writing.tally import recount

DAY = 86_400.0


def count(store: Store, table: Any) -> int:
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def past(store: Store, days: int, each: int = 5) -> None:
    """A look every day, the newest at noon, with runs that ended an hour before it."""
    for day in range(days, -1, -1):
        ended = [
            run(f"{day}-{number}", State.SUCCEEDED, ended_at=at(-day * DAY - 3600))
            for number in range(each)
        ]
        see(store, -day * DAY, ended=ended)


@pytest.mark.parametrize("together", [1, 3, 2000])
def test_what_was_over_before_is_removed(store: Store, together: int) -> None:
    past(store, 10)
    with store.writing() as connection:
        for day in (9, 2):
            said = Outlook(runs={"gate/1": Estimate(at=at(-day * DAY))})
            write.predicted(connection, {"gate": "gate"}, said, at(-day * DAY))
    done = prune(store, NOON - timedelta(days=4), together=together)
    assert (done.runs, done.flips, done.looks, done.predictions) == (7 * 5, 7 * 5, 7, 1)
    assert (count(store, runs), count(store, flips), count(store, looks)) == (20, 20, 4)
    assert count(store, predictions) == 1
    with store.writing() as connection:
        kept = [tuple(one) for one in connection.execute(select(tallies).where(tallies.c.runs > 0))]
        recount(connection)
        assert [tuple(one) for one in connection.execute(select(tallies))] == kept


def test_what_is_active_stays_whatever_its_age(store: Store) -> None:
    see(store, -100 * DAY, run("old"), run("back", State.RUNNING))
    see(store, -99 * DAY, ended=[run("back", State.FAILED, ended_at=at(-99 * DAY))])
    see(store, -90 * DAY, run("back"))
    done = prune(store, NOON)
    assert (done.runs, done.flips, done.looks) == (0, 0, 3)
    assert (row(store, "old").state, row(store, "back").state) == ("running", "running")


def test_a_run_that_is_gone_counts_from_when_that_was_seen(store: Store) -> None:
    see(store, -10 * DAY, run("1"), run("2"))
    see(store, -9 * DAY, gone=[run("1", State.GONE)])
    see(store, -1 * DAY, gone=[run("2", State.GONE)])
    assert prune(store, NOON - timedelta(days=5)).runs == 1
    assert row(store, "2").state == "gone"


def test_a_waiver_that_holds_stays(store: Store) -> None:
    def waive(until: float) -> int:
        with store.writing() as connection:
            return write.waive(
                connection,
                pattern="*",
                reason="r",
                by="me",
                made_at=at(-100 * DAY),
                until=at(until),
            )

    holds, over, lately, back = waive(DAY), waive(-9 * DAY), waive(-1 * DAY), waive(DAY)
    with store.writing() as connection:
        write.unwaive(connection, back, at(-8 * DAY))
    assert prune(store, NOON - timedelta(days=5)).waivers == 2
    with store.reading() as connection:
        assert set(connection.execute(select(waivers.c.id)).scalars()) == {holds, lately}
    assert over not in (holds, lately)


def test_pruning_nothing_changes_nothing(store: Store) -> None:
    past(store, 3)
    with store.reading() as connection:
        before = everything(connection)
    done = prune(store, NOON - timedelta(days=400))
    assert (done.runs, done.flips, done.looks, done.predictions, done.waivers) == (0, 0, 0, 0, 0)
    with store.reading() as connection:
        assert everything(connection) == before


def test_pruning_gives_room_back(store: Store) -> None:
    if store.path is None:
        pytest.skip("PostgreSQL sees to that by itself")
    long = {"stage": "x" * 2000}
    ended = [run(str(n), State.FAILED, ended_at=at(0), details=long) for n in range(2000)]
    see(store, 1, ended=ended)
    full = backup.size(store.path)
    done = prune(store, at(10))
    assert backup.size(store.path) < full / 4
    assert done.bytes > full / 2


def test_others_write_while_it_is_pruned(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two pieces the store is free, and what came in between is not lost."""
    past(store, 10)
    came = iter(range(1000))

    def others(_: float) -> None:
        see(store, 10 + next(came), run("active"))

    monkeypatch.setattr("quiesce.store.upkeep.maintain._let_others", others)
    prune(store, NOON - timedelta(days=4), together=2)
    assert next(came) > 20
    assert row(store, "active").active


def test_the_figures_of_a_store(store: Store, location: str) -> None:
    past(store, 3)
    found = info(location)
    assert found.rows == {"runs": 20, "flips": 20, "looks": 4, "waivers": 0, "predictions": 0}
    assert (found.version, found.upgrading_to) == (found.current, None)
    assert (found.dialect, found.location) == (store.dialect, store.shown)
    assert found.bytes > 20_000
    assert found.newest_look == at(-1)
    assert found.oldest_look == at(-3 * DAY - 1)
    assert found.oldest_run == at(-3 * DAY)


def test_there_are_no_figures_of_nothing(empty: str) -> None:
    with pytest.raises(NoStore):
        info(empty)


@pytest.mark.parametrize("table", export.TABLES)
def test_every_row_of_a_table_is_exported(store: Store, table: str) -> None:
    past(store, 5)
    with store.reading() as connection:
        names = export.columns(table)
        rows = list(export.rows(connection, table, None))
        assert all(len(one) == len(names) for one in rows)
        lately = list(export.rows(connection, table, NOON - timedelta(days=2)))
    if table in ("runs", "flips"):
        assert (len(rows), len(lately)) == (30, 10 if table == "runs" else 15)
    if table == "looks":
        assert (len(rows), len(lately)) == (6, 2)


def test_what_is_left_out_of_an_export_is_what_pruning_removes(store: Store) -> None:
    past(store, 5)
    see(store, -9 * DAY, run("old"))
    since = NOON - timedelta(days=2)
    with store.reading() as connection:
        kept = {one[:2] for one in export.rows(connection, "runs", since)}
    prune(store, since)
    with store.reading() as connection:
        assert {one[:2] for one in export.rows(connection, "runs", None)} == kept


def test_the_planner_knows_a_table_that_has_grown(store: Store, location: str) -> None:
    if store.path is None:
        pytest.skip("PostgreSQL sees to that by itself")
    see(store, 0, ended=[run(str(number), State.FAILED) for number in range(500)])
    store.close()
    query = "SELECT max(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE tbl = 'runs'"
    with store.reading() as connection:
        assert connection.exec_driver_sql(query).scalar() == 500
    many = [run(f"n{number}", State.FAILED) for number in range(20_000)]
    see(store, 1, ended=many)  # at once, as so many have changed
    with store.reading() as connection:
        assert connection.exec_driver_sql(query).scalar_one() > 10_000


def test_a_store_that_can_not_be_used_has_no_figures(tmp_path: Any) -> None:
    path = tmp_path / "quiesce.db"
    path.write_bytes(b"garbage" * 1000)
    with pytest.raises(StoreError, match="is not a database"):
        info(str(path))
