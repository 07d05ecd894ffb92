"""What the store tells of when pipelines were at work."""

from __future__ import annotations

from tests.store.past_world import minutes, put, run

from quiesce.model import Run, State
from quiesce.store import Store
from quiesce.store.reading.habits import Busy, habits
from quiesce.store.reading.known import PipelineKey
from quiesce.store.rows import micros

DEPLOY = PipelineKey("prod", "shop", "deploy")
WEEK = 7 * 24 * 60


def stretches(store: Store, since: float, until: float, *those: Run) -> list[tuple[float, ...]]:
    """Begin and end in minutes after noon, and how many runs."""
    with store.writing() as connection:
        put(connection, those)
    with store.reading() as connection:
        found = habits(connection, None, since=minutes(since), until=minutes(until))
    assert set(found.busy) <= {DEPLOY}
    return [shown(each) for each in found.busy.get(DEPLOY, ())]


def shown(busy: Busy) -> tuple[float, float, int]:
    noon = micros(minutes(0))
    return ((busy.begun_at - noon) / 60e6, (busy.ended_at - noon) / 60e6, busy.runs)


def test_runs_that_touch_or_overlap_are_one_stretch(store: Store) -> None:
    """A rest of up to a minute is none."""
    those = [run(10, took=5), run(12, took=1), run(16, took=4), run(22, took=3)]
    assert stretches(store, 0, 99, *those) == [(10, 20, 3), (22, 25, 1)]


def test_a_stretch_is_cut_at_the_begin_and_the_end_of_the_time(store: Store) -> None:
    those = [run(0, took=5), run(7, took=9), run(30, took=50), run(45, took=5)]
    assert stretches(store, 10, 40, *those) == [(10, 16, 1), (30, 40, 1)]


def test_what_is_active_is_so_until_the_end_of_the_time(store: Store) -> None:
    """However long ago it began."""
    those = [run(20, took=None), run(-3 * WEEK, id="old", took=None)]
    assert stretches(store, 10, 40, *those) == [(10, 40, 2)]


def test_a_run_without_an_end_went_on_until_it_was_seen_to_be_finished(store: Store) -> None:
    """The runs of these tests are seen an hour after noon."""
    gone = run(10, state=State.GONE, ended_at=None)
    assert stretches(store, 0, 99, gone) == [(10, 60, 1)]


def test_of_too_many_runs_the_newer_half_is_told(store: Store) -> None:
    with store.writing() as connection:
        put(connection, [run(each * 10, took=1) for each in range(64)])
    with store.reading() as connection:
        asked = {"since": minutes(0), "until": minutes(640)}
        whole = habits(connection, None, **asked, most=64)
        half = habits(connection, None, **asked, most=63)
        few = habits(connection, None, **asked, most=8)
    assert (whole.since, len(whole.busy[DEPLOY])) == (minutes(0), 64)
    assert (half.since, len(half.busy[DEPLOY])) == (minutes(320), 32)
    assert (few.since, len(few.busy[DEPLOY])) == (minutes(560), 8)


def test_pipelines_of_other_sources_are_not_told(store: Store) -> None:
    with store.writing() as connection:
        put(connection, [run(1), run(2, source="stage", took=None)])
    with store.reading() as connection:
        found = habits(connection, {"prod": "prod"}, since=minutes(0), until=minutes(9))
    assert list(found.busy) == [DEPLOY]
