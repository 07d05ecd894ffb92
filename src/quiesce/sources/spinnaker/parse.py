"""What Gate answers, as values: bytes in, runs and errors out. No I/O.

Null fields are absent in Gate's answers, so every field but `id` and `status` may be
missing. What can't be read is an error of its own and costs nothing else: an execution of
which only `id` and `status` can be read still counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import blake2b
from urllib.parse import quote

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from quiesce.errors import Misunderstood, SourceError
from quiesce.model import Mark, Run, RunType, State
from quiesce.sources.spinnaker.shapes import (
    Application,
    Bare,
    Execution,
    PipelineConfig,
    Task,
    Trigger,
    User,
)

ACTIVE_STATUSES = "NOT_STARTED,RUNNING,PAUSED,SUSPENDED,REDIRECT,BUFFERED"
"""What Orca calls active (ExecutionStatus). No space may stand behind a comma: Gate says 400."""

AD_HOC = "ORCHESTRATION"
"""What Orca calls an ad-hoc task."""

STATES = {
    "NOT_STARTED": State.PENDING,
    "BUFFERED": State.PENDING,
    "RUNNING": State.RUNNING,
    "REDIRECT": State.RUNNING,
    "PAUSED": State.PAUSED,
    "SUSPENDED": State.PAUSED,
    "SUCCEEDED": State.SUCCEEDED,
    "FAILED_CONTINUE": State.FAILED,
    "TERMINAL": State.FAILED,
    "CANCELED": State.CANCELED,
    "STOPPED": State.CANCELED,
    "SKIPPED": State.SKIPPED,
}
"""Orca's words. Any other word is `State.UNKNOWN`, which is active."""


class Listing(Struct, frozen=True):
    """One list of executions, read.

    `runs` holds every execution of the list, active or not, and `problems` what in it could
    not be read. `mark` covers every execution. `fullest` is the largest number of
    executions of one pipeline, to compare with a limit; `length` counts all elements.
    """

    runs: tuple[Run, ...]
    problems: tuple[SourceError, ...]
    mark: Mark
    fullest: int
    length: int


_LIST = msgspec.json.Decoder(list[Raw])
_EXECUTION = msgspec.json.Decoder(Execution)
_TASK = msgspec.json.Decoder(Task)
_BARE = msgspec.json.Decoder(Bare)
_APPLICATION = msgspec.json.Decoder(Application)
_CONFIG = msgspec.json.Decoder(PipelineConfig)

MOST_RAW = 256 * 1024
"""Bytes that are kept of an execution that was asked for by its id: it comes with all contexts."""

MOST_PROBLEMS = 1000
"""Where the rest of a list is given up: what was found is kept, and it is a gap anyway."""

_UNREADABLE = (msgspec.MsgspecError, UnicodeError, RecursionError)


def applications(body: bytes) -> tuple[tuple[str, ...], tuple[SourceError, ...]]:
    """The names of all applications, each once, and what could not be read."""
    return _names(body, _APPLICATION, "an application")


def config_names(body: bytes) -> tuple[tuple[str, ...], tuple[SourceError, ...]]:
    """The names in an answer of `pipelineConfigs` or `strategyConfigs`."""
    return _names(body, _CONFIG, "a pipeline")


def must_be_application(body: bytes, name: str) -> None:
    """Raises unless this is that application: Gate has ways to answer 200 with nothing in it."""
    try:
        given = _APPLICATION.decode(body).name
    except _UNREADABLE as error:
        raise Misunderstood(
            "the answer is not the application that was asked for", cause=str(error)[:200]
        ) from error
    if given.lower() != name.lower():
        raise Misunderstood("the answer is another application than the one that was asked for")


def executions(body: bytes, source: str, application: str, deck_url: str | None) -> Listing:
    """A list of executions; `application` is whose list it is, or empty if it is everybody's.

    What an application's own list shows belongs to it, whatever an execution calls its home
    (a pipeline that was moved keeps the old one): it must not drop out of a scoped question.
    """
    return _listing(body, _EXECUTION.decode, source, application, deck_url)


def tasks(body: bytes, source: str, application: str, deck_url: str | None) -> Listing:
    """A list of ad-hoc tasks: another shape, with the execution inside."""
    return _listing(body, _task, source, application, deck_url)


