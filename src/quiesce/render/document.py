"""The JSON documents of `quiesce.render.shapes`, made from answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import UNSET, UnsetType

from quiesce.answer import Answer
from quiesce.model import Gap, Look, Question, Run, SourceLook, State
from quiesce.past import Estimate, Waiver
from quiesce.render.beside import (
    NOTHING,
    Beside,
    beside,
    bound_at,
    counted,
    likely_at,
    waived,
)
from quiesce.render.estimates import quiet_note, run_note
from quiesce.render.shapes import (
    EstimateDocument,
    FiltersDocument,
    GapDocument,
    GlanceDocument,
    LookDocument,
    RunDocument,
    SourceDocument,
    SourceGapDocument,
    StatusDocument,
    StatusSummaryDocument,
    SummaryDocument,
    WaivedDocument,
)
from quiesce.render.strip import Glance, Told, counts_of, glances
from quiesce.render.words import rfc3339


def run_document(run: Run, known: Beside = NOTHING) -> RunDocument:
    """A run with its times as text; what a system said of it stays as it came."""
    estimate, waiver = known.estimate(run), known.waiver(run)
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
        parent=run.parent,
        changed_at=rfc3339(run.changed_at),
        estimate=(
            UNSET if estimate is None else estimate_document(estimate, run_note(run, estimate))
        ),
        waived_until=UNSET if waiver is None else rfc3339(waiver.until) or UNSET,
    )


def estimate_document(estimate: Estimate, note: str) -> EstimateDocument:
    """An estimate with the times that it comes to, and what is to be said of it."""
    return EstimateDocument(
        likely_at=rfc3339(likely_at(estimate)),
        bound_at=rfc3339(bound_at(estimate)),
        typical=None if estimate.typical is None else round(estimate.typical, 3),
        runs=estimate.runs,
        basis=estimate.basis,
        rough=estimate.rough,
        overdue=estimate.overdue,
        stuck=estimate.stuck,
        note=note,
    )


def look_document(
    answer: Answer, runs: Iterable[Run], filters: Question | None = None
) -> LookDocument:
    """The document of `ls` and `check`; `runs` are those that match `filters`."""
    verdict, known = answer.verdict, beside(answer)
    return LookDocument(
        verdict=verdict.verdict,
        confirmed=verdict.confirmed,
        settled=verdict.settled,
        idle_for=None if verdict.idle_for is None else round(verdict.idle_for, 3),
        at=rfc3339(verdict.at),
        reasons=list(verdict.reasons),
        summary=summary_of(answer),
        runs=[run_document(run, known) for run in runs],
        sources=[_source_document(answer, source) for source in answer.look.sources],
        waived=[_waived_document(run, known.waivers[run.reference]) for run in waived(answer)],
        outlook=_outlook_document(answer),
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
        summary=SummaryDocument(active=0, by_state={}, waived=0),
        runs=[],
        sources=[],
        waived=[],
    )


def summary_of(answer: Answer) -> SummaryDocument:
    """How many runs are active, by state, and how many more don't count."""
    counts = Counter(run.state for run in counted(answer))
    return SummaryDocument(
        active=counts.total(),
        by_state={state: counts[state] for state in State if counts[state]},
        waived=len(waived(answer)),
    )


def _outlook_document(answer: Answer) -> EstimateDocument | UnsetType:
    outlook = answer.outlook
    if outlook is None or outlook.quiet is None:
        return UNSET
    return estimate_document(outlook.quiet, quiet_note(outlook, answer.look.runs))


def _waived_document(run: Run, waiver: Waiver) -> WaivedDocument:
    return WaivedDocument(
        reference=run.reference,
        waiver=waiver.id,
        pattern=waiver.pattern,
        reason=waiver.reason,
        until=rfc3339(waiver.until),
        by=waiver.by,
    )


def status_document(
    pipeline: str,
    groups: Mapping[State, Sequence[Run]],
    look: Look | None,
    told: Told,
    now: datetime,
) -> StatusDocument:
    """The document of `status`; `look` is None when there was none, and then no gaps."""
    return StatusDocument(
        pipeline=pipeline,
        runs={state: [run_document(run) for run in runs] for state, runs in groups.items()},
        gaps=source_gaps(look),
        pipelines=[_glance_document(one) for one in glances(told.all, now)],
        remarks=list(told.remarks) or UNSET,
        as_of=_as_of(told),
    )


def _glance_document(one: Glance) -> GlanceDocument:
    return GlanceDocument(
        source=one.source,
        application=one.application,
        pipeline=one.name,
        strip=list(one.strip),
        typical=None if one.typical is None else round(one.typical, 3),
        ended=one.ended,
        unusual=list(one.unusual),
    )


def _as_of(told: Told) -> dict[str, str | None] | UnsetType:
    if told.as_of is None:
        return UNSET
    return {name: rfc3339(at) for name, at in told.as_of.items()}


def status_summary_document(
    pipeline: str, groups: Mapping[State, Sequence[Run]], look: Look | None, told: Told
) -> StatusSummaryDocument:
    """The document of `status --summary`."""
    return StatusSummaryDocument(
        pipeline=pipeline,
        summary=counts_of(groups, told),
        gaps=source_gaps(look),
        remarks=list(told.remarks) or UNSET,
        as_of=_as_of(told),
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
