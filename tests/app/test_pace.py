"""How long the collector pauses: often while it matters, seldom at night, and never a burden."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiesce.app.pace import JITTER, Pace, is_night, pause

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
PACE = Pace(every=30.0, every_active=10.0, every_night=300.0, night=(time(22), time(6)))


@pytest.mark.parametrize(
    ("at", "active", "wanted", "seconds"),
    [
        (NOON, False, False, 30.0),
        (NOON, True, False, 10.0),
        (NOON, False, True, 10.0),
        (NIGHT, False, False, 300.0),
        (NIGHT, True, False, 300.0),  # told to be slow, and somebody sleeps
        (NIGHT, False, True, 10.0),  # but not while somebody waits
    ],
)
def test_faster_while_it_matters_and_slower_at_night(
    at: datetime, active: bool, wanted: bool, seconds: float
) -> None:
    assert pause(PACE, active=active, wanted=wanted, at=at, took=1.0, chance=0.5) == seconds


def test_without_a_word_the_night_is_as_the_day() -> None:
    pace = Pace(every=30.0, every_active=10.0, night=(time(22), time(6)))
    assert pause(pace, active=False, wanted=False, at=NIGHT, took=0.0, chance=0.5) == 30.0


@given(chance=st.floats(0, 1), took=st.floats(0, 1000))
def test_a_pause_is_jittered_and_never_shorter_than_the_look(chance: float, took: float) -> None:
    """At most half of the time a system is being asked, however slow it is."""
    seconds = pause(PACE, active=False, wanted=False, at=NOON, took=took, chance=chance)
    assert seconds >= took
    assert took > 27 or 30 * (1 - JITTER) <= seconds <= 30 * (1 + JITTER)


@pytest.mark.parametrize(
    ("night", "at", "inside"),
    [
        ((time(22), time(6)), time(22), True),
        ((time(22), time(6)), time(6), False),
        ((time(22), time(6)), time(0), True),
        ((time(22), time(6)), time(12), False),
        ((time(1), time(5)), time(1), True),
        ((time(1), time(5)), time(5), False),
        ((time(1), time(5)), time(23), False),
        (None, time(3), False),
    ],
)
def test_a_night_may_pass_midnight(night: tuple[time, time] | None, at: time, inside: bool) -> None:
    assert is_night(night, at) is inside
