"""Runs that take longer than their like, and those in which nothing moves any more."""

from __future__ import annotations

from datetime import datetime

from quiesce.forecast.dirichlet import Posterior

ENOUGH = 20
"""How many runs of one kind there must be before one more is called overdue: of fewer, less than
one has taken longer than 95 %, so that nothing can be said of it."""

SHARE = 0.95

_AT_LEAST = 300.0
"""Seconds without a change that are never long: systems look at their own work that seldom."""


def overdue(whole: Posterior, elapsed: float) -> bool:
    """Whether a run of that age has taken longer than 95 % of its like."""
    return len(whole.seconds) >= ENOUGH and whole.shorter(elapsed) > SHARE


def stuck_for(
    whole: Posterior, elapsed: float, changed_at: datetime | None, now: datetime
) -> float | None:
    """For how many seconds nothing has changed in a run that is overdue and stuck, or None.

    Long is longer than a usual run takes as a whole. Where its system does not say when a
    stage changed, it can't be told.
    """
    if changed_at is None or not overdue(whole, elapsed):
        return None
    still = (now - changed_at).total_seconds()
    return still if still > max(whole.median or 0.0, _AT_LEAST) else None
