"""What is made of Mixpanel's answers: a new case is a new folder in `cases`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sources import cases

from quiesce.errors import Misunderstood
from quiesce.sources.mixpanel import parse

TRIPS = parse.Pipeline("9876543210", "trips")


@pytest.mark.parametrize("folder", cases.folders("mixpanel"))
def test_an_answer_is_read_as_expected(folder: Path) -> None:
    body, expected = cases.loaded(folder)
    assert len(expected["about"]) > 20
    if "error" in expected:
        with pytest.raises(Misunderstood, match=expected["error"]):
            read(expected["read_as"], body)
        return
    if expected["read_as"] == "pipelines":
        found, problems = parse.pipelines(body)
        assert [[one.project, one.name] for one in found] == expected["pipelines"]
    else:
        jobs = parse.jobs(body, "mixpanel", TRIPS)
        cases.compare(jobs.runs, expected["runs"])
        problems = jobs.problems
    assert [problem.message for problem in problems] == expected.get("problems", [])


def read(read_as: str, body: bytes) -> object:
    return parse.pipelines(body) if read_as == "pipelines" else parse.jobs(body, "m", TRIPS)


@pytest.mark.parametrize(("word", "state"), [(word, s.value) for word, s in parse.STATES.items()])
def test_each_word_of_the_description_is_one_state(word: str, state: str) -> None:
    jobs = parse.jobs(b'{"%s":[{"state":"%s"}]}' % (word.encode(), word.encode()), "m", TRIPS)
    assert [run.state for run in jobs.runs] == [state]
    assert jobs.problems == ()


@pytest.mark.parametrize("word", ["", "RUNNING", "succeeded ", "done", "ſucceeded"])
def test_any_other_word_is_active_and_a_problem(word: str) -> None:
    jobs = parse.jobs(b'{"%s":[{"state":"%s"}]}' % (word.encode(), word.encode()), "m", TRIPS)
    assert [(run.state.value, run.state.active) for run in jobs.runs] == [("unknown", True)]
    assert "not known" in jobs.problems[0].message


def test_a_retried_attempt_is_finished() -> None:
    """Hundreds of them stay in the answer for ever: an assumption, stated in the README."""
    jobs = parse.jobs(b'{"retried":[{"state":"retried"}]}', "m", TRIPS)
    assert not jobs.runs[0].state.active
