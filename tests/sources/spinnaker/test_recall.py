"""What is asked of Gate for runs that no list shows, and what is made of its odder answers."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.sources import cases, mutate
from tests.sources.spinnaker.fake import FakeGate

from quiesce.errors import Misunderstood
from quiesce.model import Question, Run, State
from quiesce.past import Remembered
from quiesce.sandbox import Sandbox
from quiesce.sandbox.faults import Fault
from quiesce.sources.spinnaker import parse
from quiesce.sources.spinnaker.recall import BATCH, says_not_there
from quiesce.testing import NOW, Part, Past, Seen, World, look

LISTED = Part.of(finished=1)
ID = "01M8127XVEBM170EW2DADTN0YJ"


@pytest.fixture
def gate(box: Sandbox) -> FakeGate:
    return FakeGate(box)


def known(gate: FakeGate, world: World) -> list[Remembered]:
    """All that is active in a world, which is then hidden from every list."""
    gate.show(world)
    runs = asyncio.run(look(gate)).whole.runs
    hidden = {name: replace(part, listed=False) for name, part in world.parts.items()}
    gate.show(World(parts={"a": LISTED, **hidden}))
    return [Remembered(run=run, seen_at=NOW) for run in runs]


def one(gate: FakeGate) -> list[Remembered]:
    return known(gate, World.of(b=Part.of(active=1)))


def asked(gate: FakeGate, path: str) -> list[str]:
    return [one.path_qs for one in gate.box.requests if one.path_qs.startswith(path)]


def planted(gate: FakeGate, remembered: list[Remembered], **fault: Any) -> Seen:
    """A look at a Gate that says this of the only remembered run; its pipeline shows nothing."""
    gate.box.faults.add(Fault(path="/executions", kind="body", body=b"[]"))
    gate.box.faults.add(Fault(path=f"/pipelines/{remembered[0].run.id}", **fault))
    return asyncio.run(look(gate, remembered=remembered, attempts=1))


# What it costs.


def test_each_run_costs_one_request_and_fifty_pipelines_one_more(gate: FakeGate) -> None:
    parts = {f"app{number:03}": Part.of(active=2) for number in range(BATCH + 1)}
    remembered = known(gate, World(parts=parts))
    found = asyncio.run(look(gate, remembered=remembered))
    assert len(found.whole.runs) == len(remembered) == 2 * (BATCH + 1)
    assert len(asked(gate, "/pipelines/")) == len(remembered)
    assert len(asked(gate, "/executions?")) == 2
    assert max(map(len, asked(gate, "/executions?"))) < 4096


def test_what_the_lists_show_costs_nothing_more(gate: FakeGate) -> None:
    world = World.of(b=Part.of(active=2))
    remembered = known(gate, world)
    gate.show(world)
    before = asyncio.run(look(gate)).source.requests
    assert asyncio.run(look(gate, remembered=remembered)).source.requests == before


@pytest.mark.parametrize("question", [Question(marks=True), Question(marks=True, lists=False)])
def test_an_end_that_a_window_shows_is_not_asked_for(gate: FakeGate, question: Question) -> None:
    """In both looks of a pair, so that they can be compared."""
    remembered = known(gate, World.of(b=Part.of(active=1)))
    run = Part.of(active=1).runs[0]
    gate.show(World.of(b=Part(runs=(replace(run, state=State.SUCCEEDED, ended=30.0),))))
    found = asyncio.run(look(gate, question, remembered))
    assert [run.state for run in found.source.ended] == [State.SUCCEEDED]
    assert not asked(gate, "/pipelines/")
    assert found.source.memory is None


def test_windows_tell_ends_to_who_wants_the_past_and_only_then(gate: FakeGate) -> None:
    gate.show(World.of(a=Part.of(finished=4, active=1)))
    marks = Question(marks=True)
    assert not asyncio.run(look(gate, marks)).source.ended
    past = asyncio.run(look(gate, replace(marks, past=True)))
    assert len(past.source.ended) == 4
    assert [run.state for run in past.whole.runs] == [State.RUNNING]


# What Gate says.


def test_with_fiat_an_empty_answer_is_a_gap_that_names_the_right(gate: FakeGate) -> None:
    """Gate says 200 and nothing, where the account may not read the application."""
    remembered = one(gate)
    gate.box.world.spinnaker.readable = frozenset({"a"})
    found = asyncio.run(look(gate, remembered=remembered))
    (gap,) = found.source.gaps
    assert "is empty" in gap.why
    assert "may not READ" in gap.hint
    assert found.verdict == "unknown"


@pytest.mark.parametrize(
    ("cause", "there"),
    [
        (f"Pipeline not found (id: {ID})", False),
        (f"Task not found (id: {ID})", False),
        (
            f"Status: 404, URL: http://orca/pipelines/{ID}, Message: No PIPELINE found for {ID}",
            False,
        ),
        (f"No execution found with id {ID}", False),
        (f"route not found: \\/pipelines\\/{ID}", True),
        (f"&#x2F;pipelines&#x2F;{ID} could not be found", True),
        (f"no handler found for GET %2Fpipelines%2F{ID}", True),
        (f"No endpoint found: pipelines -> {ID}", True),
        (f"The page was not found. Reference: {ID}", True),
        (f"Pipeline not found (id: {ID}2)", True),
        ("Not Found", True),
        ("", True),
        (f"Cannot GET /pipelines/{ID}", True),
        (f"The page /gate/pipelines/{ID} was not found", True),
        (f"No static resource pipelines/{ID}.", True),
        ("Pipeline not found (id: 01OTHER)", True),
        ("Status: 404, URL: http://front50:8080/pipelines/cfg, Message: not found", True),
    ],
)
def test_only_spinnakers_own_word_on_this_id_is_believed(cause: str, there: bool) -> None:
    assert says_not_there(cause, ID) is not there


@pytest.mark.parametrize("missing", [False, True])
def test_a_404_of_somebody_else_is_a_gap_and_never_gone(gate: FakeGate, missing: bool) -> None:
    remembered = [replace(kept, missing=missing) for kept in one(gate)]
    found = planted(gate, remembered, kind="status", status=404, body=b"<h1>nginx: Not Found</h1>")
    assert "says nothing of this execution" in found.source.gaps[0].why
    assert (found.source.lost, found.source.gone) == ((), ())


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"id":"another","status":"SUCCEEDED"}', "not the execution that was asked for"),
        (b"[]", "not the execution that was asked for"),
        (b"{}", "not the execution that was asked for"),
        (b"null", "not the execution that was asked for"),
        (b'{"id":1,"status":"SUCCEEDED"}', "not the execution that was asked for"),
    ],
)
def test_an_answer_that_is_something_else_is_a_gap(gate: FakeGate, body: bytes, why: str) -> None:
    found = planted(gate, one(gate), kind="body", body=body)
    assert why in found.source.gaps[0].why
    assert not found.source.ended


def test_an_answer_larger_than_it_may_be_is_a_gap(gate: FakeGate) -> None:
    """An execution comes with all its contexts, which may be many megabytes."""
    remembered = one(gate)
    gate.box.faults.add(Fault(path="/executions", kind="body", body=b"[]"))
    path = f"/pipelines/{remembered[0].run.id}"
    gate.box.faults.add(Fault(path=path, kind="huge", size=300_000))
    found = asyncio.run(look(gate, remembered=remembered, attempts=1, max_body=100_000))
    assert list(found.gaps.values()) == ["truncated"]


def test_pipelines_that_can_not_be_asked_for_are_a_gap_beside_the_end(gate: FakeGate) -> None:
    """The run has ended; what else runs of its pipeline, if that was deleted, is not known."""
    kept = one(gate)
    run = Part.of(active=1).runs[0]
    ended = Part(runs=(replace(run, state=State.FAILED, ended=30.0),), listed=False)
    gate.show(World.of(a=LISTED, b=ended))
    gate.box.faults.add(Fault(path="/executions", kind="status", status=500))
    found = asyncio.run(look(gate, remembered=kept, attempts=1))
    assert [run.state for run in found.source.ended] == [State.FAILED]
    assert list(found.gaps.values()) == ["unavailable"]
    assert found.verdict == "unknown"


def test_pipelines_with_more_active_runs_than_the_limit_are_asked_again(gate: FakeGate) -> None:
    """Gate's own limit is 1 for each pipeline; ours is grown until the list is not full."""
    remembered = known(gate, World.of(b=Part.of(active=20)))
    found = asyncio.run(look(gate, remembered=remembered[:1]))
    assert len(found.whole.runs) == 20
    limits = [path.rpartition("limit=")[2].partition("&")[0] for path in asked(gate, "/executions")]
    assert limits == ["7", "56"]


