"""Which requests are sent to Mixpanel, and in what order: I/O only.

`/jobs` lists the pipelines of a project, `/status` all recent jobs of one of them in every
state: mark and list out of one answer. Its own filter is never used, as the documented
example shows that it can't be trusted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from quiesce.errors import Absent, Known, Misunderstood, SourceError, Unavailable
from quiesce.model import Question, Run
from quiesce.source import Fetch, Findings, Recollection
from quiesce.sources.mixpanel import Config, parse
from quiesce.sources.mixpanel.parse import Pipeline
from quiesce.sources.mixpanel.recall import BASE, Recall


class Mixpanel:
    """One project."""

    def __init__(self, name: str, config: Config, fetch: Fetch) -> None:
        self._name = name
        self._fetch = fetch
        self._project: dict[str, str | int] = (
            {} if config.project_id is None else {"project_id": config.project_id}
        )

    async def survey(self, question: Question, findings: Findings) -> None:
        pipelines, problems = parse.pipelines(await self._fetch.get((*BASE, "jobs"), self._project))
        for problem in problems:
            findings.gap("jobs", problem)
        foreign = [one for one in pipelines if not self._asked_for(one)]
        if foreign:
            what = f"{self._name} lists pipelines of a project that it was not asked for"
            findings.gap("jobs", Misunderstood(what, hint="check `project_id` of this source"))
        if not pipelines:
            raise Unavailable(
                f"{self._name} lists no pipelines at all",
                asked="GET /nessie/pipeline/jobs",
                hint="check `project_id`, and that this account may see the project's pipelines",
            )
        scoped = [
            pipeline
            for pipeline in pipelines
            if question.application is None or pipeline.project == question.application
        ]
        if question.application is not None and not scoped:
            projects = dict.fromkeys(pipeline.project for pipeline in pipelines)
            raise Absent("application", question.application, tuple(map(Known, projects)))
        if question.pipeline is not None:
            named = [pipeline for pipeline in scoped if pipeline.name == question.pipeline]
            if not named:
                known = tuple(Known(pipeline.name, pipeline.project) for pipeline in scoped)
                raise Absent("pipeline", question.pipeline, known)
            scoped = named
        several = len({pipeline.project for pipeline in pipelines}) > 1
        async with asyncio.TaskGroup() as group:
            for pipeline in scoped:
                group.create_task(self._status(pipeline, question, findings, several=several))

    async def recall(self, runs: Sequence[Run], recollection: Recollection) -> None:
        await Recall(self._name, self._fetch, recollection).of(runs)

    async def aclose(self) -> None:
        """Nothing is held open here: the client belongs to whoever opened it."""

    def _asked_for(self, pipeline: Pipeline) -> bool:
        """Whether a pipeline is in the configured project, if one is configured."""
        project = self._project.get("project_id")
        return project is None or pipeline.project == str(project)

    async def _status(
        self, pipeline: Pipeline, question: Question, findings: Findings, *, several: bool
    ) -> None:
        part = f"{pipeline.project}/{pipeline.name}" if several else pipeline.name
        try:
            query = {**self._project, "name": pipeline.name}
            if several:
                query["project_id"] = pipeline.project
            body = await self._fetch.get((*BASE, "status"), query)
            jobs = parse.jobs(body, self._name, pipeline)
        except SourceError as error:
            findings.gap(part, error)
            return
        for run in jobs.runs:
            if run.state.active or question.past or question.pipeline is not None:
                findings.run(run)
        for problem in jobs.problems:
            findings.gap(part, problem)
        findings.read(part, jobs.mark)
