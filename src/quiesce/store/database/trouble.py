"""What databases say, in words for people: the one place where their errors are wrapped."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import MsgspecError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from quiesce.errors import StoreError
from quiesce.store.database.place import plain

_ROOM = "make room there, or keep the store elsewhere (QUIESCE_STORE), or do without (--no-store)"
_RIGHTS = "give this user the right to write there, or keep the store elsewhere (QUIESCE_STORE)"
_DAMAGED = "`quiesce store restore` brings a backup back; or move the file away and begin anew"
_LOOK = "see whether it runs and can be reached from here"

_SQLITE = {
    "FULL": ("there is no room left to write {}", _ROOM),
    "READONLY": ("{} can't be written by this user", _RIGHTS),
    "PERM": ("{} can't be opened by this user", _RIGHTS),
    "AUTH": ("{} can't be opened by this user", _RIGHTS),
    "CANTOPEN": ("{} can't be opened", "see whether its folder exists and this user may use it"),
    "NOTADB": ("{} is not a database, or it is damaged", _DAMAGED),
    "CORRUPT": ("{} is damaged", _DAMAGED),
    "BUSY": ("{} is held by another process, which does not let go of it", "see what uses it"),
    "LOCKED": ("{} is held by another process, which does not let go of it", "see what uses it"),
    "PROTOCOL": ("{} is held by other processes for too long", "see what uses it"),
    "IOERR": ("the disk failed while {} was read or written", "see whether it is full or broken"),
}

# By SQLSTATE, or its class (two letters): https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES = {
    "28": ("{} does not let this user in", "see the user name and the password in the URL"),
    "3D": ("{} does not exist", "make it: createdb, or CREATE DATABASE"),
    "53100": ("there is no room left to write {}", "make room on the server's disk"),
    "53": ("{} has no room for another connection", "see max_connections on the server"),
    "55P03": ("{} is held by another process, which does not let go of it", "see what uses it"),
    "25006": ("{} is read-only", "it may be a stand-by server: give the one that is written to"),
    "42501": ("{} can't be written by this user", "GRANT it the right on schema and tables"),
    "57": ("{} is shutting down or has ended the connection", _LOOK),
    "08": ("the connection to {} was lost", _LOOK),
    "42P01": ("tables are missing in {}", "see whether another database was meant"),
}


@contextmanager
def in_words(shown: str) -> Iterator[None]:
    """Raise what a database complains of as a `StoreError` that names the store."""
    try:
        yield
    except DBAPIError as error:
        raise told(error.orig, shown) from error
    except SQLAlchemyError as error:
        raise StoreError(f"the store {shown} can't be used: {plain(str(error))}") from error
    except sqlite3.Error as error:
        raise told(error, shown) from error
    except (
        MsgspecError,
        OverflowError,
    ) as error:  # a JSON text or a time of somebody else's making
        message = f"a row of the store {shown} can't be read: {plain(str(error))}"
        raise StoreError(message, hint="see docs/store.md for what is in its columns") from error


def told(error: BaseException | None, shown: str) -> StoreError:
    """One error of a driver, in a sentence."""
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", "").removeprefix("SQLITE_").partition("_")[0]
        known = _SQLITE.get(name)
    else:
        code = getattr(error, "sqlstate", None) or ""
        known = _POSTGRES.get(code) or _POSTGRES.get(code[:2])
        if known is None and not code:  # there was no connection yet, or there is none any more
            cause = plain(str(error).rpartition("FATAL:")[2].partition("\n")[0])
            return StoreError(f"the store {shown} can't be reached: {cause}", hint=_LOOK)
    if known is None:
        return StoreError(f"the store {shown} can't be used: {plain(str(error))}")
    sentence, hint = known
    return StoreError(sentence.format(f"the store {shown}"), hint=hint)


def passes(error: DBAPIError) -> bool:
    """Whether SQLite may only have to be asked again.

    It does not wait for everything: not while another process opens, closes or mends the log.
    """
    name = getattr(error.orig, "sqlite_errorname", "")
    return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL"))


def of_system(error: OSError, shown: str) -> StoreError:
    """The same for what the operating system says of a file or a folder."""
    said = plain(error.strerror or type(error).__name__)
    return StoreError(f"the store {shown} can't be used: {said}", hint=_RIGHTS)
