"""When it usually is quiet: from what the store knows to windows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from quiesce.app.archive.spells import Seen, counts_for, looked, spells, together
from quiesce.forecast import Ran, windows
from quiesce.past import Spell, Window

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from quiesce.config import SourceConfig

BACK = timedelta(weeks=26)
"""How far back it is looked: habits change."""

WEEK = timedelta(weeks=1)


def known_weeks(
    connection: Connection,
    names: Mapping[str, str],
    configured: Mapping[str, SourceConfig | None],
    now: datetime,
) -> tuple[Spell, ...]:
    """What was known of all sources together in these weeks, from the first look on.

    `configured` has every source that counts. One that was never looked at makes all of it
    unknown.
    """
    since = now - BACK
    looks = looked(connection, names, since, now, 0.0)
    first = min((those[0].at for those in looks.values() if those), default=now)
    since = max(since, first)
    seen = [
        Seen(name=name, spells=spells(those, since, now, seconds), counts_for=seconds)
        for name, source in configured.items()
        for those in (looks.get(name, []),)
        for seconds in (counts_for(source, those),)
    ]
    return together(seen, since, now)


def weeks_of(those: tuple[Spell, ...]) -> float:
    """How many weeks somebody looked, in all."""
    known = sum(((one.until - one.since) for one in those if one.verdict != "unknown"), timedelta())
    return known / WEEK


def best(
    connection: Connection,
    names: Mapping[str, str],
    those: tuple[Spell, ...],
    *,
    now: datetime,
    zone: tzinfo,
    length: float,
    within: float,
    most: int,
) -> list[Window]:
    """The best windows, from what was seen and from when each pipeline was at work."""
    from quiesce.store.reading.habits import habits
    from quiesce.store.rows import moment

    if not those:
        return []
    busy = habits(connection, names, since=those[0].since, until=now).busy
    ran: dict[str, list[Ran]] = {}
    for key, stretches in busy.items():
        where = f"{key.application}, {names[key.source]}" if key.application else names[key.source]
        ran.setdefault(f"{key.pipeline} ({where})", []).extend(
            Ran(at=moment(one.begun_at), seconds=(one.ended_at - one.begun_at) / 1e6)
            for one in stretches
        )
    return windows(those, ran, now=now, zone=zone, length=length, within=within, most=most)
