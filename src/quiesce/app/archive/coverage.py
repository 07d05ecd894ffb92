"""How well earlier predictions have held."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from quiesce.forecast import Coverage, Logged, coverage, coverage_by_source

if TYPE_CHECKING:
    from sqlalchemy import Connection

EVERYTHING = "*"
"""The name of the predictions about all sources together."""


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
    from quiesce.store.foretold import foretold

    known: list[Logged] = []
    waiting = 0
    for one in foretold(connection, since=since, until=until):
        if not set(one.sources) <= names.keys():
            continue
        if one.seconds is None:
            waiting += 1
            continue
        source = names[one.sources[0]] if one.run else EVERYTHING
        known.append(Logged(source=source, likely=one.likely, bound=one.bound, actual=one.seconds))
    runs = [one for one in known if one.source != EVERYTHING]
    return Held(
        runs=coverage(runs),
        sources=coverage_by_source(runs),
        together=coverage(one for one in known if one.source == EVERYTHING),
        open=waiting,
    )
