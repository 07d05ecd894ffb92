"""Numbers and times read as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.render.samples import NOW, make_run

from quiesce.render.words import (
    age,
    between,
    clock,
    count,
    duration,
    elapsed,
    listed,
    rfc3339,
    since,
    size,
    span,
    took,
)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 s"),
        (12.9, "12 s"),
        (59.99, "59 s"),
        (60, "1 min"),
        (41 * 60, "41 min"),
        (3600, "1 h"),
        (2 * 3600 + 14 * 60, "2 h 14 min"),
        (86_399, "23 h 59 min"),
        (3 * 86_400 + 2 * 3600, "3 d 2 h"),
        (float("inf"), "?"),
        (float("nan"), "?"),
    ],
)
def test_durations(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.84, "0.8 s"), (9.96, "9 s"), (9.94, "9.9 s"), (71, "1 min")]
)
def test_short_times_have_tenths(seconds: float, said: str) -> None:
    assert elapsed(seconds) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 runs are"), (1, "1 run is"), (2, "2 runs are"), (1234, "1,234 runs are")],
)
def test_counts_agree(number: int, said: str) -> None:
    assert count(number, "run", "is") == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 B"), (999, "999 B"), (91_234, "91.2 kB"), (999_999, "1.0 MB"), (4e15, "4,000.0 TB")],
)
def test_sizes(number: int, said: str) -> None:
    assert size(number) == said


def test_lists() -> None:
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "a", "a and b", "a, b and c",
    ]  # fmt: skip


def test_ages_of_runs() -> None:
    assert age(make_run(), NOW) == "41 min"
    assert age(make_run(started_at=None), NOW) == "42 min"
    assert age(make_run(started_at=None, created_at=None), NOW) == "?"
    assert since(make_run(started_at=None), NOW) == "created 42 min ago"


def test_a_begin_in_the_future_is_said_unless_clocks_may_differ() -> None:
    assert age(make_run(started_at=NOW + timedelta(seconds=20)), NOW) == "0 s"
    assert age(make_run(started_at=NOW + timedelta(minutes=12)), NOW) == "in 12 min"
    assert since(make_run(started_at=NOW + timedelta(minutes=12)), NOW) == "begins in 12 min"


def test_how_long_a_run_took() -> None:
    assert took(make_run(ended_at=NOW)) == "41 min"
    assert took(make_run()) == ""


def test_clock_times_say_how_far_they_are_and_which_day() -> None:
    assert clock(NOW + timedelta(minutes=12), NOW) == "08:12 (in 12 min)"
    assert clock(NOW - timedelta(hours=9), NOW) == "2026-11-21 23:00 (9 h ago)"
    there = NOW.astimezone(timezone(timedelta(hours=1)))
    assert clock(NOW, there) == "09:00 (in 0 s)"


def test_times_in_documents_are_utc_with_milliseconds() -> None:
    assert rfc3339(NOW) == "2026-11-22T08:00:00.123Z"
    assert rfc3339(NOW.astimezone(timezone(timedelta(hours=-8)))) == "2026-11-22T08:00:00.123Z"
    assert rfc3339(NOW.replace(year=1)) == "0001-11-22T08:00:00.123Z"
    assert rfc3339(None) is None


@pytest.mark.parametrize(
    "edge", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
)
@pytest.mark.parametrize("hours", [-14, 14])
def test_a_time_that_no_calendar_year_has_is_none(edge: datetime, hours: int) -> None:
    shown = rfc3339(edge.replace(tzinfo=timezone(timedelta(hours=hours))))
    assert shown is None or shown[:4] in {"0001", "9999"}


def test_an_instant_is_rounded_outwards() -> None:
    first = datetime(2026, 11, 22, 10, 0, 3, 199_999, tzinfo=UTC)
    last = datetime(2026, 11, 22, 10, 0, 7, 800_001, tzinfo=UTC)
    assert between(first, last) == "between 10:00:03.1 and 10:00:07.9 UTC on 2026-11-22"


def test_an_instant_around_midnight_has_both_dates() -> None:
    first = datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)
    assert between(first, first + timedelta(seconds=4)) == (
        "between 2026-11-22 23:59:59.0 and 2026-11-23 00:00:03.0 UTC"
    )


@given(st.floats(0, 1e9))
def test_durations_never_claim_more_than_has_passed(seconds: float) -> None:
    units = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
    words = duration(seconds).split()
    said = sum(
        int(number) * units[unit] for number, unit in zip(words[::2], words[1::2], strict=True)
    )
    assert said <= seconds


@pytest.mark.parametrize(
    ("shortest", "longest", "said"),
    [
        (300, 2400, "5 to 40 min"),
        (40, 200, "40 s to 3 min"),
        (300, 310, "5 min"),
        (3600, 7200, "1 to 2 h"),
        (3600, 9000, "1 h to 2 h 30 min"),
        (9000, 10800, "2 h 30 min to 3 h"),
    ],
)
def test_two_lengths_that_share_a_unit_say_it_once(
    shortest: float, longest: float, said: str
) -> None:
    assert span(shortest, longest) == said
