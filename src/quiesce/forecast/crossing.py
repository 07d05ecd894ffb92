"""Where a falling function crosses zero, in few looks at it."""

from __future__ import annotations

import math
from collections.abc import Callable

_SHORTEST = 1e-3
_EXACT = 1e-4
"""How close is close enough, relative to the answer."""


def crossing(over: Callable[[float], float], low: float) -> float:
    """From which time on, `low` at the earliest, a function that falls is not above zero.

    The rule of false position (Illinois), on a logarithmic scale of time; halving where the
    function is endless. Endless where it never crosses. At most 0.01 % too late, never too early.
    """
    above = over(low)
    if above <= 0:
        return low
    low = max(low, _SHORTEST)
    high, below = low, above
    while below > 0 and high < math.inf:
        low, above = high, below
        high *= 2
        below = over(high)
    side = 0
    while high - low > _EXACT * high:
        share = above / (above - below) if math.isfinite(above - below) else 0.5
        middle = low * (high / low) ** min(max(share, 0.02), 0.98)
        found = over(middle)
        if found > 0:
            low, above = middle, found
            below = below / 2 if side == 1 else below
            side = 1
        else:
            high, below = middle, found
            above = above / 2 if side == -1 else above
            side = -1
    return high
