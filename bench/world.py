"""A Spinnaker's worth of executions, made up from a seed: no I/O, and no clock.

The shapes are Orca's, and so are the sizes: 5.3 kB for an execution with the contexts of its
stages, and 1.5 kB without them (`expand=false`).
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

SEEN_BY_THE_SCRIPT = ("RUNNING", "PAUSED", "BUFFERED")
ACTIVE = (*SEEN_BY_THE_SCRIPT, "NOT_STARTED")
FINISHED = ("SUCCEEDED", "SUCCEEDED", "SUCCEEDED", "TERMINAL", "CANCELED")
STAGES = (
    "bake",
    "deployManifest",
    "wait",
    "manualJudgment",
    "runJobManifest",
    "checkPreconditions",
)
PADDING = 5
"""How many annotations a stage's context carries: this sets an execution's size."""


@dataclass(frozen=True)
class Size:
    """What there is: `active` and `hidden` (older than the cut of 14 days) are shares of all
    executions, `tasks` is how many active ad-hoc tasks there are in total.
    """

    applications: int = 500
    executions: int = 20
    active: float = 0.01
    hidden: int = 5
    tasks: int = 5


@dataclass(frozen=True)
class Body:
    """One execution or task, as the bytes that Gate would send."""

    application: str
    status: str
    built_at: int
    full: bytes
    slim: bytes


@dataclass
class World:
    """All that the fake Gate knows: lists by application, and what only the search shows."""

    names: list[str] = field(default_factory=list)
    pipelines: dict[str, list[Body]] = field(default_factory=dict)
    tasks: dict[str, list[Body]] = field(default_factory=dict)
    hidden: list[Body] = field(default_factory=list)

    def applications(self) -> bytes:
        return _dump(
            {
                "cloudProviders": "kubernetes",
                "createTs": "1700000000000",
                "email": f"team-{number % 40}@example.com",
                "lastModifiedBy": f"user-{number % 90}",
                "name": name,
                "updateTs": "1700000000000",
                "user": f"user-{number % 90}",
            }
            for number, name in enumerate(self.names)
        )

    def searchable(self) -> Iterator[Body]:
        """What the search looks through: every pipeline's execution, and no task."""
        for bodies in self.pipelines.values():
            yield from bodies
        yield from self.hidden

    def active(self, statuses: tuple[str, ...] = ACTIVE) -> int:
        """How many pipelines' executions of the lists are in one of these statuses."""
        return sum(b.status in statuses for bodies in self.pipelines.values() for b in bodies)

    def everything_active(self) -> int:
        """How many runs a look has to find: lists, ad-hoc tasks and what the cut hides."""
        tasks = sum(body.status in ACTIVE for bodies in self.tasks.values() for body in bodies)
        return self.active() + tasks + len(self.hidden)


