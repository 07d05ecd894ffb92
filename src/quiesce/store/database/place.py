"""Where a store is, and how that is shown: never with a password."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from msgspec import Struct
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from quiesce.config import without_password
from quiesce.errors import StoreError

Dialect = Literal["sqlite", "postgresql"]


class Place(Struct, frozen=True, kw_only=True):
    """A location that was understood: `path` is an SQLite file, `url` a PostgreSQL database."""

    shown: str
    path: Path | None = None
    url: URL | None = None

    @property
    def dialect(self) -> Dialect:
        return "sqlite" if self.path is not None else "postgresql"

    def __repr__(self) -> str:
        return f"Place({self.shown!r})"


def place(location: str) -> Place:
    """What a location means: a path, `sqlite:///path` or `postgresql+psycopg://…`."""
    if "://" not in location:
        return _file(location)
    try:
        url = make_url(location)
    except (ArgumentError, ValueError):
        raise StoreError(
            "the store's URL can't be read",
            hint="it looks like postgresql+psycopg://user@host/database",
        ) from None  # its message holds the whole URL, and the password in it
    if url.get_backend_name() == "sqlite":
        return _file(url.database or "")
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise StoreError(
            f"a store can't be in `{plain(url.drivername)}`",
            hint="it is the path of a file (SQLite), or postgresql+psycopg://user@host/database",
        )
    shown = plain(without_password(location).replace("%2F", "/"))  # a socket's folder, as known
    return Place(shown=shown, url=url.set(drivername="postgresql+psycopg"))


def plain(text: str) -> str:
    """A text from outside as one harmless line of at most 200 characters."""
    return "".join(char if char.isprintable() else " " for char in text[:1000]).strip()[:200]


def _file(path: str) -> Place:
    if not path or path == ":memory:" or "\0" in path:
        raise StoreError(
            "the store needs a file: its path is empty or not one",
            hint="give a path, or postgresql+psycopg://user@host/database",
        )
    found = Path(path).expanduser()
    return Place(shown=plain(str(found)), path=found.absolute())
