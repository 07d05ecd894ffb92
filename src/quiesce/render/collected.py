"""What `collect` prints: one JSON object for each look at one source."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from quiesce.answer import Answer
from quiesce.model import State, VerdictName
from quiesce.render.document import source_gaps, summary_of
from quiesce.render.encode import to_json
from quiesce.render.shapes import SCHEMA, SourceGapDocument, Time
from quiesce.render.words import rfc3339

MOST_GAPS = 20
"""So many gaps are listed; all of them are counted, and kept in the store."""


class CollectedLine(Struct, frozen=True, kw_only=True, tag="look", tag_field="type"):
    """One look at one source, when it was stored or could not be."""

    schema: Literal[1] = SCHEMA
    at: Time | None
    source: str
    verdict: VerdictName
    confirmed: bool
    reasons: list[str]
    active: int
    by_state: dict[State, int]
    waived: int
    parts_read: int
    gaps: int
    first_gaps: list[SourceGapDocument]
    requests: int
    bytes: int
    seconds: float
    requests_per_minute: Annotated[
        float | None, Meta(description="over the last ten minutes; null with --once")
    ]
    next_in: Annotated[float | None, Meta(description="seconds until the next look; or null")]
    stored: bool
    error: Annotated[str, Meta(description="why it is not stored")] | UnsetType = UNSET


def collected_line(
    source: str,
    answer: Answer,
    *,
    load: float | None,
    next_in: float | None,
    trouble: str,
    ascii_only: bool = False,
) -> str:
    """One line with its newline; `trouble` is why the look is not stored, or empty."""
    look, costs = answer.look, answer.costs.values()
    gaps = source_gaps(look)
    summary = summary_of(answer)
    line = CollectedLine(
        at=rfc3339(answer.verdict.at),
        source=source,
        verdict=answer.verdict.verdict,
        confirmed=answer.verdict.confirmed,
        reasons=list(answer.verdict.reasons),
        active=summary.active,
        by_state=summary.by_state,
        waived=len(answer.waived),
        parts_read=sum(len(one.parts) for one in look.sources),
        gaps=len(gaps),
        first_gaps=gaps[:MOST_GAPS],
        requests=sum(cost.requests for cost in costs),
        bytes=sum(cost.bytes for cost in costs),
        seconds=round(sum(cost.seconds for cost in costs), 3),
        requests_per_minute=None if load is None else round(load, 1),
        next_in=None if next_in is None else round(next_in, 1),
        stored=not trouble,
        error=trouble or UNSET,
    )
    return to_json(line, ascii_only=ascii_only) + "\n"
