"""Opening a store: where it is, whose it is, and that all of a transaction is kept or nothing."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from tests.store.server import Server

from quiesce.errors import StoreError
from quiesce.store import NoStore, Store, open_store
from quiesce.store.database.place import place
from quiesce.store.schema import sources


def names(store: Store) -> list[str]:
    with store.reading() as connection:
        return list(connection.execute(select(sources.c.name).order_by(sources.c.key)).scalars())


def add(store: Store, name: str) -> None:
    with store.writing() as connection:
        connection.execute(insert(sources).values(key=name, name=name, kind="k", address="a"))


def test_nothing_is_made_where_nothing_is_to_be_made(empty: str) -> None:
    with pytest.raises(NoStore, match="there is no store") as raised:
        open_store(empty, create=False)
    assert raised.value.hint == "the first look makes it: quiesce check"
    with open_store(empty, create=True) as store:
        add(store, "gate")
    with open_store(empty, create=False) as store:
        assert names(store) == ["gate"]


def test_a_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "quiesce.db"
    with open_store(str(path), create=True) as store:
        add(store, "gate")
        for each in path.parent.iterdir():
            assert stat.S_IMODE(each.stat().st_mode) == 0o600, each
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_block_that_fails_leaves_nothing(store: Store) -> None:
    def fail() -> None:
        with store.writing() as connection:
            connection.execute(insert(sources).values(key="a", name="a", kind="k", address="a"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert names(store) == []
    add(store, "b")
    assert names(store) == ["b"]


def test_a_reader_sees_one_moment(store: Store) -> None:
    add(store, "a")
    query = select(sources.c.name)
    with store.reading() as connection:
        before = connection.execute(query).all()
        add(store, "b")
        assert connection.execute(query).all() == before
    assert names(store) == ["a", "b"]


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("/var/lib/quiesce/quiesce.db", "/var/lib/quiesce/quiesce.db"),
        ("sqlite:////var/lib/quiesce.db", "/var/lib/quiesce.db"),
        (
            "postgresql+psycopg://me:s3cret-word@db.example.com/quiesce?sslpassword=s3cret-word",
            "postgresql+psycopg://me:***@db.example.com/quiesce?sslpassword=***",
        ),
        ("postgresql://me@corp:s3cret@db/q", "postgresql://me@corp:***@db/q"),
        ("postgresql://a/b:s3cret@db/q", "postgresql://a/b:***@db/q"),
        ("postgresql://me@db.example.com/q", "postgresql://me@db.example.com/q"),
    ],
)
def test_a_place_is_shown_without_a_password(location: str, shown: str) -> None:
    found = place(location)
    assert found.shown == shown
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    "location",
    [
        "",
        ":memory:",
        "sqlite://",
        "mysql://me:s3cret-word@h/d",
        "postgresql://me:s3cret-word@h:port/d",
    ],
)
def test_what_is_no_place_for_a_store_is_refused(location: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(location, create=True)
    assert "postgresql+psycopg://user@host/database" in caught.value.hint
    assert "s3cret" not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.hint}"


def test_a_password_is_in_no_error(postgres: Server) -> None:
    url = f"postgresql+psycopg://quiesce:s3cret-word@/nothing_there?host={postgres.folder}"
    with pytest.raises(StoreError, match=r"can't be reached.* does not exist") as caught:
        open_store(url, create=True)
    error: BaseException | None = caught.value
    while error is not None:
        assert "s3cret" not in f"{error!r} {error}"
        error = error.__cause__ or error.__context__


def test_a_database_of_something_else_is_left_alone(empty: str) -> None:
    import sqlalchemy

    found = place(empty)
    if found.path is not None:
        found.path.parent.mkdir()
    engine = sqlalchemy.create_engine(found.url or f"sqlite:///{found.path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE runs (id INTEGER)")
    for create in (True, False):
        with pytest.raises(StoreError, match="something else"):
            open_store(empty, create=create)
    with engine.begin() as connection:
        assert sqlalchemy.inspect(connection).get_table_names() == ["runs"]
    engine.dispose()