def test_a_task_is_asked_for_as_a_task(gate: FakeGate) -> None:
    gate.show(World.of(a=LISTED))
    task = gate.box.world.start_task("a", "Resize", age=60)
    remembered = [Remembered(run=run, seen_at=NOW) for run in asyncio.run(look(gate)).whole.runs]
    gate.box.world.spinnaker.remove_application("a", at=1)
    gate.box.world.spinnaker.add_application("b")
    found = asyncio.run(look(gate, remembered=remembered))
    assert [(run.id, run.type, run.application) for run in found.whole.runs] == [
        (task.id, "task", "a")
    ]
    assert asked(gate, "/tasks/") == [f"/tasks/{task.id}"]
    gate.box.world.spinnaker.delete(task.id, at=2)
    assert asyncio.run(look(gate, remembered=remembered)).source.lost == (task.id,)


# What is read out of it.


def asked_for(run_type: str = "pipeline", application: str = "demo") -> Run:
    return Run(
        source="gate",
        application=application,
        pipeline="p",
        id=ID,
        type=run_type,  # type: ignore[arg-type]
        state=State.RUNNING,
        native_state="RUNNING",
    )


def test_an_execution_keeps_the_application_that_it_was_remembered_by() -> None:
    """A pipeline that was moved calls its old home; a scoped question must not lose it."""
    body = cases.captured("spinnaker", "execution-gone.json")[1:-1]
    run, problem = parse.one(body, asked_for(application="elsewhere"), None)
    assert (run.application, run.details["application"]) == ("elsewhere", "other")
    assert run.pipeline == "Gone"
    assert problem is None


