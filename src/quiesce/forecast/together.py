"""When the last of all has ended, with what they are likely to start."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate

from quiesce.forecast.crossing import crossing
from quiesce.forecast.discrete import NEVER, Points, discrete, later, latest, total
from quiesce.forecast.known import Key, Known
from quiesce.forecast.remaining import MIDDLE, MISS, Remaining

DEPTH = 4
"""How many generations of children are followed: also where pipelines start each other."""

_NEGLIGIBLE = 1e-3


class Tree:
    """An active run and what it may start after its end (`after`): the latest of all that."""

    def __init__(self, run: Remaining, after: Points = NEVER) -> None:
        self.run = run
        self.after = after
        self._alive = run.alive
        self._caution = run.caution

    def survival(self, seconds: float, *, careful: bool = False) -> float:
        """The probability that something of it is still active then.

        `careful` counts what is only roughly known as likelier to go on, as the bound of a
        single run does (`Remaining.caution`).
        """
        given, alive = self.run.given, self._alive
        left = 0.0
        for at, weight in self.after:
            left += weight * given(alive, seconds - at)
        return min(1.0, left / self._caution if careful else left)


class Everything:
    """The latest of several trees, each independent of the others.

    P(all ended within r) is the product of the single ones: that is not the largest of their
    bounds, which all of them keep together more seldom than each alone.
    """

    def __init__(self, trees: Sequence[Tree]) -> None:
        self._trees = tuple(trees)

    def ended(self, seconds: float, *, careful: bool = False) -> float:
        """The probability that all have ended within so many seconds."""
        return math.exp(-_hazard(self._trees, seconds, careful))

    def quantile(self, probability: float, *, careful: bool = False) -> float:
        """Within how many seconds all have ended with that probability: see `Tree.survival`."""
        goal = -math.log(probability)
        low = max((tree.run.quantile(probability) for tree in self._trees), default=0.0)
        decisive = _decisive(self._trees, low, goal, careful)

        def over(seconds: float) -> float:
            # On these scales it is nearly straight.
            hazard = _hazard(decisive, seconds, careful)
            return math.log(hazard / goal) if hazard > 0 else -math.inf

        return crossing(over, low)

    @cached_property
    def likely(self) -> float:
        """The median."""
        return self.quantile(MIDDLE)

    @cached_property
    def bound(self) -> float:
        """What it stays below in 90 % of the cases."""
        return max(self.quantile(1 - MISS, careful=True), self.likely)


def _hazard(trees: Iterable[Tree], seconds: float, careful: bool) -> float:  # noqa: FBT001 – private
    """-log P(all of them have ended)."""
    found = 0.0
    for tree in trees:
        left = tree.survival(seconds, careful=careful)
        if left >= 1:
            return math.inf
        found -= math.log1p(-left)
    return found


def _decisive(
    trees: Iterable[Tree],
    seconds: float,
    goal: float,
    careful: bool,  # noqa: FBT001 – private
) -> list[Tree]:
    """Without those that have ended by then so surely that all of them don't matter together."""
    by_rest = sorted(
        ((tree.survival(seconds, careful=careful), tree) for tree in trees),
        key=lambda pair: pair[0],
    )
    rests = accumulate(rest for rest, _ in by_rest)
    over = sum(rest <= _NEGLIGIBLE * goal for rest in rests)
    return [tree for _, tree in by_rest[over:]]


def everything(runs: Sequence[tuple[Key, Remaining]], known: Mapping[Key, Known]) -> Everything:
    """The distribution of the end of all these active runs and of what they are likely to start."""
    starts = Starts(known)
    return Everything([Tree(remaining, starts.after(key)) for key, remaining in runs])


class Starts:
    """What a pipeline's runs start after their end, as distributions: worked out once each."""

    def __init__(self, known: Mapping[Key, Known]) -> None:
        self._known = known
        self._after: dict[tuple[Key, int], Points] = {}

    def after(self, key: Key, depth: int = DEPTH) -> Points:
        """How much later than a run of that pipeline its last descendant ends."""
        known = self._known.get(key)
        if known is None or not known.children or depth == 0:
            return NEVER
        if (key, depth) not in self._after:
            self._after[key, depth] = latest(
                [
                    later(self._tree(child.key, depth - 1), child.delay, min(child.share, 1.0))
                    for child in known.children
                    if child.key in self._known
                ]
            )
        return self._after[key, depth]

    def unknown(self, key: Key, depth: int = DEPTH) -> frozenset[Key]:
        """Which descendants have no history that could be counted with."""
        known = self._known.get(key)
        if known is None or depth == 0:
            return frozenset()
        lost = {child.key for child in known.children if not _has_history(self._known, child.key)}
        deeper = (self.unknown(child.key, depth - 1) for child in known.children)
        return frozenset(lost).union(*deeper)

    def _tree(self, key: Key, depth: int) -> Points:
        run = Remaining(whole=self._known[key].whole)
        return total(discrete(run.quantile), self.after(key, depth))


def _has_history(known: Mapping[Key, Known], key: Key) -> bool:
    return key in known and (known[key].whole.runs > 0 or known[key].similar is not None)
