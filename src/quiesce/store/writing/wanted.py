"""Somebody waits: how `quiesce wait` tells a collector to look more often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, select, update

from quiesce.store.rows import micros, moment
from quiesce.store.schema import sources


def want(connection: Connection, keys: Iterable[str], until: datetime) -> None:
    """Somebody waits for these sources until a time; a later one that was said before stays."""
    at = micros(until)
    earlier = (sources.c.wanted_until_at.is_(None)) | (sources.c.wanted_until_at < at)
    connection.execute(
        update(sources).where(sources.c.key.in_(list(keys)), earlier).values(wanted_until_at=at)
    )


def wanted(connection: Connection, names: Mapping[str, str]) -> dict[str, datetime]:
    """Until when somebody waits, by the name of each source for which anybody ever did."""
    query = select(sources.c.key, sources.c.wanted_until_at).where(
        sources.c.key.in_(list(names)), sources.c.wanted_until_at.is_not(None)
    )
    return {names[row.key]: moment(row.wanted_until_at) for row in connection.execute(query)}
