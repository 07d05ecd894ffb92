"""The shapes of the JSON documents.

The schemas in `schema/` are generated from these types. Keys are only ever added; when one
changes its meaning or goes, `SCHEMA` is raised.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from quiesce.errors import ErrorName
from quiesce.model import RunType, State, VerdictName
from quiesce.past import Basis

SCHEMA: Literal[1] = 1

Time = Annotated[
    str, Meta(description="RFC 3339, in UTC", extra_json_schema={"format": "date-time"})
]


class EstimateDocument(Struct, frozen=True, kw_only=True):
    """When something active will have ended.

    `likely_at` is the middle of what is expected, and by `bound_at` it has ended in 90 % of
    the cases; null where there is too little history to say, or where it is too far off to plan
    with, and then `note` says so. `typical` is the median duration in seconds of the `runs` that
    it rests on; `basis` is whose past that is. `rough` is below 10 runs, `overdue` longer than
    95 % of its like, `stuck` overdue and without any change for long.
    """

    likely_at: Time | None
    bound_at: Time | None
    typical: float | None
    runs: int
    basis: Basis
    rough: bool
    overdue: bool
    stuck: bool
    note: str


class WaivedDocument(Struct, frozen=True, kw_only=True):
    """An active run that does not count, by a decision that ends at `until`.

    `reference` is `source/id`; `waiver` is the number that `quiesce unwaive` takes.
    """

    reference: str
    waiver: int
    pattern: str
    reason: str
    until: Time | None
    by: str


class RunDocument(Struct, frozen=True, kw_only=True):
    """One execution of one pipeline."""

    source: str
    application: str
    pipeline: str
    id: str
    type: RunType
    state: State
    native_state: str
    created_at: Time | None
    started_at: Time | None
    ended_at: Time | None
    url: str | None
    started_by: str | None
    waiting_on: str | None
    details: dict[str, str | None]
    parent: Annotated[str | None, Meta(description="The id of the run that started it")]
    changed_at: Time | None
    estimate: EstimateDocument | UnsetType = UNSET
    waived_until: Time | UnsetType = UNSET


class GapDocument(Struct, frozen=True, kw_only=True):
    """Something that was asked for and not seen, and why."""

    part: str
    error: ErrorName
    why: str


class SourceGapDocument(GapDocument, frozen=True, kw_only=True):
    """A gap, with the source that it belongs to."""

    source: str


class SourceDocument(Struct, frozen=True, kw_only=True):
    """One source: its own verdict, what was read, and what that has cost."""

    name: str
    kind: str
    verdict: VerdictName
    parts_read: int
    gaps: list[GapDocument]
    requests: int
    bytes: int
    seconds: float
    scope: Annotated[str, Meta(description="What this source was told not to ask")] | UnsetType = (
        UNSET
    )


class SummaryDocument(Struct, frozen=True, kw_only=True):
    """How many runs are active, over all that was looked at, whatever `filters` says.

    `active` are those that count, by state in `by_state`; `waived` are active, too, and don't.
    """

    active: int
    by_state: dict[State, int]
    waived: int


class FiltersDocument(Struct, frozen=True, kw_only=True):
    """To what `runs` was narrowed."""

    application: str | None
    pipeline: str | None
    states: list[State]


class LookDocument(Struct, frozen=True, kw_only=True):
    """What `ls` and `check` answer: a verdict, and what it rests on.

    `verdict`, `summary` and `sources` speak of all that was looked at; `runs` holds the
    active runs that match `filters`, which is there only when there are any. `instant` is
    there only when `confirmed` is true: within it nothing was active. `waived` says which active
    runs don't count, and why. `outlook` is about all together that count, where it was estimated.
    """

    schema: Literal[1] = SCHEMA
    verdict: VerdictName
    confirmed: bool
    settled: bool
    idle_for: float | None
    at: Time | None
    reasons: list[str]
    summary: SummaryDocument
    runs: list[RunDocument]
    sources: list[SourceDocument]
    waived: list[WaivedDocument]
    outlook: EstimateDocument | UnsetType = UNSET
    instant: tuple[Time | None, Time | None] | UnsetType = UNSET
    filters: FiltersDocument | UnsetType = UNSET


class GlanceDocument(Struct, frozen=True, kw_only=True):
    """The last runs of one pipeline, whatever was filtered: their states, the newest last.

    `typical` is the median duration in seconds of `ended` runs, `unusual` what is about the
    newest, in sentences.
    """

    source: str
    application: str
    pipeline: str
    strip: list[State]
    typical: float | None
    ended: int
    unusual: list[str]


class StatusDocument(Struct, frozen=True, kw_only=True):
    """What `status` answers: the recent runs of a pipeline by state, the newest first."""

    schema: Literal[1] = SCHEMA
    pipeline: str
    runs: dict[State, list[RunDocument]]
    gaps: list[SourceGapDocument]
    pipelines: list[GlanceDocument]
    remarks: list[str] | UnsetType = UNSET
    as_of: Annotated[
        dict[str, Time | None] | UnsetType,
        Meta(description="By source: when it was last looked at. There when nobody was asked"),
    ] = UNSET


class StatusSummaryDocument(Struct, frozen=True, kw_only=True):
    """What `status --summary` answers: how many recent runs of a pipeline are in each state."""

    schema: Literal[1] = SCHEMA
    pipeline: str
    summary: dict[State, int]
    gaps: list[SourceGapDocument]
    remarks: list[str] | UnsetType = UNSET
    as_of: dict[str, Time | None] | UnsetType = UNSET
