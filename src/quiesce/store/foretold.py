"""What was foretold, and what happened then."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from msgspec import Struct
from sqlalchemy import Connection, and_, func, select

from quiesce.past import Basis
from quiesce.store.rows import micros, moment, optional_moment
from quiesce.store.schema import looks, predictions, runs


class Foretold(Struct, frozen=True, kw_only=True):
    """A prediction and its outcome.

    `sources` are keys, `run` an id, or empty for everything in these sources together. `likely`
    and `bound` are seconds from `made_at` on. `came_at` is when the run had ended, or when a look
    first saw all of these sources quiet; None where that has not been seen.
    """

    made_at: datetime
    sources: tuple[str, ...]
    run: str
    likely: float | None
    bound: float | None
    basis: Basis
    runs: int
    came_at: datetime | None

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
    found = (
        select(predictions, runs.c.ended_at)
        .select_from(predictions.outerjoin(runs, and_(run, ~runs.c.active)))
        .where(predictions.c.made_at >= micros(since), predictions.c.made_at < micros(until))
        .order_by(predictions.c.made_at, predictions.c.source, predictions.c.id)
    )
    rows = connection.execute(found).all()
    quiet = {
        row.source: _quiet(connection, row.source.split(), micros(since))
        for row in rows
        if not row.id
    }
    return [
        Foretold(
            made_at=moment(row.made_at),
            sources=tuple(row.source.split()),
            run=row.id,
            likely=row.likely,
            bound=row.bound,
            basis=cast("Basis", row.basis),
            runs=row.runs,
            came_at=optional_moment(
                row.ended_at if row.id else _next(quiet[row.source], row.made_at)
            ),
        )
        for row in rows
    ]


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
