"""What is known of how long a run of a pipeline takes: its own runs, and a curve behind them.

The posterior of a Dirichlet process: S(t) = (4 S0(t) + sum of w over T > t) / (4 + sum of w).
Every run that was seen stays where it was, so that two humps or a time-out need no law; the curve
S0 speaks where runs are few, and beyond the longest.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate

from msgspec import Struct

from quiesce.forecast.durations import clean, recent, weights
from quiesce.forecast.prior import Curve, curve
from quiesce.past import Durations

CURVE = 4.0
"""How many runs the curve weighs."""


class Posterior(Struct, frozen=True, kw_only=True):
    """How long a run of one pipeline takes as a whole.

    `seconds` are ended runs, the shortest first; `above[i]` is what `seconds[i:]` weigh. `runs`
    counts all that have ended, also those before a change of level; `median` is that of the
    recent ones, `longest` that of all. It depends on the history alone: make it once for all
    active runs of a pipeline.
    """

    curve: Curve
    seconds: tuple[float, ...] = ()
    above: tuple[float, ...] = (0.0,)
    runs: int = 0
    median: float | None = None
    longest: float = 0.0

    def survivors(self, seconds: float) -> float:
        """What the ended runs that took longer than that weigh."""
        return self.above[bisect_right(self.seconds, seconds)]

    def shorter(self, seconds: float) -> float:
        """The share of the ended runs that took less than that, the newest counting most."""
        if not self.seconds:
            return 0.0
        return 1 - self.above[bisect_left(self.seconds, seconds)] / self.above[0]

    def survival(self, seconds: float) -> float:
        """The share of runs that take longer than that."""
        if seconds < 0:
            return 1.0
        total = CURVE + self.above[0]
        return (CURVE * self.curve.survival(seconds) + self.survivors(seconds)) / total

    def inverse(self, share: float) -> float:
        """The shortest length that no more than that share of runs exceeds, in seconds."""
        total = CURVE + self.above[0]
        low, high = 0, len(self.seconds)  # the first run at or after which it is met
        while low < high:
            middle = (low + high) // 2
            if self.survival(self.seconds[middle]) <= share:
                high = middle
            else:
                low = middle + 1
        left = (share * total - self.above[low]) / CURVE
        between = self.curve.inverse(left) if left > 0 else float("inf")
        return min(between, self.seconds[low]) if low < len(self.seconds) else between


def posterior(durations: Durations) -> Posterior:
    """From a pipeline's history, and from samples of those around it, in any condition."""
    own = clean(durations.own)
    kept = recent(own)
    by_age = weights(len(kept))
    pairs = sorted(zip(kept, by_age, strict=True))
    above = list(accumulate((weight for _, weight in reversed(pairs)), initial=0.0))[::-1]
    seconds = tuple(each for each, _ in pairs)
    return Posterior(
        curve=curve(kept, by_age, clean(durations.application), clean(durations.source)),
        seconds=seconds,
        above=tuple(above),
        runs=len(own),
        median=_middle(seconds),
        longest=max(own, default=0.0),
    )


def _middle(ordered: tuple[float, ...]) -> float | None:
    if not ordered:
        return None
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
