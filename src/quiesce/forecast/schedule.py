"""What starts by the clock and what by chance, and how likely neither disturbs a window."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from statistics import median

from msgspec import Struct

from quiesce.forecast.stretches import Stretches

WEEK = 7 * 86400.0
SLOT = 1800.0
"""Seconds of the week's slots in which starts are told apart."""

_SLOTS = int(WEEK / SLOT)
_BY_CHANCE = 1e-3
_LONG = 86400.0
_PRIOR_HOURS = 4.0


class Ran(Struct, frozen=True, kw_only=True):
    """A run of the past: when it began, and how many seconds it took."""

    at: datetime
    seconds: float


class Local(Struct, frozen=True, kw_only=True):
    """A moment as the clock on the wall shows it: the second of the week from Monday on."""

    second: float

    @property
    def kind(self) -> int:
        """Which of 48 kinds of hour: of the day, on working days or on the weekend."""
        return int(self.second % 86400 // 3600) + (24 if self.second >= 5 * 86400 else 0)


def local(moment: float, zone: tzinfo) -> Local:
    """The second of the week of a time since the epoch, by the wall clock of a zone."""
    wall = datetime.fromtimestamp(moment, zone)
    day = wall.hour * 3600 + wall.minute * 60 + wall.second
    return Local(second=wall.weekday() * 86400.0 + day)


class Planned(Struct, frozen=True, kw_only=True):
    """A pipeline that starts at a second of most weeks. `lengths` is how long it runs, sorted."""

    second: float
    share: float
    lengths: tuple[float, ...]

    def disturbs(self, second: float, length: float) -> float:
        """The probability that it is active some time in a window."""
        after = (self.second - second) % WEEK
        if after < length:
            return self.share
        ago = WEEK - after
        longer = len(self.lengths) - bisect_left(self.lengths, ago)
        return self.share * longer / len(self.lengths)


class Habits(Struct, frozen=True, kw_only=True):
    """What is planned, and how many starts an hour come by chance, for each kind of hour.

    `busy` is, for each kind, the mean of what is active then by chance: starts times lengths.
    """

    planned: tuple[Planned, ...]
    starts: tuple[float, ...]
    busy: tuple[float, ...]

    def quiet(self, second: float, length: float) -> float:
        """The probability that a window of the week is quiet."""
        found = 1.0
        for plan in self.planned:
            found *= 1 - plan.disturbs(second, length)
        kinds = [
            Local(second=(second + each) % WEEK).kind
            for each in range(0, max(int(length), 1), 3600)
        ]
        expected = self.busy[kinds[0]]
        share = length / 3600 / len(kinds)
        expected += sum(self.starts[kind] * share for kind in kinds)
        return found * math.exp(-expected)


def habits(runs: Mapping[str, Sequence[Ran]], seen: Stretches, zone: tzinfo) -> Habits:
    """From the runs of each pipeline that began while somebody looked."""
    weeks, hours = _looked(seen, zone)
    planned: list[Planned] = []
    starts = [0.0] * 48
    busy = [0.0] * 48
    for each in runs.values():
        begun = [
            (local(ran.at.timestamp(), zone), ran)
            for ran in each
            if seen.touch(ran.at.timestamp(), ran.at.timestamp() + 1)
        ]
        plans, rest = _plans(begun, weeks)
        planned += plans
        lengths = [min(max(ran.seconds, 0.0), _LONG) for _, ran in rest]
        if not rest:
            continue
        mean = sum(lengths) / len(lengths) / 3600
        rates = _rates([moment.kind for moment, _ in rest], hours)
        starts = [a + b for a, b in zip(starts, rates, strict=True)]
        busy = [a + b * mean for a, b in zip(busy, rates, strict=True)]
    return Habits(planned=tuple(planned), starts=tuple(starts), busy=tuple(busy))


def _looked(seen: Stretches, zone: tzinfo) -> tuple[Callable[[float], int], list[float]]:
    """How often each slot of the week was seen, and how many hours of each kind."""
    slots = [0] * _SLOTS
    hours = [0.0] * 48
    for since, until in seen:
        at = math.ceil(since / SLOT) * SLOT
        while at + SLOT <= until:
            moment = local(at, zone)
            slots[int(moment.second // SLOT)] += 1
            hours[moment.kind] += SLOT / 3600
            at += SLOT
    return (lambda second: slots[int(second // SLOT) % _SLOTS]), hours


def _plans(
    begun: Sequence[tuple[Local, Ran]], weeks: Callable[[float], int]
) -> tuple[list[Planned], list[tuple[Local, Ran]]]:
    """The slots of the week in which a pipeline starts too regularly for chance."""
    by_slot: dict[int, list[tuple[Local, Ran]]] = defaultdict(list)
    for moment, ran in begun:
        # Slots are centred on the full and half hours, about which clocks start things.
        by_slot[int((moment.second + SLOT / 2) // SLOT) % _SLOTS].append((moment, ran))
    mean = len(begun) / max(sum(weeks(each * SLOT) for each in range(_SLOTS)), 1)
    lengths = tuple(sorted(min(max(ran.seconds, 0.0), _LONG) for _, ran in begun))
    plans: list[Planned] = []
    rest: list[tuple[Local, Ran]] = []
    for slot, those in by_slot.items():
        often = weeks(slot * SLOT)
        hits = min(len({int(ran.at.timestamp() // WEEK) for _, ran in those}), often)
        if often < 3 or 2 * hits <= often or _tail(hits, often, -math.expm1(-mean)) > _BY_CHANCE:
            rest += those
            continue
        offset = median((m.second - slot * SLOT + WEEK / 2) % WEEK - WEEK / 2 for m, _ in those)
        plans.append(
            Planned(
                second=(slot * SLOT + offset) % WEEK,
                share=(hits + 0.5) / (often + 1),
                lengths=lengths,
            )
        )
    return plans, rest


def _rates(kinds: Sequence[int], hours: Sequence[float]) -> list[float]:
    """Starts an hour for each kind of hour, pulled towards the mean of its sort of day."""
    counts = [0] * 48
    for kind in kinds:
        counts[kind] += 1
    rates: list[float] = []
    for days in (range(24), range(24, 48)):
        total = sum(hours[each] for each in days)
        mean = sum(counts[each] for each in days) / total if total else 0.0
        rates += [
            (counts[each] + mean * _PRIOR_HOURS) / (hours[each] + _PRIOR_HOURS) for each in days
        ]
    return rates


def _tail(hits: int, of: int, chance: float) -> float:
    return sum(
        math.comb(of, each) * chance**each * (1 - chance) ** (of - each)
        for each in range(hits, of + 1)
    )
