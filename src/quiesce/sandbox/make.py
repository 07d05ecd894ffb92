"""How executions come to be: pure functions, with the time and the chance as arguments."""

from __future__ import annotations

import random
from typing import Any

from msgspec.structs import replace

from quiesce.sandbox.ids import ulid
from quiesce.sandbox.shapes import (
    Authentication,
    Execution,
    PipelineConfig,
    Stage,
    Trigger,
)


def manual(user: str, kind: str = "manual") -> Trigger:
    """A trigger by a person, or by what `kind` says (`cron`, `git`, `webhook`, …)."""
    return Trigger(
        artifacts=[],
        dry_run=False,
        expected_artifacts=[],
        notifications=[],
        parameters={},
        rebake=False,
        resolved_expected_artifacts=[],
        strategy=False,
        type=kind,
        user=user,
    )


def by_parent(parent: Execution, *, strategy: bool = False) -> Trigger:
    """A trigger by another execution, which it carries; the parent's own parent is left out."""
    if parent.trigger.parent_execution is not None:
        parent = replace(parent, trigger=manual(parent.trigger.user or "anonymous"))
    trigger = replace(manual(parent.authentication.user or "anonymous", "pipeline"))
    if strategy:
        return replace(
            trigger,
            is_pipeline=True,
            parent_execution=parent,
            parent_pipeline_application=parent.application,
            parent_pipeline_id=parent.id,
            parent_pipeline_name=parent.name,
            parent_status=parent.status,
            strategy=True,
        )
    stage = parent.stages[-1].id if parent.stages else ""
    return replace(
        trigger,
        correlation_id=f"{parent.id}_{stage}_{parent.build_time}",
        expected_artifact_ids=[],
        parent_execution=parent,
        parent_pipeline_stage_id=stage,
    )


def stage_of(plan: dict[str, Any], number: int, at: int, chance: random.Random) -> Stage:
    """A stage that has not started, from how a pipeline's configuration describes it."""
    context = {
        key: value
        for key, value in plan.items()
        if key not in {"name", "refId", "requisiteStageRefIds", "type"}
    }
    return Stage(
        context=context,
        id=ulid(at, chance),
        name=plan.get("name", plan["type"]),
        outputs={},
        ref_id=str(plan.get("refId", number)),
        requisite_stage_ref_ids=list(plan.get("requisiteStageRefIds", ())),
        status="NOT_STARTED",
        tasks=[],
        type=plan["type"],
    )


def of_pipeline(
    config: PipelineConfig,
    at: int,
    chance: random.Random,
    *,
    trigger: Trigger,
    id: str | None = None,
) -> Execution:
    """A run of a pipeline that has been asked for and has not started."""
    user = trigger.user or "anonymous"
    return Execution(
        application=config.application,
        authentication=Authentication(allowed_accounts=[], user=user),
        build_time=at,
        canceled=False,
        id=id or ulid(at, chance),
        initial_config={},
        keep_waiting_pipelines=bool(config.keep_waiting_pipelines),
        limit_concurrent=bool(config.limit_concurrent),
        max_concurrent_executions=config.max_concurrent_executions or 0,
        name=config.name,
        notifications=[],
        origin="api" if trigger.type == "manual" else None,
        pipeline_config_id=config.id,
        stages=[stage_of(plan, n, at, chance) for n, plan in enumerate(config.stages, 1)],
        status="NOT_STARTED",
        system_notifications=[],
        template_variables={},
        trigger=trigger,
        type="PIPELINE",
    )


def of_task(
    application: str, description: str, at: int, chance: random.Random, *, user: str
) -> Execution:
    """An ad-hoc task that has been asked for and has not started."""
    plan = {"type": "wait", "refId": "0", "name": "wait", "user": user, "waitTime": 600}
    return Execution(
        application=application,
        authentication=Authentication(allowed_accounts=[], user=user),
        build_time=at,
        canceled=False,
        description=description,
        id=ulid(at, chance),
        initial_config={},
        keep_waiting_pipelines=False,
        limit_concurrent=False,
        max_concurrent_executions=0,
        notifications=[],
        origin="api",
        stages=[stage_of(plan, 0, at, chance)],
        status="NOT_STARTED",
        system_notifications=[],
        trigger=manual(user),
        type="ORCHESTRATION",
    )
