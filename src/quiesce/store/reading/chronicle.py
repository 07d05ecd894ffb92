"""What was seen when: the looks, the changes of a run's state, and what people decided."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from quiesce.model import Gap, State, VerdictName
from quiesce.past import Waiver
from quiesce.store.reading.known import Sources, shown, within
from quiesce.store.rows import micros, moment, state_of
from quiesce.store.schema import flips as changes
from quiesce.store.schema import looks as surveys
from quiesce.store.schema import waivers as decisions

_REASONS = msgspec.json.Decoder(tuple[str, ...])
_GAPS = msgspec.json.Decoder(tuple[Gap, ...])


class Flip(Struct, frozen=True, kw_only=True):
    """A change of a run's state, and when it was seen."""

    seen_at: datetime
    state: State
    native_state: str


class Looked(Struct, frozen=True, kw_only=True):
    """What one survey has shown of one source.

    `survey` is the same for all sources of one answer. `scope` says what it was narrowed to;
    such a look says nothing about the rest.
    """

    survey: str
    source: str
    began_at: datetime
    ended_at: datetime
    verdict: VerdictName
    confirmed: bool
    settled: bool
    active: int
    waived: int
    parts: int
    gaps: int
    requests: int
    bytes: int
    seconds: float
    scope: str | None = None
    reasons: tuple[str, ...] = ()
    missed: tuple[Gap, ...] = ()


def looks(
    connection: Connection,
    sources: Sources,
    *,
    since: datetime,
    until: datetime,
    whole: bool = False,
) -> list[Looked]:
    """The looks that began in a time, the oldest first; `whole` leaves narrowed ones out."""
    found = (
        select(surveys)
        .where(
            within(surveys.c.source, sources),
            surveys.c.began_at >= micros(since),
            surveys.c.began_at < micros(until),
        )
        .order_by(surveys.c.began_at, surveys.c.source, surveys.c.survey)
    )
    if whole:
        found = found.where(surveys.c.scope.is_(None))
    return [
        Looked(
            survey=row.survey,
            source=shown(sources, row.source),
            began_at=moment(row.began_at),
            ended_at=moment(row.ended_at),
            verdict=cast("VerdictName", row.verdict),
            confirmed=row.confirmed,
            settled=row.settled,
            active=row.active,
            waived=row.waived,
            parts=row.parts,
            gaps=row.gaps,
            requests=row.requests,
            bytes=row.bytes,
            seconds=row.seconds,
            scope=row.scope,
            reasons=_REASONS.decode(row.reasons),
            missed=_GAPS.decode(row.missed),
        )
        for row in connection.execute(found)
    ]


def flips(connection: Connection, source: str, run: str) -> list[Flip]:
    """All changes of the state of the run with that id, of the source with that key, in order."""
    found = (
        select(changes.c.seen_at, changes.c.state, changes.c.native_state)
        .where(changes.c.source == source, changes.c.id == run)
        .order_by(changes.c.seen_at)
    )
    return [
        Flip(seen_at=moment(row.seen_at), state=state_of(row.state), native_state=row.native_state)
        for row in connection.execute(found)
    ]


def waivers(connection: Connection, *, removed: bool = False) -> list[Waiver]:
    """All waivers in the order in which they were made, expired ones too: their end is in them.

    Those that were taken back only with `removed`.
    """
    found = select(decisions).order_by(decisions.c.id)
    if not removed:
        found = found.where(decisions.c.removed_at.is_(None))
    return [
        Waiver(
            id=row.id,
            pattern=row.pattern,
            reason=row.reason,
            until=moment(row.until_at),
            by=row.made_by,
            made_at=moment(row.made_at),
        )
        for row in connection.execute(found)
    ]
