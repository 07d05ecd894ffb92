"""Whatever Gate answers: it is read, or it is a problem, and it never breaks the reader."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources import cases, mutate

from quiesce.errors import SourceError
from quiesce.sources.spinnaker import parse


def recorded(*names: str) -> list[Any]:
    return [json.loads(cases.captured("spinnaker", f"{name}.json"))[:6] for name in names]


LISTS = recorded(
    *("gate-pipelines-demo-active", "gate-pipelines-demo-expand-false", "gate-pipelines-other"),
    *("execution-judge", "execution-paused", "execution-strategy", "execution-buffered-canceled"),
)
TASKS = recorded("gate-tasks-demo", "task-buffered")
NAMES = recorded("gate-applications", "gate-pipelineconfigs-demo", "gate-strategyconfigs-demo")


def executions(document: Any) -> parse.Listing:
    return parse.executions(json.dumps(document).encode(), "gate", "demo", None)


def is_run(element: Any) -> bool:
    """Whether so much of an element can be read that it must count as a run."""
    if not isinstance(element, dict):
        return False
    return (
        all(isinstance(element.get(key), str) for key in ("id", "status")) and element["id"] != ""
    )


@given(mutate.documents(LISTS))
def test_every_execution_is_a_run_or_a_problem(document: list[Any]) -> None:
    found = executions(document)
    assert [run.id for run in found.runs] == [one["id"] for one in document if is_run(one)]
    assert found.length == len(document)
    assert len(found.problems) >= sum(not is_run(one) for one in document)


@given(mutate.documents(LISTS))
def test_only_the_exact_words_end_a_run(document: list[Any]) -> None:
    found = executions(document)
    words = {word for word, state in parse.STATES.items() if not state.active}
    assert all(run.state.active == (run.native_state not in words) for run in found.runs)
    unknown = [run for run in found.runs if run.native_state not in parse.STATES]
    assert len(found.problems) >= len(unknown)


@given(mutate.documents(TASKS))
def test_every_task_is_a_run_or_a_problem(document: list[Any]) -> None:
    found = parse.tasks(json.dumps(document).encode(), "gate", "demo", None)
    assert found.length == len(document)
    assert len(found.runs) + len(found.problems) >= len(document)


def named_eks(body: bytes) -> None:
    parse.must_be_application(body, "eks")


@pytest.mark.parametrize("read", [parse.executions, parse.tasks])
@given(body=mutate.bodies(LISTS + TASKS) | st.binary(max_size=40))
def test_no_bytes_break_the_reader(read: Any, body: bytes) -> None:
    try:
        found = read(body, "gate", "demo", "https://deck.example.com")
    except SourceError:
        return
    assert len(found.runs) + len(found.problems) >= found.length
    times = [time for run in found.runs for time in (run.created_at, run.started_at, run.ended_at)]
    assert all(time is None or time.tzinfo is not None for time in times)


@pytest.mark.parametrize("read", [parse.applications, parse.config_names, named_eks])
@given(body=mutate.bodies(NAMES) | st.binary(max_size=40))
def test_no_bytes_break_the_reader_of_names(read: Any, body: bytes) -> None:
    try:
        read(body)
    except SourceError:
        return


# The smallest world in which marks can be wrong: few ids, few versions.
STAGES = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from("st"), "status": st.sampled_from(["RUNNING", "SUCCEEDED"])}
    ),
    max_size=2,
    unique_by=lambda stage: stage["id"],
)
TIMES = st.sampled_from([None, 0, 1, 2])
EXECUTIONS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(["1", "2", "12"]),
            "status": st.sampled_from(["RUNNING", "SUCCEEDED", "NOT_STARTED"]),
            "startTime": TIMES,
            "endTime": TIMES,
            "canceled": st.booleans(),
            "stages": STAGES,
        }
    ),
    max_size=3,
)


def versions(document: list[dict[str, Any]]) -> Counter[str]:
    """What a mark stands for: each execution with its version, in no order."""

    def plain(one: dict[str, Any]) -> str:
        stages = sorted(one["stages"], key=lambda stage: stage["id"])
        return json.dumps({**one, "stages": stages}, sort_keys=True)

    return Counter(plain(one) for one in document)


@given(EXECUTIONS, EXECUTIONS)
def test_marks_are_equal_only_for_the_same_versions(one: list[Any], other: list[Any]) -> None:
    equal = executions(one).mark == executions(other).mark
    assert equal == (versions(one) == versions(other))


@given(EXECUTIONS.flatmap(lambda one: st.tuples(st.just(one), st.permutations(one))))
def test_a_mark_does_not_depend_on_the_order(orders: tuple[list[Any], list[Any]]) -> None:
    assert executions(orders[0]).mark == executions(orders[1]).mark


@pytest.mark.parametrize(
    "change",
    [
        {"status": "RUNNING"},
        {"status": "NOT_STARTED", "endTime": None},
        {"endTime": 1795332300001},
        {"startTime": 1795332300001},
        {"canceled": True},
        {"stages": [{"id": "s", "status": "RUNNING"}]},
        {"stages": [{"id": "s", "status": "SUCCEEDED", "startTime": 2, "endTime": 3}]},
    ],
)
def test_a_restart_or_another_end_changes_a_mark(change: dict[str, Any]) -> None:
    """A finished execution can run again under its id: the id alone would not tell."""
    run = {
        "id": "1",
        "status": "SUCCEEDED",
        "startTime": 1795332300000,
        "endTime": 1795332300000,
        "stages": [{"id": "s", "status": "SUCCEEDED", "startTime": 1, "endTime": 2}],
    }
    assert executions([run]).mark != executions([{**run, **change}]).mark


def test_what_was_not_asked_of_gate_changes_no_mark() -> None:
    """`expand` empties contexts, outputs and tasks: a look with it and one without agree."""
    slim = parse.executions(
        cases.captured("spinnaker", "gate-search-star-allactive-noexpand.json"), "g", "", None
    )
    full = parse.executions(
        cases.captured("spinnaker", "gate-search-star-allactive-expand.json"), "g", "", None
    )
    assert slim.mark == full.mark


def test_a_mark_has_128_bits() -> None:
    assert len(bytes.fromhex(executions([]).mark)) == 16
