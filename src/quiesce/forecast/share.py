"""What so many quiet weeks of so many support: shares with their uncertainty."""

from __future__ import annotations

import math
from collections.abc import Sequence

_CONFIDENCE = 0.9
_FEWEST, _MOST = 1.0, 50.0


def claim(quiet: int, weeks: int) -> float:
    """The share that this supports at 90 % confidence: 9 of 10 support 0.69, 4 of 4 0.63.

    The lower end of what is left of an even prior: 10 % of Beta(quiet + 1, not quiet + 1).
    """
    low, high = 0.0, 1.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        if _as_many(quiet + 1, weeks + 1, middle) < 1 - _CONFIDENCE:
            low = middle
        else:
            high = middle
    return low


def _as_many(least: int, of: int, chance: float) -> float:
    """The probability of at least so many hits; that of Beta(least, …) to lie below `chance`."""
    return sum(
        math.comb(of, hits) * chance**hits * (1 - chance) ** (of - hits)
        for hits in range(least, of + 1)
    )


def prior(counts: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """What the (quiet, weeks) of all hours say of one more: a share, and how many weeks it weighs.

    The more hours differ among each other beyond chance, the less each says of another.
    """
    seen = [(quiet, weeks) for quiet, weeks in counts if weeks > 0]
    total = sum(weeks for _, weeks in seen)
    if not total:
        return 0.5, _FEWEST
    share = sum(quiet for quiet, _ in seen) / total
    chance = share * (1 - share)
    spread = sum((quiet / weeks - share) ** 2 for quiet, weeks in seen) / len(seen)
    by_chance = sum(chance / weeks for _, weeks in seen) / len(seen)
    between = spread - by_chance
    weight = chance / between - 1 if between > 0 else _MOST
    return share, min(max(weight, _FEWEST), _MOST)


def blended(quiet: int, weeks: int, share: float, weight: float) -> float:
    """The expected share, where `share` is thought beforehand and weighs so many weeks."""
    return (quiet + share * weight) / (weeks + weight)
