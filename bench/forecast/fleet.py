"""A simulated company: pipelines of many laws that start each other, with shared slow moments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from bench.forecast.laws import LAWS, Draw

HOUR = 3600.0


@dataclass(frozen=True)
class Spec:
    """One pipeline: how long it takes, how often somebody starts it, and what it starts."""

    name: str
    draw: Draw
    every: float
    children: tuple[tuple[str, float], ...] = ()


@dataclass
class Event:
    """A run with what it has started after its end, in its turn."""

    pipeline: str
    began: float
    ended: float
    children: list[Event] = field(default_factory=list)

    @property
    def last(self) -> float:
        return max([self.ended, *(child.last for child in self.children)])

    def all(self) -> Iterator[Event]:
        yield self
        for child in self.children:
            yield from child.all()


@dataclass(frozen=True)
class Fleet:
    """All runs of a company over some weeks, and when it was slow."""

    specs: dict[str, Spec]
    runs: list[Event]
    slow: list[tuple[float, float, float]]
    length: float

    def slowness(self, at: float) -> float:
        return slowness(self.slow, at)


def slowness(spells: list[tuple[float, float, float]], at: float) -> float:
    return next((times for since, until, times in spells if since <= at < until), 1.0)


def fleet(rng: Random, *, pipelines: int, busy: float, slow: bool, days: float = 20) -> Fleet:
    """`busy` is how many runs are active on average; `slow`: with shared slow moments."""
    names = [f"p{each}" for each in range(pipelines)]
    specs: dict[str, Spec] = {}
    for place, name in enumerate(names):
        draw = LAWS[rng.choice(sorted(LAWS))](rng, 0)[1]
        usual = sum(draw(rng) for _ in range(50)) / 50
        later = names[place + 1 :]
        children = rng.sample(later, min(len(later), rng.choice((0, 0, 0, 1, 1, 2))))
        specs[name] = Spec(
            name=name,
            draw=draw,
            every=usual * pipelines / busy * 1.5,
            children=tuple((child, rng.choice((0.1, 0.4, 0.8, 1.0))) for child in children),
        )
    length = days * 24 * HOUR
    spells = []
    at = rng.expovariate(1 / (30 * HOUR))
    while slow and at < length:
        until = at + rng.uniform(2, 10) * HOUR
        spells.append((at, until, rng.uniform(1.4, 3.0)))
        at = until + rng.expovariate(1 / (30 * HOUR))
    runs: list[Event] = []
    for spec in specs.values():
        at = rng.expovariate(1 / spec.every)
        while at < length:
            runs += _tree(rng, specs, spec, at, spells).all()
            at += rng.expovariate(1 / spec.every)
    runs.sort(key=lambda run: run.began)
    return Fleet(specs, runs, spells, length)


def _tree(
    rng: Random,
    specs: dict[str, Spec],
    spec: Spec,
    at: float,
    spells: list[tuple[float, float, float]],
) -> Event:
    event = Event(spec.name, at, at + spec.draw(rng) * slowness(spells, at))
    for name, share in spec.children:
        if rng.random() < share:
            began = event.ended + rng.uniform(1, 10)
            event.children.append(_tree(rng, specs, specs[name], began, spells))
    return event