def make(size: Size, now: int) -> World:
    """The same world for the same size; `now` is in milliseconds."""
    dice = random.Random(size.applications)
    world = World(names=[f"app-{number:04}" for number in range(size.applications)])
    every = round(1 / size.active) if size.active else 0
    count = 0
    for name in world.names:
        world.pipelines[name] = []
        world.tasks[name] = []
        for age in range(size.executions):
            # Spread evenly, at another place in each application's list.
            active = bool(every) and count % every == every // 2
            status = ACTIVE[count // every % len(ACTIVE)] if active else dice.choice(FINISHED)
            built_at = now - (age + 1) * 3_600_000 - dice.randrange(600_000)
            world.pipelines[name].append(_execution(dice, name, status, built_at))
            count += 1
    for number in range(size.hidden):
        name = world.names[number * 7 % len(world.names)]
        built_at = now - (20 + number) * 86_400_000
        world.hidden.append(_execution(dice, name, "RUNNING", built_at))
    for number in range(size.tasks):
        name = world.names[number * 11 % len(world.names)]
        world.tasks[name].append(_task(dice, name, "RUNNING", now - number * 60_000))
    for number, name in enumerate(world.names):
        if number % 3 == 0:  # a finished ad-hoc task in every third application
            world.tasks[name].append(_task(dice, name, "SUCCEEDED", now - 7_200_000))
    return world


def listed(bodies: Iterable[Body], *, expand: bool) -> bytes:
    """The JSON array of these bodies."""
    return b"[" + b",".join(body.full if expand else body.slim for body in bodies) + b"]"


def _execution(dice: random.Random, application: str, status: str, built_at: int) -> Body:
    pipeline = dice.randrange(4)
    execution: Json = {
        "type": "PIPELINE",
        "id": _ulid(dice),
        "application": application,
        "name": ("Build", "Deploy to staging", "Deploy to production", "Nightly")[pipeline],
        "buildTime": built_at,
        "canceled": status == "CANCELED",
        "limitConcurrent": True,
        "keepWaitingPipelines": False,
        "stages": _stages(dice, status, built_at),
        "status": status,
        "authentication": {"user": "alice", "allowedAccounts": ["kubernetes", "staging"]},
        "origin": "api",
        "trigger": {
            "type": "manual",
            "user": "alice",
            "parameters": {"version": f"1.{dice.randrange(99)}.0", "region": "eu-west-1"},
            "artifacts": [],
            "notifications": [],
            "rebake": False,
            "dryRun": False,
            "strategy": False,
            "resolvedExpectedArtifacts": [],
            "expectedArtifacts": [],
        },
        "pipelineConfigId": f"{application}-{pipeline}",
        "notifications": [],
        "initialConfig": {},
        "systemNotifications": [],
        "spelEvaluator": "v4",
    }
    if status not in {"NOT_STARTED", "BUFFERED"}:
        execution["startTime"] = built_at + 120
    if status not in ACTIVE:
        execution["endTime"] = built_at + 600_000
    slim = {**execution, "stages": [_slim(stage) for stage in execution["stages"]]}
    return Body(application, status, built_at, _dump(execution), _dump(slim))


def _stages(dice: random.Random, status: str, built_at: int) -> list[Json]:
    waits = status in {"NOT_STARTED", "BUFFERED"}
    stages = []
    for number in range(4):
        kind = dice.choice(STAGES)
        last = number == 3
        stage: Json = {
            "id": _ulid(dice),
            "refId": str(number + 1),
            "type": kind,
            "name": f"{kind} {number + 1}",
            "status": "NOT_STARTED" if waits else status if last else "SUCCEEDED",
            "context": {
                "account": "kubernetes",
                "manifest": {
                    f"example.com/{dice.randrange(10**6)}": "x" * 44 for _ in range(PADDING)
                },
            },
            "outputs": {"artifact": f"registry.example.com/app:{dice.randrange(10**6)}"},
            "tasks": [_step(number, built_at, kind) for number in range(2)],
            "requisiteStageRefIds": [str(number)] if number else [],
        }
        if not waits:
            stage["startTime"] = built_at + 1000 * number
        stages.append(stage)
    return stages


def _step(number: int, built_at: int, kind: str) -> Json:
    return {
        "id": str(number + 1),
        "implementingClass": f"com.netflix.spinnaker.orca.pipeline.tasks.{kind}Task",
        "name": kind,
        "startTime": built_at + 500,
        "endTime": built_at + 900,
        "status": "SUCCEEDED",
        "stageStart": number == 0,
        "stageEnd": number == 1,
        "loopStart": False,
        "loopEnd": False,
        "taskExceptionDetails": {},
    }


def _slim(stage: Json) -> Json:
    return {**stage, "context": {}, "outputs": {}, "tasks": []}


def _task(dice: random.Random, application: str, status: str, built_at: int) -> Body:
    number = _ulid(dice)
    execution: Json = {
        "type": "ORCHESTRATION",
        "id": number,
        "application": application,
        "description": "Resize a server group",
        "buildTime": built_at,
        "canceled": False,
        "stages": _stages(dice, status, built_at)[:1],
        "startTime": built_at,
        "status": status,
        "trigger": {"type": "manual", "user": "carol", "parameters": {}},
    }
    task: Json = {
        "application": application,
        "buildTime": built_at,
        "execution": execution,
        "id": number,
        "name": "Resize a server group",
        "startTime": built_at,
        "status": status,
        "steps": [],
        "variables": [{"key": "user", "value": "carol"}],
    }
    if status not in ACTIVE:
        task["endTime"] = execution["endTime"] = built_at + 60_000
    body = _dump(task)
    return Body(application, status, built_at, body, body)


def _ulid(dice: random.Random) -> str:
    return "01M8" + "".join(dice.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=22))


def _dump(value: dict[str, Any] | Iterable[Any]) -> bytes:
    whole = value if isinstance(value, dict) else list(value)
    return json.dumps(whole, separators=(",", ":")).encode()
