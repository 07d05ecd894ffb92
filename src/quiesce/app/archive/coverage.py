"""How well earlier predictions have held."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from quiesce.forecast import Coverage, Logged, coverage, coverage_by_source

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from quiesce.store.reading.foretold import Foretold

EVERYTHING = "*"
"""The name of the predictions about all sources together."""


def as_logged(one: Foretold, source: str) -> Logged | None:
    """A prediction with what came of it; None while that is open.

    A bound that is over, though the run goes on, has not held: left out, it would flatter.
    """
    actual = one.seconds
    if actual is None and one.still_at is not None:
        so_far = (one.still_at - one.made_at).total_seconds()
        actual = so_far if one.bound is not None and so_far > one.bound else None
    if actual is None:
        return None
    return Logged(
        source=source, likely=one.likely, bound=one.bound, actual=actual, factor=one.factor
    )


class Held(Struct, frozen=True, kw_only=True):
    """Over the predictions about runs, in all and by source, and about everything together.

    `open` is of how many it is not known yet what came of them.
    """

    runs: Coverage
    sources: Mapping[str, Coverage]
    together: Coverage
    open: int


def held(
    connection: Connection, names: Mapping[str, str], *, since: datetime, until: datetime
) -> Held:
    """What came of the predictions that were made in a time about these sources."""
    from quiesce.store.reading.foretold import foretold

    known: list[Logged] = []
    waiting = 0
    for one in foretold(connection, since=since, until=until):
        if not set(one.sources) <= names.keys():
            continue
        source = names[one.sources[0]] if one.run else EVERYTHING
        logged = as_logged(one, source)
        if logged is None:
            waiting += 1
        else:
            known.append(logged)
    runs = [one for one in known if one.source != EVERYTHING]
    return Held(
        runs=coverage(runs),
        sources=coverage_by_source(runs),
        together=coverage(one for one in known if one.source == EVERYTHING),
        open=waiting,
    )
