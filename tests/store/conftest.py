"""A store of each kind for a test: SQLite in a folder, PostgreSQL for real."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.server import Server, binaries

from quiesce.store import Store, open_store

DIALECTS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A running server, one for all tests of a process; nobody stops it in a test."""
    found = binaries()
    if found is None:
        pytest.skip("there is no PostgreSQL here (Debian: apt-get install postgresql)")
    server = Server(found)
    try:
        server.make()
        yield server
    finally:
        server.remove()


@pytest.fixture(params=DIALECTS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A place for a store, where nothing is yet."""
    if request.param == "sqlite":
        yield str(tmp_path / "state" / "quiesce.db")
        return
    with request.getfixturevalue("postgres").database("template0") as url:
        yield url


@pytest.fixture(params=DIALECTS)
def location(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The location of a store without rows."""
    if request.param == "sqlite":
        path = str(tmp_path / "state" / "quiesce.db")
        open_store(path, create=True).close()
        yield path
        return
    with request.getfixturevalue("postgres").emptied() as url:
        yield url


@pytest.fixture
def store(location: str) -> Iterator[Store]:
    """An open store without rows."""
    with open_store(location, create=False) as opened:
        yield opened
