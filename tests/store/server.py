"""A PostgreSQL of our own: on a socket in a folder, gone with the process that started it."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from quiesce.store import open_store
from quiesce.store.database.version import CURRENT
from quiesce.store.schema import metadata, version

TEMPLATE = "quiesce_template"
STARTING = 30.0

_PR_SET_PDEATHSIG = 1
_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",  # what is tested dies by itself, and this server goes on
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "40",
    "shared_buffers": "32MB",
}


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL that is installed, as Debian or a PATH has it."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    if found:
        return found[-1].parent
    there = shutil.which("postgres")
    return None if there is None else Path(there).resolve().parent


class Server:
    """A running server; it refuses to run as root, so root starts it as somebody else."""

    def __init__(self, bin_: Path) -> None:
        self._bin = bin_
        self._user = _somebody()
        self._numbers = itertools.count(1)
        # A path of a socket may only have a hundred bytes: not below pytest's folder.
        self.folder = Path(tempfile.mkdtemp(prefix="quiesce-pg-"))
        self._data = self.folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._shared: contextlib.ExitStack | None = None
        self._url = ""
        if self._user is not None:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)

    def make(self) -> None:
        """A new server, with a store as the template of each test's own."""
        with self._log() as log:
            made = self._popen(
                [self._bin / "initdb", "-D", self._data, "-U", "quiesce", "-A", "trust",
                 "-E", "UTF8", "--locale=C", "--no-sync"],
                log,
            )  # fmt: skip
            assert made.wait(60) == 0, self.said()
        self.start()
        self._run(f"CREATE DATABASE {TEMPLATE}")
        open_store(self.url(TEMPLATE), create=True).close()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = {**_OPTIONS, "unix_socket_directories": str(self.folder)}
        words = [f"-c{name}={value}" for name, value in options.items()]
        with self._log() as log:
            self._process = self._popen([self._bin / "postgres", "-D", self._data, *words], log)
        deadline = time.monotonic() + STARTING
        while True:
            assert self._process.poll() is None, self.said()
            try:
                self._run("SELECT 1")
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, self.said()
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """End it at once; what was committed is kept."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://quiesce@/{database}?host={self.folder}"

    @contextlib.contextmanager
    def database(self, template: str = TEMPLATE) -> Iterator[str]:
        """The URL of a fresh database, a copy of a template, for as long as the block runs."""
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            if self._process is not None:
                self._run(f"DROP DATABASE {name} WITH (FORCE)")

    @contextlib.contextmanager
    def emptied(self) -> Iterator[str]:
        """The URL of a store without rows: quicker than a fresh one, so always the same.

        A test that changes the tables themselves needs `database`.
        """
        if self._shared is None:
            self._shared = contextlib.ExitStack()
            self._url = self._shared.enter_context(self.database())
        yield self._url
        try:
            with psycopg.connect(self._url.replace("+psycopg", "")) as connection:
                _empty(connection)
        except (psycopg.Error, AssertionError):
            self._shared.close()  # what it left behind is not for the next one
            self._shared = None

    def said(self) -> str:
        """The end of what the server has logged."""
        return (self.folder / "log").read_text(errors="replace")[-3000:]

    def _log(self) -> contextlib.AbstractContextManager[object]:
        return (self.folder / "log").open("ab")

    def _run(self, statement: str) -> None:
        where = f"host={self.folder} user=quiesce dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _popen(self, words: list[str | Path], log: object) -> subprocess.Popen[bytes]:
        user = self._user
        return subprocess.Popen(  # type: ignore[call-overload]
            words,
            cwd=self.folder,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=_ends_with(os.getpid()),  # noqa: PLW1509 - it calls into C alone
            **({} if user is None else {"user": user.pw_uid, "group": user.pw_gid,
                                        "extra_groups": []}),
        )  # fmt: skip


def _empty(connection: psycopg.Connection) -> None:
    """Remove all rows; nobody may be connected to it, or hold anything, any more."""
    connection.execute("SET lock_timeout = 5000")
    for table in metadata.tables:
        if table != version.name:
            connection.execute(f"DELETE FROM {table}".encode())  # noqa: S608 - our own names
    found = connection.execute("SELECT version_num FROM quiesce_version").fetchall()
    assert found == [(CURRENT,)]


def _somebody() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise AssertionError("root can't run a PostgreSQL, and there is nobody else")


def _ends_with(parent: int) -> Callable[[], None]:
    """The server ends when its parent does, even if that is killed: no test leaves one behind."""
    libc = ctypes.CDLL(None)

    def before_it_begins() -> None:
        if hasattr(libc, "prctl"):
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
        if os.getppid() != parent:
            os._exit(1)

    return before_it_begins
