"""`quiesce store upgrade` and `restore`: nothing lost, whatever happens in between."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from tests.store import synthetic
from tests.store.looking import at, run, see
from tests.store.server import Server
from tests.store.shape import shape

from quiesce.errors import StoreError
from quiesce.model import State
from quiesce.store import NoStore, Store, open_store
from quiesce.store.database.place import place
from quiesce.store.database.session import Database
from quiesce.store.upkeep.alone import alone
from quiesce.store.upkeep.maintain import info
from quiesce.store.upkeep.restore import restore
from quiesce.store.upkeep.upgrade import upgrade

RUNS = 95


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A store of the first version with some runs, whose tables may be changed."""
    if request.param == "sqlite":
        yield fill(str(tmp_path / "quiesce.db"))
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as url:
        yield fill(url)


@pytest.fixture
def later(tmp_path: Path) -> Path:
    return synthetic.migrations(tmp_path)


def fill(location: str) -> str:
    with open_store(location, create=True) as store:
        see(store, 0, ended=[run(f"{number:03}", State.FAILED) for number in range(RUNS)])
    return location


def go(location: str, migrations: Path, **changes: Any) -> list[str]:
    said: list[str] = []
    with_backup = not location.startswith("postgresql")
    arguments: dict[str, Any] = {"with_backup": with_backup, "migrations": migrations} | changes
    upgrade(location, now=lambda: at(60), tell=said.append, **arguments)
    return said


def ask(location: str, query: str) -> list[tuple[Any, ...]]:
    where = place(location)
    engine = create_engine(where.url or f"sqlite:///{where.path}")
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.exec_driver_sql(query)]
    engine.dispose()
    return rows


def test_an_upgrade_says_what_it_does_and_how_far_it_is(filled: str, later: Path) -> None:
    said = go(filled, later)
    assert said[0] == "version 0002: pairs in a table of their own"
    assert said[1] == "version 0003: a column for everybody"
    assert any(f"42 % (40 of {RUNS} rows)" in line for line in said)
    assert any(f"100 % ({RUNS} of {RUNS} rows)" in line for line in said)
    assert any("is of version 0003 now" in line for line in said)
    assert ask(filled, "SELECT count(*), count(DISTINCT pipeline) FROM pairs") == [(RUNS, 1)]
    assert ask(filled, "SELECT version_num FROM quiesce_version") == [("0003",)]
    assert ask(filled, "SELECT count(*) FROM active_runs") == [(0,)]
    assert "nothing to do" in go(filled, later)[-1]


def test_a_store_of_a_newer_version_is_refused(filled: str, later: Path) -> None:
    go(filled, later)
    for create in (True, False):
        with pytest.raises(StoreError, match="newer version") as caught:
            open_store(filled, create=create)
        assert "quiesce store restore" in caught.value.hint
    with pytest.raises(StoreError, match="newer version"):
        upgrade(filled, now=lambda: at(0), tell=print, with_backup=False)
    found = info(filled)
    assert (found.version, found.rows) == ("0003", None)


def test_a_store_that_is_open_notices_an_upgrade(filled: str, later: Path) -> None:
    with open_store(filled, create=False) as store:
        see(store, 10, run("new"))
        go(filled, later)
        with pytest.raises(StoreError, match="newer version"):
            see(store, 20, run("newer"))


