"""Laws of duration: each makes a pipeline's history, and draws of the run after it."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

Draw = Callable[[Random], float]
"""One duration in seconds of the run that follows a history."""

Law = Callable[[Random, int], tuple[list[float], Draw]]
"""A history of so many runs, the oldest first, and draws of the next."""


def _scale(rng: Random) -> float:
    """The usual length of a pipeline: 1 to 40 minutes, mostly around five."""
    return math.exp(rng.gauss(math.log(300), 1.0))


def _same(draw: Draw, rng: Random, count: int) -> tuple[list[float], Draw]:
    return [draw(rng) for _ in range(count)], draw


def log_normal(rng: Random, count: int) -> tuple[list[float], Draw]:
    scale, width = _scale(rng), rng.uniform(0.2, 0.8)
    return _same(lambda r: scale * math.exp(r.gauss(0, width)), rng, count)


def bimodal(rng: Random, count: int) -> tuple[list[float], Draw]:
    """A quick end (nothing to do, or a failure), or the whole work."""
    scale, quick, times = _scale(rng), rng.uniform(0.2, 0.7), rng.uniform(4, 15)

    def draw(r: Random) -> float:
        return scale * math.exp(r.gauss(0, 0.2)) * (1 if r.random() < quick else times)

    return _same(draw, rng, count)


def heavy(rng: Random, count: int) -> tuple[list[float], Draw]:
    scale, tail = _scale(rng), rng.uniform(1.3, 2.2)
    return _same(lambda r: scale * r.paretovariate(tail) * math.exp(r.gauss(0, 0.2)), rng, count)


def constant(rng: Random, count: int) -> tuple[list[float], Draw]:
    scale, width = _scale(rng), rng.uniform(0.005, 0.05)
    return _same(lambda r: scale * math.exp(r.gauss(0, width)), rng, count)


def capped(rng: Random, count: int) -> tuple[list[float], Draw]:
    """A time-out ends 5 to 30 % of the runs."""
    scale, width, limit = _scale(rng), rng.uniform(0.4, 1.0), rng.uniform(0.5, 1.6)

    def draw(r: Random) -> float:
        return scale * math.exp(width * min(r.gauss(0, 1), limit)) + r.uniform(0, 2)

    return _same(draw, rng, count)


def drifting(rng: Random, count: int) -> tuple[list[float], Draw]:
    """It gets slower (or quicker) by a factor of up to 3 over 200 runs."""
    scale, width, speed = _scale(rng), rng.uniform(0.2, 0.5), rng.uniform(-1, 1) * math.log(3) / 200

    def draw_at(r: Random, age: int) -> float:
        return scale * math.exp(r.gauss(0, width) - speed * age)

    return [draw_at(rng, count - each) for each in range(count)], lambda r: draw_at(r, 0)


def shifted(rng: Random, count: int) -> tuple[list[float], Draw]:
    """A new stage (or a cache), somewhere in the last runs or long ago."""
    scale, width, times = _scale(rng), rng.uniform(0.2, 0.5), rng.choice((0.4, 0.6, 1.8, 3.0))
    since = rng.randrange(count + 1)

    def draw(r: Random) -> float:
        return scale * math.exp(r.gauss(0, width))

    older = [draw(rng) / times for _ in range(count - since)]
    return older + [draw(rng) for _ in range(since)], draw


def time_of_day(rng: Random, count: int) -> tuple[list[float], Draw]:
    """Slow by day, quick at night; some ten runs a day."""
    scale, width, swing = _scale(rng), rng.uniform(0.15, 0.4), rng.uniform(0.3, 0.9)
    phase = rng.uniform(0, math.tau)
    often = rng.uniform(4, 30)

    def draw_at(r: Random, place: float) -> float:
        return scale * math.exp(
            r.gauss(0, width) + swing * math.sin(phase + math.tau * place / often)
        )

    places = [each + rng.uniform(-0.5, 0.5) for each in range(count)]
    return [draw_at(rng, each) for each in places], lambda r: draw_at(r, count + r.uniform(-1, 1))


def failing(rng: Random, count: int) -> tuple[list[float], Draw]:
    """A fifth fail or are cancelled anywhere on the way."""
    scale, width, share = _scale(rng), rng.uniform(0.15, 0.5), rng.uniform(0.05, 0.4)

    def draw(r: Random) -> float:
        whole = scale * math.exp(r.gauss(0, width))
        return whole * r.random() if r.random() < share else whole

    return _same(draw, rng, count)


def gamma(rng: Random, count: int) -> tuple[list[float], Draw]:
    scale, shape = _scale(rng), rng.uniform(0.7, 6)
    return _same(lambda r: scale * r.gammavariate(shape, 1 / shape) + 1, rng, count)


def person(rng: Random, count: int) -> tuple[list[float], Draw]:
    """A part of the runs waits on a person, for minutes or for the night."""
    scale, share = _scale(rng), rng.uniform(0.1, 0.5)

    def draw(r: Random) -> float:
        wait = r.lognormvariate(math.log(1800), 1.5) if r.random() < share else 0.0
        return scale * math.exp(r.gauss(0, 0.3)) + wait

    return _same(draw, rng, count)


LAWS: dict[str, Law] = {
    "log-normal": log_normal,
    "bimodal": bimodal,
    "heavy-tailed": heavy,
    "near-constant": constant,
    "capped": capped,
    "drifting": drifting,
    "shifted": shifted,
    "time-of-day": time_of_day,
    "failing": failing,
    "gamma": gamma,
    "waiting": person,
}


def seen(draw: Draw, rng: Random, most: int = 60) -> tuple[float, float]:
    """A run as somebody finds it who looks at any moment: its duration, and its age then.

    Long runs are found more often, by as much as they are longer.
    """
    candidates = [draw(rng) for _ in range(most)]
    found = rng.choices(candidates, weights=candidates)[0]
    return found, found * rng.random()
