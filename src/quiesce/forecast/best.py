"""The best times of the week for a maintenance, from what the past weeks were like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from msgspec import Struct

from quiesce.forecast.schedule import WEEK, Ran, habits, local
from quiesce.forecast.share import blended, claim, prior
from quiesce.forecast.stretches import Observed, Stretches
from quiesce.past import Spell, Window

__all__ = ["Ran", "window_words", "windows"]

STEP = timedelta(minutes=30)
BACK = 26
"""How many weeks are looked back: habits change."""

HABITS_WEIGH = 10.0
"""How many weeks of one time the habits weigh: up to ten of them they say more than the count."""

_FEWEST = 2
_MOST_WAIT = 86400.0
_NAMES = 5
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class _Candidate(Struct, frozen=True, kw_only=True):
    start: datetime
    before: tuple[datetime, ...]
    quiet: int
    weeks: int


def windows(
    spells: Iterable[Spell],
    runs: Mapping[str, Sequence[Ran]],
    *,
    now: datetime,
    zone: tzinfo,
    length: float,
    within: float = WEEK,
    most: int = 5,
) -> list[Window]:
    """The best windows of `length` seconds that begin within so many seconds, the best first.

    `spells` say what was seen when: a time in none of them, or in an unknown one, was not seen
    and counts neither as quiet nor as a week. `runs` are those of each pipeline, by the name
    to be shown; a time at which one of them ran is not quiet whatever a spell says. Times of
    the week are those of the wall clock of `zone`, through its changes to and from summer
    time. A time that was seen less than twice is not offered.
    """
    length = max(length, 1.0)
    observed, ran = _observed(spells, runs, now)
    candidates = list(_candidates(observed, now, zone, length, within))
    if not candidates:
        return []
    expected = _expected(candidates, runs, observed, now=now, zone=zone, length=length)
    ranked = sorted(
        zip(expected, candidates, strict=True),
        key=lambda pair: (-round(pair[0], 3), -pair[1].quiet / pair[1].weeks, pair[1].start),
    )
    chosen: list[tuple[float, _Candidate]] = []
    apart = timedelta(seconds=max(length, 2 * 3600.0))
    for likely, each in ranked:
        if len(chosen) < most and all(abs(each.start - c.start) >= apart for _, c in chosen):
            chosen.append((likely, each))
    return [_window(likely, each, observed, ran, length) for likely, each in chosen]


def window_words(window: Window, zone: tzinfo) -> str:
    """`quiet 9 of the last 10 Sundays at 05:00, at least 69 % likely`."""
    start = window.start.astimezone(zone)
    return (
        f"quiet {window.quiet} of the last {window.weeks} {_DAYS[start.weekday()]}s"
        f" at {start:%H:%M}, at least {round(100 * window.claim)} % likely"
    )


def _observed(
    spells: Iterable[Spell], runs: Mapping[str, Sequence[Ran]], now: datetime
) -> tuple[Observed, dict[str, Stretches]]:
    limit = now.timestamp()
    seen, busy = [], []
    for spell in spells:
        stretch = spell.since.timestamp(), min(spell.until.timestamp(), limit)
        if spell.verdict != "unknown":
            seen.append(stretch)
        if spell.verdict == "active":
            busy.append(stretch)
    ran = {
        name: Stretches(
            (each.at.timestamp(), each.at.timestamp() + max(each.seconds, 1.0))
            for each in those
            if 0 <= each.seconds < float("inf")
        )
        for name, those in runs.items()
    }
    together = Stretches([*busy, *(stretch for each in ran.values() for stretch in each)])
    return Observed(Stretches(seen), together), ran


def _candidates(
    observed: Observed, now: datetime, zone: tzinfo, length: float, within: float
) -> Iterator[_Candidate]:
    first = now.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
    first -= timedelta(minutes=first.minute % 30)
    horizon = timedelta(seconds=min(within, WEEK))
    # A little further than the horizon: the wall clock may jump on the way.
    for step in range(1, (horizon + timedelta(hours=3)) // STEP):
        wall = first + step * STEP
        start = _at(wall, zone)
        if start is None or not now <= start <= now + horizon:
            continue
        before = [_at(wall - timedelta(weeks=back), zone) for back in range(1, BACK + 1)]
        known = [
            (each, quiet)
            for each in before
            if each is not None and (quiet := observed.quiet(each.timestamp(), length)) is not None
        ]
        if len(known) >= _FEWEST:
            yield _Candidate(
                start=start,
                before=tuple(each for each, _ in known),
                quiet=sum(quiet for _, quiet in known),
                weeks=len(known),
            )


def _at(wall: datetime, zone: tzinfo) -> datetime | None:
    """That time of the wall clock in UTC; None for one that is skipped in spring."""
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None) == wall else None


def _expected(
    candidates: Sequence[_Candidate],
    runs: Mapping[str, Sequence[Ran]],
    observed: Observed,
    *,
    now: datetime,
    zone: tzinfo,
    length: float,
) -> list[float]:
    """How likely each is quiet: by habits while weeks are few, ever more by the count later.

    Where only spells are known, and no runs, the other times of the week take their place.
    """
    if not any(runs.values()):
        share, weight = prior([(each.quiet, each.weeks) for each in candidates])
        return [blended(each.quiet, each.weeks, share, weight) for each in candidates]
    since = now - timedelta(weeks=BACK)
    known = habits(
        {name: [ran for ran in those if since <= ran.at <= now] for name, those in runs.items()},
        observed.seen,
        zone,
    )
    return [
        blended(
            each.quiet,
            each.weeks,
            known.quiet(local(each.start.timestamp(), zone).second, length),
            HABITS_WEIGH,
        )
        for each in candidates
    ]


def _window(
    likely: float,
    candidate: _Candidate,
    observed: Observed,
    ran: Mapping[str, Stretches],
    length: float,
) -> Window:
    waits = [
        wait
        for each in candidate.before
        if (wait := observed.waited(each.timestamp(), length, _MOST_WAIT)) is not None
    ]
    often = Counter(
        name
        for each in candidate.before
        for name, stretches in ran.items()
        if stretches.touch(each.timestamp(), each.timestamp() + length)
    )
    return Window(
        start=candidate.start,
        end=candidate.start + timedelta(seconds=length),
        quiet=candidate.quiet,
        weeks=candidate.weeks,
        claim=claim(candidate.quiet, candidate.weeks),
        likely=likely,
        waited=sum(waits) / len(waits) if waits else None,
        runs=tuple(name for name, _ in sorted(often.items(), key=lambda n: (-n[1], n[0]))[:_NAMES]),
    )
