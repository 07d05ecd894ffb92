"""What the store tells of the usual: how long runs take, and what they start."""

from __future__ import annotations

import pytest
from tests.store.past_world import minutes, put, run

from quiesce.model import State
from quiesce.past import Durations
from quiesce.store import Store
from quiesce.store.reading.children import Child, Children, children
from quiesce.store.reading.known import PipelineKey
from quiesce.store.reading.usual import durations

DEPLOY = PipelineKey("prod", "shop", "deploy")
TEST = PipelineKey("prod", "shop", "test")
BANK = PipelineKey("prod", "bank", "deploy")


def test_durations_come_in_the_order_of_their_begin_whatever_the_end(store: Store) -> None:
    """A failure and a cancel are ends like any other."""
    with store.writing() as connection:
        put(
            connection,
            [
                run(3, took=3, state=State.FAILED),
                run(1, took=1),
                run(2, took=2, state=State.CANCELED),
                run(4, took=None),
            ],
        )
    with store.reading() as connection:
        assert durations(connection, [DEPLOY]) == {DEPLOY: Durations(own=(60.0, 120.0, 180.0))}


@pytest.mark.parametrize(
    "changes",
    [
        {"state": State.GONE, "ended_at": None},
        {"ended_at": minutes(1)},
        {"ended_at": minutes(0)},
        {"started_at": None},
        {"state": State.RUNNING},
    ],
    ids=["gone", "no time at all", "clocks that differ", "never started", "active again"],
)
def test_a_duration_that_is_not_known_is_none(store: Store, changes: dict) -> None:
    with store.writing() as connection:
        put(connection, [run(1, **changes), run(2, took=2)])
    with store.reading() as connection:
        assert durations(connection, [DEPLOY])[DEPLOY].own == (120.0,)


def test_only_the_newest_thousand_are_read(store: Store) -> None:
    """However many have no end: it is a thousand that have."""
    with store.writing() as connection:
        put(connection, [run(each, took=each + 1) for each in range(1005)])
        put(connection, [run(2000 + each, took=None) for each in range(50)])
    with store.reading() as connection:
        own = durations(connection, [DEPLOY])[DEPLOY].own
    assert own == tuple(60.0 * (each + 1) for each in range(5, 1005))


def test_the_pipelines_around_are_sampled(store: Store) -> None:
    """The application without the pipeline itself, the source without the application."""
    with store.writing() as connection:
        put(connection, [run(1, took=1)])
        put(connection, [run(2, took=2, pipeline="test")])
        put(connection, [run(3, took=3, application="bank")])
        put(connection, [run(4, took=4, source="stage")])
    new = PipelineKey("prod", "new", "first")
    with store.reading() as connection:
        found = durations(connection, [DEPLOY, BANK, new])
        unknown = PipelineKey("nowhere", "new", "first")
        assert durations(connection, [unknown]) == {unknown: Durations()}
        assert durations(connection, []) == {}
    assert found[DEPLOY] == Durations(own=(60.0,), application=(120.0,), source=(180.0,))
    assert found[BANK] == Durations(own=(180.0,), source=(60.0, 120.0))
    assert found[new] == Durations(source=(180.0, 60.0, 120.0))


def test_a_pipeline_that_runs_every_minute_does_not_speak_for_all(store: Store) -> None:
    with store.writing() as connection:
        put(connection, [run(each, took=1, pipeline="always") for each in range(500)])
        put(connection, [run(900 + each, took=9, pipeline=f"daily {each}") for each in range(60)])
    with store.reading() as connection:
        beside = durations(connection, [DEPLOY])[DEPLOY].application
        far = durations(connection, [BANK])[BANK].source
    assert (beside.count(60.0), beside.count(540.0)) == (20, 19)
    assert (far.count(60.0), far.count(540.0)) == (20, 49)


def test_what_runs_start_after_their_end_is_known_by_how_often_and_when(store: Store) -> None:
    """Two runs of one pipeline by one parent are one start."""
    with store.writing() as connection:
        put(connection, [run(each, took=5) for each in range(4)])
        put(
            connection,
            [
                run(100, parent="000000", started_at=minutes(6), pipeline="test"),
                run(101, parent="000000", started_at=minutes(7), pipeline="test"),
                run(102, parent="000001", started_at=minutes(9), pipeline="test"),
                run(103, parent="000002", started_at=minutes(7), application="bank"),
                run(104, parent="000002", started_at=minutes(3), pipeline="within"),
                run(105, parent="000003", started_at=minutes(9), source="stage"),
            ],
        )
    with store.reading() as connection:
        found = children(connection, [DEPLOY, TEST, BANK])
    assert found[DEPLOY] == Children(
        parents=4,
        started=(
            Child(key=TEST, parents=2, delay=120.0),
            Child(key=BANK, parents=1, delay=0.0),
        ),
    )
    assert found[TEST] == Children(parents=3)
    assert found[BANK] == Children(parents=1)


def test_only_the_newest_parents_are_looked_at(store: Store) -> None:
    """What was started long ago is no longer expected."""
    with store.writing() as connection:
        put(connection, [run(each, took=5) for each in range(300)])
        started = [
            run(1000 + each, parent=f"{each:06}", started_at=minutes(each + 6), pipeline="test")
            for each in range(150)
        ]
        put(connection, started)
    with store.reading() as connection:
        found = children(connection, [DEPLOY])[DEPLOY]
    assert (found.parents, found.started[0].parents) == (200, 50)
