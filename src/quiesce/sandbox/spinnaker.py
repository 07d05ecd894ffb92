"""The state of a simulated Spinnaker, with its past.

It also says which of its parts are down, because that changes what Gate answers: a Gate that
was restarted while Front50 fails has no applications, and says so with `200 []`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from quiesce.sandbox.ids import uuid4
from quiesce.sandbox.shapes import Application, Execution, PipelineConfig
from quiesce.sandbox.timeline import Activity, Timeline

WAIT: tuple[dict[str, Any], ...] = (
    {
        "name": "Wait 1",
        "refId": "1",
        "requisiteStageRefIds": [],
        "type": "wait",
        "waitTime": 86400,
    },
)


KEPT = 60
"""Finished executions of one pipeline that a life keeps, and at times up to twice as many."""


class Spinnaker:
    """Applications, pipeline configurations and executions, and how its parts are doing.

    `readable` is what Fiat lets this account read (None: there is no Fiat); `star` whether it
    may search all applications at once. `cache_ms` is how long Gate keeps its list of
    applications. `up`, `front50_up` and `cold` say what works: Orca, Front50, and whether Gate
    was started while Front50 failed.
    """

    def __init__(self, chance: random.Random, activity: Activity) -> None:
        self.chance = chance
        self.activity = activity
        self.readable: frozenset[str] | None = None
        self.star = True
        self.cache_ms = 0
        self.up = True
        self.front50_up = True
        self.cold = False
        self._applications: Timeline[Application] = Timeline()
        self._configs: Timeline[PipelineConfig] = Timeline()
        self._executions: Timeline[Execution] = Timeline()
        self._of_config: dict[str, dict[str, None]] = {}
        self._tasks_of: dict[str, dict[str, None]] = {}

    def add_application(self, name: str | Application, *, at: int = 0) -> Application:
        """Create an application; `/applications` shows its name in lower case."""
        application = name if isinstance(name, Application) else _application(name)
        self._applications.put(at, application.name.lower(), application)
        return application

    def remove_application(self, name: str, *, at: int) -> None:
        self._applications.put(at, name.lower(), None)

    def add_config(
        self,
        application: str,
        name: str,
        *,
        at: int = 0,
        id: str | None = None,
        strategy: bool = False,
        disabled: bool = False,
        limit_concurrent: bool = False,
        max_concurrent: int = 0,
        stages: Sequence[dict[str, Any]] = WAIT,
    ) -> PipelineConfig:
        """Create a pipeline, or a strategy, with its stages."""
        config = PipelineConfig(
            application=application,
            disabled=disabled or None,
            id=id or uuid4(self.chance),
            index=0,
            keep_waiting_pipelines=None if strategy else True,
            limit_concurrent=None if strategy else limit_concurrent,
            max_concurrent_executions=max_concurrent or None,
            name=name,
            stages=list(stages),
            strategy=strategy or None,
            triggers=[],
            update_ts="1700000000000",
        )
        self.put_config(config, at=at)
        return config

    def put_config(self, config: PipelineConfig, *, at: int = 0) -> None:
        self._configs.put(at, config.id, config)

    def delete_config(self, id: str, *, at: int) -> None:
        """Delete a pipeline; its executions stay, and most lists no longer show them."""
        self._configs.put(at, id, None)

    def put(self, execution: Execution, *, at: int) -> Execution:
        """Record what an execution is like from `at` on; gives it back."""
        self._executions.put(at, execution.id, execution)
        self._kin(execution)[execution.id] = None
        self.activity.note(at, execution.id, active=execution.active)
        return execution

    def delete(self, id: str, *, at: int) -> None:
        """Delete an execution: from `at` on it never was, and only the past shows it."""
        self._executions.put(at, id, None)
        self.activity.note(at, id, active=False)

    def tidy(self, like: Execution, *, at: int) -> None:
        """Let go of the oldest finished executions beside this one, and of their past.

        A sandbox may live for weeks; Orca has a clean-up job of its own.
        """
        ids = self._kin(like)
        if len(ids) <= 2 * KEPT:
            return
        runs = [run for run in self._those(at, ids) if not run.active]
        runs.sort(key=lambda run: run.build_time)
        for run in runs[: max(0, len(runs) - KEPT)]:
            self._executions.forget(run.id)
            del ids[run.id]

    def applications(self, at: int) -> list[Application]:
        return [
            replace(application, name=application.name.lower())
            for application in self._applications.values(at)
        ]

    def application(self, at: int, name: str) -> Application | None:
        return self._applications.get(at, name.lower())

    def configs(self, at: int, application: str | None = None) -> list[PipelineConfig]:
        """All pipelines and strategies, or those of one application (in any case)."""
        wanted = None if application is None else application.lower()
        return [
            config
            for config in self._configs.values(at)
            if wanted is None or config.application.lower() == wanted
        ]

    def config(self, at: int, id: str) -> PipelineConfig | None:
        return self._configs.get(at, id)

    def execution(self, at: int, id: str) -> Execution | None:
        return self._executions.get(at, id)

    def executions(self, at: int) -> Iterator[Execution]:
        """Everything that there is, whether or not any list of Gate shows it."""
        return self._executions.values(at)

    def executions_of(self, at: int, config_id: str) -> list[Execution]:
        """All executions of a pipeline that exists or was deleted; `""`: of none."""
        return self._those(at, self._of_config.get(config_id, {}))

    def tasks_of(self, at: int, application: str) -> list[Execution]:
        return self._those(at, self._tasks_of.get(application.lower(), {}))

    def active(self, at: int) -> frozenset[str]:
        """The ids of all executions that are truly active."""
        return frozenset(execution.id for execution in self.executions(at) if execution.active)

    def _kin(self, execution: Execution) -> dict[str, None]:
        """The ids of what a list shows together with this one."""
        if execution.type == "ORCHESTRATION":
            return self._tasks_of.setdefault(execution.application.lower(), {})
        return self._of_config.setdefault(execution.pipeline_config_id or "", {})

    def _those(self, at: int, ids: dict[str, None]) -> list[Execution]:
        found = (self._executions.get(at, id) for id in ids)
        return [execution for execution in found if execution is not None]


def _application(name: str) -> Application:
    return Application(
        cloud_providers="",
        create_ts="1700000000000",
        email="team@example.com",
        last_modified_by="alice",
        name=name,
        update_ts="1700000000000",
        user="alice",
    )