def one(body: bytes, asked: Run, deck_url: str | None) -> tuple[Run, SourceError | None]:
    """The run that was asked for by its id, and what could not be read of it.

    Its application is the one that it was remembered by: see `executions`.
    """
    raw = Raw(body)
    decode = _task if asked.type == "task" else _EXECUTION.decode
    execution, problem = _decoded(raw, decode)
    if execution is None or execution.id != asked.id:
        raise Misunderstood(
            "the answer is not the execution that was asked for",
            cause=problem.cause if problem is not None else "",
        )
    run = _run(execution, raw, asked.source, asked.application, deck_url)
    if len(run.raw) > MOST_RAW:
        run = replace(run, raw=b"")
    if run.state is State.UNKNOWN:
        problem = _unknown(asked.source, execution)
    return run, problem


def _unknown(source: str, execution: Execution) -> Misunderstood:
    return Misunderstood(
        f"{source} shows an execution in a status that is not known",
        cause=ascii(execution.status)[:60],
        hint="it counts as active; please report the word",
    )


def _task(raw: Raw) -> Execution:
    """The execution of a task; a task without one carries the fields that matter itself.

    Both have a status; if they are at odds, the one that says active is believed.
    """
    task = _TASK.decode(raw)
    if task.execution is None:
        return replace(_EXECUTION.decode(raw), type=AD_HOC)
    if task.status is None or STATES.get(task.status, State.UNKNOWN).active is False:
        return task.execution
    return replace(task.execution, status=task.status)


def _listing(
    body: bytes,
    decode: Callable[[Raw], Execution],
    source: str,
    application: str,
    deck_url: str | None,
) -> Listing:
    elements = _elements(body)
    found: list[Execution] = []
    runs: list[Run] = []
    problems: list[SourceError] = []
    for raw in elements:
        execution, problem = _decoded(raw, decode)
        if problem is not None:
            problems.append(problem)
        if len(problems) >= MOST_PROBLEMS:
            break  # it is a gap already, and nobody reads a million reasons
        if execution is None:
            continue
        found.append(execution)
        run = _run(execution, raw, source, application, deck_url)
        if run.state is State.UNKNOWN:
            problems.append(_unknown(source, execution))
        runs.append(run)
    per_config = Counter(execution.pipeline_config_id for execution in found)
    return Listing(
        runs=tuple(runs),
        problems=tuple(problems),
        mark=_mark(found),
        fullest=max(per_config.values(), default=0),
        length=len(elements),
    )


def _decoded(
    raw: Raw, decode: Callable[[Raw], Execution]
) -> tuple[Execution | None, SourceError | None]:
    """An execution, as far as it can be read, and what could not be."""
    try:
        execution = decode(raw)
    except _UNREADABLE as error:
        problem = _unread("an execution", error)
        try:
            bare = _BARE.decode(raw)
        except _UNREADABLE:
            return None, problem
        kind = AD_HOC if decode is _task else None
        known = Execution(id=bare.id, status=bare.status, type=kind)
        return (known if bare.id else None), problem
    if not execution.id:
        return None, Misunderstood("an execution in the answer has an empty id")
    return execution, None


def _run(
    execution: Execution, raw: Raw, source: str, application: str, deck_url: str | None
) -> Run:
    kind = _type(execution)
    state = _state(execution)
    owner = application or execution.application or ""
    judgment = _judgment(execution)
    return Run(
        source=source,
        application=owner,
        pipeline=execution.name or execution.description or "",
        id=execution.id,
        type=kind,
        state=state,
        native_state=execution.status,
        created_at=_time(execution.build_time),
        started_at=_time(execution.start_time),
        ended_at=None if state.active else _time(execution.end_time),
        url=_url(deck_url, owner, kind, execution.id),
        started_by=_started_by(execution),
        waiting_on=judgment if state is State.WAITING else None,
        parent=_parent(execution),
        changed_at=_time(_last_change(execution)),
        details=_details(execution, owner),
        raw=bytes(raw) if state.active else b"",
    )


def _type(execution: Execution) -> RunType:
    if execution.type == AD_HOC:
        return "task"
    by = execution.trigger
    return "strategy" if by is not None and by.strategy else "pipeline"


def _state(execution: Execution) -> State:
    state = STATES.get(execution.status, State.UNKNOWN)
    if not state.active or state is State.UNKNOWN:
        return state
    if execution.canceled:
        # A canceled execution that was paused or buffered stays so for ever.
        return State.STOPPING
    if state is State.RUNNING and _judgment(execution) is not None:
        return State.WAITING
    return state


