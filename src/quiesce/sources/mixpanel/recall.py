"""Asking Mixpanel for jobs that no answer showed: a job has no id, so its pipeline is asked.

An answer that holds all recent jobs of the pipeline and not this one says plainly that there is
no such job any more. So does a list of the project's pipelines without this pipeline: what was
deleted there took its jobs along.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from quiesce.errors import SourceError
from quiesce.model import Run
from quiesce.source import Fetch, Recollection
from quiesce.sources.mixpanel import parse
from quiesce.sources.mixpanel.parse import Pipeline

BASE = ("api", "2.0", "nessie", "pipeline")
NOT_FOUND = 404


class Recall:
    """One question for what was active before."""

    def __init__(self, name: str, fetch: Fetch, recollection: Recollection) -> None:
        self._name = name
        self._fetch = fetch
        self._recollection = recollection

    async def of(self, runs: Sequence[Run]) -> None:
        """One request for each pipeline, however many of its jobs are asked for."""
        sought: dict[Pipeline, list[Run]] = {}
        for run in runs:
            sought.setdefault(Pipeline(run.application, run.pipeline), []).append(run)
        async with asyncio.TaskGroup() as group:
            for pipeline, those in sought.items():
                group.create_task(self._of(pipeline, those))

    async def _of(self, pipeline: Pipeline, runs: Sequence[Run]) -> None:
        query = {"project_id": pipeline.project, "name": pipeline.name}
        try:
            jobs = parse.jobs(await self._fetch.get((*BASE, "status"), query), self._name, pipeline)
        except SourceError as error:
            deleted = error.status == NOT_FOUND and await self._is_deleted(pipeline)
            for run in runs:
                if deleted:
                    self._recollection.lost(run)
                else:
                    self._recollection.gap(run, error)
            return
        found = {job.id: job for job in jobs.runs}
        for job in jobs.runs:
            if job.state.active:
                self._recollection.run(job)  # also what nobody has asked for
        for run in runs:
            if known := found.get(run.id):
                self._recollection.run(known)
            elif not jobs.problems:
                self._recollection.lost(run)
            for problem in jobs.problems:
                self._recollection.gap(run, problem)

    async def _is_deleted(self, pipeline: Pipeline) -> bool:
        """Whether the project lists others, and not this one: a 404 alone may be a proxy's."""
        try:
            body = await self._fetch.get((*BASE, "jobs"), {"project_id": pipeline.project})
            listed, problems = parse.pipelines(body)
        except SourceError:
            return False  # the 404 is the gap then
        of_the_project = [one for one in listed if one.project == pipeline.project]
        return bool(of_the_project) and not problems and pipeline not in of_the_project
