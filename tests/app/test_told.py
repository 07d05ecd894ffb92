"""Which predictions are kept of a process that looks again and again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from quiesce.app.told import Told, together

BEGIN = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SOURCES = ("gate", "stage")


def at(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def kept(told: Told, name: str, minutes: range) -> list[int]:
    return [minute for minute in minutes if told.due(name, at(minute))]


def test_it_is_kept_again_when_as_much_time_has_passed_as_since_the_first() -> None:
    """So of a run of any length a few are kept, and not one a look."""
    assert kept(Told(), "gate/1", range(40)) == [0, 1, 2, 4, 8, 16, 32]


def test_what_is_over_is_forgotten() -> None:
    """A collector sees thousands of runs a day, and lives for months."""
    told = Told()
    for number in range(1000):
        told.due(f"gate/{number}", at(number))
        told.over(["gate"], {f"gate/{number}"}, at(number), all_seen=True)
    assert len(told) == 1


def test_each_time_until_all_is_quiet_is_foretold_as_often_as_the_first() -> None:
    """Else a collector that has run for a week would say next week when it is to be quiet."""
    told = Told()
    name = together(SOURCES)
    first = kept(told, name, range(20))
    told.over(SOURCES, {"gate/1"}, at(20), all_seen=True)
    assert kept(told, name, range(20, 32)) == []
    told.over(SOURCES, set(), at(32), all_seen=True)
    assert kept(told, name, range(40, 60)) == [40 + minute for minute in first]


def test_what_a_gap_may_hide_is_over_only_after_a_while() -> None:
    """A system that answers every other look must not have all foretold anew in each."""
    told = Told()
    told.due("gate/1", at(0))
    for minute in range(1, 9):
        told.over(["gate"], set(), at(minute), all_seen=False)
    told.over(["gate"], {"gate/1"}, at(9), all_seen=False)
    told.over(["gate"], set(), at(18), all_seen=False)
    assert len(told) == 1
    told.over(["gate"], set(), at(19), all_seen=False)
    assert len(told) == 0


def test_what_goes_on_in_other_sources_is_not_touched() -> None:
    """Each source of a collector is looked at by itself, and all share one memory."""
    told = Told()
    for name in ("gate/1", "gate-2/1", "stage/1", together(SOURCES)):
        told.due(name, at(0))
    told.over(["gate"], set(), at(1), all_seen=True)
    assert len(told) == 3
