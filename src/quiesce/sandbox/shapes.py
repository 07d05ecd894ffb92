"""The values that Gate answers with, shaped as a real one answers.

Fields are in the order in which Gate writes them (by name). An optional field is absent, not
null, which is what Gate does too: a reader must not expect an `endTime` before the end.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

ACTIVE = frozenset({"NOT_STARTED", "RUNNING", "PAUSED", "SUSPENDED", "REDIRECT", "BUFFERED"})
COMPLETE = frozenset({"SUCCEEDED", "FAILED_CONTINUE", "TERMINAL", "CANCELED", "STOPPED", "SKIPPED"})
STATUSES = ACTIVE | COMPLETE


class Json(
    Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """A JSON object of Gate; what is None is left out."""


class StageTask(Json, frozen=True, kw_only=True):
    """One task of a stage."""

    end_time: int | None = None
    id: str
    implementing_class: str
    loop_end: bool
    loop_start: bool
    name: str
    stage_end: bool
    stage_start: bool
    start_time: int | None = None
    status: str
    task_exception_details: dict[str, Any]


class Stage(Json, frozen=True, kw_only=True):
    """One stage of an execution; `expand=false` empties `context`, `outputs` and `tasks`."""

    context: dict[str, Any]
    end_time: int | None = None
    id: str
    name: str
    outputs: dict[str, Any]
    parent_stage_id: str | None = None
    ref_id: str
    requisite_stage_ref_ids: list[str]
    start_time: int | None = None
    status: str
    synthetic_stage_owner: str | None = None
    tasks: list[StageTask]
    type: str


class Trigger(Json, frozen=True, kw_only=True):
    """What started an execution."""

    artifacts: list[Any]
    correlation_id: str | None = None
    dry_run: bool
    expected_artifact_ids: list[str] | None = None
    expected_artifacts: list[Any]
    is_pipeline: bool | None = None
    notifications: list[Any]
    parameters: dict[str, Any]
    parent_execution: Execution | None = None
    parent_pipeline_application: str | None = None
    parent_pipeline_id: str | None = None
    parent_pipeline_name: str | None = None
    parent_pipeline_stage_id: str | None = None
    parent_status: str | None = None
    rebake: bool
    resolved_expected_artifacts: list[Any]
    strategy: bool
    type: str
    user: str | None = None


class Authentication(Json, frozen=True, kw_only=True):
    """On whose behalf an execution runs."""

    allowed_accounts: list[str]
    user: str | None = None


class Paused(Json, frozen=True, kw_only=True):
    """Since when an execution is paused, and by whom."""

    pause_time: int | None = None
    paused: bool
    paused_by: str | None = None
    paused_ms: int
    resume_time: int | None = None
    resumed_by: str | None = None


class Execution(Json, frozen=True, kw_only=True):
    """One execution as Orca keeps it: a pipeline's, or an ad-hoc task's (`ORCHESTRATION`)."""

    application: str
    authentication: Authentication
    build_time: int
    canceled: bool
    canceled_by: str | None = None
    cancellation_reason: str | None = None
    description: str | None = None
    end_time: int | None = None
    id: str
    initial_config: dict[str, Any]
    keep_waiting_pipelines: bool
    limit_concurrent: bool
    max_concurrent_executions: int
    name: str | None = None
    notifications: list[Any]
    origin: str | None = None
    paused: Paused | None = None
    pipeline_config_id: str | None = None
    stages: list[Stage]
    start_time: int | None = None
    status: str
    system_notifications: list[Any]
    template_variables: dict[str, Any] | None = None
    trigger: Trigger
    type: str

    @property
    def active(self) -> bool:
        """The truth about this execution, whatever any list shows."""
        return self.status in ACTIVE

    @property
    def odd(self) -> bool:
        """Started by a pipeline that the trigger does not carry: lists with `expand=false` fail."""
        return self.trigger.type == "pipeline" and self.trigger.parent_execution is None


class PipelineConfig(Json, frozen=True, kw_only=True):
    """A pipeline (or strategy) as Front50 keeps it."""

    application: str
    disabled: bool | None = None
    id: str
    index: int
    keep_waiting_pipelines: bool | None = None
    limit_concurrent: bool | None = None
    max_concurrent_executions: int | None = None
    name: str
    stages: list[dict[str, Any]]
    strategy: bool | None = None
    triggers: list[dict[str, Any]]
    update_ts: str


class Application(Json, frozen=True, kw_only=True):
    """An application as `/applications` shows it. All that Gate gives is text."""

    cloud_providers: str
    create_ts: str
    email: str
    last_modified_by: str
    name: str
    update_ts: str
    user: str


class TaskView(Json, frozen=True, kw_only=True):
    """An ad-hoc task as `/tasks` shows it: another shape, with the execution inside."""

    application: str
    build_time: int
    end_time: int | None = None
    execution: Execution
    id: str
    name: str
    start_time: int | None = None
    status: str
    steps: list[StageTask]
    variables: list[dict[str, Any]]


def task_view(execution: Execution) -> TaskView:
    """The shape of `/tasks`: the tasks and contexts of all stages, flattened."""
    return TaskView(
        application=execution.application,
        build_time=execution.build_time,
        end_time=execution.end_time,
        execution=execution,
        id=execution.id,
        name=execution.description or execution.name or "Unknown",
        start_time=execution.start_time,
        status=execution.status,
        steps=[task for stage in execution.stages for task in stage.tasks],
        variables=[
            {"key": key, "value": value}
            for stage in execution.stages
            for key, value in stage.context.items()
        ],
    )


def unexpanded(execution: Execution) -> Execution:
    """What `expand=false` leaves: type, name, status and times of stages; of the parent's, none."""
    stages = [replace(stage, context={}, outputs={}, tasks=[]) for stage in execution.stages]
    trigger = execution.trigger
    if trigger.parent_execution is not None:
        parent = replace(trigger.parent_execution, stages=[])
        trigger = replace(trigger, parent_execution=parent)
    return replace(execution, stages=stages, trigger=trigger)
