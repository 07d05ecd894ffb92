"""Distributions of a few points, to add and to take the latest of: pure arithmetic.

A distribution is a tuple of (seconds, probability), the smallest first. Its points are closer
together at the upper end, as bounds are read there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

Points = tuple[tuple[float, float], ...]

NEVER: Points = ((0.0, 1.0),)
"""Nothing to wait for."""

_EDGES = (*(each / 10 for each in range(10)), 0.95, 0.98, 0.995, 1.0)


def discrete(quantile: Callable[[float], float]) -> Points:
    """A distribution as points: each stands for the probabilities around it."""
    return tuple((quantile((low + high) / 2), high - low) for low, high in pairwise(_EDGES))


def later(points: Points, seconds: float, share: float = 1.0) -> Points:
    """The same so many seconds later, and with a probability only: otherwise nothing at all."""
    moved = tuple((each + seconds, weight * share) for each, weight in points)
    return moved if share >= 1 else ((0.0, 1 - share), *moved)


def total(first: Points, second: Points) -> Points:
    """One after the other."""
    if second == NEVER:
        return first
    return _fewer((a + b, p * q) for a, p in first for b, q in second)


def latest(several: Sequence[Points]) -> Points:
    """The last of all, each independent of the others."""
    if len(several) < 2:
        return several[0] if several else NEVER
    steps = sorted((at, which, p) for which, points in enumerate(several) for at, p in points)
    below = [0.0] * len(several)
    found: list[tuple[float, float]] = []
    reached = 0.0
    for at, which, weight in steps:
        below[which] += weight
        product = 1.0
        for each in below:
            product *= min(each, 1.0)
        if product > reached:
            found.append((at, product - reached))
            reached = product
    return _fewer(found)


def _fewer(points: Iterable[tuple[float, float]]) -> Points:
    """As many points as there are edges: what lies between two of them becomes its mean."""
    ordered = sorted(points)
    edges = iter(_EDGES[1:])
    edge, below = next(edges), 0.0
    merged: list[tuple[float, float]] = []
    moment = mass = 0.0
    for at, weight in ordered:
        moment, mass, below = moment + at * weight, mass + weight, below + weight
        if below >= edge - 1e-12 and mass > 0:
            merged.append((moment / mass, mass))
            moment = mass = 0.0
            while edge <= below + 1e-12 and edge < 1:
                edge = next(edges)
    if mass > 0:
        merged.append((moment / mass, mass))
    return tuple(merged)
