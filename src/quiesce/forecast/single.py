"""The estimate for one active run."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from quiesce.forecast.dirichlet import Posterior
from quiesce.forecast.known import Known
from quiesce.forecast.late import overdue, stuck_for
from quiesce.forecast.remaining import Remaining
from quiesce.model import Run, State
from quiesce.past import Estimate, Lack

TOO_FEW, FEW = 3, 10
"""Below the first there is no number, below the second it is rough."""

USELESS = 10.0
"""A bound over so many usual lengths is right and of no use: `Estimate.beyond` is said instead."""

_FAR_OFF = 10 * 365 * 86400.0
"""Seconds from which a number says nothing any more, and no date can be made of it."""


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
        return _too_few(known, runs, now)
    if run.state is State.UNKNOWN:
        return _nothing(whole, "state", now)
    if run.state is State.PAUSED:
        return _nothing(whole, "resuming", now)
    if run.state is State.PENDING and run.started_at is None:
        return _pending(whole, now)
    began = run.started_at or run.created_at
    if began is None:
        return _nothing(whole, "begin", now)
    return _running(whole, (now - began).total_seconds(), now, changed_at)


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


def beyond(bound: float | None, *usual: float | None) -> float | None:
    """What is to be said instead of a bound that is too far off to plan with; else None.

    `usual` are lengths that are no surprise: the usual one, and what is likely to remain.
    """
    most = USELESS * max((each for each in usual if each is not None), default=0.0)
    return most if bound is not None and 0 < most < bound else None


def _running(
    whole: Posterior, elapsed: float, now: datetime, changed_at: datetime | None
) -> Judged:
    remaining = Remaining(whole=whole, elapsed=elapsed)
    longest = elapsed > whole.longest
    likely, bound = sane(remaining.likely), None if longest else sane(remaining.bound)
    late = overdue(whole, elapsed)
    still = stuck_for(whole, elapsed, changed_at, now)
    return Judged(
        estimate=Estimate(
            at=now,
            likely=likely,
            bound=bound,
            basis="pipeline",
            runs=whole.runs,
            typical=whole.median,
            rough=whole.runs < FEW,
            beyond=beyond(bound, whole.median, likely),
            longest=longest,
            overdue=late,
            shorter=whole.shorter(elapsed) if late else 0.0,
            like=len(whole.seconds) if late else 0,
            stuck=still is not None,
            still=still,
        ),
        remaining=remaining,
        bounded=bound is not None,
    )


def _pending(whole: Posterior, now: datetime) -> Judged:
    """The whole duration is to come. How long it waits first nobody knows: there is no bound."""
    remaining = Remaining(whole=whole)
    likely, most = sane(remaining.likely), sane(remaining.bound)
    return Judged(
        estimate=Estimate(
            at=now,
            likely=likely,
            basis="pipeline",
            runs=whole.runs,
            typical=whole.median,
            rough=whole.runs < FEW,
            beyond=beyond(most, whole.median, likely),
            unstarted=True,
            takes=None if likely is None or most is None else (likely, most),
        ),
        remaining=remaining,
    )


def _too_few(known: Known | None, runs: int, now: datetime) -> Judged:
    around = Estimate(at=now, runs=runs, lacks="runs")
    if known is not None:
        around = replace(around, basis=known.around, similar=known.similar)
    return Judged(estimate=around)


def _nothing(whole: Posterior, lacks: Lack, now: datetime) -> Judged:
    return Judged(estimate=Estimate(at=now, runs=whole.runs, typical=whole.median, lacks=lacks))