def _judgment(execution: Execution) -> str | None:
    """The name of the manual judgment that is running: waiting on a person is no status."""
    for stage in execution.stages or ():
        if stage.type == "manualJudgment" and stage.status == "RUNNING":
            return f"judgment: {stage.name or 'without a name'}"
    return None


def _parent(execution: Execution) -> str | None:
    parent = execution.trigger.parent_execution if execution.trigger is not None else None
    return parent.id if parent is not None else None


def _last_change(execution: Execution) -> int | None:
    """When a stage last began or ended."""
    stages = execution.stages or ()
    times = (time for stage in stages for time in (stage.start_time, stage.end_time))
    return max((time for time in times if time is not None), default=None)


def _started_by(execution: Execution) -> str | None:
    trigger = execution.trigger or Trigger()
    if trigger.parent_execution is not None and trigger.parent_execution.name:
        return f"pipeline {trigger.parent_execution.name}"
    user = trigger.user or (execution.authentication or User()).user
    if user in (None, "", "[anonymous]", "anonymous"):
        return trigger.type if trigger.type not in (None, "manual") else "anonymous"
    return user


def _details(execution: Execution, owner: str) -> dict[str, str | None]:
    details: dict[str, str | None] = {}
    if execution.application and execution.application.lower() != owner.lower():
        details["application"] = execution.application
    stages = execution.stages or ()
    running = [stage.name or stage.type for stage in stages if stage.status == "RUNNING"]
    if running:
        details["stage"] = ", ".join(str(name) for name in running)
    if execution.trigger is not None and execution.trigger.type:
        details["trigger"] = execution.trigger.type
    if execution.paused is not None and execution.paused.paused_by:
        details["paused_by"] = execution.paused.paused_by
    if execution.canceled:
        details["canceled"] = "true"
    if execution.pipeline_config_id:
        details["pipeline_config_id"] = execution.pipeline_config_id
    return details


def _url(deck_url: str | None, application: str, kind: RunType, run_id: str) -> str | None:
    if deck_url is None:
        return None
    place = "tasks" if kind == "task" else "executions/details"
    base = deck_url.rstrip("/")
    return f"{base}/#/applications/{quote(application, safe='')}/{place}/{quote(run_id, safe='')}"


def _time(milliseconds: int | None) -> datetime | None:
    """Epoch milliseconds as a time; what a datetime can't hold is not known."""
    if milliseconds is None:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _mark(found: list[Execution]) -> Mark:
    """A digest of (id, version) of every execution: it changes with every start and restart.

    Neither the order of the executions nor that of their stages counts.
    """
    digest = blake2b(b"spinnaker 2", digest_size=16)
    for version in sorted(map(_version, found)):
        digest.update(version)
        digest.update(b"\n")  # which no JSON text holds
    return Mark(digest.hexdigest())


def _version(execution: Execution) -> bytes:
    stages = [
        (stage.id or "", stage.status or "", stage.start_time, stage.end_time)
        for stage in execution.stages or ()
    ]
    return msgspec.json.encode(
        (
            execution.id,
            execution.status,
            bool(execution.canceled),
            execution.start_time,
            execution.end_time,
            sorted(stages, key=lambda stage: stage[:2]),
        )
    )


def _elements(body: bytes) -> list[Raw]:
    try:
        return _LIST.decode(body)
    except _UNREADABLE as error:
        raise Misunderstood(
            "the answer is not the list that was asked for", cause=str(error)[:200]
        ) from error


def _names(
    body: bytes,
    decoder: msgspec.json.Decoder[Application] | msgspec.json.Decoder[PipelineConfig],
    what: str,
) -> tuple[tuple[str, ...], tuple[SourceError, ...]]:
    names: dict[str, None] = {}
    problems: list[SourceError] = []
    for raw in _elements(body):
        try:
            name = decoder.decode(raw).name
        except _UNREADABLE as error:
            name = ""
            problems.append(_unread(what, error))
        else:
            if not name:
                problems.append(Misunderstood(f"{what} in the answer has no name"))
        if name:
            names[name] = None
        elif len(problems) >= MOST_PROBLEMS:
            break
    return tuple(names), tuple(problems)


def _unread(what: str, error: Exception) -> Misunderstood:
    return Misunderstood(
        f"{what} in the answer could not be read",
        cause=str(error)[:200],
        hint="everything else in the answer was kept",
    )
