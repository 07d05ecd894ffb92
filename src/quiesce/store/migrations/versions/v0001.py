"""The first version of the tables."""

# ruff: noqa: D103, INP001 - Alembic calls it by its path; what it makes says what it is

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
title = "the first tables"


def upgrade() -> None:
    sources_and_runs()
    looks_and_flips()
    for_people()
    of_ourselves()


def text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=null)


def number(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=null)


def truth(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def sources_and_runs() -> None:
    op.create_table(
        "sources",
        *(text("key"), text("name"), text("kind"), text("address")),
        number("wanted_until_at", null=True),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("name", "kind", "address", name="uq_sources"),
    )
    op.create_table(
        "runs",
        *(text("source"), text("id"), text("application"), text("pipeline"), text("type")),
        *(text("state"), text("native_state"), truth("active")),
        number("missing_at", null=True),
        number("begun_at"),
        *(number(f"{what}_at", null=True) for what in ("created", "started", "ended", "changed")),
        *(number("first_seen_at"), number("seen_at")),
        *(text(name, null=True) for name in ("parent", "url", "started_by", "waiting_on")),
        text("details", null=True),
        sa.PrimaryKeyConstraint("source", "id", name="pk_runs"),
    )
    index("ix_runs_pipeline", "runs", "pipeline", "begun_at")
    index(
        *("ix_runs_history", "runs", "source", "application", "pipeline", "begun_at"),
        *("state", "started_at", "ended_at"),
    )
    index("ix_runs_active", "runs", "source", "begun_at", where="active")
    index("ix_runs_parent", "runs", "source", "parent", where="parent IS NOT NULL")
    op.create_table(
        "tallies",
        *(text("pipeline"), text("source"), text("application"), text("state"), number("runs")),
        sa.PrimaryKeyConstraint("pipeline", "source", "application", "state", name="pk_tallies"),
    )


def looks_and_flips() -> None:
    op.create_table(
        "flips",
        *(text("source"), text("id"), number("seen_at"), text("state"), text("native_state")),
        sa.PrimaryKeyConstraint("source", "id", "seen_at", name="pk_flips"),
    )
    op.create_table(
        "looks",
        *(text("survey"), text("source"), number("began_at"), number("ended_at")),
        *(text("scope", null=True), text("verdict"), truth("confirmed"), truth("settled")),
        *(sa.Column(n, sa.Integer(), nullable=False) for n in ("active", "waived", "parts")),
        *(sa.Column("gaps", sa.Integer(), nullable=False), text("reasons"), text("missed")),
        *(sa.Column("requests", sa.Integer(), nullable=False), number("bytes")),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("survey", "source", name="pk_looks"),
    )
    index("ix_looks_time", "looks", "source", "began_at")


def for_people() -> None:
    numbered = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "waivers",
        sa.Column("id", numbered, nullable=False),
        *(text("pattern"), text("reason"), text("made_by"), number("made_at")),
        *(number("until_at"), number("removed_at", null=True)),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "predictions",
        *(number("made_at"), text("source"), text("id")),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("likely", "bound")),
        sa.Column("factor", sa.Float(), nullable=False),
        *(text("basis"), sa.Column("runs", sa.Integer(), nullable=False)),
        sa.PrimaryKeyConstraint("source", "id", "made_at", name="pk_predictions"),
    )
    index("ix_predictions_time", "predictions", "made_at")


def of_ourselves() -> None:
    op.create_table(
        "upgrades",
        *(text("version"), number("began_at"), number("ended_at", null=True)),
        *(text("reached", null=True), number("done"), number("total")),
        sa.PrimaryKeyConstraint("version"),
    )


def index(name: str, table: str, *columns: str, where: str | None = None) -> None:
    condition: dict[str, Any] = {}
    if where is not None:
        condition = {f"{each}_where": sa.text(where) for each in ("sqlite", "postgresql")}
    op.create_index(name, table, list(columns), **condition)
