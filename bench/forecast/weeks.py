"""Weeks of a company with jobs by the clock and by chance, and the truth about each time of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import fmean

from quiesce.forecast.best import HABITS_WEIGH, windows
from quiesce.forecast.schedule import Ran, habits, local
from quiesce.forecast.share import blended, prior
from quiesce.forecast.stretches import Stretches
from quiesce.past import Spell

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
HOUR, DAY, WEEK = 3600.0, 86400.0, 7 * 86400.0
LENGTH = 1800.0
TRUTH = 150
"""Weeks of the future from which the truth is counted."""


@dataclass(frozen=True)
class Job:
    """Starts at these seconds of a week, or by chance so often an hour of working time."""

    at: tuple[float, ...]
    an_hour: float
    usual: float
    width: float
    missed: float
    nights: float
    uneven: bool = False

    def week(self, rng: Random, number: int) -> list[Ran]:
        begins = [each + rng.uniform(0, 60) for each in self.at if rng.random() >= self.missed]
        if self.uneven and self.at and self.missed and number % 4:
            begins = []  # a job of every fourth week
        if self.an_hour:
            at = 0.0
            often = self.an_hour / HOUR * (rng.gammavariate(1, 1) if self.uneven else 1)
            while (at := at + rng.expovariate(max(often, 1e-9))) < WEEK:
                day, hour = divmod(at, DAY)
                work = day < 5 and 8 * HOUR <= hour < 18 * HOUR
                if work or rng.random() < self.nights:
                    begins.append(at)
        return [
            Ran(
                at=MONDAY + timedelta(seconds=number * WEEK + each),
                seconds=self.usual * math.exp(rng.gauss(0, self.width)),
            )
            for each in begins
        ]


def jobs(rng: Random, *, uneven: bool = False) -> dict[str, Job]:
    """`uneven`: weeks differ among each other, and some jobs come every fourth week only."""
    found: dict[str, Job] = {}
    for place in range(rng.randint(4, 10)):
        sort = rng.choice(("daily", "weekly", "hours", "chance", "chance"))
        at: tuple[float, ...] = ()
        if sort == "daily":
            hour = rng.randrange(48) * HOUR / 2
            at = tuple(day * DAY + hour for day in range(7))
        elif sort == "weekly":
            at = (rng.randrange(7 * 48) * HOUR / 2,)
        elif sort == "hours":
            every = rng.choice((3, 4, 6, 8))
            at = tuple(each * HOUR for each in range(0, 168, every))
        found[f"{sort}-{place}"] = Job(
            at=at,
            an_hour=rng.uniform(0.05, 0.5) if sort == "chance" else 0.0,
            usual=rng.choice((300, 900, 2400, 7200)),
            width=rng.uniform(0.1, 0.6),
            missed=rng.choice((0.0, 0.0, 0.1)),
            nights=rng.choice((0.02, 0.1, 0.3)),
            uneven=uneven,
        )
    return found


def history(rng: Random, company: dict[str, Job], first: int, count: int) -> dict[str, list[Ran]]:
    return {
        name: [ran for week in range(first, first + count) for ran in job.week(rng, week)]
        for name, job in company.items()
    }


def spells(runs: dict[str, list[Ran]], until: datetime) -> list[Spell]:
    busy = Stretches(
        (ran.at.timestamp(), ran.at.timestamp() + ran.seconds)
        for those in runs.values()
        for ran in those
    )
    found: list[Spell] = []
    at = MONDAY
    for since, end in busy:
        begin = min(datetime.fromtimestamp(since, UTC), until)
        stop = min(datetime.fromtimestamp(end, UTC), until)
        found.append(Spell(verdict="quiet", since=at, until=begin))
        found.append(Spell(verdict="active", since=begin, until=stop))
        at = stop
    return [*found, Spell(verdict="quiet", since=at, until=until)]


def shares(runs: dict[str, list[Ran]], count: int, first: int = 0) -> list[tuple[int, int]]:
    """How many weeks were quiet at each half hour of the week."""
    busy = Stretches(
        (ran.at.timestamp(), ran.at.timestamp() + ran.seconds)
        for those in runs.values()
        for ran in those
    )
    begin = MONDAY.timestamp() + first * WEEK
    return [
        (
            sum(
                not busy.touch(at, at + LENGTH)
                for week in range(count)
                for at in (begin + week * WEEK + slot * LENGTH,)
            ),
            count,
        )
        for slot in range(336)
    ]


def _slot(since: timedelta) -> int:
    return int(since.total_seconds() // LENGTH) % 336


@dataclass(frozen=True)
class Errors:
    """Mean distance from the truth of four ways to say how likely a time is quiet."""

    counted: float
    smoothed: float
    habits: float
    used: float


def errors(rng: Random, company: dict[str, Job], weeks: int, truth: Sequence[float]) -> Errors:
    runs = history(rng, company, 0, weeks)
    counts = shares(runs, weeks)
    until = MONDAY + timedelta(weeks=weeks)
    share, weight = prior(counts)
    seen = Stretches([(MONDAY.timestamp(), until.timestamp())])
    known = habits(runs, seen, UTC)
    by_habit = [
        known.quiet(local(MONDAY.timestamp() + slot * LENGTH, UTC).second, LENGTH)
        for slot in range(336)
    ]
    smooth = [blended(*count, share, weight) for count in counts]
    used = [
        blended(*count, each, HABITS_WEIGH) for count, each in zip(counts, by_habit, strict=True)
    ]

    def off(said: Sequence[float]) -> float:
        return fmean(abs(a - b) for a, b in zip(said, truth, strict=True))

    return Errors(
        counted=off([quiet / of for quiet, of in counts]),
        smoothed=off(smooth),
        habits=off(by_habit),
        used=off(used),
    )


def offered(
    rng: Random, company: dict[str, Job], weeks: int, truth: Sequence[float]
) -> list[tuple[float, float, float, float]]:
    """Of the windows that are offered: counted share, likely, claim, and truth."""
    runs = history(rng, company, 0, weeks)
    until = MONDAY + timedelta(weeks=weeks)
    best = windows(spells(runs, until), runs, now=until, zone=UTC, length=LENGTH, most=3)
    return [
        (each.quiet / each.weeks, each.likely, each.claim, truth[_slot(each.start - until)])
        for each in best
    ]


def table(seed: int, companies: int) -> Iterator[str]:
    """Errors of the share of quiet weeks by weeks of history, and what the offered ones are."""
    yield (
        f"{'windows: error of':20}{'counted':>9}{'smoothed':>10}{'habits':>8}{'used':>7}"
        f"   best three: {'counted':>9}{'likely':>8}{'claim':>7}{'truth':>7}{'claim holds':>13}"
    )
    for uneven in (False, True):
        for count in (4, 8, 26):
            found: list[Errors] = []
            best: list[tuple[float, float, float, float]] = []
            for each in range(companies):
                rng = Random(f"{seed} {each}")
                company = jobs(rng, uneven=uneven)
                later = history(rng, company, 1000, TRUTH)
                truth = [quiet / of for quiet, of in shares(later, TRUTH, 1000)]
                found.append(errors(rng, company, count, truth))
                best += offered(rng, company, count, truth)
            holds = fmean(each[2] <= each[3] for each in best)
            yield (
                f"{f'{count} weeks':11}{'uneven' if uneven else '':9}"
                f"{fmean(each.counted for each in found):9.3f}"
                f"{fmean(each.smoothed for each in found):10.3f}"
                f"{fmean(each.habits for each in found):8.3f}"
                f"{fmean(each.used for each in found):7.3f}               "
                f"{fmean(each[0] for each in best):9.3f}{fmean(each[1] for each in best):8.3f}"
                f"{fmean(each[2] for each in best):7.3f}{fmean(each[3] for each in best):7.3f}"
                f"{holds:13.2f}"
            )
