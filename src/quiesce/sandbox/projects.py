"""The state of simulated Mixpanel projects and their pipelines, with its past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from msgspec import Struct

from quiesce.sandbox.timeline import Activity, Timeline

ACTIVE = frozenset({"pending", "running"})
NEVER = "0000-12-31T16:00:00-08:00"
"""The year 0: what Mixpanel says of a job that has not finished, and of some canceled ones."""

KEPT = 500
"""Jobs of one pipeline that are recent; nothing says how many those are in reality."""

PACIFIC = timezone(timedelta(hours=-8))


def moment(ms: int) -> str:
    """An instant as Mixpanel writes it: RFC 3339 with an offset."""
    whole = datetime.fromtimestamp(ms // 1000, UTC).astimezone(PACIFIC)
    return whole.replace(microsecond=ms % 1000 * 1000).isoformat()


class Job(Struct, frozen=True, kw_only=True):
    """One export of one window of data. It has no id: `key` is what tells it apart."""

    project_id: int
    name: str
    state: str
    last_finish: str
    run_at: str
    from_date: str
    to_date: str

    @property
    def key(self) -> str:
        return f"{self.name}|{self.from_date}|{self.to_date}|{self.run_at}"

    @property
    def active(self) -> bool:
        return self.state in ACTIVE


class Export(Struct, frozen=True, kw_only=True):
    """One pipeline of a project, as `jobs` lists it."""

    name: str
    dispatcher: str = "backfill"
    last_dispatched: int = 0
    frequency: str = "hourly"
    sync_enabled: bool = True


class Projects:
    """Projects, their pipelines and jobs, and who may read them.

    `accounts` holds service accounts (name to secret) and `secrets` the projects' API secrets
    (secret to project); while both are empty, nobody is asked to sign in. `faithful` False
    makes the status filter do nothing: the documented example asks for `running` and shows a
    canceled job.
    """

    def __init__(self, activity: Activity) -> None:
        self.activity = activity
        self.accounts: dict[str, str] = {}
        self.secrets: dict[str, int] = {}
        self.faithful = True
        self._projects: dict[int, dict[str, Export]] = {}
        self._jobs: dict[tuple[int, str], Timeline[Job]] = {}

    def add_project(self, project_id: int) -> None:
        self._projects.setdefault(project_id, {})

    def add_pipeline(self, project_id: int, name: str, *, frequency: str = "hourly") -> Export:
        """Create a pipeline, and its project where there is none."""
        export = Export(name=name, frequency=frequency)
        self.add_project(project_id)
        self._projects[project_id][name] = export
        self._jobs[project_id, name] = Timeline()
        return export

    def remove_pipeline(self, project_id: int, name: str, *, at: int) -> None:
        """Delete a pipeline with its history, as Mixpanel's `cancel` does."""
        del self._projects[project_id][name]
        for job in self._jobs.pop((project_id, name)).values(at):
            self.activity.note(at, _activity_key(job), active=False)

    def unlist_pipeline(self, project_id: int, name: str) -> None:
        """`jobs` names a pipeline no longer, and `status` still knows it."""
        del self._projects[project_id][name]

    def put(self, job: Job, *, at: int) -> Job:
        """Record what a job is like from `at` on; gives it back. The oldest ones may go."""
        jobs = self._jobs[job.project_id, job.name]
        jobs.put(at, job.key, job)
        self.activity.note(at, _activity_key(job), active=job.active)
        if len(jobs) > KEPT:
            finished = (old.key for old in jobs.values(at) if not old.active)
            jobs.forget(next(finished, job.key if not job.active else ""))
        return job

    def project_ids(self) -> list[int]:
        return list(self._projects)

    def pipelines(self, project_id: int) -> list[Export] | None:
        """The pipelines of a project; None where there is no such project."""
        project = self._projects.get(project_id)
        return None if project is None else list(project.values())

    def jobs(self, at: int, project_id: int, name: str) -> list[Job] | None:
        """The jobs of a pipeline; None where there is no such pipeline."""
        timeline = self._jobs.get((project_id, name))
        return None if timeline is None else list(timeline.values(at))

    def active(self, at: int) -> frozenset[str]:
        """The keys of all jobs that are truly active."""
        return frozenset(
            job.key for timeline in self._jobs.values() for job in timeline.values(at) if job.active
        )


def _activity_key(job: Job) -> str:
    return f"{job.project_id}|{job.key}"
