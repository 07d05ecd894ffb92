"""The estimate for one active run."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from quiesce.forecast.known import Known
from quiesce.forecast.late import late_words, overdue, stuck_for
from quiesce.forecast.remaining import Remaining
from quiesce.forecast.words import counted, length, sentence, span
from quiesce.model import Run, State
from quiesce.past import Estimate

TOO_FEW, FEW = 3, 10
"""Below the first there is no number, below the second it is rough."""

USELESS = 10.0
"""A bound over so many usual lengths is right and of no use: it is said as `more than`."""

_FAR_OFF = 10 * 365 * 86400.0
"""Seconds from which a number says nothing any more, and no date can be made of it."""

_PERSON = "waits on a person: earlier waits are in its history, this one ends when they act"
_STOPPING = "is being stopped: may end sooner"


class Judged(Struct, frozen=True, kw_only=True):
    """An estimate with the distribution behind it; `remaining` None where there is none.

    `bounded` is whether the distribution's upper end can be trusted.
    """

    estimate: Estimate
    remaining: Remaining | None = None
    bounded: bool = False


def judged(
    run: Run, known: Known | None, now: datetime, changed_at: datetime | None = None
) -> Judged:
    """What is to be expected of one active run, given what is known of its pipeline."""
    whole = known.whole if known is not None else None
    runs = whole.runs if whole is not None else 0
    if known is None or whole is None or runs < TOO_FEW:
        return _nothing(now, runs, f"no estimate: {counted(runs)} so far{_similar(known)}", known)
    if run.state is State.UNKNOWN:
        return _nothing(now, runs, "no estimate: it is not known what its state means", known)
    if run.state is State.PAUSED:
        return _nothing(now, runs, "no estimate: paused until somebody resumes it", known)
    if run.state is State.PENDING and run.started_at is None:
        return _pending(known, now)
    began = run.started_at or run.created_at
    if began is None:
        return _nothing(now, runs, "no estimate: its begin is not known", known)
    return _running(run, known, (now - began).total_seconds(), now, changed_at)


def estimate(
    run: Run, known: Known | None, *, now: datetime, changed_at: datetime | None = None
) -> Estimate:
    """How long one active run will go on, given how long it has been running.

    `known` is what `learn` made of its pipeline's history, None without any. `changed_at`
    is when a stage of it changed last, None where its system does not say.
    """
    return judged(run, known, now, changed_at).estimate


def sane(seconds: float) -> float | None:
    """The number, or None where it is beyond all planning."""
    return seconds if seconds < _FAR_OFF else None


def _running(
    run: Run, known: Known, elapsed: float, now: datetime, changed_at: datetime | None
) -> Judged:
    whole = known.whole
    remaining = Remaining(whole=whole, elapsed=elapsed)
    oldest = elapsed > whole.longest
    bound = None if oldest else sane(remaining.bound)
    still = stuck_for(whole, elapsed, changed_at, now)
    notes = [
        f"longer than all {whole.runs} earlier runs, no reliable bound" if oldest else "",
        *late_words(whole, elapsed, still),
        "no reliable bound" if bound is None and not oldest else "",
        _far(bound, whole.median),
        _rough(whole.runs),
        f"begins in {length(-elapsed)}" if elapsed < -1 else "",
        "counted from its creation: its start is not known" if run.started_at is None else "",
        {State.WAITING: _PERSON, State.STOPPING: _STOPPING}.get(run.state, ""),
    ]
    return Judged(
        estimate=Estimate(
            at=now,
            likely=sane(remaining.likely),
            bound=bound,
            basis="pipeline",
            runs=whole.runs,
            typical=whole.median,
            rough=whole.runs < FEW,
            overdue=overdue(whole, elapsed),
            stuck=still is not None,
            note=sentence(notes),
        ),
        remaining=remaining,
        bounded=bound is not None,
    )


def _pending(known: Known, now: datetime) -> Judged:
    """The whole duration is to come. How long it waits first nobody knows: there is no bound."""
    whole = known.whole
    remaining = Remaining(whole=whole)
    takes = "no bound on its length"
    if sane(remaining.bound) is not None:
        takes = f"takes {span(remaining.likely, remaining.bound)} once it starts"
    return Judged(
        estimate=Estimate(
            at=now,
            likely=sane(remaining.likely),
            basis="pipeline",
            runs=whole.runs,
            typical=whole.median,
            rough=whole.runs < FEW,
            note=sentence((f"not started: {takes}, no bound on its wait", _rough(whole.runs))),
        ),
        remaining=remaining,
    )


def _nothing(now: datetime, runs: int, note: str, known: Known | None) -> Judged:
    return Judged(
        estimate=Estimate(
            at=now,
            runs=runs,
            typical=known.whole.median if known is not None and runs >= TOO_FEW else None,
            basis=known.around if known is not None and runs < TOO_FEW else "nothing",
            note=note,
        )
    )


def _similar(known: Known | None) -> str:
    if known is None or known.similar is None:
        return ""
    return f" (similar pipelines: {span(*known.similar)})"


def _rough(runs: int) -> str:
    return f"rough: {counted(runs)} so far" if runs < FEW else ""


def _far(bound: float | None, typical: float | None) -> str:
    """`more than`: a bound that is too far off to plan with."""
    if bound is None or not typical or bound <= USELESS * typical:
        return ""
    return f"may take more than {length(USELESS * typical)}"
