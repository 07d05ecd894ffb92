"""Opening a store, and its transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy.engine import Connection

from quiesce.errors import StoreError
from quiesce.store.database import sqlite
from quiesce.store.database.place import Dialect, Place, place
from quiesce.store.database.planner import analyze, grown
from quiesce.store.database.session import PATIENCE, Database, changes
from quiesce.store.database.trouble import of_system
from quiesce.store.database.version import CURRENT, Stamp, check, found, stamp
from quiesce.store.schema import for_postgres, metadata, version
from quiesce.store.views import create_views

MANY = 20_000
"""After so many changed rows it is seen whether the planner's statistics still fit."""


class NoStore(StoreError):
    """There is nothing at this place yet."""


class Store:
    """An open store: may be used by several threads. Made by `open_store`.

    A transaction fails as `StoreError`; the next one tries anew, so that a store heals as soon
    as what ailed it is gone.
    """

    def __init__(self, where: Place, *, create: bool, patience: float) -> None:
        self._place = where
        self._create = create
        self._database = Database(where, patience)
        self._seen = False  # that it is a store that this program may use
        self._changes = 0

    @property
    def shown(self) -> str:
        """Where it is, without a password, for people."""
        return self._place.shown

    @property
    def dialect(self) -> Dialect:
        return self._place.dialect

    @property
    def path(self) -> Path | None:
        """The SQLite file; None for PostgreSQL."""
        return self._place.path

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one moment of the store, and changes nothing."""
        self.open()
        with self._database.transaction(write=False) as connection:
            check(stamp(connection), self.shown)
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes, alone among all processes: all of it is kept, or nothing.

        When the block has ended, it is on the disk.
        """
        self.open()
        with self._database.transaction(write=True) as connection:
            check(stamp(connection), self.shown)
            before = changes(connection)
            yield connection
            changed = changes(connection) - before
        self._still_there()
        self._changes += changed
        if self._changes >= MANY:
            self._analyze()

    def open(self) -> None:
        """See that there is a store, or make one."""
        if self._seen:
            self._still_there()
            return
        if self.path is not None:
            self._have_file(self.path)
        with self._database.transaction(write=False) as connection:
            there = found(connection, self.shown)
        check(self._made() if there is None else there, self.shown)
        self._seen = True

    def hurry(self) -> None:
        """Wait for no other writer from now on, nor any longer: this process is to end."""
        self._database.hurry()

    def close(self) -> None:
        """Let go of all connections. Using the store again opens it again."""
        try:
            if self._changes:
                with suppress(StoreError):  # all is kept; the figures are made the next time
                    self._analyze()
        finally:
            self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({self.shown!r})"

    def _have_file(self, path: Path) -> None:
        try:
            if not path.exists():
                if not self._create:
                    raise NoStore(
                        f"there is no store at {self.shown} yet",
                        hint="the first look makes it: quiesce check",
                    )
                sqlite.make(path)
            elif not path.is_file():
                raise StoreError(f"the store {self.shown} is not a file", hint="give another path")
        except OSError as error:
            raise of_system(error, self.shown) from error

    def _made(self) -> Stamp:
        if not self._create:
            raise NoStore(
                f"there is no store in {self.shown} yet",
                hint="the first look makes it: quiesce check",
            )
        with self._database.transaction(write=True) as connection:
            there = found(connection, self.shown)  # another process may have been quicker
            if there is None:
                create_tables(connection)
                there = stamp(connection)
        return there

    def _still_there(self) -> None:
        """Whether the open file is the one at its path: nothing may be written into nowhere."""
        if self._database.same_file():
            return
        self._seen = False
        self._database.close()
        raise StoreError(
            f"the store {self.shown} was removed or replaced while it was in use",
            hint="what is at this path is used from now on"
            + ("; where there is nothing, a new store is made" if self._create else ""),
        )

    def _analyze(self) -> None:
        """The planner's figures decide between a millisecond and a hundred (see `planner`)."""
        self._changes = 0
        with self._database.transaction(write=True) as connection:
            if grown(connection):
                analyze(connection)


def open_store(location: str, *, create: bool, patience: float = PATIENCE) -> Store:
    """Open the store at a path, or at a URL `postgresql+psycopg://user@host/database`.

    With `create` it is made where there is none; without, `NoStore` is raised. One of another
    version is refused: only `quiesce store upgrade` changes it. `patience` is how many seconds
    to wait for another writer.
    """
    store = Store(place(location), create=create, patience=patience)
    try:
        store.open()
    except BaseException:
        store.close()
        raise
    return store


def create_tables(connection: Connection) -> None:
    """All tables of the newest version, their indexes and the views."""
    tables = for_postgres() if connection.dialect.name == "postgresql" else metadata
    tables.create_all(connection)
    create_views(connection)
    connection.execute(version.insert().values(version_num=CURRENT))
