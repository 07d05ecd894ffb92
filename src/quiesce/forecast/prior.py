"""What is thought of a pipeline's durations before its own runs are counted one by one.

A log-logistic curve, with a share of a heavier tail. Where it lies and how wide it is comes from
the source, then the application, then the pipeline itself: each pulls at what the wider circle
says, the more the more runs it has.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

HEAVY = 0.15
"""The share of the heavier tail, and how many times as wide it is."""

_WIDER = 2.75

_CENTRE, _WIDTH = math.log(300), 0.6
"""Five minutes, give or take a lot: where not one run of the source has ended yet."""

_PULL_CENTRE, _PULL_WIDTH = 1.0, 2.0
"""How many runs the wider circle's word weighs."""

_HEAVIEST = 1.0
"""No tail is so heavy that runs would take endlessly long on average, as they would from 1 on."""

_NARROWEST, _WIDEST = 0.004, 2.5
_FAR = 700.0


class Curve(Struct, frozen=True):
    """A log-logistic survival curve, as wide as the longer and the shorter half of runs are.

    `centre` is the logarithm of its median in seconds, `width` how wide it is above that, and
    `below` below it: what fails early says nothing of how long the others may take.
    """

    centre: float = _CENTRE
    width: float = _WIDTH
    below: float = _WIDTH

    @property
    def tail(self) -> float:
        """The width of the heavier tail: far out, S(t) falls with t to the power -1 / tail."""
        return _tail(self.width)

    def survival(self, seconds: float) -> float:
        """The share that takes longer than that."""
        if seconds <= 0:
            return 1.0
        from_centre = math.log(seconds) - self.centre
        width = self.width if from_centre > 0 else self.below
        # Written out: with thousands of active runs these lines take most of the time. Where
        # math.exp() would overflow, nothing is left.
        heavy = width * _WIDER
        if heavy > _HEAVIEST:
            heavy = max(width, _HEAVIEST)
        away, far = from_centre / width, from_centre / heavy
        if away > _FAR:
            return HEAVY / (1 + math.exp(far)) if far < _FAR else 0.0
        return (1 - HEAVY) / (1 + math.exp(away)) + HEAVY / (1 + math.exp(far))

    def inverse(self, share: float) -> float:
        """How many seconds that share takes longer than."""
        if share >= 1:
            return 0.0
        odds = math.log1p(-share) - math.log(max(share, 1e-300))
        # It lies between what the two parts say; both sides are known exactly.
        width = self.width if share < 0.5 else self.below
        low, high = sorted((width * odds, _tail(width) * odds))
        low, high = low + self.centre, high + self.centre
        while high - low > 1e-7:
            middle = (low + high) / 2
            if self.survival(math.exp(max(min(middle, _FAR), -_FAR))) > share:
                low = middle
            else:
                high = middle
        return math.exp(max(min(high, _FAR), -_FAR))


def curve(own: Sequence[float], weights: Sequence[float], *circles: Sequence[float]) -> Curve:
    """The curve for a pipeline: its own cleaned durations with weights, then wider circles.

    The circles are cleaned durations of the application, then of the source.
    """
    found = Curve()
    for circle in reversed(circles):
        found = _pulled(found, circle, [1.0] * len(circle))
    return _pulled(found, own, weights)


def _tail(width: float) -> float:
    return max(width, min(width * _WIDER, _HEAVIEST))


def _pulled(wider: Curve, seconds: Sequence[float], weights: Sequence[float]) -> Curve:
    total = sum(weights)
    if total <= 0:
        return wider
    logs = [math.log(each) for each in seconds]
    centre = _median(logs, weights, total)
    above = sum(w * (x - centre) for x, w in zip(logs, weights, strict=True) if x > centre)
    below = sum(w * (centre - x) for x, w in zip(logs, weights, strict=True) if x < centre)
    return Curve(
        centre=(total * centre + _PULL_CENTRE * wider.centre) / (total + _PULL_CENTRE),
        width=_wide(above, total, wider.width),
        below=_wide(below, total, wider.below),
    )


def _wide(distance: float, total: float, wider: float) -> float:
    """How wide one half is, whose runs are so far from the middle, all distances added up.

    Of a logistic curve the mean distance from the middle is 2 ln 2 times its width, and half
    of the runs are on this side.
    """
    width = min(max(distance / (total * math.log(2)), _NARROWEST), _WIDEST)
    pull = _PULL_WIDTH
    return math.exp((total * math.log(width) + pull * math.log(wider)) / (total + pull))


def _median(values: Sequence[float], weights: Sequence[float], total: float) -> float:
    below, last = 0.0, None
    for value, weight in sorted(zip(values, weights, strict=True)):
        below += weight
        if last is not None:
            return (last + value) / 2
        if below > total / 2:
            return value
        if below == total / 2:
            last = value
    return values[-1] if last is None else last
