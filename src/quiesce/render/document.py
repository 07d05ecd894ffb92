"""The JSON documents of `quiesce.render.shapes`, made from answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import UNSET

from quiesce.answer import Answer
from quiesce.model import Gap, Look, Question, Run, SourceLook, State
from quiesce.render.shapes import (
    FiltersDocument,
    GapDocument,
    LookDocument,
    RunDocument,
    SourceDocument,
    SourceGapDocument,
    StatusDocument,
    StatusSummaryDocument,
    SummaryDocument,
)
from quiesce.render.words import rfc3339


def run_document(run: Run) -> RunDocument:
    """A run with its times as text; what a system said of it stays as it came."""
    return RunDocument(
        source=run.source,
        application=run.application,
        pipeline=run.pipeline,
        id=run.id,
        type=run.type,
        state=run.state,
        native_state=run.native_state,
        created_at=rfc3339(run.created_at),
        started_at=rfc3339(run.started_at),
        ended_at=rfc3339(run.ended_at),
        url=run.url,
        started_by=run.started_by,
        waiting_on=run.waiting_on,
        details=run.details,
    )


def look_document(
    answer: Answer, runs: Iterable[Run], filters: Question | None = None
) -> LookDocument:
    """The document of `ls` and `check`; `runs` are those that match `filters`."""
    verdict = answer.verdict
    return LookDocument(
        verdict=verdict.verdict,
        confirmed=verdict.confirmed,
        settled=verdict.settled,
        idle_for=None if verdict.idle_for is None else round(verdict.idle_for, 3),
        at=rfc3339(verdict.at),
        reasons=list(verdict.reasons),
        summary=summary_of(answer.look),
        runs=[run_document(run) for run in runs],
        sources=[_source_document(answer, source) for source in answer.look.sources],
        instant=(
            UNSET
            if verdict.instant is None
            else (rfc3339(verdict.instant[0]), rfc3339(verdict.instant[1]))
        ),
        filters=UNSET if filters is None else _filters_document(filters),
    )


def unknown_document(reasons: Sequence[str], at: datetime) -> LookDocument:
    """The document of a look that came to nothing: a crash, a wrong option, Ctrl-C."""
    return LookDocument(
        verdict="unknown",
        confirmed=False,
        settled=False,
        idle_for=None,
        at=rfc3339(at),
        reasons=list(reasons),
        summary=SummaryDocument(active=0, by_state={}),
        runs=[],
        sources=[],
    )


def summary_of(look: Look) -> SummaryDocument:
    """How many runs of a look are active, by state."""
    counts = Counter(run.state for run in look.runs if run.state.active)
    return SummaryDocument(
        active=counts.total(),
        by_state={state: counts[state] for state in State if counts[state]},
    )


def status_document(
    pipeline: str, groups: Mapping[State, Sequence[Run]], look: Look | None
) -> StatusDocument:
    """The document of `status`; `look` is None when there was none, and then no gaps."""
    return StatusDocument(
        pipeline=pipeline,
        runs={state: [run_document(run) for run in runs] for state, runs in groups.items()},
        gaps=source_gaps(look),
    )


def status_summary_document(
    pipeline: str, groups: Mapping[State, Sequence[Run]], look: Look | None
) -> StatusSummaryDocument:
    """The document of `status --summary`."""
    return StatusSummaryDocument(
        pipeline=pipeline,
        summary={state: len(runs) for state, runs in groups.items()},
        gaps=source_gaps(look),
    )


def source_gaps(look: Look | None) -> list[SourceGapDocument]:
    """Every gap of a look, with its source."""
    return [
        SourceGapDocument(source=source.name, part=gap.part, error=gap.error, why=gap.why)
        for source in (look.sources if look else ())
        for gap in source.gaps
    ]


def _gap_document(gap: Gap) -> GapDocument:
    return GapDocument(part=gap.part, error=gap.error, why=gap.why)


def _source_document(answer: Answer, source: SourceLook) -> SourceDocument:
    verdicts = {one.name: one.verdict for one in answer.verdict.sources}
    cost = answer.costs.get(source.name)
    return SourceDocument(
        name=source.name,
        kind=source.kind,
        verdict=verdicts.get(source.name, "unknown"),
        parts_read=len(source.parts),
        gaps=[_gap_document(gap) for gap in source.gaps],
        requests=cost.requests if cost else source.requests,
        bytes=cost.bytes if cost else source.bytes,
        seconds=round(cost.seconds if cost else source.seconds, 3),
        scope=UNSET if source.scope is None else source.scope,
    )


def _filters_document(filters: Question) -> FiltersDocument:
    return FiltersDocument(
        application=filters.application,
        pipeline=filters.pipeline,
        states=[state for state in State if state in filters.states],
    )
