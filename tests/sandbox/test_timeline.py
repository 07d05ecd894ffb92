"""The truth about the past: versions, and the spans in which nothing was active."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from quiesce.sandbox.timeline import Activity, Timeline

NOTES = st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab"), st.booleans()), max_size=12)


def test_a_timeline_knows_what_held_when() -> None:
    timeline: Timeline[str] = Timeline()
    timeline.put(10, "x", "first")
    timeline.put(20, "x", "second")
    timeline.put(20, "y", "other")
    timeline.put(30, "x", None)
    assert [timeline.get(at, "x") for at in (9, 10, 19, 20, 30)] == [
        None,
        "first",
        "first",
        "second",
        None,
    ]
    assert list(timeline.values(25)) == ["second", "other"]
    timeline.forget("x")
    assert timeline.get(25, "x") is None


@given(NOTES)
def test_idle_spans_are_those_that_counting_every_millisecond_gives(
    notes: list[tuple[int, str, bool]],
) -> None:
    """Within one millisecond only the last state counts: a hand-over in it is no idle instant."""
    activity, whole = Activity(), Activity()
    part = Activity(whole)
    at = 1
    states: dict[int, bool] = {}
    active: set[str] = set()
    for later, key, on in notes:
        at += later
        for each in (activity, part):
            each.note(at, key, active=on)
        active = (active | {key}) if on else (active - {key})
        states[at] = bool(active)
    busy = False
    idle: list[int] = []
    for instant in range(at + 3):
        busy = states.get(instant, busy)
        idle += [] if busy else [instant]
    for each in (activity, part, whole):
        spans = each.idle(0, at + 2)
        assert [i for first, last in spans for i in range(first, last + 1)] == idle
        assert all(first > before + 1 for (_, before), (first, _) in pairwise(spans))


def test_a_question_about_a_part_of_the_time_gets_that_part() -> None:
    activity = Activity()
    activity.note(10, "x", active=True)
    activity.note(20, "x", active=False)
    assert activity.idle(0, 30) == [(0, 9), (20, 30)]
    assert activity.idle(5, 20) == [(5, 9), (20, 20)]
    assert activity.idle(10, 19) == []
