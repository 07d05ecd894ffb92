"""How an execution becomes another: pure functions over values, with the time as an argument.

What each one does to statuses and times is what Orca does: what waits has no `startTime`, what
was canceled before it started has no `endTime` either, what is restarted keeps its id.
"""

from __future__ import annotations

from msgspec.structs import replace

from quiesce.sandbox.shapes import Execution, Paused, Stage, StageTask

_TASKS = "com.netflix.spinnaker.orca."
TASK_OF_STAGE = {
    "wait": (f"{_TASKS}pipeline.tasks.WaitTask", "wait"),
    "manualJudgment": (
        f"{_TASKS}echo.pipeline.ManualJudgmentStage.WaitForManualJudgmentTask",
        "waitForJudgment",
    ),
    "pipeline": (f"{_TASKS}front50.tasks.MonitorPipelineTask", "monitorPipeline"),
    "deploy": (f"{_TASKS}clouddriver.tasks.MonitorKatoTask", "monitorDeploy"),
    "bake": (f"{_TASKS}bakery.tasks.MonitorBakeTask", "monitorBake"),
}


def _task_of(stage: Stage, at: int) -> StageTask:
    implementing_class, name = TASK_OF_STAGE.get(stage.type, TASK_OF_STAGE["wait"])
    return StageTask(
        id="1",
        implementing_class=implementing_class,
        loop_end=False,
        loop_start=False,
        name=name,
        stage_end=True,
        stage_start=True,
        start_time=at,
        status="RUNNING",
        task_exception_details={},
    )


def stage_begun(execution: Execution, number: int, at: int) -> Execution:
    """Stage `number` (from 0) runs from `at` on."""
    stages = list(execution.stages)
    stage = stages[number]
    stages[number] = replace(
        stage, start_time=at, end_time=None, status="RUNNING", tasks=[_task_of(stage, at)]
    )
    return replace(execution, stages=stages)


def _closed(stage: Stage, status: str, at: int) -> Stage:
    tasks = [replace(task, status=status, end_time=at) for task in stage.tasks]
    return replace(stage, status=status, end_time=at, tasks=tasks)


def stage_ended(execution: Execution, number: int, status: str, at: int) -> Execution:
    """Stage `number` (from 0) ended at `at`."""
    stages = list(execution.stages)
    stages[number] = _closed(stages[number], status, at)
    return replace(execution, stages=stages)


def begun(execution: Execution, at: int) -> Execution:
    """It runs, with its first stage."""
    execution = replace(execution, start_time=at, status="RUNNING")
    return stage_begun(execution, 0, at) if execution.stages else execution


def buffered(execution: Execution) -> Execution:
    """Held back by Orca's quality of service: it has no start time and is not canceled."""
    return replace(execution, status="BUFFERED")


def ended(execution: Execution, status: str, at: int) -> Execution:
    """It came to an end in `status`; a stage that still ran ended with it."""
    stages = [
        _closed(stage, status, at) if stage.status in {"RUNNING", "PAUSED"} else stage
        for stage in execution.stages
    ]
    end = None if execution.start_time is None else at
    return replace(execution, stages=stages, status=status, end_time=end)


def canceled(execution: Execution, at: int, *, by: str = "anonymous") -> Execution:
    """Somebody canceled it. What is paused or buffered is marked so, and stays what it is."""
    execution = replace(
        execution, canceled=True, canceled_by=by, cancellation_reason="no longer needed"
    )
    if execution.status in {"PAUSED", "BUFFERED"}:
        return execution
    return ended(execution, "CANCELED", at)


def _marked(execution: Execution, old: str, new: str) -> list[Stage]:
    return [
        replace(stage, status=new, tasks=[replace(task, status=new) for task in stage.tasks])
        if stage.status == old
        else stage
        for stage in execution.stages
    ]


def paused(execution: Execution, at: int, *, by: str = "anonymous") -> Execution:
    """It waits, with the stage that ran, until somebody resumes it."""
    note = Paused(pause_time=at, paused=True, paused_by=by, paused_ms=0)
    stages = _marked(execution, "RUNNING", "PAUSED")
    return replace(execution, status="PAUSED", paused=note, stages=stages)


def resumed(execution: Execution, at: int, *, by: str = "anonymous") -> Execution:
    """It goes on where it was paused."""
    note = execution.paused
    if note is not None:
        since = at if note.pause_time is None else note.pause_time
        note = replace(note, paused=False, paused_ms=at - since, resume_time=at, resumed_by=by)
    stages = _marked(execution, "PAUSED", "RUNNING")
    return replace(execution, status="RUNNING", paused=note, stages=stages)


def restarted(execution: Execution, number: int, at: int) -> Execution:
    """Stage `number` of a finished run was restarted: the old id and start, no end."""
    again = replace(execution, status="RUNNING", end_time=None, canceled=False)
    return stage_begun(again, number, at)


def shifted(execution: Execution, later: int) -> Execution:
    """The same run with all its times so many milliseconds later, its parent's included."""
    trigger = execution.trigger
    if trigger.parent_execution is not None:
        trigger = replace(trigger, parent_execution=shifted(trigger.parent_execution, later))
    paused = execution.paused
    if paused is not None:
        paused = replace(
            paused,
            pause_time=_plus(paused.pause_time, later),
            resume_time=_plus(paused.resume_time, later),
        )
    return replace(
        execution,
        build_time=execution.build_time + later,
        start_time=_plus(execution.start_time, later),
        end_time=_plus(execution.end_time, later),
        paused=paused,
        stages=[_shifted(stage, later) for stage in execution.stages],
        trigger=trigger,
    )


def _shifted(stage: Stage, later: int) -> Stage:
    tasks = [
        replace(
            task, start_time=_plus(task.start_time, later), end_time=_plus(task.end_time, later)
        )
        for task in stage.tasks
    ]
    begin, end = _plus(stage.start_time, later), _plus(stage.end_time, later)
    return replace(stage, start_time=begin, end_time=end, tasks=tasks)


def _plus(time: int | None, later: int) -> int | None:
    return None if time is None else time + later
