"""A past to begin with: finished runs of the last weeks, so that lists and trends are not empty."""

from __future__ import annotations

from msgspec.structs import replace

from quiesce.sandbox import change, make
from quiesce.sandbox.ids import ulid
from quiesce.sandbox.plays import new_job
from quiesce.sandbox.projects import moment
from quiesce.sandbox.shapes import Execution, PipelineConfig
from quiesce.sandbox.world import World

DAY = 24 * 60 * 60
_ENDS = ["SUCCEEDED"] * 16 + ["TERMINAL"] * 2 + ["CANCELED", "STOPPED"]


def past_runs(world: World, config: PipelineConfig, number: int, *, days: float, now: int) -> None:
    """Finished runs of a pipeline, spread over the last days, the newest an hour ago or more."""
    chance = world.chance
    for age in sorted((chance.uniform(3600, days * DAY) for _ in range(number)), reverse=True):
        run = past_run(world, config, now - round(age * 1000), chance.uniform(30, 900))
        world.spinnaker.put(run, at=0)


def past_run(world: World, config: PipelineConfig, at: int, seconds: float) -> Execution:
    """One finished run, which took so long; it is only made, not put anywhere."""
    chance = world.chance
    user = chance.choice(["alice", "bob", "[anonymous]"])
    kind = "manual" if user != "[anonymous]" else chance.choice(["cron", "git", "webhook"])
    run = make.of_pipeline(config, at, chance, trigger=make.manual(user, kind))
    run = change.begun(run, at + 200)
    end = at + 200 + round(seconds * 1000)
    status = chance.choice(_ENDS)
    for number in range(1, len(run.stages)):
        if status != "SUCCEEDED":
            break
        half = (run.start_time or at) + (end - at) * number // len(run.stages)
        run = change.stage_ended(run, number - 1, "SUCCEEDED", half)
        run = change.stage_begun(run, number, half)
    return change.canceled(run, end) if status == "CANCELED" else change.ended(run, status, end)


def past_jobs(world: World, project: int, name: str, number: int, *, now: int) -> None:
    """Finished jobs of a Mixpanel pipeline, one an hour, some given up for a new attempt."""
    for hours in range(number, 0, -1):
        at = now - hours * 3_600_000
        state = world.chance.choices(["succeeded", "failed", "retried", "canceled"], [88, 3, 7, 2])[
            0
        ]
        job = new_job(project, name, at, state=state)
        if state != "canceled":  # those show the year 0, as if they had never finished
            job = replace(job, last_finish=moment(at + world.chance.randrange(20_000, 900_000)))
        world.mixpanel.put(job, at=0)


def alike(world: World, run: Execution, number: int, *, days: float) -> None:
    """So many finished runs like this one, spread over the days before it: cheap in thousands."""
    chance = world.chance
    for age in sorted((chance.random() * days * DAY for _ in range(number)), reverse=True):
        copy = change.shifted(run, -round(age * 1000))
        world.spinnaker.put(replace(copy, id=ulid(copy.build_time, chance)), at=0)
