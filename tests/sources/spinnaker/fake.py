"""A simulated Gate that shows a `World`."""

from __future__ import annotations

import random

from msgspec.structs import replace
from tests.sources.sandboxed import MILLISECONDS, Sandboxed

from quiesce.model import State
from quiesce.sandbox import change, make
from quiesce.sandbox.ids import ulid
from quiesce.sandbox.shapes import Execution
from quiesce.sandbox.spinnaker import Spinnaker
from quiesce.sandbox.world import World as Truth
from quiesce.sources.spinnaker import KIND, Config
from quiesce.testing import Past, World

WORDS = {
    State.PENDING: "NOT_STARTED",
    State.RUNNING: "RUNNING",
    State.PAUSED: "PAUSED",
    State.WAITING: "RUNNING",
    State.STOPPING: "PAUSED",
    State.UNKNOWN: "LEVITATING",
    State.SUCCEEDED: "SUCCEEDED",
    State.FAILED: "TERMINAL",
    State.CANCELED: "CANCELED",
    State.SKIPPED: "SKIPPED",
}


class FakeGate(Sandboxed):
    """Each part is an application with one pipeline of the same name."""

    kind = KIND
    system = "gate"
    states = frozenset(WORDS) - {State.UNKNOWN}

    def config(self) -> Config:
        """Limits so small that lists are full at first, whatever is asked."""
        return Config(window=5, limit=7, search_size=10)

    def show(self, world: World) -> None:
        truth = Truth(lambda: MILLISECONDS)
        for name, part in world.parts.items():
            truth.spinnaker.add_application(name)
            truth.spinnaker.add_config(name, name, id=f"config-{name}")
            for past in part.runs:
                run = execution(truth.spinnaker, name, past)
                if part.trouble and not part.listed:  # or `/executions` would show it all the same
                    run = replace(run, pipeline_config_id=None)
                truth.spinnaker.put(run, at=0)
            if not part.listed:
                truth.spinnaker.delete_config(f"config-{name}", at=1)
                truth.spinnaker.remove_application(name, at=1)
        self.load(truth, world, "/applications/{}/**")
        for name, part in world.parts.items():
            if part.trouble is not None:
                for run in truth.spinnaker.executions(0):
                    if run.application == name:
                        self.box.faults.add(self.fault(part.trouble, f"/pipelines/{run.id}"))


def execution(spinnaker: Spinnaker, name: str, past: Past) -> Execution:
    """A run of a part as Orca keeps it."""
    config = spinnaker.config(0, f"config-{name}")
    assert config is not None
    begun = round(past.started_at.timestamp() * 1000)
    chance = random.Random(f"{name} {past.id}")
    run = make.of_pipeline(
        config, begun, chance, trigger=make.manual("alice"), id=ulid(begun, chance)
    )
    if past.state is State.PENDING:
        return run
    if past.state is State.WAITING:
        run = replace(run, stages=[replace(run.stages[0], type="manualJudgment", name="Go?")])
    run = change.begun(run, begun)
    if past.ended_at is not None:
        return change.ended(run, WORDS[past.state], round(past.ended_at.timestamp() * 1000))
    if past.state in {State.PAUSED, State.STOPPING}:
        run = change.paused(run, begun)
    return replace(run, status=WORDS[past.state], canceled=past.state is State.STOPPING)
