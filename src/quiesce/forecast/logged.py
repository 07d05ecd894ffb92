"""How well earlier predictions held, and what follows from it for the next."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median

from msgspec import Struct
from msgspec.structs import replace

from quiesce.forecast.remaining import MISS
from quiesce.past import Estimate

ENOUGH = 50
"""How many logged predictions there must be before anything is corrected by them."""

_NEWEST = 300
_LEAST, _MOST = 0.1, 5.0
"""Between what a correction may lie: beyond, something else is wrong than the estimate."""


class Logged(Struct, frozen=True, kw_only=True):
    """A prediction that was made, and what came of it, in seconds.

    `source` is whose it was, `*` for all sources together. `likely` and `bound` are as they
    were said, None where there was none; `factor` by what the bound had been corrected then.
    """

    source: str
    likely: float | None
    bound: float | None
    actual: float
    factor: float = 1.0


class Coverage(Struct, frozen=True, kw_only=True):
    """How well predictions held.

    `count` of them had a bound and `held` stayed below it; `without` had none. `share` is held
    of count, `error` the median distance in seconds between what was likely and what came,
    and `typical` the median of what came; None where there is nothing to count.
    """

    count: int = 0
    held: int = 0
    without: int = 0
    share: float | None = None
    error: float | None = None
    typical: float | None = None


class Calibration(Struct, frozen=True, kw_only=True):
    """By what to multiply, learnt from so many predictions; 1 as long as they are too few."""

    likely: float = 1.0
    bound: float = 1.0
    count: int = 0

    def factor(self, slower: float = 1.0) -> float:
        """By what a bound is multiplied: `Logged.factor` of the prediction that is made so.

        While everything is slower than usual (`pace`) a bound is made no shorter: what is usual
        says nothing then.
        """
        return max(self.bound, 1.0) if slower > 1 else self.bound


def coverage(logged: Iterable[Logged]) -> Coverage:
    """How often the bound held, and how far off the likely end was."""
    known = [each for each in logged if math.isfinite(each.actual)]
    bounds = [(each.bound, each.actual) for each in known if each.bound is not None]
    errors = [abs(each.likely - each.actual) for each in known if each.likely is not None]
    held = sum(actual <= bound for bound, actual in bounds)
    return Coverage(
        count=len(bounds),
        held=held,
        without=len(known) - len(bounds),
        share=held / len(bounds) if bounds else None,
        error=median(errors) if errors else None,
        typical=median(each.actual for each in known) if known else None,
    )


def coverage_by_source(logged: Iterable[Logged]) -> dict[str, Coverage]:
    """The same for each source, by name."""
    by_source: dict[str, list[Logged]] = {}
    for each in logged:
        by_source.setdefault(each.source, []).append(each)
    return {name: coverage(by_source[name]) for name in sorted(by_source)}


def calibration(logged: Sequence[Logged]) -> Calibration:
    """What the predictions of one set, the oldest first, say about its next ones.

    The factor is the ratio of what came to what was said that 90 % stay below, counting the
    one to come. To make bounds shorter, 95 % must: moments differ, and those that were calm say
    little of the next slow one. What had been corrected is taken back first: else a correction
    that works would undo itself.
    """
    bounds = [
        each.actual * each.factor / each.bound
        for each in logged
        if each.bound is not None and each.bound > 0 and math.isfinite(each.actual)
    ][-_NEWEST:]
    likely = [
        each.actual / each.likely
        for each in logged
        if each.likely is not None and each.likely > 0 and math.isfinite(each.actual)
    ][-_NEWEST:]
    if len(bounds) < ENOUGH:
        return Calibration(count=len(bounds))
    longer, shorter = _quantile(bounds, 1 - MISS), _quantile(bounds, 1 - MISS / 2)
    return Calibration(
        likely=_within(median(likely)) if len(likely) >= ENOUGH else 1.0,
        bound=_within(longer if longer > 1 else min(shorter, 1.0)),
        count=len(bounds),
    )


def recalibrated(estimate: Estimate, learnt: Calibration, slower: float = 1.0) -> Estimate:
    """The estimate for a set, corrected by what its earlier predictions came to.

    `slower` is how many times their usual length runs take just now.
    """
    if estimate.bound is None or estimate.likely is None or learnt.count < ENOUGH:
        return estimate
    factor = learnt.factor(slower)
    bound = estimate.bound * factor
    return replace(
        estimate,
        bound=bound,
        factor=factor,
        likely=min(estimate.likely * learnt.likely, bound),
    )


def _quantile(values: Sequence[float], share: float) -> float:
    place = min(math.ceil(share * (len(values) + 1)), len(values))
    return sorted(values)[place - 1]


def _within(factor: float) -> float:
    return min(max(factor, _LEAST), _MOST)
