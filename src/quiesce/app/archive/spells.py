"""When it was quiet, active, unknown: from looks to spells. Pure but for asking the store.

A look says something of the time from its end until the next look at that source, and for no
longer than `counts_for`: what nobody looked at is unknown. Looks at less than everything don't
count.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from msgspec import Struct

from quiesce.model import VerdictName
from quiesce.past import Spell
from quiesce.verdict import ORDER

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from quiesce.config import SourceConfig

NOBODY = "nobody looked"

LEAST, MOST = 120.0, 3600.0
PACES = 3.0
"""A look counts for so many of its source's usual pauses, and for so many seconds at least and
at most: one look that is late or fails is no hole in what is known, and ten are."""

REGULAR = 10
"""From so many looks on they show a pace of their own: that of `collect --once` under cron."""


class Looked(Struct, frozen=True, gc=False):
    """A look at one source. `reason` is why its verdict is unknown, or empty."""

    at: datetime
    verdict: VerdictName
    confirmed: bool = False
    reason: str = ""


class Seen(Struct, frozen=True, kw_only=True):
    """What was seen of one source, or of all together (`name` is then empty)."""

    name: str
    spells: tuple[Spell, ...]
    counts_for: float

    @property
    def shares(self) -> dict[VerdictName, float]:
        """Which share of the time had which verdict."""
        return shares(self.spells)


def counts_for(source: SourceConfig | None, looks: Sequence[Looked]) -> float:
    """For how many seconds a look at a source counts, by its pace.

    That is the one that is configured, or the one that it is really looked at, where that is
    slower: half of the pauses between these looks are shorter.
    """
    pace = 30.0 if source is None else max(source.every, source.every_night or 0.0)
    if len(looks) >= REGULAR:
        pauses = [(after.at - before.at).total_seconds() for before, after in pairwise(looks)]
        pace = max(pace, min(median(pauses), MOST / PACES))
    return max(LEAST, PACES * pace)


def looked(
    connection: Connection, names: Mapping[str, str], since: datetime, until: datetime, early: float
) -> dict[str, list[Looked]]:
    """The looks at everything in each of these sources, from `early` seconds before on."""
    from quiesce.store.reading.lookup import verdicts

    found: dict[str, list[Looked]] = {name: [] for name in names.values()}
    for key, name in names.items():
        found[name] += [Looked(*each) for each in verdicts(connection, key, since, until, early)]
    return found


def spells(
    looks: Sequence[Looked], since: datetime, until: datetime, lasts: float
) -> tuple[Spell, ...]:
    """What was known when, without a hole: where nobody looked it is unknown."""
    stretches: list[Spell] = []
    end = since
    for place, look in enumerate(looks):
        over = looks[place + 1].at if place + 1 < len(looks) else until
        last = min(over, until, _later(look.at, lasts, until))
        first = max(look.at, since, end)
        if last <= first:
            continue
        if first > end:
            stretches.append(_unseen(end, first))
        stretches.append(
            Spell(
                verdict=look.verdict,
                since=first,
                until=last,
                looks=1,
                confirmed=int(look.confirmed),
                reason=look.reason,
            )
        )
        end = last
    if end < until:
        stretches.append(_unseen(end, until))
    return tuple(_joined(stretches))


def together(seen: Sequence[Seen], since: datetime, until: datetime) -> tuple[Spell, ...]:
    """The worst of all sources at each time: active before unknown, unknown before quiet."""
    if not seen:
        return (_unseen(since, until),) if since < until else ()
    edges = sorted({each.since for one in seen for each in one.spells} | {until})
    places = [0] * len(seen)
    found: list[Spell] = []
    for first, last in pairwise(edges):
        now: list[tuple[str, Spell]] = []
        for number, one in enumerate(seen):
            while one.spells[places[number]].until <= first:
                places[number] += 1
            now.append((one.name, one.spells[places[number]]))
        name, worst = max(now, key=lambda each: ORDER.index(each[1].verdict))
        reason = f"{name}: {worst.reason}" if worst.reason and len(seen) > 1 else worst.reason
        found.append(
            Spell(
                verdict=worst.verdict,
                since=first,
                until=last,
                looks=sum(each.looks for _, each in now if each.since == first),
                confirmed=sum(each.confirmed for _, each in now if each.since == first),
                reason=reason,
            )
        )
    return tuple(_joined(found))


def shares(those: Iterable[Spell]) -> dict[VerdictName, float]:
    """Which share of the time had which verdict."""
    taken: dict[VerdictName, float] = dict.fromkeys(ORDER, 0.0)
    for spell in those:
        taken[spell.verdict] += (spell.until - spell.since).total_seconds()
    total = sum(taken.values())
    return {verdict: seconds / total if total else 0.0 for verdict, seconds in taken.items()}


def buckets(
    those: Sequence[Spell], since: datetime, until: datetime, number: int
) -> list[VerdictName]:
    """The worst verdict in each of so many equal stretches of time, the newest last.

    Of a stretch of which a part is unknown nobody can say that it was quiet.
    """
    ends = [spell.until for spell in those]
    step = (until - since) / max(number, 1)
    found: list[VerdictName] = []
    for place in range(number):
        first, last = since + place * step, since + (place + 1) * step
        at = bisect_left(ends, first)
        touched = [
            spell.verdict
            for spell in those[at : bisect_left(ends, last) + 1]
            if spell.since < last and spell.until > first
        ]
        found.append(max(touched, key=ORDER.index, default="unknown"))
    return found


def _joined(stretches: Iterable[Spell]) -> Iterator[Spell]:
    """Neighbours that say the same, as one."""
    last: Spell | None = None
    for one in stretches:
        if last is not None and (last.verdict, last.reason) == (one.verdict, one.reason):
            last = Spell(
                verdict=last.verdict,
                since=last.since,
                until=one.until,
                looks=last.looks + one.looks,
                confirmed=last.confirmed + one.confirmed,
                reason=last.reason,
            )
            continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last


def _unseen(since: datetime, until: datetime) -> Spell:
    return Spell(verdict="unknown", since=since, until=until, reason=NOBODY)


def _later(at: datetime, seconds: float, most: datetime) -> datetime:
    return at + timedelta(seconds=seconds) if seconds < (most - at).total_seconds() else most
