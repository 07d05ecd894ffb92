"""Which pipelines are known, and how a question is narrowed to some sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, false, select, true
from sqlalchemy.sql.elements import SQLCoreOperations

from quiesce.store.schema import tallies
from quiesce.store.writing import merge

Sources = Mapping[str, str] | None
"""The keys of sources and the names to show; None for all, shown by their keys."""


class PipelineKey(NamedTuple):
    """One pipeline: `source` is a key. Its name alone may be used by many applications."""

    source: str
    application: str
    pipeline: str


def within(column: SQLCoreOperations[str], sources: Sources) -> ColumnElement[bool]:
    """The condition that a row is of one of the sources."""
    if sources is None:
        return true()
    return column.in_(sorted(sources)) if sources else false()


def shown(sources: Sources, key: str) -> str:
    """The name that a source has for people."""
    return key if sources is None else sources[key]


def known(
    connection: Connection,
    sources: Sources,
    *,
    pipeline: str | None = None,
    application: str | None = None,
) -> list[PipelineKey]:
    """All pipelines with runs that are kept, in order.

    Applications are compared without regard to case, as no system has two that differ in it.
    """
    columns = (tallies.c.source, tallies.c.application, tallies.c.pipeline)
    found = select(*columns).where(within(tallies.c.source, sources)).distinct()
    # A count that has come down to none stays as a row.
    found = found.where(tallies.c.runs > 0)
    if pipeline is not None:
        found = found.where(tallies.c.pipeline == merge.key(pipeline))
    return sorted(of_application(map(PipelineKey._make, connection.execute(found)), application))


def of_application(keys: Iterable[PipelineKey], application: str | None) -> Iterable[PipelineKey]:
    """Those of an application; in here, since no database folds all letters as Python does."""
    if application is None:
        return keys
    wanted = merge.key(application).casefold()
    return (key for key in keys if key.application.casefold() == wanted)
