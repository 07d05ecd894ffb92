"""Whatever Mixpanel answers: it is read, or it is a problem, and it never breaks the reader."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources import cases, mutate

from quiesce.errors import SourceError
from quiesce.sources.mixpanel import parse

TRIPS = parse.Pipeline("1", "trips")
READ_AS = {"jobs": [], "pipelines": []}  # type: dict[str, list[Any]]
for _param in cases.folders("mixpanel"):
    _body, _expected = cases.loaded(_param.values[0])
    if "error" not in _expected and "not-utf8" not in str(_param.id):
        READ_AS[_expected["read_as"]].append(json.loads(_body))

JOBS = st.lists(
    st.fixed_dictionaries(
        {
            "run_at": st.sampled_from(["1", "2"]),
            "last_finish": st.sampled_from(["", "1", "2"]),
            "state": st.sampled_from(["running", "failed"]),
        }
    ),
    max_size=3,
)


def read(jobs: list[dict[str, str]]) -> parse.Jobs:
    groups: dict[str, list[dict[str, str]]] = {}
    for job in jobs:
        groups.setdefault(job["state"], []).append(job)
    return parse.jobs(json.dumps(groups).encode(), "mixpanel", TRIPS)


@given(mutate.documents(READ_AS["jobs"]))
def test_every_job_is_a_run_or_a_problem(document: Any) -> None:
    try:
        found = parse.jobs(json.dumps(document).encode(), "mixpanel", TRIPS)
    except SourceError:
        assert not isinstance(document, dict)
        return
    groups = [group for group in document.values() if isinstance(group, list)]
    odd = len(document) - len(groups)
    assert len(found.runs) + len(found.problems) >= sum(map(len, groups)) + odd
    assert len({run.id for run in found.runs}) == len(found.runs)


@given(mutate.bodies(READ_AS["jobs"]) | st.binary(max_size=40))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    try:
        found = parse.jobs(body, "mixpanel", TRIPS)
    except SourceError:
        return
    times = [time for run in found.runs for time in (run.created_at, run.started_at, run.ended_at)]
    assert all(time is None or time.tzinfo is not None for time in times)


@given(mutate.bodies(READ_AS["pipelines"]) | st.binary(max_size=40))
def test_no_bytes_break_the_reader_of_pipelines(body: bytes) -> None:
    try:
        found, _ = parse.pipelines(body)
    except SourceError:
        return
    assert all(pipeline.name for pipeline in found)


@given(JOBS, JOBS)
def test_marks_are_equal_only_for_the_same_versions(one: list[Any], other: list[Any]) -> None:
    def versions(jobs: list[Any]) -> Counter[str]:
        return Counter(json.dumps(job, sort_keys=True) for job in jobs)

    assert (read(one).mark == read(other).mark) == (versions(one) == versions(other))


@given(JOBS.flatmap(lambda jobs: st.tuples(st.just(jobs), st.permutations(jobs))))
def test_the_order_of_jobs_does_not_matter(orders: tuple[list[Any], list[Any]]) -> None:
    """Also where nothing tells two attempts apart: their ids must not change places."""
    assert read(orders[0]).mark == read(orders[1]).mark
    assert [(run.id, run.state) for run in read(orders[0]).runs] == [
        (run.id, run.state) for run in read(orders[1]).runs
    ]


@pytest.mark.parametrize("change", [{"state": "running"}, {"last_finish": "2026"}, {"run_at": "9"}])
def test_a_new_attempt_or_another_end_changes_a_mark(change: dict[str, str]) -> None:
    job = {"state": "failed", "last_finish": "2025", "run_at": "1"}
    assert read([job]).mark != read([{**job, **change}]).mark


def test_a_mark_has_128_bits() -> None:
    assert len(bytes.fromhex(read([]).mark)) == 16
