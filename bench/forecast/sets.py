"""All active runs of a company together, with what they start, in calm and in slow moments."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import fmean, median

from bench.forecast.fleet import Event, Fleet, fleet
from quiesce.forecast import (
    Child,
    Key,
    Known,
    Logged,
    calibration,
    learn,
    outlook,
    pace,
)
from quiesce.forecast.logged import recalibrated
from quiesce.model import Run, State
from quiesce.past import Durations, Outlook

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
LATELY = 5400.0
WORLDS = ((6, 2.0), (20, 6.0), (40, 12.0))
"""Pipelines, and how many runs are active on average in the usual moments."""


@dataclass
class Tally:
    """What was predicted for one sort of world, and what came."""

    looks: int = 0
    active: list[int] = field(default_factory=list)
    held: list[bool] = field(default_factory=list)
    slowly: list[bool] = field(default_factory=list)
    corrected: list[bool] = field(default_factory=list)
    largest: list[bool] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    by_mean: list[float] = field(default_factory=list)


def measured(
    seed: int, companies: int, looks: int, worlds: Sequence[tuple[int, float]] = WORLDS
) -> dict[tuple[int, bool], Tally]:
    """Calm and slow companies of each size, looked at so often each; of small ones there are more.

    Looks at one company are much alike, so that it takes many companies to tell.
    """
    found: dict[tuple[int, bool], Tally] = {}
    for pipelines, busy in worlds:
        for slow in (False, True):
            tally = found[pipelines, slow] = Tally()
            for each in range(companies * max(1, 30 // pipelines)):
                rng = Random(f"{seed} {pipelines} {slow} {each}")
                company = fleet(rng, pipelines=pipelines, busy=busy, slow=slow)
                _watch(rng, company, looks, tally)
    return found


def _watch(rng: Random, company: Fleet, looks: int, tally: Tally) -> None:
    past = Past(company)
    log: list[tuple[float, Logged]] = []
    for at in sorted(rng.uniform(company.length * 0.1, company.length * 0.9) for _ in range(looks)):
        past.until(at)
        active = past.active
        if not active:
            continue
        tally.looks += 1
        now = EPOCH + timedelta(seconds=at)
        known = past.known()
        found = outlook(map(_run, active), known, now=now)
        quiet = found.quiet
        actual = max(each.last for each in active) - at
        if quiet is None or quiet.bound is None or quiet.likely is None:
            continue
        held = actual <= quiet.bound
        tally.active.append(len(active))
        tally.held.append(held)
        if company.slowness(at) > 1:
            tally.slowly.append(held)
        tally.largest.append(actual <= _largest(found))
        tally.ours.append(abs(quiet.likely - actual))
        tally.by_mean.append(abs(past.by_mean(active, at) - actual))
        learnt = calibration([each for end, each in log if end <= at])
        corrected = recalibrated(quiet, learnt, pace(past.lately(at), known))
        if learnt.count >= 50 and corrected.bound is not None:
            tally.corrected.append(actual <= corrected.bound)
        entry = Logged(source="*", likely=quiet.likely, bound=quiet.bound, actual=actual)
        log.append((at + actual, entry))


def _largest(found: Outlook) -> float:
    """What nobody should say: the largest of the single bounds."""
    return max(each.bound or 0.0 for each in found.runs.values())


class Past:
    """What is active and what has ended by a time, kept up to date as time goes on."""

    def __init__(self, company: Fleet) -> None:
        self.active: list[Event] = []
        self._begun = iter(company.runs)
        self._next: Event | None = next(self._begun, None)
        self._runs = sorted(company.runs, key=lambda run: run.ended)
        self._ends = [run.ended for run in self._runs]
        self._count = 0
        self._seconds: dict[str, list[float]] = defaultdict(list)
        self._children: dict[str, Counter[str]] = defaultdict(Counter)
        self._known: dict[Key, Known] = {}
        self._stale: set[str] = set(company.specs)

    def until(self, at: float) -> None:
        stop = bisect_right(self._ends, at)
        for run in self._runs[self._count : stop]:
            self._seconds[run.pipeline].append(run.ended - run.began)
            self._children[run.pipeline].update(child.pipeline for child in run.children)
            self._stale.add(run.pipeline)
        self._count = stop
        while self._next is not None and self._next.began <= at:
            self.active.append(self._next)
            self._next = next(self._begun, None)
        self.active = [run for run in self.active if run.ended > at]

    def known(self) -> dict[Key, Known]:
        around = tuple(each for those in self._seconds.values() for each in those[-5:])
        for name in self._stale:
            own = self._seconds[name]
            children = [
                Child(key=_key(child), share=times / len(own), delay=5)
                for child, times in self._children[name].items()
            ]
            durations = Durations(own=tuple(own[-1000:]), application=around)
            self._known[_key(name)] = learn(durations, children)
        self._stale.clear()
        return self._known

    def lately(self, at: float) -> list[tuple[Key, float]]:
        first = bisect_right(self._ends, at - LATELY)
        return [
            (_key(run.pipeline), run.ended - run.began) for run in self._runs[first : self._count]
        ]

    def by_mean(self, active: list[Event], at: float) -> float:
        return max(
            max(fmean(self._seconds[run.pipeline] or [0.0]) - (at - run.began), 0.0)
            for run in active
        )


def _key(pipeline: str) -> Key:
    return "gate", "company", pipeline


def _run(event: Event) -> Run:
    source, application, pipeline = _key(event.pipeline)
    return Run(
        source=source,
        application=application,
        pipeline=pipeline,
        id=f"{pipeline}-{event.began}",
        type="pipeline",
        state=State.RUNNING,
        native_state="RUNNING",
        started_at=EPOCH + timedelta(seconds=event.began),
    )


def _share(held: list[bool]) -> str:
    return f"{fmean(held):8.3f}" if held else f"{'-':>8}"


def table(tallies: dict[tuple[int, bool], Tally]) -> Iterator[str]:
    yield (
        f"{'all of them':20}{'looks':>7}{'active':>8}{'bounded':>9}{'holds':>8}{'corrected':>11}"
        f"{'slowly':>8}{'largest':>9}{'error / mean':>14}"
    )
    for (pipelines, slow), each in tallies.items():
        yield (
            f"{f'{pipelines} pipelines':15}{'slow' if slow else 'calm':5}{each.looks:7}"
            f"{fmean(each.active):8.1f}{len(each.held) / each.looks:9.2f}{fmean(each.held):8.3f}"
            f"{fmean(each.corrected or [0]):11.3f}{_share(each.slowly)}"
            f"{fmean(each.largest):9.3f}{median(each.ours) / median(each.by_mean):14.2f}"
        )


def missed(tallies: dict[tuple[int, bool], Tally]) -> Iterator[str]:
    for slow in (False, True):
        those = [each for (_, is_slow), each in tallies.items() if is_slow == slow]
        for words, shares in (
            ("the bound", [fmean(each.held) for each in those]),
            ("the corrected bound", [fmean(each.corrected or [0]) for each in those]),
        ):
            average = fmean(shares)
            if not 0.86 <= average <= 0.96:
                name = "slow" if slow else "calm"
                yield f"all of them, {name}: {words} holds in {average:.3f}, not in .86 to .96"
