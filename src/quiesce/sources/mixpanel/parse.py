"""What the Data Pipelines API answers, as values: bytes in, runs and errors out. No I/O."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from hashlib import blake2b

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from quiesce.errors import Misunderstood, SourceError
from quiesce.model import Mark, Run, State

STATES = {
    "pending": State.PENDING,
    "running": State.RUNNING,
    "succeeded": State.SUCCEEDED,
    "failed": State.FAILED,
    "canceled": State.CANCELED,
    "timed_out": State.TIMED_OUT,
    "retried": State.RETRIED,
}
"""The words of the official description. Any other is `State.UNKNOWN`, which is active.

`retried` is an attempt that was given up for a new one; counts in the hundreds stay for
ever, so it is taken as finished: an assumption, stated in the README.
"""


class _Pipeline(Struct):
    name: str


class _Job(Struct):
    project_id: int | str | None = None
    name: str | None = None
    state: str | None = None
    last_finish: str | None = None
    run_at: str | None = None
    from_date: str | None = None
    to_date: str | None = None


class Pipeline(Struct, frozen=True):
    """A pipeline of a project."""

    project: str
    name: str


class Jobs(Struct, frozen=True):
    """All recent jobs of one pipeline, what could not be read, and a mark over all."""

    runs: tuple[Run, ...]
    problems: tuple[SourceError, ...]
    mark: Mark


_GROUPS = msgspec.json.Decoder(dict[str, Raw])
_ELEMENTS = msgspec.json.Decoder(list[Raw])
_PIPELINE = msgspec.json.Decoder(_Pipeline)
_JOB = msgspec.json.Decoder(_Job)

MOST_PROBLEMS = 1000
"""Where the rest of an answer is given up: what was found is kept, and it is a gap anyway."""

_UNREADABLE = (msgspec.MsgspecError, UnicodeError, RecursionError)


def pipelines(body: bytes) -> tuple[tuple[Pipeline, ...], tuple[SourceError, ...]]:
    """The pipelines of an answer of `/jobs`, each once, and what could not be read."""
    elements, problems = _elements(body)
    found: dict[Pipeline, None] = {}
    for project, raw in elements:
        if len(problems) >= MOST_PROBLEMS:
            break
        try:
            name = _PIPELINE.decode(raw).name
        except _UNREADABLE as error:
            problems.append(_unread("a pipeline", error))
            continue
        if name:
            found[Pipeline(project, name)] = None
        else:
            problems.append(Misunderstood("a pipeline in the answer has no name"))
    return tuple(found), tuple(problems)


def jobs(body: bytes, source: str, pipeline: Pipeline) -> Jobs:
    """The jobs of an answer of `/status` without `summary`."""
    elements, problems = _elements(body)
    runs: list[Run] = []
    for group, raw in elements:
        if len(problems) >= MOST_PROBLEMS:
            break
        try:
            job = _JOB.decode(raw)
        except _UNREADABLE as error:
            problems.append(_unread("a job", error))
            continue
        if _is_foreign(job, pipeline):
            problems.append(
                Misunderstood(f"{source} answers with a job of another pipeline or project")
            )
        run = _run(job, group, raw, source, pipeline)
        if run.state is State.UNKNOWN:
            problems.append(
                Misunderstood(
                    f"{source} shows a job in a state that is not known",
                    cause=ascii(run.native_state)[:60],
                    hint="it counts as active; please report the word",
                )
            )
        runs.append(run)
    digest = blake2b(b"mixpanel 2", digest_size=16)
    for version in sorted(msgspec.json.encode(_version(run)) for run in runs):
        digest.update(version)
        digest.update(b"\n")  # which no JSON text holds
    return Jobs(_told_apart(runs), tuple(problems), Mark(digest.hexdigest()))


def _is_foreign(job: _Job, pipeline: Pipeline) -> bool:
    """Whether a job says of itself that it is not one of those that were asked for."""
    if job.project_id is not None and str(job.project_id) != pipeline.project:
        return True
    return job.name is not None and job.name != pipeline.name


def _version(run: Run) -> tuple[str, str, str]:
    return run.id, run.native_state, run.details["last_finish"] or ""


def _told_apart(runs: list[Run]) -> tuple[Run, ...]:
    """Attempts that nothing tells apart are still so many: each gets an id of its own.

    They are numbered by what is known of them, as their order in an answer means nothing.
    """
    seen: Counter[str] = Counter()
    apart: list[Run] = []
    for run in sorted(runs, key=_version):
        seen[run.id] += 1
        number = seen[run.id]
        apart.append(run if number == 1 else replace(run, id=f"{run.id}#{number}"))
    return tuple(apart)


def _run(job: _Job, group: str, raw: Raw, source: str, pipeline: Pipeline) -> Run:
    own = STATES.get(job.state or group, State.UNKNOWN)
    grouped = STATES.get(group, State.UNKNOWN)
    # A job that stands in a group of another name is what the more active of both says.
    doubtful = grouped.active and not own.active
    state = grouped if doubtful else own
    name = job.name or pipeline.name
    return Run(
        source=source,
        application=pipeline.project,
        # What was asked for by name: a job may call itself something else.
        pipeline=pipeline.name,
        # A job has no id: these four together are what tells it from another.
        id="|".join((name, job.from_date or "", job.to_date or "", job.run_at or "")),
        type="job",
        state=state,
        native_state=group if doubtful else job.state or group,
        created_at=_time(job.run_at),
        started_at=None if state is State.PENDING else _time(job.run_at),
        ended_at=None if state.active else _time(job.last_finish),
        details={
            "from_date": job.from_date,
            "to_date": job.to_date,
            "run_at": job.run_at,
            "last_finish": job.last_finish,
        },
        raw=bytes(raw) if state.active else b"",
    )


def _time(text: str | None) -> datetime | None:
    """A time with its offset, in UTC. The zero time (year 0) means never, so it is None."""
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC) if time.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _elements(body: bytes) -> tuple[list[tuple[str, Raw]], list[SourceError]]:
    """Every element with the name of its group; a group that is no list costs only itself."""
    try:
        groups = _GROUPS.decode(body)
    except _UNREADABLE as error:
        raise Misunderstood(
            "the answer is not the groups of lists that were asked for", cause=str(error)[:200]
        ) from error
    elements: list[tuple[str, Raw]] = []
    problems: list[SourceError] = []
    for group, raw in groups.items():
        try:
            elements += [(group, element) for element in _ELEMENTS.decode(raw)]
        except _UNREADABLE as error:
            problems.append(_unread("a group", error))
    return elements, problems


def _unread(what: str, error: Exception) -> Misunderstood:
    return Misunderstood(
        f"{what} in the answer could not be read",
        cause=str(error)[:200],
        hint="everything else in the answer was kept",
    )
