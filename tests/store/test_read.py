"""What the store tells of runs: what was active, recent runs, how many in which state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from tests.store.looking import run as looking_run
from tests.store.looking import surveyed
from tests.store.past_world import minutes, put, run

from quiesce.model import State
from quiesce.past import Durations
from quiesce.store import Identity, Store
from quiesce.store.reading import read
from quiesce.store.reading.children import Children, children
from quiesce.store.reading.known import PipelineKey, known
from quiesce.store.reading.overview import pipelines
from quiesce.store.reading.usual import durations
from quiesce.store.writing import write

ALL = None
BOTH = {"prod": "Production", "stage": "Staging"}


def test_only_systems_that_were_seen_have_keys(store: Store) -> None:
    """Reading registers nothing."""
    gate, other = (Identity(name="gate", kind="spinnaker", address=each) for each in "ab")
    with store.writing() as connection:
        write.keys(connection, [gate])
    with store.reading() as connection:
        assert read.keys(connection, [other, gate]) == {gate: "gate"}
        assert read.keys(connection, []) == {}


def test_what_was_active_is_remembered_by_the_name_of_its_source(store: Store) -> None:
    active = [run(3, took=None), run(1, took=None, state=State.UNKNOWN), run(2)]
    with store.writing() as connection:
        put(connection, active)
        put(connection, [run(4, took=None, source="stage")], missing_at=minutes(70))
        put(connection, [run(5, took=None, source="other")])
    with store.reading() as connection:
        found = read.remembered(connection, BOTH)
        everything = read.remembered(connection, ALL)
        nothing = read.remembered(connection, {})
        by_then = [
            read.remembered(connection, BOTH, told_by=minutes(number))["Staging"][0].missing
            for number in (69, 70)
        ]
    assert {name: [each.run.id for each in those] for name, those in found.items()} == {
        "Production": ["000001", "000003"],
        "Staging": ["000004"],
    }
    production, staging = found["Production"][0], found["Staging"][0]
    assert (production.missing, staging.missing) == (False, True)
    assert by_then == [False, True]
    assert production.seen_at == minutes(60)
    assert staging.run.source == "Staging"
    assert sorted(everything) == ["other", "prod", "stage"]
    assert nothing == {}


def test_a_run_is_told_as_it_was_seen(store: Store) -> None:
    seen = run(
        1,
        state=State.FAILED,
        native_state="TERMINAL",
        type="strategy",
        created_at=minutes(0),
        started_at=minutes(1.000001),
        changed_at=minutes(2),
        parent="0",
        url="https://spinnaker.example/1",
        started_by="alice",
        waiting_on="a judge",
        details={"trigger": "cron", "buildNumber": None},
    )
    with store.writing() as connection:
        put(connection, [seen])
    with store.reading() as connection:
        assert read.recent(connection, ALL, pipeline="deploy", limit=9) == [seen]
        narrowed = read.recent(connection, ALL, pipeline="deploy", application="shop", limit=9)
    assert narrowed == [seen]


@pytest.mark.parametrize("application", [None, "Shop", "SHOP"])
def test_recent_runs_come_newest_first_and_no_more_than_asked_for(
    store: Store, application: str | None
) -> None:
    """Whatever application they are of, and however it is written."""
    with store.writing() as connection:
        put(connection, [run(number, application="shop") for number in (3, 1, 2)])
        put(connection, [run(number, application="Shop", source="stage") for number in (5, 4)])
        put(connection, [run(9, pipeline="other"), run(8, source="elsewhere")])
    with store.reading() as connection:
        found = read.recent(connection, BOTH, pipeline="deploy", application=application, limit=4)
    assert [int(each.id) for each in found] == [5, 4, 3, 2]
    assert [each.source for each in found] == ["Staging", "Staging", "Production", "Production"]


@pytest.mark.parametrize("application", [None, "shop"])
def test_recent_runs_are_narrowed_by_state_and_begin(store: Store, application: str | None) -> None:
    """A state that only old runs have is found behind many newer ones."""
    with store.writing() as connection:
        put(connection, [run(each, state=State.FAILED) for each in (1, 2, 3)])
        put(connection, [run(each) for each in range(4, 40)])
        put(connection, [run(each, took=None) for each in range(40, 45)])

    def found(**narrowed: Any) -> list[int]:
        with store.reading() as connection:
            those = read.recent(
                connection, ALL, pipeline="deploy", application=application, **narrowed
            )
        return [int(each.id) for each in those]

    assert found(states=[State.FAILED], limit=2) == [3, 2]
    assert found(states=[State.FAILED], since=minutes(2), limit=9) == [3, 2]
    assert found(states=[State.FAILED, State.RUNNING], limit=6) == [44, 43, 42, 41, 40, 3]
    assert found(since=minutes(43), limit=9) == [44, 43]
    assert found(states=[State.CANCELED], limit=9) == []


def test_of_another_application_nothing_is_told(store: Store) -> None:
    with store.writing() as connection:
        put(connection, [run(1)])
    with store.reading() as connection:
        asked: dict[str, Any] = {"pipeline": "deploy", "application": "other"}
        assert read.recent(connection, ALL, **asked, limit=9) == []
        assert read.counts(connection, ALL, **asked) == {}
        assert read.counts(connection, ALL, pipeline="nope") == {}
        assert read.counts(connection, {}, pipeline="deploy") == {}


@pytest.mark.parametrize("since", [None, minutes(0)])
def test_runs_are_counted_by_state_in_the_order_of_states(
    store: Store, since: datetime | None
) -> None:
    with store.writing() as connection:
        put(connection, [run(each, state=State.FAILED) for each in (1, 2)])
        put(connection, [run(each, took=None) for each in (3, 4, 5)])
        put(connection, [run(6, application="Shop"), run(7, application="bank")])
        put(connection, [run(8, source="elsewhere"), run(9, pipeline="other")])
    with store.reading() as connection:
        of_all = read.counts(connection, BOTH, pipeline="deploy", since=since)
        of_one = read.counts(connection, BOTH, pipeline="deploy", application="shop", since=since)
    assert list(of_all.items()) == [
        (State.RUNNING, 3),
        (State.SUCCEEDED, 2),
        (State.FAILED, 2),
    ]
    assert list(of_one.items()) == [(State.RUNNING, 3), (State.SUCCEEDED, 1), (State.FAILED, 2)]


def test_counts_since_a_time_leave_out_what_began_before(store: Store) -> None:
    with store.writing() as connection:
        put(connection, [run(each) for each in range(10)])
    with store.reading() as connection:
        found = read.counts(connection, ALL, pipeline="deploy", since=minutes(7))
    assert found == {State.SUCCEEDED: 3}


def test_all_pipelines_are_known_by_name_and_application(store: Store) -> None:
    with store.writing() as connection:
        put(connection, [run(1), run(2, application="Straße"), run(3, pipeline="other")])
        put(connection, [run(4, source="stage")])
    with store.reading() as connection:
        assert len(known(connection, ALL)) == 4
        assert known(connection, {"stage": "Staging"}) == [PipelineKey("stage", "shop", "deploy")]
        assert known(connection, ALL, pipeline="other") == [PipelineKey("prod", "shop", "other")]
        folded = known(connection, ALL, application="STRASSE")
    assert folded == [PipelineKey("prod", "Straße", "deploy")]


HOSTILE = ["nul\0", "half \ud800", "'; DROP TABLE runs --", "%s ? :x", '{}[]"\\', "", "日本語 🎉"]


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_can_be_asked_for(store: Store, name: str) -> None:
    """What no database can keep is asked for as it was kept."""
    seen = surveyed(9, [looking_run("1", pipeline=name, application=name)])
    key = PipelineKey("gate", name, name)
    with store.writing() as connection:
        write.record(connection, "s", [seen])
    with store.reading() as connection:
        (found,) = read.recent(connection, ALL, pipeline=name, limit=9)
        assert read.recent(connection, ALL, pipeline=name, application=name, limit=9) == [found]
        assert read.counts(connection, ALL, pipeline=name, application=name)
        assert known(connection, ALL, pipeline=name, application=name)
        assert pipelines(connection, ALL, name=name, application=name)
        assert durations(connection, [key]) == {key: Durations()}
        assert children(connection, [key]) == {key: Children()}
