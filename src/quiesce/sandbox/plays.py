"""What runs do while they live: wait, be judged, fail, be paused, and start one another."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import Any

from msgspec.structs import replace

from quiesce.sandbox import change, make
from quiesce.sandbox.life import Life, Process, Turn
from quiesce.sandbox.projects import NEVER, Job, moment
from quiesce.sandbox.shapes import Execution, PipelineConfig, Trigger

Steps = Generator[float | Turn, None, str]

# How long a stage of each type takes, in seconds, unless its configuration says so.
TAKES = {
    "bake": (40.0, 180.0),
    "deploy": (30.0, 240.0),
    "manualJudgment": (60.0, 900.0),
    "wait": (5.0, 60.0),
}
FAILS = 0.06
STOPPED = 0.15


def run(life: Life, config: PipelineConfig, trigger: Trigger | None = None) -> Steps:
    """One run of a pipeline, from being asked for to its end and to what its end starts."""
    made = make.of_pipeline(config, life.now, life.chance, trigger=trigger or make.manual("alice"))
    id = life.put(made).id
    most = 1 if config.limit_concurrent else config.max_concurrent_executions or 0
    turn = life.turn(config.id, most) if most else None
    while turn is not None and turn.free == 0:
        yield turn
    if turn is not None:
        turn.free -= 1
    try:
        yield 0.2
        return (yield from _stages(life, id, config))
    finally:
        if turn is not None:
            life.release(turn)


def _stages(life: Life, id: str, config: PipelineConfig) -> Steps:
    """All stages, one after another; returns how the run ended (empty: somebody else ended it)."""
    if not _change(life, id, change.begun):
        return ""
    for number, plan in enumerate(config.stages):
        if number and not _change(life, id, partial(_begin_stage, number)):
            return ""
        status = yield from _stage(life, id, plan)
        if not _change(life, id, partial(_end_stage, number, status)):
            return ""
        if status != "SUCCEEDED":
            return _end(life, id, status)
    return _end(life, id, "SUCCEEDED")


def _begin_stage(number: int, execution: Execution, at: int) -> Execution:
    return change.stage_begun(execution, number, at)


def _end_stage(number: int, status: str, execution: Execution, at: int) -> Execution:
    return change.stage_ended(execution, number, status, at)


def _stage(life: Life, id: str, plan: dict[str, Any]) -> Steps:
    """Waits while one stage runs; returns how it ended."""
    kind = plan["type"]
    if kind == "pipeline":
        return (yield from _child(life, id, plan))
    seconds = float(plan.get("waitTime", 0)) or life.between(*TAKES.get(kind, TAKES["wait"]))
    yield seconds / 2
    if life.chance.random() < plan.get("pauses", 0.0):
        _change(life, id, change.paused)
        yield life.between(30.0, 300.0)
        _change(life, id, change.resumed)
    yield seconds / 2
    fails = STOPPED if kind == "manualJudgment" else plan.get("fails", FAILS)
    return "TERMINAL" if life.chance.random() < fails else "SUCCEEDED"


def _child(life: Life, id: str, plan: dict[str, Any]) -> Steps:
    """A stage that runs another pipeline (or a strategy) and waits for its end."""
    parent, config = life.current(id), life.world.spinnaker.config(life.now, plan["pipeline"])
    if parent is None or config is None:
        return "TERMINAL"
    trigger = make.by_parent(parent, strategy=bool(config.strategy))
    return (yield from run(life, config, trigger)) or "TERMINAL"


def _change(life: Life, id: str, how: Callable[[Execution, int], Execution]) -> bool:
    """Change a run unless somebody has ended it meanwhile; says whether it still goes on."""
    current = life.current(id)
    if current is None:
        return False
    life.put(how(current, life.now))
    return True


def _end(life: Life, id: str, status: str) -> str:
    """The end of a run, and at the same moment the beginning of what it triggers."""
    current = life.current(id)
    if current is None:
        return ""
    ended = life.put(change.ended(current, status, life.now))
    if status != "SUCCEEDED":
        return status
    for config in life.world.spinnaker.configs(life.now):
        for trigger in config.triggers:
            if trigger.get("pipeline") == ended.pipeline_config_id:
                after = float(trigger.get("delay", 0.0))
                life.spawn(run(life, config, make.by_parent(ended)), after=after)
    return status


def every(life: Life, config: PipelineConfig, seconds: float, kind: str = "cron") -> Process:
    """Start a pipeline again and again, about every so many seconds."""
    yield life.chance.random() * seconds
    while life.world.spinnaker.config(life.now, config.id) is not None:
        life.spawn(run(life, config, make.manual("[anonymous]", kind)))
        yield life.between(seconds / 2, seconds * 2)


def held_back(life: Life, config: PipelineConfig, seconds: float) -> Process:
    """Now and then a run that Orca's quality of service buffers before it starts."""
    while True:
        yield life.between(seconds / 2, seconds * 2)
        made = make.of_pipeline(config, life.now, life.chance, trigger=make.manual("bob"))
        life.put(change.buffered(made))
        yield life.between(10.0, 60.0)
        yield from _stages(life, made.id, config)


def canceling(life: Life, seconds: float) -> Process:
    """Somebody who now and then cancels a run: one that waits for its turn, if there is any."""
    while True:
        yield life.between(seconds / 2, seconds * 2)
        spinnaker = life.world.spinnaker
        runs = [
            run
            for config in spinnaker.configs(life.now)
            if not config.strategy
            for run in spinnaker.executions_of(life.now, config.id)
            if run.status in {"RUNNING", "NOT_STARTED"}
        ]
        if runs:
            newest = max(runs, key=lambda run: (run.status == "NOT_STARTED", run.build_time))
            life.put(change.canceled(newest, life.now, by="bob"))


def tasks(life: Life, application: str, seconds: float) -> Process:
    """Ad-hoc tasks of an application, one after another."""
    while True:
        yield life.between(seconds / 2, seconds * 2)
        what = life.chance.choice(
            ["Resize server group", "Disable server group", "Delete firewall"]
        )
        task = make.of_task(application, what, life.now, life.chance, user="carol")
        life.put(task)
        yield 0.2
        _change(life, task.id, change.begun)
        yield life.between(5.0, 90.0)
        _end(life, task.id, "SUCCEEDED" if life.chance.random() > FAILS else "TERMINAL")


def exports(life: Life, project: int, name: str, seconds: float) -> Process:
    """The jobs of a Mixpanel pipeline: each waits, runs, and succeeds, fails or is tried again."""
    while True:
        yield life.between(seconds / 2, seconds * 2)
        job = new_job(project, name, life.now)
        for _ in range(3):
            life.world.mixpanel.put(job, at=life.now)
            yield life.between(2.0, 20.0)
            life.world.mixpanel.put(replace(job, state="running"), at=life.now)
            yield life.between(20.0, 200.0)
            state = life.chance.choices(["succeeded", "failed", "retried"], [90, 4, 6])[0]
            ended = replace(job, state=state, last_finish=moment(life.now))
            life.world.mixpanel.put(ended, at=life.now)
            if state != "retried":
                break
            job = replace(job, run_at=moment(life.now))


def new_job(project: int, name: str, at: int, *, state: str = "pending") -> Job:
    """The export of the hour before `at`."""
    hour = 3_600_000
    until = at - at % hour
    return Job(
        project_id=project,
        name=name,
        state=state,
        last_finish=NEVER,
        run_at=moment(at),
        from_date=moment(until - hour),
        to_date=moment(until),
    )
