"""How the simulated world is asked: sources of our own, and the real ones over answers of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Literal

from tests.double_look.world import Job, Place, World

from quiesce.errors import Unavailable
from quiesce.model import Mark, Question, Run, State
from quiesce.source import Findings, Recollection, Source
from quiesce.sources import mixpanel, spinnaker
from quiesce.survey import Subject

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
Jobs = tuple[Job, ...]
Order = Literal["one answer", "mark, list", "list, mark"]


def digest(jobs: Jobs) -> Mark:
    """The right mark: it covers every run with its version."""
    versions = sorted((job.number, job.active, job.attempt, job.ended or 0.0) for job in jobs)
    return Mark(blake2b(repr(versions).encode(), digest_size=16).hexdigest())


def newest_id(jobs: Jobs) -> Mark:
    """A wrong one: a restart under an old id does not change it."""
    return Mark(str(max((job.number for job in jobs), default=0)))


def seen(job: Job, pipeline: str = "p") -> Run:
    source, part = job.place
    return Run(
        source=source,
        application=part,
        pipeline=pipeline,
        id=f"{part}-{job.number}",
        type="pipeline",
        state=State.RUNNING if job.active else State.SUCCEEDED,
        native_state="RUNNING" if job.active else "SUCCEEDED",
        ended_at=None if job.ended is None else EPOCH + timedelta(seconds=job.ended),
    )


class Plain:
    """A source of our own: part after part, or all of them side by side."""

    def __init__(
        self,
        name: str,
        world: World,
        *,
        mark: Callable[[Jobs], Mark | None] = digest,
        order: Order = "one answer",
        latency: Callable[[], float] = lambda: 0.1,
        parallel: bool = False,
    ) -> None:
        self.name = name
        self.world = world
        self._mark = mark
        self._order = order
        self._latency = latency
        self._parallel = parallel

    async def survey(self, question: Question, findings: Findings) -> None:
        places = self.world.places(self.name)
        if self._parallel:
            await asyncio.gather(*(self.part(place, question, findings) for place in places))
        else:
            for place in places:
                await self.part(place, question, findings)

    async def part(self, place: Place, question: Question, findings: Findings) -> None:
        mark: Mark | None = None
        if self._order != "list, mark":
            jobs = await self.ask(place)
            mark = self._mark(jobs)
            if self._order == "one answer":
                self._report(jobs, findings)
        if self._order != "one answer" and question.lists:
            self._report(await self.ask(place), findings)
        if self._order == "list, mark":
            mark = self._mark(await self.ask(place))
        findings.read(place[1], mark if question.marks else None)

    async def recall(self, runs: Sequence[Run], recollection: Recollection) -> None:
        for run in runs:
            place, number = (run.source, run.application), int(run.id.rpartition("-")[2])
            await asyncio.sleep(self._latency())
            job = self.world.find(place, number)
            await asyncio.sleep(self._latency())
            if job is None:
                recollection.lost(run)
            else:
                recollection.run(seen(job))

    async def ask(self, place: Place) -> Jobs:
        """A request on its way, an answer that is true at one instant, and its way back."""
        await asyncio.sleep(self._latency())
        jobs = self.world.show(place)
        await asyncio.sleep(self._latency())
        return jobs

    def _report(self, jobs: Jobs, findings: Findings) -> None:
        for job in jobs:
            findings.run(seen(job))

    async def aclose(self) -> None:
        """Nothing is open."""


class GateFetch:
    """What a Gate over this world answers: the parts are `app/pipelines` and `app/tasks`."""

    def __init__(self, name: str, world: World, latency: Callable[[], float]) -> None:
        self._name = name
        self._world = world
        self._latency = latency

    async def get(self, path: Sequence[str], query: Mapping[str, str | int] | None = None) -> bytes:
        await asyncio.sleep(self._latency())
        answer = self._answer(tuple(path), query or {})
        await asyncio.sleep(self._latency())
        return json.dumps(answer).encode()

    def _answer(self, path: tuple[str, ...], query: Mapping[str, str | int]) -> Any:
        places = self._world.places(self._name)
        match path:
            case ("applications",):
                return [
                    {"name": name} for name in dict.fromkeys(p.split("/")[0] for _, p in places)
                ]
            case ("applications", app, "executions", "search"):
                wanted = [p for p in places if app in ("*", p[1].split("/")[0])]
                wanted = [place for place in wanted if place[1].endswith("/pipelines")]
                size = int(query["size"])
            case ("applications", app, "pipelines" | "tasks" as kind):
                wanted = [place for place in places if place[1] == f"{app}/{kind}"]
                size = int(query["limit"])
            case ("executions",):
                return []  # as where the account may not read: only ids tell
            case ("pipelines" | "tasks" as kind, id):
                app, _, number = id.rpartition("-")
                place = (self._name, f"{app.removesuffix(AD_HOC)}/{kind}")
                job = self._world.find(place, int(number))
                if job is None:
                    said = f"{kind.title()} not found (id: {id})"
                    raise Unavailable("404", cause=said, status=404)
                execution = _execution(job)
                return {"execution": execution} if kind == "tasks" else execution
            case _:
                raise AssertionError(path)
        jobs = self._world.show(*wanted)
        if "statuses" in query:
            jobs = tuple(job for job in jobs if job.active)
        newest = sorted(jobs, key=lambda job: job.number, reverse=True)[:size]
        executions = [_execution(job) for job in newest]
        tasks = path[-1] == "tasks"
        return [{"execution": one} for one in executions] if tasks else executions


AD_HOC = ".ad-hoc"


def id_of(job: Job) -> str:
    """What a Gate calls a run: no two of its runs have one id, be they of pipelines or tasks."""
    application, kind = job.place[1].split("/")
    return f"{application}{AD_HOC if kind == 'tasks' else ''}-{job.number:012}"


def _execution(job: Job) -> dict[str, Any]:
    application = job.place[1].split("/")[0]
    status = "RUNNING" if job.active else "SUCCEEDED"
    ended = {} if job.ended is None else {"endTime": _milliseconds(job.ended)}
    stages = [{"id": "1", "type": "wait", "status": status, **ended}]
    return {
        "id": id_of(job),
        "type": "ORCHESTRATION" if job.place[1].endswith("/tasks") else "PIPELINE",
        "application": application,
        "name": "deploy",
        "pipelineConfigId": f"config of {application}",
        "status": status,
        "buildTime": _milliseconds(job.began),
        "startTime": _milliseconds(job.began),
        **ended,
        # Pipelines have stages; that a task has run again is told by its times alone.
        "stages": stages if job.place[1].endswith("/pipelines") else [],
    }


def _milliseconds(time: float) -> int:
    return round((EPOCH + timedelta(seconds=time)).timestamp() * 1000)


class MixpanelFetch:
    """What Mixpanel answers about this world: each part is a pipeline."""

    def __init__(self, name: str, world: World, latency: Callable[[], float]) -> None:
        self._name = name
        self._world = world
        self._latency = latency

    async def get(self, path: Sequence[str], query: Mapping[str, str | int] | None = None) -> bytes:
        await asyncio.sleep(self._latency())
        answer: dict[str, Any] = {}
        if path[-1] == "jobs":
            answer["1"] = [{"name": part} for _, part in self._world.places(self._name)]
        else:
            for job in self._world.show((self._name, str((query or {})["name"]))):
                state = "running" if job.active else "succeeded"
                answer.setdefault(state, []).append(_job(job, state))
        await asyncio.sleep(self._latency())
        return json.dumps(answer).encode()


def _job(job: Job, state: str) -> dict[str, Any]:
    ended = "0000-12-31T16:00:00-08:00"
    if job.ended is not None:
        ended = (EPOCH + timedelta(seconds=job.ended)).isoformat()
    run_at = (EPOCH + timedelta(seconds=job.number)).isoformat()
    return {"name": job.place[1], "state": state, "run_at": run_at, "last_finish": ended}


def gate(
    name: str, world: World, latency: Callable[[], float] = lambda: 0.1, **config: Any
) -> Source:
    """The real source for Spinnaker, over this world."""
    fetch = GateFetch(name, world, latency)
    return spinnaker.KIND.open(name, spinnaker.Config(**config), fetch)


def project(name: str, world: World, latency: Callable[[], float] = lambda: 0.1) -> Source:
    """The real source for Mixpanel, over this world."""
    return mixpanel.KIND.open(name, mixpanel.Config(), MixpanelFetch(name, world, latency))


def subject(name: str, source: Source, deadline: float = 60.0) -> Subject:
    return Subject(
        name=name, kind="simulated", source=source, deadline=deadline, spent=lambda: (0, 0)
    )
