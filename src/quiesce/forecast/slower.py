"""Whether everything is slower than usual just now."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from statistics import median

from quiesce.forecast.known import Key, Known

_ENOUGH = 5
_CLEARLY = 1.25
"""From how many times the usual length on it is worth saying."""

_UNLIKELY = 0.05


def pace(lately: Iterable[tuple[Key, float]], known: Mapping[Key, Known]) -> float:
    """How many times their usual length the runs took that have ended lately; 1 is as usual.

    `lately` holds pipelines and seconds, of the last hour or two. Above 1 only when there are
    five at least, over half of them are longer than usual by more than chance, and clearly so.
    """
    ratios = []
    for key, seconds in lately:
        usual = known[key].whole.median if key in known else None
        if usual and 0 < seconds < math.inf:
            ratios.append(seconds / usual)
    if len(ratios) < _ENOUGH:
        return 1.0
    middle = median(ratios)
    longer = sum(ratio > 1 for ratio in ratios)
    return middle if middle >= _CLEARLY and _chance(longer, len(ratios)) < _UNLIKELY else 1.0


def _chance(heads: int, tosses: int) -> float:
    """How likely it is that a fair coin shows heads so often or more often."""
    ways = sum(math.comb(tosses, each) for each in range(heads, tosses + 1))
    return float(Fraction(ways, 1 << tosses))
