"""The world in which the lists of a real Gate were measured: 24 active executions.

No list shows all of them: the obvious script sees 14, a good one 21, and with a memory 23.
Its times are moved to the present, so that what was older than 14 days then is so now.
"""

from __future__ import annotations

from importlib.resources import files

import msgspec
from msgspec import Struct

from quiesce.sandbox.change import shifted
from quiesce.sandbox.shapes import Application, Execution, PipelineConfig
from quiesce.sandbox.world import Clock, World, wall_clock

DELETED = "cfg-gone"
"""The pipeline of the active execution `Gone`, which is deleted."""


class _Recorded(Struct, frozen=True):
    at: int
    applications: list[Application]
    configs: list[PipelineConfig]
    executions: list[Execution]


def recorded_at() -> int:
    """When it was recorded: with a clock that stands there, all times are the recorded ones."""
    return _recorded().at


def measured(clock: Clock = wall_clock) -> World:
    """The measured world as of the clock's present time. Nothing in it moves."""
    recorded = _recorded()
    world = World(clock, seed=0)
    later = world.now() - recorded.at
    for application in recorded.applications:
        world.spinnaker.add_application(application)
    for config in recorded.configs:
        world.spinnaker.put_config(config)
    for execution in recorded.executions:
        world.spinnaker.put(shifted(execution, later), at=0)
    return world


def _recorded() -> _Recorded:
    text = files("quiesce.sandbox").joinpath("measured.json").read_bytes()
    return msgspec.json.decode(text, type=_Recorded)
