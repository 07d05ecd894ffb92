"""The world that was measured on a real Gate and Orca: 24 executions are active in it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import get_args

import pytest
from msgspec.structs import replace
from tests.sources import cases
from tests.sources.sandboxed import MILLISECONDS
from tests.sources.spinnaker.fake import FakeGate

from quiesce.http.client import Client
from quiesce.model import Question, Run, State
from quiesce.past import Remembered
from quiesce.sandbox import World, measured
from quiesce.sandbox.recorded import DELETED
from quiesce.sandbox.server import Sandbox
from quiesce.sources.spinnaker import Config, PartName
from quiesce.testing import NOW, look

IDS: dict[str, str] = json.loads((cases.CAPTURES / "spinnaker" / "ids.json").read_text("utf-8"))
CANNOT = {
    "gone": "its pipeline was deleted while it ran",
    "noconfig": "it never had a pipeline's configuration",
    "task_old": "an ad-hoc task that started more than 14 days ago",
}


@pytest.fixture
def gate(box: Sandbox) -> FakeGate:
    box.load(measured(lambda: MILLISECONDS))
    return FakeGate(box)


def truth() -> set[str]:
    """What Orca's own tables said was active."""
    lines = (cases.CAPTURES / "spinnaker" / "truth.tsv").read_text("utf-8").splitlines()
    return {line.split("\t")[2] for line in lines}


def test_the_simulated_world_is_the_measured_one(gate: FakeGate) -> None:
    assert gate.box.world.active() == truth()
    assert len(truth()) == 24


def test_one_look_finds_21_of_24(gate: FakeGate) -> None:
    """The README names the three that no list of Gate shows."""
    seen = asyncio.run(look(gate, config=Config()))
    found = {run.id for run in seen.whole.runs}
    assert found == truth() - {IDS[name] for name in CANNOT}
    assert len(found) == 21
    assert not seen.gaps


def test_the_usual_script_finds_14(gate: FakeGate) -> None:
    """No parameters, and three statuses out of six: what this is measured against."""
    assert len(asyncio.run(usual_script(gate))) == 14


async def usual_script(gate: FakeGate) -> set[str]:
    client = Client(gate.access(), env={})
    try:
        found = set()
        for application in json.loads(await client.get(("applications",))):
            body = await client.get(("applications", application["name"], "pipelines"))
            for run in json.loads(body):
                if run["status"] in {"RUNNING", "PAUSED", "BUFFERED"}:
                    found.add(run["id"])
        return found
    finally:
        await client.aclose()


@pytest.mark.parametrize(
    ("left_out", "lost"),
    [
        ("pipelines", {"strategy"}),
        ("tasks", {"task", "task_buffered"}),
        ("search", {"old1_a"}),
    ],
)
def test_each_part_finds_what_no_other_does(left_out: str, lost: set[str], gate: FakeGate) -> None:
    config = Config(parts=tuple(part for part in get_args(PartName) if part != left_out))
    found = {run.id for run in asyncio.run(look(gate, config=config)).whole.runs}
    assert truth() - found == {IDS[name] for name in lost | CANNOT.keys()}


def test_small_limits_find_the_same(gate: FakeGate) -> None:
    """A list that is as long as its limit is asked for again with a larger one."""
    config = Config(limit=1, search_size=1, window=1)
    seen = asyncio.run(look(gate, Question(marks=True), config=config))
    assert len(seen.whole.runs) == 21


# With a memory.

DAY = 24 * 60 * 60 * 1000


def remembered_by(gate: FakeGate) -> list[Remembered]:
    """What one look saw 13 days earlier, when the pipeline was still there."""
    now = measured(lambda: MILLISECONDS)
    then = World(lambda: MILLISECONDS - 13 * DAY)
    for application in now.spinnaker.applications(MILLISECONDS):
        then.spinnaker.add_application(application)
    for config in now.spinnaker.configs(MILLISECONDS):
        then.spinnaker.put_config(config)
    then.spinnaker.add_config("other", "Gone", id=DELETED)
    for execution in now.spinnaker.executions(MILLISECONDS):
        then.spinnaker.put(execution, at=0)
    gate.box.load(then)
    runs = asyncio.run(look(gate, config=Config())).whole.runs
    gate.box.load(now)
    return [Remembered(run=run, seen_at=NOW - timedelta(days=13)) for run in runs]


def test_after_one_look_while_they_could_be_seen_it_finds_23_of_24(gate: FakeGate) -> None:
    """The last one, without a configuration, is in no list at any time."""
    known = remembered_by(gate)
    seen = asyncio.run(look(gate, remembered=known, config=Config()))
    found = {run.id for run in seen.whole.runs}
    assert found == truth() - {IDS["noconfig"]}
    assert len(found) == 23
    assert not seen.gaps
    by_id = [one.path for one in gate.asked() if one.path.startswith(("/pipelines/", "/tasks/"))]
    assert sorted(by_id) == [f"/pipelines/{IDS['gone']}", f"/tasks/{IDS['task_old']}"]


def test_the_last_one_is_found_once_it_was_ever_reported(gate: FakeGate) -> None:
    """By its id, which an event or a person may tell: all 24."""
    reported = Run(
        source="fake",
        application="demo",
        pipeline="Ad hoc, no id",
        id=IDS["noconfig"],
        type="pipeline",
        state=State.RUNNING,
        native_state="RUNNING",
    )
    known = [*remembered_by(gate), Remembered(run=reported, seen_at=NOW)]
    seen = asyncio.run(look(gate, remembered=known, config=Config()))
    assert {run.id for run in seen.whole.runs} == truth()
    assert not seen.gaps


def test_what_nobody_has_seen_of_a_deleted_pipeline_is_found_with_what_somebody_has(
    gate: FakeGate,
) -> None:
    """One remembered run of it is enough: its pipeline is asked for all that is active."""
    known = [one for one in remembered_by(gate) if one.run.id == IDS["gone"]]
    over = replace(known[0], run=replace(known[0].run, id="01NOSUCH"))
    seen = asyncio.run(look(gate, remembered=[over], config=Config()))
    assert IDS["gone"] in {run.id for run in seen.whole.runs}
    assert list(seen.gaps) == ["run 01NOSUCH"]


README = cases.CAPTURES.parents[1] / "src" / "quiesce" / "sources" / "spinnaker" / "README.md"


def test_the_readme_tells_the_same() -> None:
    text = README.read_text(encoding="utf-8")
    assert "21 of the 24" in text
    assert "23 of the 24" in text
    assert all(reason in text for reason in CANNOT.values())
