"""One active run: does the bound hold, and how far off is the likely end?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from statistics import fmean, geometric_mean, median

from bench.forecast.laws import LAWS, Law, seen
from quiesce.forecast.dirichlet import posterior
from quiesce.forecast.remaining import Remaining
from quiesce.past import Durations

SIZES = (10, 30, 100, 300, 1000)
LOOKS = 4
"""At how many random instants each pipeline is looked at."""


@dataclass
class Cell:
    """One law with so many runs of history. Errors are in usual lengths of the pipeline."""

    held: list[bool] = field(default_factory=list)
    below: list[bool] = field(default_factory=list)
    unbounded: int = 0
    ours: list[float] = field(default_factory=list)
    by_mean: list[float] = field(default_factory=list)
    by_median: list[float] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)

    @property
    def coverage(self) -> float:
        return fmean(self.held)

    def ratio(self, other: list[float]) -> float:
        return median(self.ours) / median(other)

    def mean_ratio(self, other: list[float]) -> float:
        return fmean(self.ours) / fmean(other)


Cells = dict[tuple[str, int], Cell]


def measured(seed: int, pipelines: int, sizes: tuple[int, ...] = SIZES) -> Cells:
    """Every law with every size of history, on so many pipelines each."""
    return {
        (name, size): _cell(Random(f"{seed} {name} {size}"), law, size, pipelines)
        for name, law in LAWS.items()
        for size in sizes
    }


def _cell(rng: Random, law: Law, size: int, pipelines: int) -> Cell:
    cell = Cell()
    for _ in range(pipelines):
        own, draw = law(rng, size)
        whole = posterior(Durations(own=tuple(own), application=_others(rng), source=_others(rng)))
        mean, middle = fmean(own), median(own)
        for _ in range(LOOKS):
            duration, elapsed = seen(draw, rng)
            run = Remaining(whole=whole, elapsed=elapsed)
            actual = duration - elapsed
            cell.held.append(actual <= run.bound)
            cell.below.append(actual <= run.likely)
            cell.unbounded += elapsed > whole.longest
            cell.widths.append(run.bound / middle)
            cell.ours.append(abs(run.likely - actual) / middle)
            cell.by_mean.append(abs(max(mean - elapsed, 0) - actual) / middle)
            cell.by_median.append(abs(max(middle - elapsed, 0) - actual) / middle)
    return cell


def _others(rng: Random) -> tuple[float, ...]:
    """Five runs each of eight other pipelines."""
    names = [rng.choice(tuple(LAWS)) for _ in range(8)]
    return tuple(each for name in names for each in LAWS[name](rng, 5)[0])


def table(cells: Cells) -> Iterator[str]:
    """Coverage of the bound by law and size, and below it the errors."""
    sizes = list(dict.fromkeys(size for _, size in cells))
    yield f"{'90 % bound holds':16}" + "".join(f"{size:>8}" for size in sizes) + "    mean"
    for name in LAWS:
        row = [cells[name, size].coverage for size in sizes]
        yield f"{name:16}" + "".join(f"{each:8.3f}" for each in row) + f"{fmean(row):8.3f}"
    for words, value in (
        ("all laws", lambda c: fmean(each.coverage for each in c)),
        ("below likely", lambda c: fmean(fmean(each.below) for each in c)),
        ("older than all", lambda c: sum(e.unbounded for e in c) / sum(len(e.held) for e in c)),
        ("median width", lambda c: median(w for each in c for w in each.widths)),
        ("error: / mean", lambda c: geometric_mean(each.ratio(each.by_mean) for each in c)),
        ("  / median", lambda c: geometric_mean(each.ratio(each.by_median) for each in c)),
        ("mean e.: / mean", lambda c: geometric_mean(e.mean_ratio(e.by_mean) for e in c)),
        ("  / median", lambda c: geometric_mean(e.mean_ratio(e.by_median) for e in c)),
    ):
        row = [value([cells[name, size] for name in LAWS]) for size in sizes]
        yield f"{words:16}" + "".join(f"{each:8.3f}" for each in row) + f"{fmean(row):8.3f}"


def missed(cells: Cells) -> Iterator[str]:
    """Which goals are not met."""
    sizes = list(dict.fromkeys(size for _, size in cells))
    for size in sizes:
        row = [cells[name, size] for name in LAWS]
        average = fmean(each.coverage for each in row)
        if not 0.87 <= average <= 0.93:
            yield f"{size} runs: the bound holds in {average:.3f} on average, not in .87 to .93"
        for words, ratio in (
            ("mean", geometric_mean(each.ratio(each.by_mean) for each in row)),
            ("median", geometric_mean(each.ratio(each.by_median) for each in row)),
        ):
            if ratio >= 1:
                yield f"{size} runs: the error is {ratio:.3f} of that of {words} minus elapsed"
    for name in LAWS:
        average = fmean(cells[name, size].coverage for size in sizes)
        if average < 0.84:
            yield f"{name}: the bound holds in {average:.3f}, not in .84"
