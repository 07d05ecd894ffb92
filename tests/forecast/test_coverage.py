"""That the bound holds as often as it says: a small part of `python -m bench.forecast`."""

from __future__ import annotations

from statistics import fmean, geometric_mean

from bench.forecast import sets, single
from bench.forecast.laws import LAWS


def test_the_bound_of_one_run_holds_in_90_percent_of_all_laws() -> None:
    cells = single.measured(seed=7, pipelines=40, sizes=(10, 100))
    for size in (10, 100):
        row = [cells[name, size] for name in LAWS]
        assert 0.87 <= fmean(each.coverage for each in row) <= 0.94
        assert geometric_mean(each.ratio(each.by_mean) for each in row) < 1
        assert geometric_mean(each.ratio(each.by_median) for each in row) < 1
    for name in LAWS:
        assert fmean(cells[name, size].coverage for size in (10, 100)) >= 0.8


def test_the_bound_of_all_runs_holds_with_children_and_slow_moments() -> None:
    rows = sets.measured(seed=7, companies=2, looks=60, worlds=sets.WORLDS[:1])
    assert 0.84 <= fmean(fmean(each.held) for each in rows.values()) <= 0.98
    assert fmean(fmean(each.largest) for each in rows.values()) < 0.87
