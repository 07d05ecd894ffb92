"""How long runs have taken: cleaned, weighted by age, and cut at the last change of level."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import accumulate

HALF_LIFE = 60
"""After how many newer runs a run counts half."""

LONGEST = 1e12
"""Seconds (30,000 years): what is said to have taken longer is a mistake of a clock."""

SHORTEST = 1e-3
"""Seconds: the resolution that systems have. A run of no length is as long as this."""

_NEWEST = 600
"""How many runs are looked at: an older one would weigh less than 1/1,000."""

_CHANGED = 4.0
"""From which z of a rank-sum test on two ages of runs the older ones are of another kind."""


def clean(seconds: Iterable[float]) -> tuple[float, ...]:
    """Without what no run can have taken (negative, endless, not a number), in the same order.

    A negative duration comes from two clocks that differ and says nothing. None and a little
    is told apart by no system, so that zero becomes the shortest length there is.
    """
    return tuple(max(each, SHORTEST) for each in seconds if 0 <= each <= LONGEST)


def recent(seconds: Sequence[float]) -> Sequence[float]:
    """The newest runs that are of one kind: what lies before a change of level is dropped.

    Cleaned durations in, the oldest first. A pipeline that got a new slow stage last week
    is not described by the months before.
    """
    kept = seconds[-_NEWEST:]
    while (cut := _change(kept)) > 0:
        kept = kept[cut:]
    return kept


def weights(count: int) -> list[float]:
    """How much each of so many runs counts, the oldest first: the newest is 1."""
    return [0.5 ** (age / HALF_LIFE) for age in reversed(range(count))]


def _change(seconds: Sequence[float]) -> int:
    """Before which run the level has changed most clearly; 0 where it has not.

    All splits are tried at once: the sum of the ranks of the older runs is a running sum.
    """
    count = len(seconds)
    ranks, ties = _ranks(seconds)
    variance = (count + 1) - ties / (count * (count - 1)) if count > 1 else 0.0
    if variance <= 0:
        return 0
    best, cut = _CHANGED, 0
    for older, total in enumerate(accumulate(ranks[:-1]), 1):
        newer = count - older
        spread = math.sqrt(older * newer * variance / 12)
        z = abs(total - older * (count + 1) / 2) / spread
        if z > best:
            best, cut = z, older
    return cut


def _ranks(seconds: Sequence[float]) -> tuple[list[float], float]:
    """The rank of each, equal ones sharing theirs, and what the ties take off the variance."""
    order = sorted(range(len(seconds)), key=seconds.__getitem__)
    ranks = [0.0] * len(seconds)
    ties, first = 0.0, 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and seconds[order[last + 1]] == seconds[order[first]]:
            last += 1
        for place in range(first, last + 1):
            ranks[order[place]] = (first + last) / 2 + 1
        size = last - first + 1
        ties += size**3 - size
        first = last + 1
    return ranks, ties
