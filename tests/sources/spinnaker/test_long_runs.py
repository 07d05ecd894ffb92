"""What runs for long is seen behind what is newer, and what is no application is not asked for."""

from __future__ import annotations

import asyncio

import pytest
from tests.sources.spinnaker.fake import FakeGate

from quiesce.model import Question
from quiesce.sandbox.faults import Fault
from quiesce.sandbox.server import Sandbox
from quiesce.testing import Part, World, look


@pytest.fixture
def gate(box: Sandbox) -> FakeGate:
    return FakeGate(box)


def test_a_long_run_is_in_the_status_of_its_pipeline_behind_many_newer_ones(gate: FakeGate) -> None:
    """The newest runs alone would say that nothing of that name is running."""
    gate.show(World.of(a=Part.of(finished=30, active=1)))
    name = next(run.pipeline for run in asyncio.run(look(gate)).whole.runs)
    found = asyncio.run(look(gate, Question(pipeline=name, limit=5)))
    states = [run.state.active for run in found.whole.runs if run.pipeline == name]
    assert len(states) == 6
    assert states.count(True) == 1


def test_a_long_strategy_is_in_its_status_behind_many_newer_runs(gate: FakeGate) -> None:
    gate.show(World.of(app00=Part(), app01=Part.of(finished=1)))
    world = gate.box.world
    config = world.spinnaker.add_config("app01", "Roll out", strategy=True)
    old = world.start(config, age=5000)
    for age in range(100, 1100, 100):
        world.start(config, age=age, status="SUCCEEDED", took=10)
    found = asyncio.run(look(gate, Question(pipeline="Roll out", limit=3)))
    assert old.id in {run.id for run in found.whole.runs if run.state.active}


def test_all_applications_are_no_application(gate: FakeGate) -> None:
    """Gate's word for all of them is never asked for as one, whatever Gate says of it."""
    gate.show(World.of(a=Part.of(active=1)))
    for path in ("/applications/[*]", "/applications/%2A"):
        gate.box.faults.add(Fault(path=path, kind="body", body=b'{"name":"*"}'))
    found = asyncio.run(look(gate, Question(application="*")))
    assert found.source.absent is not None
