"""A store that can't be used is an error in plain words, and is used again once it can be."""

from __future__ import annotations

import contextlib
import os
import pwd
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from tests.store.children import Child, Tell
from tests.store.looking import row, run, see
from tests.store.server import Server, binaries

from quiesce.errors import StoreError
from quiesce.store import NoStore, Store, open_store
from quiesce.store.database.place import place
from quiesce.store.database.postgres import WRITING
from quiesce.store.reading.read import remembered


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "quiesce.db"


def fails(store: Store, sentence: str) -> StoreError:
    """Keeping a look fails with this sentence, in words that name no library."""
    with pytest.raises(StoreError, match=sentence) as caught:
        see(store, 99, run("99", details={"long": "x" * 3_000_000}))
    said = f"{caught.value.message} {caught.value.hint}"
    assert caught.value.hint
    assert not any(word in said for word in ("sqlite3", "sqlalchemy", "psycopg.", "(Background"))
    return caught.value


@contextlib.contextmanager
def tiny_disk(folder: Path) -> Iterator[None]:
    options = ["-t", "tmpfs", "-o", "size=1500k", "tmpfs"]
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", *options, folder], check=False).returncode:
        pytest.skip("a small disk can't be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_named_and_heals(tmp_path: Path) -> None:
    path = tmp_path / "disk" / "quiesce.db"
    with tiny_disk(path.parent), open_store(str(path), create=True) as store:
        see(store, 0, run("0"))
        error = fails(store, "there is no room left to write")
        assert "make room" in error.hint
        see(store, 1, run("1"))
        assert [row(store, name).state for name in "01"] == ["running", "running"]


def test_a_limit_on_files_is_named_and_heals(path: Path) -> None:
    with open_store(str(path), create=True) as store:
        see(store, 0, run("0"))
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
        try:
            fails(store, "the disk failed while|there is no room left")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        see(store, 1, run("1"))
        assert row(store, "1").active


@pytest.fixture
def readable() -> Iterator[Path]:
    """A folder below which another user may go."""
    folder = Path(tempfile.mkdtemp(prefix="quiesce-ro-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_file_that_may_not_be_written_is_named_and_heals(readable: Path) -> None:
    path = readable / "quiesce.db"
    with open_store(str(path), create=True) as store:
        see(store, 0, run("0"))
    path.chmod(0o444)
    readable.chmod(0o555)

    def work(tell: Tell) -> None:
        if os.geteuid() == 0:
            os.setuid(pwd.getpwnam("nobody").pw_uid)
        try:
            with open_store(str(path), create=True) as store:
                see(store, 1, run("1"))
            tell("written")
        except StoreError as error:
            tell(error.message)

    (said,) = Child(work).lines()
    assert "can't be written by this user" in said or "can't be opened" in said
    assert str(path) in said
    path.chmod(0o666)
    readable.chmod(0o777)
    assert Child(work).lines() == ["written"]


def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"can't be used: Not a directory|File exists"):
        open_store(str(tmp_path / "file" / "quiesce.db"), create=True)
    with pytest.raises(StoreError, match="is not a file"):
        open_store(str(tmp_path), create=True)


def test_garbage_is_named_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"garbage" * 1000)
    for create in (True, False):
        with pytest.raises(StoreError, match="is not a database") as caught:
            open_store(str(path), create=create)
        assert "quiesce store restore" in caught.value.hint
    assert path.read_bytes() == b"garbage" * 1000


def test_a_file_that_becomes_garbage_is_named_and_heals(path: Path) -> None:
    with open_store(str(path), create=True) as store:
        see(store, 0, run("0"))
        good = path.with_name("good")
        with contextlib.closing(sqlite3.connect(path)) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # or its log would still tell all
        shutil.copy(path, good)
        bad = path.with_name("bad")
        bad.write_bytes(b"garbage" * 1000)
        bad.replace(path)
        fails(store, "removed or replaced")
        fails(store, "is not a database")
        good.replace(path)
        see(store, 2, run("2"))
        assert [row(store, name).state for name in "02"] == ["running", "running"]


def test_a_folder_that_was_removed_is_named_once_and_then_made_anew(path: Path) -> None:
    """Nothing is ever written into a file that nobody can find."""
    with open_store(str(path), create=True) as store:
        see(store, 0, run("0"))
        shutil.rmtree(path.parent)
        fails(store, "was removed or replaced")
        see(store, 1, run("1"))
        assert row(store, "1").active


def test_a_store_that_was_removed_is_not_made_by_who_only_reads(path: Path) -> None:
    open_store(str(path), create=True).close()
    with open_store(str(path), create=False) as store:
        see(store, 0, run("0"))
        shutil.rmtree(path.parent)
        with pytest.raises(StoreError), store.reading():
            pass
        with pytest.raises(NoStore), store.reading():
            pass
        assert not path.exists()
        open_store(str(path), create=True).close()
        see(store, 1, run("1"))


def test_a_file_that_vanishes_while_it_is_written_is_not_said_to_be_kept(path: Path) -> None:
    def remove(store: Store) -> None:
        with store.writing():
            shutil.rmtree(path.parent)

    store = open_store(str(path), create=True)
    with store, pytest.raises(StoreError, match="removed or replaced"):
        remove(store)


@pytest.mark.parametrize(
    "wrong", ["details = '{{'", """details = '{"a":5}'""", "seen_at = 9223372036854775807"]
)
def test_a_row_that_somebody_else_has_written_is_named(store: Store, wrong: str) -> None:
    """The tables are open to people with SQL; what they get wrong is no defect of ours."""
    see(store, 0, run("0"))
    with store.writing() as connection:
        connection.exec_driver_sql(f"UPDATE runs SET {wrong}")  # noqa: S608 - a text of this test
    with pytest.raises(StoreError, match=r"a row of the store .* can't be read") as caught:
        ask(store)
    assert caught.value.hint


def ask(store: Store) -> object:
    with store.reading() as connection:
        return remembered(connection, None)


def test_who_holds_the_store_for_ever_is_named_and_forgotten(location: str) -> None:
    with open_store(location, create=False, patience=0.3) as store:
        where = place(location)
        engine = sqlalchemy.create_engine(where.url or f"sqlite:///{where.path}")
        with engine.connect() as other:
            if where.path is None:
                other.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITING})")
            else:
                other.exec_driver_sql("BEGIN IMMEDIATE")
            fails(store, "is held by another process, which does not let go")
        engine.dispose()
        see(store, 1, run("1"))
        assert row(store, "1").active


