"""The best times of the week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from quiesce.forecast import Ran, window_words, windows
from quiesce.forecast.schedule import habits
from quiesce.forecast.stretches import Stretches
from quiesce.past import Spell, Window

MONDAY = datetime(2026, 9, 7, tzinfo=UTC)
HOUR = 3600.0
BERLIN = ZoneInfo("Europe/Berlin")


def at(week: int, hours: float, first: datetime = MONDAY) -> datetime:
    return first + timedelta(weeks=week, hours=hours)


def seen(weeks: int, *unknown: tuple[datetime, datetime], first: datetime = MONDAY) -> list[Spell]:
    """Looked at all the time, except for these stretches."""
    spells, since = [], first
    for begin, end in unknown:
        spells.append(Spell(verdict="quiet", since=since, until=begin))
        spells.append(Spell(verdict="unknown", since=begin, until=end))
        since = end
    return [*spells, Spell(verdict="quiet", since=since, until=at(weeks, 0, first))]


def busy_but_sundays_at_five(weeks: int, except_in: Sequence[int] = ()) -> list[Ran]:
    """All week long, but on Sundays from 5 to 6 (and then as well, in some weeks)."""
    free = 6 * 24 + 5
    runs = []
    for week in range(weeks):
        runs.append(Ran(at=at(week, 0), seconds=free * HOUR))
        runs.append(Ran(at=at(week, free + 1), seconds=(167 - free) * HOUR))
        if week in except_in:
            runs.append(Ran(at=at(week, free), seconds=HOUR))
    return runs


def best(
    spells: list[Spell],
    runs: dict[str, list[Ran]],
    *,
    weeks: int,
    length: float = HOUR,
    within: float = 7 * 24 * HOUR,
    zone: tzinfo = UTC,
    first: datetime = MONDAY,
) -> list[Window]:
    return windows(spells, runs, now=at(weeks, 0, first), zone=zone, length=length, within=within)


def test_the_quiet_hour_of_the_week_is_found_and_said() -> None:
    runs = {"Deploy": busy_but_sundays_at_five(10, except_in=[3])}
    found = best(seen(10), runs, weeks=10)[0]
    assert found.start == at(10, 6 * 24 + 5)
    assert found.end == found.start + timedelta(hours=1)
    assert window_words(found, UTC) == (
        "quiet 9 of the last 10 Sundays at 05:00, at least 69 % likely"
    )
    assert found.runs == ("Deploy",)
    assert found.waited is not None
    assert found.waited > 0


@pytest.mark.parametrize(("weeks", "claim"), [(4, 0.63), (8, 0.774), (13, 0.848), (21, 0.901)])
def test_what_so_many_perfect_weeks_support(weeks: int, claim: float) -> None:
    found = best(seen(weeks), {}, weeks=weeks)[0]
    assert (found.quiet, found.weeks) == (weeks, weeks)
    assert found.claim == pytest.approx(claim, abs=0.001)
    assert found.waited == 0


def test_what_nobody_has_seen_is_no_quiet_week() -> None:
    """Three Sundays were not looked at: they are neither quiet nor in the count."""
    unknown = [(at(week, 6 * 24), at(week, 7 * 24)) for week in (2, 4, 5)]
    runs = {"Deploy": busy_but_sundays_at_five(10)}
    found = best(seen(10, *unknown), runs, weeks=10)[0]
    assert found.start.weekday() == 6
    assert (found.quiet, found.weeks) == (7, 7)


def test_a_window_is_seen_only_as_a_whole() -> None:
    unknown = [(at(week, 6 * 24 + 5.75), at(week, 6 * 24 + 6)) for week in range(9)]
    runs = {"Deploy": busy_but_sundays_at_five(10)}
    found = best(seen(10, *unknown), runs, weeks=10)
    assert all(each.start != at(10, 6 * 24 + 5) for each in found)


def test_where_nobody_looked_there_is_no_window() -> None:
    blind = [Spell(verdict="unknown", since=MONDAY, until=at(10, 0))]
    assert best(blind, {}, weeks=10) == []
    assert best([], {"Deploy": busy_but_sundays_at_five(10)}, weeks=10) == []


def test_a_spell_that_was_active_is_not_quiet_without_runs_either() -> None:
    spells = [Spell(verdict="active", since=MONDAY, until=at(6, 0))]
    assert all(each.quiet == 0 and each.weeks == 6 for each in best(spells, {}, weeks=6))


def test_a_run_is_not_quiet_whatever_a_spell_says() -> None:
    always = {"Deploy": [Ran(at=MONDAY, seconds=6 * 7 * 24 * HOUR)]}
    assert all(each.quiet == 0 for each in best(seen(6), always, weeks=6))


def test_only_what_begins_within_the_horizon_is_offered() -> None:
    runs = {"Deploy": busy_but_sundays_at_five(10)}
    found = best(seen(10), runs, weeks=10, within=48 * HOUR)
    assert found
    assert all(at(10, 0) <= each.start <= at(10, 48) for each in found)


def test_windows_do_not_overlap() -> None:
    starts = sorted(each.start for each in best(seen(10), {}, weeks=10, length=3 * HOUR))
    assert len(starts) == 5
    assert all(b - a >= timedelta(hours=3) for a, b in pairwise(starts))


def test_a_nightly_job_is_known_after_four_weeks() -> None:
    """It missed a night by chance: that weekday is not as good as it looks."""
    nightly = [Ran(at=at(0, 24 * day + 2.1), seconds=1800) for day in range(28) if day != 13]
    found = habits(
        {"Backup": nightly}, Stretches([(MONDAY.timestamp(), at(4, 0).timestamp())]), UTC
    )
    for day in range(7):
        assert found.quiet((24 * day + 2) * HOUR, 1800) < 0.35
        assert found.quiet((24 * day + 2.5) * HOUR, 1800) < 0.35
        assert found.quiet((24 * day + 3) * HOUR, 1800) > 0.95


def test_starts_by_chance_are_expected_in_their_hours() -> None:
    """Four starts on each working day between 9 and 17, and none at night."""
    rng = Random(1)
    runs = [
        Ran(at=at(week, 24 * day + rng.uniform(9, 17)), seconds=900)
        for week in range(6)
        for day in range(5)
        for _ in range(4)
    ]
    found = habits({"Deploy": runs}, Stretches([(MONDAY.timestamp(), at(6, 0).timestamp())]), UTC)
    assert 0.4 < found.quiet(24 * HOUR + 12 * HOUR, 1800) < 0.85
    assert found.quiet(24 * HOUR + 3 * HOUR, 1800) > 0.95
    assert found.quiet(5 * 24 * HOUR + 12 * HOUR, 1800) > 0.99


def test_times_are_those_of_the_wall_clock_through_summer_time() -> None:
    """Quiet at 5 on Sundays in Berlin: 3 in UTC in summer, 4 in winter."""
    first = datetime(2026, 10, 5, tzinfo=UTC)  # summer time ends on 25 October
    spells: list[Spell] = []
    since = first
    for week in range(8):
        sunday = datetime(2026, 10, 11, 5) + timedelta(weeks=week)  # noqa: DTZ001 – a wall clock
        begin = sunday.replace(tzinfo=BERLIN).astimezone(UTC)
        spells.append(Spell(verdict="active", since=since, until=begin))
        since = begin + timedelta(hours=1)
        spells.append(Spell(verdict="quiet", since=begin, until=since))
    spells.append(Spell(verdict="active", since=since, until=at(8, 0, first)))
    found = best(spells, {}, weeks=8, zone=BERLIN, first=first)[0]
    assert window_words(found, BERLIN).startswith("quiet 8 of the last 8 Sundays at 05:00")
    assert best(spells, {}, weeks=8, zone=UTC, first=first)[0].quiet < 8


def test_an_hour_that_is_skipped_in_spring_is_not_offered() -> None:
    """Always quiet at half past two, and never later: that day, there is no such time."""
    first = datetime(2027, 1, 31, tzinfo=UTC)  # summer time begins on Sunday, 28 March, at 2
    spells: list[Spell] = []
    for week in range(8):
        begin = at(week, 1.5, first)
        spells.append(Spell(verdict="active", since=at(week, -1, first), until=begin))
        spells.append(Spell(verdict="quiet", since=begin, until=at(week, 2, first)))
        spells.append(Spell(verdict="active", since=at(week, 2, first), until=at(week, 5, first)))
    found = windows(
        spells, {}, now=datetime(2027, 3, 26, tzinfo=UTC), zone=BERLIN, length=600, most=400
    )
    assert found
    assert all(each.quiet == 0 for each in found)
