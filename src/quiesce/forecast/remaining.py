"""How long a run will still take, given how long it has taken already."""

from __future__ import annotations

import math

from msgspec import Struct

from quiesce.forecast.dirichlet import Posterior

MISS = 0.1
"""How often what happens may exceed the bound."""

MIDDLE = 0.47
"""Which quantile is the median of what happens: the curve leans to the long side, the more the
fewer runs there are. As measured, half of what came lay below this one, and 52 to 55 % below the
one at 0.5."""

_LEAN, _DOUBT = 0.1, 2.0

_DEEP = 1e-280
"""Smaller survival is not divided by: floats end there. What is left then is the curve's tail."""


class Remaining(Struct, frozen=True, kw_only=True):
    """What remains of a run of age `elapsed`, in seconds: P(more than r) = S(age + r) / S(age).

    A run is seen because it is long, but once its age is known no further correction is
    due. A negative age is that of a run that begins in the future.
    """

    whole: Posterior
    elapsed: float = 0.0

    @property
    def alive(self) -> float:
        """The share of runs that get as old as this one is."""
        return self.whole.survival(self.elapsed)

    def survival(self, seconds: float) -> float:
        """The probability that it takes longer than so many seconds from now on."""
        return self.given(self.alive, seconds)

    def given(self, alive: float, seconds: float) -> float:
        """The same for who asks often, and has `alive` at hand."""
        if seconds < 0:
            return 1.0
        if alive < _DEEP:
            return math.pow(1 + seconds / self.elapsed, -1 / self.whole.curve.tail)
        return min(1.0, self.whole.survival(self.elapsed + seconds) / alive)

    def quantile(self, probability: float) -> float:
        """Within how many seconds from now on it has ended with that probability."""
        alive, left = self.alive, 1 - probability
        if alive < _DEEP:
            return self.elapsed * (math.pow(max(left, _DEEP), -self.whole.curve.tail) - 1)
        return max(0.0, self.whole.inverse(left * alive) - self.elapsed)

    @property
    def caution(self) -> float:
        """By what the miss level is multiplied, 0.5 to 1: few ended runs took this long.

        With k of them, the next one exceeds a share of the lengths that they show only
        roughly. Beyond all of them there is the curve alone: as measured its tail is no shorter
        than what comes.
        """
        if self.elapsed >= self.whole.longest > 0:
            return 1.0
        return max(1 - _DOUBT / (self._like + _DOUBT), 0.5)

    @property
    def likely(self) -> float:
        """The median."""
        return self.quantile(MIDDLE - _LEAN / (self._like + _DOUBT))

    @property
    def bound(self) -> float:
        """What it stays below in 90 % of the cases."""
        return self.quantile(1 - MISS * self.caution)

    @property
    def _like(self) -> float:
        """What the ended runs that took as long as this one weigh."""
        return self.whole.survivors(self.elapsed)
