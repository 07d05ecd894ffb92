"""Which requests are sent to Gate for which question, and what they cost."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from tests.sources.sandboxed import MILLISECONDS
from tests.sources.spinnaker.fake import FakeGate

from quiesce.model import Question, State
from quiesce.sandbox import make
from quiesce.sandbox.faults import Fault
from quiesce.sandbox.server import Sandbox
from quiesce.sandbox.world import World as Truth
from quiesce.sources.spinnaker import Config
from quiesce.sources.spinnaker import gate as asked_gate
from quiesce.survey import Subject
from quiesce.testing import Part, Past, Seen, World, look, seen
from quiesce.testing.looking import judged, subject

MARKS = Question(marks=True)
SECOND = Question(marks=True, lists=False)
NORMAL = Config()


@pytest.fixture
def gate(box: Sandbox) -> FakeGate:
    return FakeGate(box)


def apps(count: int, **part: int) -> World:
    return World(parts={f"app{number:02}": Part.of(**part) for number in range(count)})


def queries(gate: FakeGate, ending: str) -> list[str]:
    """The queries of all requests whose path ends so."""
    asked = [one.path_qs.partition("?") for one in gate.box.requests]
    return [query for path, _, query in asked if path.endswith(ending)]


async def pair(gate: FakeGate, config: Config = NORMAL) -> tuple[Seen, Seen]:
    async with subject(gate, config=config) as asked:
        return await seen(asked, MARKS), await seen(asked, SECOND)


def put_odd(truth: Truth, application: str) -> str:
    """A run that a pipeline started which its trigger does not carry."""
    config = truth.spinnaker.configs(0, application)[0]
    trigger = make.manual("alice", "pipeline")
    run = make.of_pipeline(config, MILLISECONDS - 1000, random.Random(1), trigger=trigger)
    return truth.spinnaker.put(run, at=0).id


# What it costs.


@pytest.mark.parametrize("active", [0, 3])
def test_one_look_costs_two_requests_an_application_and_two(gate: FakeGate, active: int) -> None:
    gate.show(apps(20, finished=4, active=active))
    found = asyncio.run(look(gate, config=NORMAL))
    assert found.source.requests == len(gate.asked()) == 2 * 20 + 2


def test_a_double_look_costs_at_most_six_requests_an_application(gate: FakeGate) -> None:
    """Two windows and at most two lists in the first look, two windows in the second.

    And in each look the list of applications, and the search over all of them.
    """
    gate.show(apps(20, finished=4))
    first, second = asyncio.run(pair(gate))
    assert judged(first.whole, second.whole).confirmed
    assert first.source.requests + second.source.requests <= 6 * 20 + 4
    assert first.source.requests + second.source.requests == 5 * 20 + 4, (
        "windows of tasks are whole"
    )


def test_lists_are_slim_and_ask_for_active_runs_only(gate: FakeGate) -> None:
    gate.show(apps(1, active=1))
    asyncio.run(look(gate, config=NORMAL))
    wanted = "statuses=NOT_STARTED,RUNNING,PAUSED,SUSPENDED,REDIRECT,BUFFERED"
    for ending in ("/pipelines", "/tasks", "/search"):
        [query] = queries(gate, ending)
        assert wanted in query.replace("%2C", ",")
        assert ("expand=false" in query) == (ending != "/tasks")


def test_windows_are_read_before_any_list(gate: FakeGate) -> None:
    """A list that is older than its mark could hide what started in between."""
    gate.show(apps(5, finished=1))
    asyncio.run(look(gate, MARKS, config=NORMAL))
    lists = ["statuses=" in one.path_qs for one in gate.box.requests if "?" in one.path_qs]
    assert lists == sorted(lists)


def test_the_applications_are_read_again_in_the_second_look(gate: FakeGate) -> None:
    gate.show(apps(2, finished=1))

    async def meanwhile() -> tuple[Seen, Seen]:
        async with subject(gate, config=NORMAL) as asked:
            first = await seen(asked, MARKS)
            gate.box.world.spinnaker.remove_application("app01", at=MILLISECONDS)
            return first, await seen(asked, SECOND)

    first, second = asyncio.run(meanwhile())
    verdict = judged(first.whole, second.whole)
    assert verdict.verdict == "unknown"
    assert any("vanished" in reason for reason in verdict.reasons)


def test_a_question_that_wants_neither_marks_nor_lists_gets_lists(gate: FakeGate) -> None:
    """Nothing is ever called read that was not."""
    gate.show(apps(1, active=1))
    question = Question(marks=False, lists=False)
    assert asyncio.run(look(gate, question, config=NORMAL)).verdict == "active"


# What Gate does that it should not.


def test_whom_gate_lets_not_search_everywhere_searches_each_application(gate: FakeGate) -> None:
    gate.show(apps(4, finished=1, active=1))
    gate.box.world.spinnaker.star = False
    found = asyncio.run(look(gate, config=NORMAL))
    assert not found.gaps
    assert len(found.whole.runs) == 4
    assert found.source.requests == 3 * 4 + 2
    recent = asyncio.run(look(gate, Question(pipeline="app01"), config=NORMAL))
    assert not recent.gaps
    assert len(recent.whole.runs) == 2


@pytest.mark.parametrize("star", [True, False])
def test_one_odd_run_does_not_cost_a_list(star: bool, gate: FakeGate) -> None:
    """With expand=false it makes Gate answer 500 to the whole list; with expand=true it works."""
    gate.show(World.of(a=Part.of(active=2), b=Part.of(active=1)))
    gate.box.world.spinnaker.star = star
    odd = put_odd(gate.box.world, "a")
    found = asyncio.run(look(gate, config=NORMAL))
    assert not found.gaps
    assert odd in {run.id for run in found.whole.runs}
    assert len(found.whole.runs) == 4
    assert sum("expand=true" in query for query in queries(gate, "/pipelines")) == 1


def test_a_full_list_is_asked_for_again_with_more_room(gate: FakeGate) -> None:
    gate.show(World.of(a=Part.of(active=20)))
    found = asyncio.run(look(gate, config=Config(limit=10, search_size=10)))
    assert len(found.whole.runs) == 20
    assert not found.gaps
    limits = [query.partition("limit=")[2].split("&")[0] for query in queries(gate, "/pipelines")]
    sizes = [query.partition("size=")[2].split("&")[0] for query in queries(gate, "/search")]
    assert limits == sizes == ["10", "80"]
    assert not any("startIndex" in one.path_qs for one in gate.box.requests)


def test_a_list_that_stays_full_is_a_gap(gate: FakeGate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked_gate, "LARGEST", 8)
    gate.show(World.of(a=Part.of(active=20), b=Part.of(active=1)))
    found = asyncio.run(look(gate, config=Config(limit=2, search_size=2)))
    assert found.gaps == {"a/pipelines": "truncated", "search": "truncated"}
    assert [run.application for run in found.whole.runs] == ["b"]


def test_a_window_that_is_not_full_is_the_whole_list_of_tasks(gate: FakeGate) -> None:
    gate.show(World.of(a=Part()))
    for number in range(3):
        gate.box.world.start_task("a", f"task {number}")
    asyncio.run(look(gate, MARKS, config=Config(window=4)))
    assert len(queries(gate, "/tasks")) == 1
    gate.box.world.start_task("a", "the fourth")
    found = asyncio.run(look(gate, MARKS, config=Config(window=4)))
    assert len(queries(gate, "/tasks")) == 1 + 2
    assert len(found.whole.runs) == 4


# One application.


def test_a_scoped_question_asks_one_application(gate: FakeGate) -> None:
    gate.show(apps(3, active=1))
    found = asyncio.run(look(gate, Question(application="App01"), config=NORMAL))
    assert {run.application for run in found.whole.runs} == {"app01"}
    paths = [one.path for one in gate.asked()]
    assert paths[0] == "/applications/app01"
    assert len(paths) == 4
    assert all(path.startswith("/applications/app01") for path in paths)
    assert set(found.source.parts) == {"app01/pipelines", "app01/tasks"}


def test_an_application_that_does_not_exist_is_absent(gate: FakeGate) -> None:
    gate.show(apps(3, active=1))
    found = asyncio.run(look(gate, Question(application="app0"), config=NORMAL))
    assert found.source.absent is not None
    assert found.source.absent.what == "application"
    assert {known.name for known in found.source.absent.known} == {"app00", "app01", "app02"}


def test_a_404_of_gate_is_not_believed_while_its_list_says_otherwise(gate: FakeGate) -> None:
    """While Front50 fails, its 404 passes through Gate."""
    gate.show(apps(2, active=1))
    gate.box.faults.add(Fault(path="/applications/app01", kind="status", status=404))
    found = asyncio.run(look(gate, Question(application="app01"), config=NORMAL))
    assert found.source.absent is None
    assert len(found.whole.runs) == 1


def test_a_restarted_gate_without_front50_knows_nothing_and_says_so(gate: FakeGate) -> None:
    """`200 []`, and 404 for each application: neither is an answer."""
    gate.show(apps(2, active=1))
    gate.box.world.spinnaker.front50_up = False
    gate.box.world.spinnaker.cold = True
    for question in (Question(), Question(application="app01"), Question(pipeline="app01")):
        found = asyncio.run(look(gate, question, config=NORMAL))
        assert found.source.absent is None
        assert found.gaps == {"*": "unavailable"}
        assert found.verdict == "unknown"


@pytest.mark.parametrize("body", [b"[]", b"null", b"{}"])
def test_an_application_that_is_nothing_is_a_gap(body: bytes, gate: FakeGate) -> None:
    gate.show(apps(1, finished=1))
    gate.box.faults.add(Fault(path="/applications/app00", kind="body", body=body))
    found = asyncio.run(look(gate, Question(application="app00"), config=NORMAL))
    assert found.gaps == {"*": "misunderstood"}


# Narrowed.


@pytest.mark.parametrize("part", ["pipelines", "tasks", "search"])
def test_what_is_left_out_is_not_asked_and_is_said(part: Any, gate: FakeGate) -> None:
    gate.show(apps(2, finished=1))
    config = Config(parts=(part,))
    first, second = asyncio.run(pair(gate, config))
    asyncio.run(look(gate, config=config))
    others = {"pipelines", "tasks", "search"} - {part}
    endings = {one.path.rpartition("/")[2] for one in gate.asked()} - {"applications"}
    assert endings == {part}
    for found in (first, second):
        assert found.source.scope is not None
        assert all(other in found.source.scope for other in others)
        assert found.verdict == "quiet"
    assert judged(first.whole, second.whole).confirmed is (part != "search")


def test_a_search_alone_can_not_confirm_and_says_why(gate: FakeGate) -> None:
    gate.show(apps(2, finished=1))
    first, second = asyncio.run(pair(gate, Config(parts=("search",))))
    reasons = judged(first.whole, second.whole).reasons
    assert any("no mark" in reason for reason in reasons)


def test_without_narrowing_nothing_is_said(gate: FakeGate) -> None:
    gate.show(apps(1, finished=1))
    assert asyncio.run(look(gate, config=NORMAL)).source.scope is None


@pytest.mark.parametrize("parts", [("pipelines",), ("search",), ("tasks",)])
def test_recent_runs_keep_to_what_may_be_asked(parts: Any, gate: FakeGate) -> None:
    gate.show(World.of(a=Part.of(finished=2)))
    found = asyncio.run(look(gate, Question(pipeline="a"), config=Config(parts=parts)))
    endings = {one.path.rpartition("/")[2] for one in gate.asked()}
    configs = {"applications", "pipelineConfigs", "strategyConfigs"}
    assert endings <= {*configs, *parts}
    assert len(found.whole.runs) == (0 if parts == ("tasks",) else 2)
    assert bool(found.source.parts) is not bool(found.gaps)


# Recent runs by name.


def test_a_name_is_looked_for_in_every_application(gate: FakeGate) -> None:
    gate.show(World.of(a=Part.of(finished=3), b=Part.of(finished=2)))
    truth = gate.box.world
    config = truth.spinnaker.add_config("b", "a")
    truth.start(config)
    found = asyncio.run(look(gate, Question(pipeline="a"), config=NORMAL))
    assert sorted(run.application for run in found.whole.runs) == ["a", "a", "a", "b"]
    scoped = Question(pipeline="a", application="b")
    assert len(asyncio.run(look(gate, scoped, config=NORMAL)).whole.runs) == 1


def test_strategies_have_recent_runs_too(gate: FakeGate) -> None:
    """The search does not show them: the lists of their applications do."""
    gate.show(World.of(a=Part.of(finished=1), b=Part()))
    truth = gate.box.world
    config = truth.spinnaker.add_config("b", "Roll out", strategy=True)
    truth.start(config)
    found = asyncio.run(look(gate, Question(pipeline="Roll out"), config=NORMAL))
    assert [run.pipeline for run in found.whole.runs] == ["Roll out"]
    assert found.source.absent is None


def test_a_pipeline_that_never_ran_is_not_absent(gate: FakeGate) -> None:
    gate.show(World.of(a=Part()))
    found = asyncio.run(look(gate, Question(pipeline="a"), config=NORMAL))
    assert found.source.absent is None
    assert not found.whole.runs
    assert not found.gaps


def test_a_name_that_nothing_knows_comes_with_the_names_that_are_known(gate: FakeGate) -> None:
    gate.show(World.of(a=Part(), b=Part()))
    gate.box.world.spinnaker.add_config("b", "Roll out", strategy=True)
    absent = asyncio.run(look(gate, Question(pipeline="c"), config=NORMAL)).source.absent
    assert absent is not None
    assert {(known.name, known.where) for known in absent.known} == {
        ("a", "a"),
        ("b", "b"),
        ("Roll out", "b"),
    }


def test_a_name_is_not_called_absent_while_something_was_not_seen(gate: FakeGate) -> None:
    gate.show(World.of(a=Part(), b=Part(trouble="fails")))
    found = asyncio.run(look(gate, Question(pipeline="c"), config=NORMAL, attempts=1))
    assert found.source.absent is None
    assert found.gaps == {"b/pipelineConfigs": "unavailable"}


def test_a_search_that_fails_is_a_gap_and_the_lists_are_read_all_the_same(gate: FakeGate) -> None:
    gate.show(World.of(a=Part.of(finished=2)))
    gate.box.faults.add(Fault(path="/applications/[*]/executions/search", kind="status"))
    found = asyncio.run(look(gate, Question(pipeline="a"), config=NORMAL, attempts=1))
    assert len(found.whole.runs) == 2
    assert found.gaps == {"search": "unavailable"}


# When it breaks.


def test_a_defect_leaves_no_task_behind(gate: FakeGate, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked side by side ends together."""

    def defect(*_: object) -> None:
        raise KeyError("a defect")

    monkeypatch.setattr("quiesce.sources.spinnaker.parse.tasks", defect)
    gate.show(World.of(a=Part.of(active=1), b=Part(trouble="hangs"), c=Part.of(active=1)))

    async def broken() -> tuple[Seen, int]:
        async with subject(gate, config=NORMAL) as asked:
            before = len(asyncio.all_tasks())
            return await seen(asked), len(asyncio.all_tasks()) - before

    found, left = asyncio.run(broken())
    assert found.gaps == {"*": "unexpected"}
    assert left == 0


def test_subjects_count_what_they_cost(gate: FakeGate) -> None:
    gate.show(World.of(a=Part.of(active=1)))

    async def both() -> tuple[Subject, Seen, Seen]:
        async with subject(gate, config=NORMAL) as asked:
            return asked, await seen(asked), await seen(asked)

    asked, first, second = asyncio.run(both())
    assert first.source.requests == second.source.requests == 4
    assert asked.spent() == (8, first.source.bytes + second.source.bytes)


def test_a_run_that_is_restarted_is_active_again(gate: FakeGate) -> None:
    idle = World.of(a=Part(runs=(Past(id="old", state=State.SUCCEEDED),)))
    gate.show(idle)
    assert not asyncio.run(look(gate, config=NORMAL)).whole.runs
    gate.show(idle.also("a", Past(id="old")))
    assert len(asyncio.run(look(gate, config=NORMAL)).whole.runs) == 1
