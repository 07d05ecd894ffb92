"""What was foretold, and what happened then."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from msgspec import Struct
from sqlalchemy import Connection, and_, func, select

from quiesce.past import Basis
from quiesce.store.rows import micros, moment, optional_moment
from quiesce.store.schema import looks, predictions, runs


class Foretold(Struct, frozen=True, kw_only=True):
    """A prediction and its outcome.

    `sources` are keys, `run` an id, or empty for everything in these sources together. `likely`
    and `bound` are seconds from `made_at` on. `came_at` is when the run had ended, or when a look
    first saw all of these sources quiet; None where that has not been seen. Then `still_at` is
    when it was last seen to be active: a bound that was over by then has not held, and leaving
    such out would flatter.
    """

    made_at: datetime
    sources: tuple[str, ...]
    run: str
    likely: float | None
    bound: float | None
    basis: Basis
    runs: int
    came_at: datetime | None
    still_at: datetime | None = None

    @property
    def seconds(self) -> float | None:
        """How long it did take, from when it was foretold."""
        if self.came_at is None:
            return None
        return max((self.came_at - self.made_at).total_seconds(), 0.0)


def foretold(connection: Connection, *, since: datetime, until: datetime) -> list[Foretold]:
    """The predictions that were made in a time, the oldest first.

    That everything is quiet is known by looks at all of it: one that was narrowed says nothing.
    """
    run = and_(runs.c.source == predictions.c.source, runs.c.id == predictions.c.id)
    asked = (
        select(predictions, runs.c.active, runs.c.ended_at, runs.c.seen_at)
        .select_from(predictions.outerjoin(runs, run))
        .where(predictions.c.made_at >= micros(since), predictions.c.made_at < micros(until))
        .order_by(predictions.c.made_at, predictions.c.source, predictions.c.id)
    )
    rows = connection.execute(asked).all()
    together = {row.source: row.source.split() for row in rows if not row.id}
    quiet = {name: _quiet(connection, keys, micros(since)) for name, keys in together.items()}
    active = {name: _active(connection, keys) for name, keys in together.items()}
    found = []
    for row in rows:
        if row.id:
            came = None if row.active else row.ended_at
            still = row.seen_at if row.active else None
        else:
            came = _next(quiet[row.source], row.made_at)
            still = active[row.source] if came is None else None
        found.append(_foretold(row, came, still if still is None or still > row.made_at else None))
    return found


def _foretold(row: Any, came: int | None, still: int | None) -> Foretold:
    return Foretold(
        made_at=moment(row.made_at),
        sources=tuple(row.source.split()),
        run=row.id,
        likely=row.likely,
        bound=row.bound,
        basis=cast("Basis", row.basis),
        runs=row.runs,
        came_at=optional_moment(came),
        still_at=optional_moment(still),
    )


def _active(connection: Connection, sources: Sequence[str]) -> int | None:
    """When any of these sources was last seen to be active."""
    last = select(func.max(looks.c.began_at)).where(looks.c.source.in_(sources))
    return connection.execute(last.where(looks.c.verdict == "active")).scalar()


def _quiet(connection: Connection, sources: Sequence[str], since: int) -> list[int]:
    """When surveys saw all of these sources quiet, in order."""
    surveys = (
        select(func.min(looks.c.began_at))
        .where(looks.c.source.in_(sources), looks.c.began_at >= since)
        .where(looks.c.verdict == "quiet", looks.c.scope.is_(None))
        .group_by(looks.c.survey)
        .having(func.count() == len(sources))
    )
    return sorted(connection.execute(surveys).scalars())


def _next(times: Sequence[int], at: int) -> int | None:
    after = bisect_left(times, at)
    return times[after] if after < len(times) else None