def test_who_locks_a_table_keeps_no_reader_for_ever(postgres: Server) -> None:
    """As `VACUUM FULL` does, or somebody who has left a transaction open."""
    with postgres.emptied() as url, open_store(url, create=False, patience=0.3) as store:
        see(store, 0, run("0"))
        engine = sqlalchemy.create_engine(url)
        with engine.connect() as other:
            other.exec_driver_sql("LOCK TABLE runs IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(StoreError, match="is held by another process"):
                row(store, "0")
            store.hurry()  # which is no reason to wait for ever
            with pytest.raises(StoreError, match="is held by another process"):
                see(store, 1, run("1"))
        engine.dispose()
        assert row(store, "0").active


def test_a_server_that_stops_is_named_and_heals() -> None:
    found = binaries()
    if found is None:
        pytest.skip("there is no PostgreSQL here")
    server = Server(found)
    try:
        server.make()
        with server.database() as url, open_store(url, create=True) as store:
            see(store, 0, run("0"))
            server.stop()
            fails(store, "can't be reached|was lost|shutting down")
            with pytest.raises(StoreError, match="can't be reached"):
                open_store(url, create=True)
            server.start()
            see(store, 1, run("1"))
            assert [row(store, name).state for name in "01"] == ["running", "running"]
    finally:
        server.remove()


def test_a_server_that_ends_the_connection_meanwhile_is_named(postgres: Server) -> None:
    def cut(store: Store) -> None:
        with store.writing() as connection:
            connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    with postgres.database() as url, open_store(url, create=True) as store:
        with pytest.raises(StoreError, match=r"can't be reached|was lost|ended the connection"):
            cut(store)
        see(store, 1, run("1"))


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match="driver that is not installed") as caught:
        open_store("postgresql+psycopg://me@127.0.0.1:1/q", create=True)
    assert caught.value.hint == "this needs: uv tool install 'quiesce[postgres]'"


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(StoreError, match="can't be reached"):
        open_store("postgresql+psycopg://me@127.0.0.1:1/q", create=True)
