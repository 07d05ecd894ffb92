"""What was foretold, and what happened then."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Any, cast

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, and_, func, select

from quiesce.past import Basis
from quiesce.store.reading.habits import habits, merged
from quiesce.store.rows import micros, moment, optional_moment
from quiesce.store.schema import looks, predictions, runs

_MOST = 200_000
"""Runs that are looked at for when it was quiet; of more, the newer ones."""


class Foretold(Struct, frozen=True, kw_only=True):
    """A prediction and its outcome.

    `sources` are keys, `run` an id, or empty for everything in these sources together. `likely`
    and `bound` are seconds from `made_at` on, `factor` by what the bound had been corrected.
    `came_at` is when the run had ended, or when the last of these sources' runs had and each was
    then seen to be quiet; None where that has not been seen. Then `still_at` is when it was
    last seen to be active: a bound that was over by then has not held, and leaving such out would
    flatter.
    """

    made_at: datetime
    sources: tuple[str, ...]
    run: str
    likely: float | None
    bound: float | None
    basis: Basis
    runs: int
    factor: float
    came_at: datetime | None
    still_at: datetime | None = None

    @property
    def seconds(self) -> float | None:
        """How long it did take, from when it was foretold."""
        if self.came_at is None:
            return None
        return max((self.came_at - self.made_at).total_seconds(), 0.0)


def told_together(connection: Connection, sources: Sequence[str], *, since: datetime) -> int:
    """How many predictions were made about all of these sources together."""
    made = and_(*_about(sources), predictions.c.made_at >= micros(since))
    return int(connection.execute(select(func.count()).where(made)).scalar_one())


def foretold(
    connection: Connection,
    *,
    since: datetime,
    until: datetime,
    together: Sequence[str] | None = None,
) -> list[Foretold]:
    """The predictions that were made in a time, the oldest first.

    With `together` only those about all of these sources together.

    That everything is quiet is known by looks at all of it: one that was narrowed says nothing.
    Since when it was is known by the ends of the runs: nobody may have looked for hours.
    """
    run = and_(runs.c.source == predictions.c.source, runs.c.id == predictions.c.id)
    asked = (
        select(predictions, runs.c.active, runs.c.ended_at, runs.c.seen_at)
        .select_from(predictions.outerjoin(runs, run))
        .where(predictions.c.made_at >= micros(since), predictions.c.made_at < micros(until))
        .order_by(predictions.c.made_at, predictions.c.source, predictions.c.id)
    )
    if together is not None:
        asked = asked.where(*_about(together))
    rows = connection.execute(asked).all()
    sets = {row.source: row.source.split() for row in rows if not row.id}
    quiet = {name: _Quiet(connection, keys, since) for name, keys in sets.items()}
    active = {name: _active(connection, keys) for name, keys in sets.items()}
    found = []
    for row in rows:
        if row.id:
            came = None if row.active else row.ended_at
            still = row.seen_at if row.active else None
        else:
            came = quiet[row.source].after(row.made_at)
            still = active[row.source] if came is None else None
        found.append(_foretold(row, came, still if still is None or still > row.made_at else None))
    return found


def _about(sources: Sequence[str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The condition that a prediction is about all of these, as `write.predicted` names them."""
    return predictions.c.source == " ".join(sorted(sources)), predictions.c.id == ""


def _foretold(row: Any, came: int | None, still: int | None) -> Foretold:
    return Foretold(
        made_at=moment(row.made_at),
        sources=tuple(row.source.split()),
        run=row.id,
        likely=row.likely,
        bound=row.bound,
        basis=cast("Basis", row.basis),
        runs=row.runs,
        factor=row.factor,
        came_at=optional_moment(came),
        still_at=optional_moment(still),
    )


def _active(connection: Connection, sources: Sequence[str]) -> int | None:
    """When any of these sources was last seen to be active."""
    last = select(func.max(looks.c.began_at)).where(looks.c.source.in_(sources))
    return connection.execute(last.where(looks.c.verdict == "active")).scalar()


class _Quiet:
    """When some sources were quiet, from a time on."""

    def __init__(self, connection: Connection, sources: Sequence[str], since: datetime) -> None:
        quiet = and_(looks.c.verdict == "quiet", looks.c.scope.is_(None))
        seen = select(looks.c.began_at).where(quiet, looks.c.began_at >= micros(since))
        self._each = [
            sorted(connection.execute(seen.where(looks.c.source == source)).scalars())
            for source in sources
        ]
        surveys = (
            select(func.min(looks.c.began_at))
            .where(looks.c.source.in_(sources), looks.c.began_at >= micros(since), quiet)
            .group_by(looks.c.survey)
            .having(func.count() == len(sources))
        )
        self._together = sorted(connection.execute(surveys).scalars())
        last = max((each[-1] for each in self._each if each), default=micros(since))
        found = habits(
            connection,
            dict(zip(sources, sources, strict=True)),
            since=since,
            until=moment(last),
            most=_MOST,
        )
        those = chain.from_iterable(found.busy.values())
        self._busy = list(merged(sorted((one.begun_at, one.ended_at) for one in those)))

    def after(self, at: int) -> int | None:
        """When it was quiet at last, as seen from `at`; None where nobody has seen that yet."""
        place = bisect_right(self._busy, at, key=lambda one: one.begun_at) - 1
        if place < 0 or self._busy[place].ended_at < at:
            return _next(self._together, at)
        end = self._busy[place].ended_at
        return end if all(_next(each, end) is not None for each in self._each) else None


def _next(times: Sequence[int], at: int) -> int | None:
    after = bisect_left(times, at)
    return times[after] if after < len(times) else None
