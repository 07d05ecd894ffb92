"""What the store tells of each pipeline."""

from __future__ import annotations

from typing import Any

from tests.store.past_world import put, run

from quiesce.model import State
from quiesce.past import Pipeline
from quiesce.store import Store
from quiesce.store.reading.overview import pipelines

ALL = None


def test_a_pipeline_is_told_with_counts_last_run_strip_success_and_typical_time(
    store: Store,
) -> None:
    last = run(6, took=None)
    with store.writing() as connection:
        put(connection, [run(1, took=1), run(2, took=2), run(3, took=9, state=State.FAILED)])
        put(connection, [run(4, took=4, state=State.CANCELED), run(5, took=0, state=State.SKIPPED)])
        put(connection, [last])
    with store.reading() as connection:
        found = pipelines(connection, ALL)
    assert found == [
        Pipeline(
            source="prod",
            application="shop",
            name="deploy",
            counts={
                State.RUNNING: 1,
                State.SUCCEEDED: 2,
                State.FAILED: 1,
                State.CANCELED: 1,
                State.SKIPPED: 1,
            },
            last=last,
            strip=(
                *(State.SUCCEEDED, State.SUCCEEDED, State.FAILED),
                *(State.CANCELED, State.SKIPPED, State.RUNNING),
            ),
            success=2 / 3,
            typical=180.0,
        )
    ]
    assert list(found[0].counts) == [state for state in State if state in found[0].counts]


def test_counts_are_over_all_runs_and_the_rest_over_the_newest(store: Store) -> None:
    with store.writing() as connection:
        put(connection, [run(each, took=60, state=State.FAILED) for each in range(40)])
        put(connection, [run(each, took=1) for each in range(40, 90)])
    with store.reading() as connection:
        (found,) = pipelines(connection, ALL)
    assert found.counts == {State.SUCCEEDED: 50, State.FAILED: 40}
    assert found.strip == (State.SUCCEEDED,) * 20
    assert (found.success, found.typical) == (1.0, 60.0)


def test_without_an_end_nothing_is_said_of_success_or_time(store: Store) -> None:
    with store.writing() as connection:
        put(connection, [run(1, took=None), run(2, state=State.GONE, ended_at=None)])
    with store.reading() as connection:
        (found,) = pipelines(connection, ALL)
    assert (found.success, found.typical) == (None, None)


def test_what_began_last_comes_first_and_no_more_than_asked_for(store: Store) -> None:
    with store.writing() as connection:
        put(connection, [run(each, pipeline=f"p{each % 7}") for each in range(30)])
    with store.reading() as connection:
        found = pipelines(connection, ALL, limit=3)
    assert [(each.name, each.last.id if each.last else "") for each in found] == [
        ("p1", "000029"),
        ("p0", "000028"),
        ("p6", "000027"),
    ]


def test_of_runs_that_began_together_one_is_the_last(store: Store) -> None:
    with store.writing() as connection:
        put(connection, [run(1, id=each, pipeline="deploy") for each in "bca"])
    with store.reading() as connection:
        (found,) = pipelines(connection, ALL)
    assert found.last is not None
    assert found.last.id == "c"


def test_pipelines_are_narrowed_by_source_name_and_application(store: Store) -> None:
    with store.writing() as connection:
        put(connection, [run(1), run(2, application="Shop", pipeline="test")])
        put(connection, [run(3, application="bank"), run(4, source="stage")])

    def found(sources: dict[str, str] | None = None, **narrowed: Any) -> list[tuple[str, ...]]:
        with store.reading() as connection:
            return [
                (each.source, each.application, each.name)
                for each in pipelines(connection, sources, **narrowed)
            ]

    assert len(found()) == 4
    assert found({"stage": "Staging"}) == [("Staging", "shop", "deploy")]
    assert found(name="test") == [("prod", "Shop", "test")]
    assert found({"prod": "prod"}, application="SHOP") == [
        ("prod", "Shop", "test"),
        ("prod", "shop", "deploy"),
    ]
    assert found({}) == []
