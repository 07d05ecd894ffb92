"""What is made of Gate's answers: a new case is a new folder in `cases`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.sources import cases

from quiesce.errors import Misunderstood
from quiesce.sources.spinnaker import parse

DECK = "https://deck.example.com/"


def listing(read_as: str, body: bytes, application: str = "demo") -> parse.Listing:
    read = {"executions": parse.executions, "tasks": parse.tasks}[read_as]
    return read(body, "gate", application, DECK)


@pytest.mark.parametrize("folder", cases.folders("spinnaker"))
def test_an_answer_is_read_as_expected(folder: Path) -> None:
    body, expected = cases.loaded(folder)
    read_as = expected["read_as"]
    if "error" in expected:
        with pytest.raises(Misunderstood, match=expected["error"]):
            listing(read_as, body)
        return
    if read_as in {"applications", "config_names"}:
        names, problems = getattr(parse, read_as)(body)
        assert list(names) == expected["names"]
    else:
        found = listing(read_as, body, expected.get("application", "demo"))
        cases.compare(found.runs, expected["runs"])
        problems = found.problems
        assert {key: getattr(found, key) for key in ("length", "fullest")} == {
            key: expected.get(key, getattr(found, key)) for key in ("length", "fullest")
        }
    assert [problem.message for problem in problems] == expected.get("problems", [])


@pytest.mark.parametrize(
    ("word", "state"), [*((word, state.value) for word, state in parse.STATES.items())]
)
def test_each_word_of_orca_is_one_state(word: str, state: str) -> None:
    found = listing("executions", b'[{"id":"1","status":"%s"}]' % word.encode())
    assert [run.state for run in found.runs] == [state]
    assert found.problems == ()
    assert (word in parse.ACTIVE_STATUSES.split(",")) is found.runs[0].state.active


@pytest.mark.parametrize("word", ["", "running", "SUCCEEDED ", "ſUCCEEDED", "DONE", "*"])
def test_any_other_word_is_active_and_a_problem(word: str) -> None:
    """Also a word that looks like one that is known: only the exact words end a run."""
    found = listing("executions", b'[{"id":"1","status":"%s"}]' % word.encode())
    assert [(run.state.value, run.state.active) for run in found.runs] == [("unknown", True)]
    assert "not known" in found.problems[0].message


def test_active_runs_keep_what_gate_said_and_finished_ones_need_not() -> None:
    body = b'[{"id":"1","status":"RUNNING", "x": 1.0},{"id":"2","status":"SUCCEEDED"}]'
    found = listing("executions", body)
    assert [run.raw for run in found.runs] == [b'{"id":"1","status":"RUNNING", "x": 1.0}', b""]


@pytest.mark.parametrize(
    ("application", "kind", "address"),
    [
        ("demo", "PIPELINE", "applications/demo/executions/details/1"),
        ("demo", "ORCHESTRATION", "applications/demo/tasks/1"),
        ("a/b?c", "PIPELINE", "applications/a%2Fb%3Fc/executions/details/1"),
    ],
)
def test_the_address_leads_to_deck_and_nowhere_else(
    application: str, kind: str, address: str
) -> None:
    body = b'[{"id":"1","status":"RUNNING","application":"%s","type":"%s"}]'
    found = listing("executions", body % (application.encode(), kind.encode()), application="")
    assert found.runs[0].url == f"https://deck.example.com/#/{address}"


def test_what_an_application_lists_belongs_to_it_whatever_it_calls_its_home() -> None:
    """A pipeline that was moved keeps its old home; a scoped question must not lose it."""
    found = listing("executions", b'[{"id":"1","status":"RUNNING","application":"old"}]', "new")
    assert (found.runs[0].application, found.runs[0].details["application"]) == ("new", "old")


def test_a_task_whose_two_statuses_are_at_odds_is_active() -> None:
    inner = b'{"id":"1","status":"SUCCEEDED","type":"ORCHESTRATION"}'
    found = listing("tasks", b'[{"id":"1","status":"RUNNING","execution":%s}]' % inner)
    assert [run.state.value for run in found.runs] == ["running"]


def test_the_rest_of_a_list_is_given_up_after_a_thousand_problems() -> None:
    """Each would cost a kilobyte to hold, and one is a gap already."""
    found = listing("executions", b'[{"id":"1","status":"RUNNING"}' + b",1" * 50_000 + b"]")
    assert [run.id for run in found.runs] == ["1"]
    assert len(found.problems) == parse.MOST_PROBLEMS


def test_without_deck_there_is_no_address() -> None:
    found = parse.executions(b'[{"id":"1","status":"RUNNING"}]', "gate", "demo", None)
    assert found.runs[0].url is None


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b'{"name":1}', b'{"name":"zzz"}', b"[[[["]
)
def test_what_is_no_application_is_not_taken_for_one(body: bytes) -> None:
    """Gate has ways to answer 200 with nothing in it."""
    with pytest.raises(Misunderstood):
        parse.must_be_application(body, "eks")


def test_every_case_says_what_it_shows() -> None:
    said: list[Any] = [cases.loaded(param.values[0])[1] for param in cases.folders("spinnaker")]
    assert all(len(expected["about"]) > 20 for expected in said)