def test_an_older_store_is_refused_by_all_but_the_upgrade(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody who only reads or looks changes the version of a store."""
    monkeypatch.setattr("quiesce.store.database.version.VERSIONS", ("0001", "0002"))
    monkeypatch.setattr("quiesce.store.database.version.CURRENT", "0002")
    before = ask(filled, "SELECT * FROM quiesce_version")
    for create in (True, False):
        with pytest.raises(StoreError, match="older version") as caught:
            open_store(filled, create=create)
        assert caught.value.hint == "run: quiesce store upgrade"
    assert ask(filled, "SELECT * FROM quiesce_version") == before


@pytest.mark.parametrize("batch", [0, 3, 9])
def test_an_upgrade_that_was_killed_goes_on_where_it_was(
    filled: str, later: Path, batch: int
) -> None:
    """No row is moved twice, and nobody else uses the store in between."""
    child = os.fork()
    if child == 0:
        os.environ[synthetic.KILLED_AT] = str(batch)
        try:
            go(filled, later)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    moved = ask(filled, "SELECT count(*) FROM pairs")[0][0]
    assert moved == batch * 10
    with pytest.raises(StoreError, match=r"being upgraded to version 0002 \(\d+ %\)") as caught:
        open_store(filled, create=False)
    assert "quiesce store upgrade" in caught.value.hint
    assert info(filled).upgrading_to == "0002"
    said = go(filled, later)
    assert any("going on" in line for line in said)
    assert ask(filled, "SELECT count(*) FROM pairs") == [(RUNS,)]
    assert ask(filled, "SELECT version_num FROM quiesce_version") == [("0003",)]


def test_two_upgrades_are_never_at_work_at_once(filled: str, later: Path) -> None:
    with alone(place(filled), "upgrades"), pytest.raises(StoreError, match="another process"):
        go(filled, later)
    go(filled, later)


def test_an_upgrade_needs_room_before_it_begins(tmp_path: Path, later: Path) -> None:
    path = tmp_path / "quiesce.db"
    fill(str(path))
    size = path.stat().st_size
    before = path.read_bytes()
    with pytest.raises(StoreError, match="must be free") as caught:
        go(str(path), later, free=lambda _: 2 * size - 1)
    assert "nothing was changed" in caught.value.hint
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.glob("quiesce.db.bak*")] == []
    go(str(path), later, free=lambda _: 2 * size)


def test_a_backup_is_made_and_brings_the_store_back(tmp_path: Path, later: Path) -> None:
    path = tmp_path / "quiesce.db"
    fill(str(path))
    with Database(place(str(path))).transaction(write=False) as connection:
        before = shape(connection)
    said = go(str(path), later)
    backup = tmp_path / "quiesce.db.bak-0001"
    assert said[-1] == f"`quiesce store restore` brings version 0001 back from {backup}"
    assert (backup.stat().st_mode & 0o777, len(ask(str(backup), "SELECT * FROM runs"))) == (
        *(0o600, RUNS),
    )
    restore(str(path), None, tell=said.append)
    assert said[-1].endswith("is of version 0001 again")
    assert ask(f"{path}.replaced", "SELECT count(*) FROM pairs") == [(RUNS,)]
    with open_store(str(path), create=False) as store, store.reading() as connection:
        assert shape(connection) == before
        assert connection.exec_driver_sql("SELECT count(*) FROM runs").scalar() == RUNS


def test_a_restore_can_be_taken_back(tmp_path: Path, later: Path) -> None:
    """What was put aside is restored like any backup, and no restore overwrites it."""
    path = tmp_path / "quiesce.db"
    fill(str(path))
    go(str(path), later)
    restore(str(path), None, tell=print)
    restore(str(path), None, tell=print)
    restore(str(path), tmp_path / "quiesce.db.replaced", tell=print)
    assert info(str(path)).version == "0003"
    assert ask(str(path), "SELECT count(*) FROM pairs") == [(RUNS,)]
    kept = sorted(each.name for each in tmp_path.glob("*.replaced*"))
    assert kept == [f"quiesce.db.replaced{number}" for number in ("", "-2", "-3")]


def test_a_store_is_no_backup_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "quiesce.db"
    fill(str(path))
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(StoreError, match="is the store itself"):
        restore(str(path), tmp_path / "link", tell=print)
    assert not list(tmp_path.glob("*.replaced"))


def test_a_restore_is_seen_by_those_who_have_the_store_open(tmp_path: Path, later: Path) -> None:
    path = tmp_path / "quiesce.db"
    fill(str(path))
    with open_store(str(path), create=False) as store:
        go(str(path), later)
        see_fails(store)
        restore(str(path), None, tell=print)
        see(store, 30, run("after"))
    assert len(ask(str(path), "SELECT * FROM runs")) == RUNS + 1


def see_fails(store: Store) -> None:
    with pytest.raises(StoreError):
        see(store, 20, run("meanwhile"))


def test_a_restore_takes_the_place_of_what_can_not_be_read(tmp_path: Path, later: Path) -> None:
    path = tmp_path / "quiesce.db"
    fill(str(path))
    go(str(path), later)
    path.write_bytes(b"garbage" * 9999)
    said: list[str] = []
    restore(str(path), None, tell=said.append)
    assert any("can't be read; it is kept" in line for line in said)
    assert len(ask(str(path), "SELECT * FROM runs")) == RUNS
    assert (tmp_path / "quiesce.db.replaced").read_bytes()[:7] == b"garbage"


def test_only_a_backup_of_a_store_is_restored(tmp_path: Path) -> None:
    path = tmp_path / "quiesce.db"
    fill(str(path))
    with pytest.raises(StoreError, match="there is no backup beside"):
        restore(str(path), None, tell=print)
    (tmp_path / "garbage").write_bytes(b"garbage" * 999)
    with pytest.raises(StoreError, match="not a backup"):
        restore(str(path), tmp_path / "garbage", tell=print)
    sqlite3.connect(tmp_path / "other").execute("CREATE TABLE runs (id)").connection.close()
    with pytest.raises(StoreError, match="not a backup"):
        restore(str(path), tmp_path / "other", tell=print)
    with pytest.raises(StoreError, match="there is no backup"):
        restore(str(path), tmp_path / "nothing", tell=print)
    assert len(ask(str(path), "SELECT * FROM runs")) == RUNS


def test_postgresql_is_backed_up_by_its_own_means(postgres: Server, later: Path) -> None:
    with postgres.database() as url:
        with pytest.raises(StoreError, match="by its own means") as caught:
            go(url, later, with_backup=True)
        assert "pg_dump" in caught.value.hint
        with pytest.raises(StoreError, match="by its own means") as caught:
            restore(url, None, tell=print)
        assert "pg_restore" in caught.value.hint
        assert info(url).version == "0001"


def test_there_is_nothing_to_upgrade_where_nothing_is(empty: str, later: Path) -> None:
    with pytest.raises(NoStore):
        go(empty, later)