def test_of_an_execution_that_is_large_only_the_run_is_kept() -> None:
    body = b'{"id":"%s","status":"RUNNING","x":"%s"}' % (ID.encode(), b"x" * parse.MOST_RAW)
    run, _ = parse.one(body, asked_for(), None)
    assert run.state is State.RUNNING
    assert run.raw == b""


def test_an_execution_of_which_little_can_be_read_counts_and_is_a_problem() -> None:
    body = b'{"id":"%s","status":"SUCCEEDED","name":[]}' % ID.encode()
    run, problem = parse.one(body, asked_for(), None)
    assert run.state is State.SUCCEEDED
    assert problem is not None


@pytest.mark.parametrize("body", [b"", b"[", b"\xff", b"[" * 10_000, b'"x"', b"7"])
def test_what_is_no_execution_is_none(body: bytes) -> None:
    for run_type in ("pipeline", "task"):
        with pytest.raises(Misunderstood):
            parse.one(body, asked_for(run_type), None)


def test_who_started_it_and_when_it_last_changed_are_told() -> None:
    """For the memory: children are foreseen by their parents, and stuck is what never changes."""
    body = cases.captured("spinnaker", "execution-strategy.json")
    (run,) = parse.executions(body, "gate", "demo", None).runs
    assert run.parent == "01M8127R8BPVB2PTM3B6WERRWQ"
    stages = b'[{"startTime":1000,"endTime":9000},{"startTime":5000},{}]'
    body = b'[{"id":"1","status":"RUNNING","stages":%s}]' % stages
    (run,) = parse.executions(body, "gate", "demo", None).runs
    assert run.changed_at is not None
    assert run.changed_at.timestamp() == 9.0
    assert run.parent is None


def test_a_past_of_the_same_run_is_no_second_run(gate: FakeGate) -> None:
    """Active and finished in one look: it runs, and has not ended."""
    gate.show(World.of(a=Part(runs=(Past(id="one"),))))
    found = asyncio.run(look(gate, Question(marks=True, past=True)))
    assert len(found.whole.runs) == 1
    assert not found.source.ended


RECORDED = [
    json.loads(cases.captured("spinnaker", f"{name}.json"))[0]
    for name in ("execution-gone", "execution-paused", "execution-succeeded", "gate-task-one")
]


@given(mutate.documents(RECORDED) | st.sampled_from([None, 7, "x", [], {}]))
def test_whatever_comes_it_is_the_run_that_was_asked_for_or_an_error(document: Any) -> None:
    """And it has ended only by the exact words."""
    for run_type in ("pipeline", "task"):
        number = document.get("id") if isinstance(document, dict) else ID
        run = replace(asked_for(run_type), id=str(number))
        try:
            found, problem = parse.one(json.dumps(document).encode(), run, None)
        except Misunderstood:
            continue
        assert (found.id, found.application) == (run.id, "demo")
        known = parse.STATES.get(found.native_state)
        assert found.state.active == (known is None or known.active)
        assert known is not None or problem is not None


@given(mutate.bodies(RECORDED))
def test_no_bytes_break_the_reader_of_one(body: bytes) -> None:
    for run_type in ("pipeline", "task"):
        with contextlib.suppress(Misunderstood):
            parse.one(body, asked_for(run_type), "https://deck.example.com")
