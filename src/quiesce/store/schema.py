"""The tables: what is kept, in which types, by which keys. `docs/store.md` is for who queries it.

Times are whole microseconds since 1970 in UTC (`BIGINT`): the same number in every database,
quick to compare, and exact. The views show them as times. Texts are kept as they came.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

# SQLite numbers rows only in a column that is exactly INTEGER PRIMARY KEY.
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

sources = Table(
    "sources",
    metadata,
    Column("key", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("wanted_until_at", BigInteger),  # somebody waits for it, so it is looked at more often
    UniqueConstraint("name", "kind", "address", name="uq_sources"),
)
"""Which system a `source` in the other tables is: the name alone may be used for several.

`key` is the name, or the name with `~2`, `~3`, … where it was taken by another address.
"""

runs = Table(
    "runs",
    metadata,
    Column("source", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("application", Text, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("native_state", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("missing_at", BigInteger),  # since when its system says that it does not have it
    Column("begun_at", BigInteger, nullable=False),  # started, else created, else first seen
    Column("created_at", BigInteger),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("changed_at", BigInteger),  # when something in it last began or ended
    Column("first_seen_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),  # when its state was last seen to be this
    Column("parent", Text),  # the id of the run that started it
    Column("url", Text),
    Column("started_by", Text),
    Column("waiting_on", Text),
    Column("details", Text),  # JSON object, or null for none
    PrimaryKeyConstraint("source", "id", name="pk_runs"),
    # The newest runs of a name, wherever it is.
    Index("ix_runs_pipeline", "pipeline", "begun_at"),
    # The past of one pipeline, without touching a row: in one system many have the same name.
    Index("ix_runs_history", "source", "application", "pipeline", "begun_at", "state",
          "started_at", "ended_at"),
    # Few among many: what goes on. And who started whom.
    Index("ix_runs_active", "source", "begun_at", sqlite_where=text("active")),
    Index("ix_runs_parent", "source", "parent", sqlite_where=text("parent IS NOT NULL")),
)  # fmt: skip
"""One row a run, as it was last seen."""

tallies = Table(
    "tallies",
    metadata,
    Column("pipeline", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("application", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("runs", BigInteger, nullable=False),
    PrimaryKeyConstraint("pipeline", "source", "application", "state", name="pk_tallies"),
)
"""How many runs of a pipeline are in a state: what counting half a million rows would say.

Whoever adds, changes or removes rows of `runs` keeps it in step in the same transaction
(`quiesce.store.writing.tally`). It is the list of all pipelines that are known, too.
"""

flips = Table(
    "flips",
    metadata,
    Column("source", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("native_state", Text, nullable=False),
    PrimaryKeyConstraint("source", "id", "seen_at", name="pk_flips"),
)
"""Each change of a run's state, and when it was seen (not when it happened)."""

looks = Table(
    "looks",
    metadata,
    Column("survey", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("scope", Text),  # what it was narrowed to; null for everything
    Column("verdict", Text, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("settled", Boolean, nullable=False),
    Column("active", Integer, nullable=False),
    Column("waived", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("gaps", Integer, nullable=False),
    Column("reasons", Text, nullable=False),  # JSON list of sentences
    Column("missed", Text, nullable=False),  # JSON list of the gaps
    Column("requests", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    PrimaryKeyConstraint("survey", "source", name="pk_looks"),
    Index("ix_looks_time", "source", "began_at"),
)
"""What each survey has shown of each source. `survey` is the same for all that were one answer."""

waivers = Table(
    "waivers",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    Column("pattern", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("until_at", BigInteger, nullable=False),
    Column("removed_at", BigInteger),
    sqlite_autoincrement=True,
)
"""Which runs don't count, until when, and who says so. A waiver that was removed stays here."""

predictions = Table(
    "predictions",
    metadata,
    Column("made_at", BigInteger, nullable=False),
    Column("source", Text, nullable=False),  # of a set: all its sources, joined by a space
    Column("id", Text, nullable=False),  # of the run; empty for everything together
    Column("likely", Float),  # seconds from made_at on; null where none could be said
    Column("bound", Float),
    Column("factor", Float, nullable=False),  # by what it had been corrected
    Column("basis", Text, nullable=False),
    Column("runs", Integer, nullable=False),  # how many ended runs it rests on
    PrimaryKeyConstraint("source", "id", "made_at", name="pk_predictions"),
    Index("ix_predictions_time", "made_at"),
)
"""Each prediction that was made, to be held against what happened."""

version = Table(
    "quiesce_version",
    metadata,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="quiesce_version_pkc"),
)
"""One row: the version of these tables. Alembic keeps it, under a name that is ours alone."""

upgrades = Table(
    "upgrades",
    metadata,
    Column("version", Text, primary_key=True),  # to which
    Column("began_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),  # null while it goes on: nobody else uses the store then
    Column("reached", Text),  # where the next batch begins; null before the first
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
)
"""Each upgrade that was begun, and how far it is: one that was interrupted goes on from there."""


def for_postgres() -> MetaData:
    """The same for PostgreSQL, with the conditions of its indexes.

    To name them above would import its dialect, 20 ms of every start, where nobody uses it.
    """
    for table in metadata.tables.values():
        for index in table.indexes:
            where = index.dialect_options["sqlite"]["where"]
            index.dialect_options["postgresql"]["where"] = where
    return metadata
