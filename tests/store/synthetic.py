"""Versions of the tables that never were, for the tests of upgrades: rows move in batches."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

from quiesce.store.upkeep.upgrade import MIGRATIONS

KILLED_AT = "QUIESCE_TEST_KILLED_AT"
"""The batch in which the process kills itself, after it has moved its rows."""

_SECOND = '''
"""A second version: pairs of a run and its pipeline, in a table of their own."""

import sqlalchemy as sa
from alembic import op

from tests.store.synthetic import maybe_killed

revision = "0002"
down_revision = "0001"
title = "pairs in a table of their own"


def begin():
    op.create_table(
        "pairs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pairs"),
    )


def count(connection):
    return connection.exec_driver_sql("SELECT count(*) FROM runs").scalar()


def batch(connection, reached):
    rows = connection.execute(
        sa.text("SELECT id, pipeline FROM runs WHERE id > :after ORDER BY id LIMIT 10"),
        {"after": reached or ""},
    ).all()
    if rows:
        connection.execute(
            sa.text("INSERT INTO pairs VALUES (:id, :pipeline)"), [r._asdict() for r in rows]
        )
    maybe_killed(connection)
    return (rows[-1].id if len(rows) == 10 else None), len(rows)


def upgrade():
    with op.batch_alter_table("runs") as table:
        table.drop_column("details")
'''

_THIRD = '''
"""A third version."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
title = "a column for everybody"


def upgrade():
    op.add_column("pairs", sa.Column("extra", sa.Text()))
'''


def migrations(folder: Path) -> Path:
    """The real versions, and two more."""
    copied = folder / "migrations"
    shutil.copytree(MIGRATIONS, copied, ignore=shutil.ignore_patterns("__pycache__"))
    (copied / "versions" / "v0002.py").write_text(_SECOND)
    (copied / "versions" / "v0003.py").write_text(_THIRD)
    return copied


def maybe_killed(connection: object) -> None:
    """Die as a process that is killed, in the middle of a batch."""
    left = os.environ.get(KILLED_AT)
    if left is not None:
        if left == "0":
            os.kill(os.getpid(), signal.SIGKILL)
        os.environ[KILLED_AT] = str(int(left) - 1)
