"""The nouns of quiesce: frozen values without I/O.

All times are aware and in UTC. All texts that a system gave are kept as they came; whoever
shows one cleans it for its medium (`quiesce.render`).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal, NewType

from msgspec import Struct, field

from quiesce.errors import Absent, ErrorName

Mark = NewType("Mark", str)
"""An opaque digest (128 bits or more) of what a part shows. Only equality means anything."""

RunType = Literal["pipeline", "strategy", "task", "job"]
VerdictName = Literal["quiet", "active", "unknown"]


class State(StrEnum):
    """What a run is doing, in words that are the same for every system.

    A word that a source does not know becomes `UNKNOWN`, which is active, and a gap.
    """

    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    WAITING = "waiting"
    STOPPING = "stopping"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    TIMED_OUT = "timed_out"
    SKIPPED = "skipped"
    RETRIED = "retried"
    GONE = "gone"

    @property
    def active(self) -> bool:
        """Whether a run in this state is still going on, or may be."""
        return self not in FINISHED


FINISHED = frozenset(
    {
        State.SUCCEEDED,
        State.FAILED,
        State.CANCELED,
        State.TIMED_OUT,
        State.SKIPPED,
        State.RETRIED,
        State.GONE,
    }
)
"""The only states that are not active: everything else counts, so that a new one can't hide."""


class Run(Struct, frozen=True, kw_only=True):
    """One execution of one pipeline.

    `id` is unique within its source. `native_state` is the system's own word. `parent` is the
    id of the run of the same source that started it. `changed_at` is when something in it last
    began or ended, where its system tells. `raw` is the system's own JSON for this run, byte for
    byte, and never part of a document.
    """

    source: str
    application: str
    pipeline: str
    id: str
    type: RunType
    state: State
    native_state: str
    created_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    url: str | None = None
    started_by: str | None = None
    waiting_on: str | None = None
    parent: str | None = None
    changed_at: datetime | None = None
    details: dict[str, str | None] = field(default_factory=dict)
    raw: bytes = b""

    @property
    def reference(self) -> str:
        """What names a run among all sources: `source/id`."""
        return f"{self.source}/{self.id}"


REST = "*"
"""The part of a gap that stands for everything of a source that was not read."""


class Gap(Struct, frozen=True, kw_only=True):
    """Something that was asked for and not seen, and why.

    `part` is `*` where the rest of a source is meant. `why` is one sentence; `asked`,
    `cause` and `hint` are for people and may be empty.
    """

    part: str
    error: ErrorName
    why: str
    asked: str = ""
    cause: str = ""
    hint: str = ""


class Question(Struct, frozen=True, kw_only=True):
    """What the caller wants to know: a hint to ask less, never a promise.

    `pipeline` None asks for active runs; a name asks for the recent runs of the pipelines
    of that name, in every state. `marks` asks for a mark with every part; `lists` False
    asks for marks alone (the second look). `limit` is how many recent runs of a pipeline.
    `whole` asks for each run with everything that the system knows of it, for `Run.raw`.
    `past` asks for the finished runs, too, that are met on the way: they are for the memory, and
    never a reason to ask more.
    """

    application: str | None = None
    pipeline: str | None = None
    states: frozenset[State] = frozenset()
    marks: bool = False
    lists: bool = True
    limit: int = 200
    whole: bool = False
    past: bool = False


class SourceLook(Struct, frozen=True, kw_only=True):
    """What asking one source once has shown.

    `parts` maps each part that was read to its mark, if it has one; no part is both here
    and a gap. `started` and `finished` are seconds of our own monotonic clock, taken before
    the first request and after the last answer. `scope` says in words what the source was
    told not to ask. `absent` is set where the question named something it does not have.

    What the memory adds: `ended` are finished runs that were met on the way or asked for by
    their ids; `lost` the ids of remembered runs that the system said it does not have, for the
    first time (each is a gap, too), and `gone` those of which it said so again. `memory` is a
    mark over what was told of those that were asked for by their ids and are not active; None
    where there were none, or where one of them is a gap.
    """

    name: str
    kind: str
    started: float
    finished: float
    runs: tuple[Run, ...] = ()
    parts: dict[str, Mark | None] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    absent: Absent | None = None
    ended: tuple[Run, ...] = ()
    lost: tuple[str, ...] = ()
    gone: tuple[Run, ...] = ()
    memory: Mark | None = None
    scope: str | None = None
    requests: int = 0
    bytes: int = 0

    @property
    def seconds(self) -> float:
        return self.finished - self.started


class Look(Struct, frozen=True, kw_only=True):
    """The outcome of asking every source once, with the wall-clock times of begin and end."""

    sources: tuple[SourceLook, ...]
    began_at: datetime
    ended_at: datetime

    @property
    def runs(self) -> tuple[Run, ...]:
        return tuple(run for source in self.sources for run in source.runs)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return tuple(gap for source in self.sources for gap in source.gaps)

    @property
    def started(self) -> float:
        """When the first request of any source was sent, at the latest."""
        return min((source.started for source in self.sources), default=0.0)

    @property
    def finished(self) -> float:
        """When the last answer of any source had come, at the earliest."""
        return max((source.finished for source in self.sources), default=0.0)


class SourceVerdict(Struct, frozen=True, kw_only=True):
    """The verdict on one source; `reasons` are those that are its own."""

    name: str
    verdict: VerdictName
    reasons: tuple[str, ...] = ()


class Verdict(Struct, frozen=True, kw_only=True):
    """`quiet`, `active` or `unknown`, and how much that claims.

    `confirmed`: at some instant in `instant` nothing was active in any part. `settled`: and
    it had been so for `idle_for` seconds, longer than the longest hand-over that is known.
    `restless` means that marks differed between the looks: something started, ended or
    vanished, and another pair of looks may tell more. `waived` are those of the `reasons` that
    name a run which does not count.
    """

    verdict: VerdictName
    at: datetime
    reasons: tuple[str, ...]
    sources: tuple[SourceVerdict, ...]
    confirmed: bool = False
    settled: bool = False
    idle_for: float | None = None
    instant: tuple[datetime, datetime] | None = None
    restless: bool = False
    waived: tuple[str, ...] = ()
