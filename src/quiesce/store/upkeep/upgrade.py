"""From one version of the tables to the next: what `quiesce store upgrade` does."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from quiesce.errors import StoreError
from quiesce.store.database.engine import NoStore
from quiesce.store.database.place import Place, place, plain
from quiesce.store.database.planner import analyze
from quiesce.store.database.session import Database
from quiesce.store.database.version import Stamp, found, plain_version
from quiesce.store.rows import micros
from quiesce.store.schema import upgrades, version
from quiesce.store.upkeep import backup
from quiesce.store.upkeep.alone import alone
from quiesce.store.views import create_views, drop_views

MIGRATIONS = Path(__file__).parents[1] / "migrations"

Tell = Callable[[str], None]
"""Where sentences about what is done go."""


class Plan(NamedTuple):
    """What is to be done: the versions to go through, and whether that was begun before."""

    since: str
    steps: tuple[Script, ...]
    begun: bool


def upgrade(
    location: str,
    *,
    now: Callable[[], datetime],
    tell: Tell,
    with_backup: bool = True,
    migrations: Path = MIGRATIONS,
    free: Callable[[Path], int] = backup.free,
) -> None:
    """Bring a store to the newest version; what was interrupted goes on where it was.

    Each piece is one transaction, and nobody else uses the store from the first to the last.
    Raises `StoreError`, `NoStore` where there is none.
    """
    where = place(location)
    if where.path is not None and not where.path.exists():
        raise NoStore(
            f"there is no store at {where.shown} yet", hint="the first look makes it: quiesce check"
        )
    scripts = ScriptDirectory(str(migrations))
    database = Database(where)
    try:
        with alone(where, "upgrades"):
            with database.transaction(write=False) as connection:
                there = found(connection, where.shown)
            if there is None:
                raise NoStore(f"there is no store in {where.shown} yet")
            plan = planned(there, scripts, where.shown)
            if not plan.steps:
                tell(f"the store {where.shown} is of version {there.version}: nothing to do")
                return
            _go(database, scripts, plan, now, tell, with_backup=with_backup, free=free)
    finally:
        database.close()


def from_nothing(connection: Connection, migrations: Path = MIGRATIONS) -> None:
    """All migrations in an empty database: what `create_tables` makes, by the long way."""
    scripts = ScriptDirectory(str(migrations))
    for script in _in_order(scripts):
        for step in ("begin", "upgrade"):
            _run(connection, script, step)
        _stamp(connection, scripts, script)
    create_views(connection)


def planned(there: Stamp, scripts: ScriptDirectory, shown: str) -> Plan:
    """What lies between a store and the newest version."""
    order = _in_order(scripts)
    names = [script.revision for script in order]
    if there.version not in names or (there.target or there.version) not in names:
        raise StoreError(
            f"the store {shown} is of a newer version than this quiesce"
            f" ({plain_version(there.target or there.version)}, known up to {names[-1]})",
            hint="upgrade quiesce: uv tool upgrade quiesce; or go back: quiesce store restore",
        )
    steps = tuple(order[names.index(there.version) + 1 :])
    return Plan(there.version, steps, there.target is not None)


def _go(
    database: Database,
    scripts: ScriptDirectory,
    plan: Plan,
    now: Callable[[], datetime],
    tell: Tell,
    *,
    with_backup: bool,
    free: Callable[[Path], int],
) -> None:
    where = database.place
    for script in plan.steps:
        tell(f"version {script.revision}: {getattr(script.module, 'title', script.doc)}")
    kept = _backup_of(where, plan)
    if plan.begun:
        tell(f"going on with what was interrupted; the backup is {kept or 'yours'}")
    else:
        if where.path is None and with_backup:
            raise StoreError(
                "a store in PostgreSQL is backed up by its own means first",
                hint="pg_dump -Fc … > quiesce.dump; then: quiesce store upgrade --no-backup",
            )
        if where.path is not None:
            times = 2 if with_backup else 1
            backup.need_room(where.path.parent, times * backup.size(where.path), free)
        with database.transaction(write=True) as connection:  # no look falls in between
            if with_backup and where.path is not None:
                tell(f"backup: {plain(str(kept))}")
                backup.copy(where.path, backup.beside(where.path, plan.since))
            drop_views(connection)
            _begin(connection, plan.steps[0], now())
    for script, following in zip(plan.steps, [*plan.steps[1:], None], strict=True):
        began = time.monotonic()
        while not _piece(database, scripts, script, following, now=now(), tell=tell, began=began):
            pass
    with database.transaction(write=True) as connection:
        analyze(connection)
    tell(f"the store {where.shown} is of version {plan.steps[-1].revision} now")
    if kept is not None and kept.exists():
        tell(f"`quiesce store restore` brings version {plan.since} back from {kept}")


def _begin(connection: Connection, script: Script, now: datetime) -> None:
    _run(connection, script, "begin")
    total = _run(connection, script, "count", connection) or 0
    connection.execute(
        insert(upgrades).values(
            version=script.revision, began_at=micros(now), done=0, total=int(total)
        )
    )


def _piece(
    database: Database,
    scripts: ScriptDirectory,
    script: Script,
    following: Script | None,
    *,
    now: datetime,
    tell: Tell,
    began: float,
) -> bool:
    """One piece of work in one transaction; True when it was the last one of this version."""
    mine = upgrades.c.version == script.revision
    with database.transaction(write=True) as connection:
        row = connection.execute(select(upgrades).where(mine)).one()
        moved = _run(connection, script, "batch", connection, row.reached)
        reached, count = (None, 0) if moved is None else moved
        done = row.done + count
        connection.execute(update(upgrades).where(mine).values(reached=reached, done=done))
        if reached is None:
            _run(connection, script, "upgrade")
            _stamp(connection, scripts, script)
            connection.execute(update(upgrades).where(mine).values(ended_at=micros(now)))
            if following is None:
                create_views(connection)
            else:
                _begin(connection, following, now)
    if row.total:
        tell(f"version {script.revision}: {_progress(done, row.total, count, began)}")
    return reached is None


def _progress(done: int, total: int, count: int, began: float) -> str:
    seconds = time.monotonic() - began
    share = f"{min(100, 100 * done // total)} % ({done:,} of {total:,} rows)"
    if done >= total or not count or seconds < 0.5:
        return share
    return f"{share}, {count / seconds:,.0f} rows/s"


def _in_order(scripts: ScriptDirectory) -> Sequence[Script]:
    return list(reversed(list(scripts.walk_revisions())))


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"version_table": version.name})


def _run(connection: Connection, script: Script, step: str, *arguments: Any) -> Any:
    """A step of a migration, if it has that one."""
    function = getattr(script.module, step, None)
    if function is None:
        return None
    with Operations.context(_context(connection)):
        return function(*arguments)


def _stamp(connection: Connection, scripts: ScriptDirectory, script: Script) -> None:
    _context(connection).stamp(scripts, script.revision)


def _backup_of(where: Place, plan: Plan) -> Path | None:
    return None if where.path is None else backup.beside(where.path, plan.since)
