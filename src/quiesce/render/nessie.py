"""The shape of Mixpanel's `nessie/pipeline/status`, for programs that read that one.

Jobs of Mixpanel stand in it with the very words that it gave. Runs of other systems are said in
its words as near as these come: whatever is active and not pending is `running`, and what was
skipped, or ended unseen, is `canceled`. Such a run has no range of dates: both are when it began.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from quiesce.model import Run, State
from quiesce.render.encode import to_json

NEVER = "0000-12-31T16:00:00-08:00"
"""How Mixpanel says that something has never happened."""

WORDS: Mapping[State, str] = {
    State.PENDING: "pending",
    State.RUNNING: "running",
    State.PAUSED: "running",
    State.WAITING: "running",
    State.STOPPING: "running",
    State.UNKNOWN: "running",
    State.SUCCEEDED: "succeeded",
    State.FAILED: "failed",
    State.CANCELED: "canceled",
    State.TIMED_OUT: "timed_out",
    State.SKIPPED: "canceled",
    State.RETRIED: "retried",
    State.GONE: "canceled",
}

_OWN = ("from_date", "to_date", "run_at", "last_finish")


class Job(Struct, frozen=True, kw_only=True):
    """A job, with its keys in the order of the description."""

    project_id: int | str
    name: str
    state: str
    last_finish: str
    run_at: str
    from_date: str
    to_date: str


class Failed(Struct, frozen=True, kw_only=True):
    """How Mixpanel says that it has no answer."""

    error: str
    status: str = "error"


def status_text(groups: Mapping[State, Iterable[Run]], *, pretty: bool, ascii_only: bool) -> str:
    """The jobs by state; a state without jobs is not there."""
    jobs: dict[str, list[Job]] = {}
    for runs in groups.values():
        for run in runs:
            jobs.setdefault(word(run), []).append(_job(run))
    return to_json(jobs, pretty=pretty, ascii_only=ascii_only) + "\n"


def counts_text(counts: Mapping[str, int], *, pretty: bool, ascii_only: bool) -> str:
    """`{"canceled": 933, "retried": 80, "succeeded": 1}`."""
    return to_json(dict(counts), pretty=pretty, ascii_only=ascii_only) + "\n"


def counts_of(groups: Mapping[State, int]) -> dict[str, int]:
    """How many there are of each of its words."""
    counts: dict[str, int] = {}
    for state, number in groups.items():
        if number:
            counts[WORDS[state]] = counts.get(WORDS[state], 0) + number
    return counts


def failed_text(why: str, *, ascii_only: bool) -> str:
    """The one document where there is no answer."""
    return to_json(Failed(error=why), ascii_only=ascii_only) + "\n"


def word(run: Run) -> str:
    """The state of a run in Mixpanel's words; a job has its own, even one that nobody knows."""
    return run.native_state if _is_job(run) else WORDS[run.state]


def _is_job(run: Run) -> bool:
    return run.type == "job" and all(name in run.details for name in _OWN)


def _job(run: Run) -> Job:
    own = run.details if _is_job(run) else {}
    began = run.started_at or run.created_at
    return Job(
        project_id=int(run.application) if _is_number(run.application) else run.application,
        name=run.pipeline,
        state=word(run),
        last_finish=own.get("last_finish") or _time(run.ended_at),
        run_at=own.get("run_at") or _time(began),
        from_date=own.get("from_date") or _time(began),
        to_date=own.get("to_date") or _time(began),
    )


def _is_number(text: str) -> bool:
    """Whether a text is a number that says the same when it is written as one."""
    return text.isascii() and text.isdigit() and (text == "0" or text[0] != "0") and len(text) < 16


def _time(time: datetime | None) -> str:
    return NEVER if time is None else time.isoformat(timespec="seconds")
