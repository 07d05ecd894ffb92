"""A made-up company: its applications, pipelines and exports, with a past and a daily life."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from quiesce.sandbox import change, make, plays
from quiesce.sandbox.history import DAY, past_jobs, past_run, past_runs
from quiesce.sandbox.ids import uuid4
from quiesce.sandbox.life import Life
from quiesce.sandbox.shapes import Execution, PipelineConfig
from quiesce.sandbox.world import World

APPLICATIONS = (
    *("eks", "checkout", "payments", "search", "catalog", "identity"),
    *("notifications", "frontend", "mobile-api", "data-platform", "infra", "billing-legacy"),
)
PROJECT = 1234567
EXPORTS = (
    "events-hourly-bigquery-monoschema",
    "people-daily-bigquery-monoschema",
    "events-daily-s3-raw",
)


def stages(*types: str, **more: Any) -> list[dict[str, Any]]:
    """Stages that follow one another; `more` goes to the last one."""
    names = {"bake": "Bake", "deploy": "Deploy", "wait": "Wait", "manualJudgment": "Go ahead?"}
    plans: list[dict[str, Any]] = [
        {
            "name": names.get(kind, kind.capitalize()),
            "refId": str(number),
            "requisiteStageRefIds": [str(number - 1)] if number > 1 else [],
            "type": kind,
        }
        for number, kind in enumerate(types, 1)
    ]
    plans[-1].update(more)
    return plans


def founded(world: World, names: Sequence[str] = APPLICATIONS) -> list[PipelineConfig]:
    """The company's applications and pipelines; what ends well in one starts another elsewhere."""
    spinnaker = world.spinnaker
    made: list[PipelineConfig] = []
    for number, name in enumerate(names):
        spinnaker.add_application(name)
        build = spinnaker.add_config(name, "Build and bake", stages=stages("bake", "wait"))
        staging = spinnaker.add_config(
            name, "Deploy to staging", stages=stages("deploy", pauses=0.1), max_concurrent=2
        )
        staging = replace(staging, triggers=[{"type": "pipeline", "pipeline": build.id}])
        spinnaker.put_config(staging)
        production = spinnaker.add_config(
            name,
            "Deploy to production",
            stages=stages("manualJudgment", "deploy"),
            limit_concurrent=True,
        )
        made += [build, staging, production]
        if number % 3 == 2:
            smoke = spinnaker.add_config(name, "Smoke tests", stages=stages("wait"))
            source = made[(number - 2) * 3 + 1]
            smoke = replace(smoke, triggers=[{"type": "pipeline", "pipeline": source.id}])
            spinnaker.put_config(smoke)
    for export in EXPORTS:
        world.mixpanel.add_pipeline(PROJECT, export)
    return made


def remembered(world: World, now: int) -> None:
    """Three weeks of finished runs; an old application still has ids of the old kind."""
    for config in world.spinnaker.configs(now):
        past_runs(world, config, world.chance.randrange(8, 25), days=21, now=now)
    for config in world.spinnaker.configs(now, "billing-legacy"):
        for days in range(30, 35):
            run = past_run(world, config, now - days * DAY * 1000, 300)
            world.spinnaker.put(replace(run, id=uuid4(world.chance)), at=0)
    for export in EXPORTS:
        past_jobs(world, PROJECT, export, 120, now=now)


def at_work(life: Life, configs: Sequence[PipelineConfig]) -> None:
    """An ordinary day: things are built, judged, held back, exported, and done by hand."""
    for config in configs:
        if config.name == "Build and bake":
            life.spawn(plays.every(life, config, 240.0, "git"))
        elif config.name == "Deploy to production":
            life.spawn(plays.every(life, config, 800.0, "manual"))
    life.spawn(plays.held_back(life, configs[1], 120.0))
    for name in {config.application: None for config in configs}:
        life.spawn(plays.tasks(life, name, 300.0))
    life.spawn(plays.canceling(life, 400.0))
    for export in EXPORTS:
        life.spawn(plays.exports(life, PROJECT, export, 120.0))


def long_running(world: World, now: int) -> None:
    """What goes on for days: a pause that nobody ended, and what most lists do not show."""
    spinnaker = world.spinnaker
    wait = stages("wait", waitTime=864_000)
    long = spinnaker.add_config("eks", "Wait Stage Long", stages=wait)
    strategy = spinnaker.add_config("search", "Canary", stages=wait, strategy=True)
    gone = spinnaker.add_config("infra", "Drain old cluster", stages=wait)
    spinnaker.delete_config(gone.id, at=0)

    def begun(config: PipelineConfig, days: float) -> Execution:
        at = now - round(days * 86_400_000)
        made = make.of_pipeline(config, at, world.chance, trigger=make.manual("alice"))
        return change.begun(made, at)

    paused = begun(long, 2.1)
    nameless = replace(begun(long, 0.2), pipeline_config_id=None, name="Started by a script")
    for run in (
        change.paused(paused, paused.build_time + 60_000),
        begun(long, 16.5),
        begun(strategy, 0.01),
        begun(gone, 0.4),
        nameless,
    ):
        spinnaker.put(run, at=0)
