"""How earlier predictions held, and what is learnt from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.forecast.values import DEPLOY, NOW, TEST, known, spread

from quiesce.forecast import (
    Calibration,
    Coverage,
    Logged,
    calibration,
    coverage,
    coverage_by_source,
    pace,
)
from quiesce.forecast.logged import recalibrated
from quiesce.past import Estimate


def logged(actual: float, *, bound: float | None = 100, source: str = "*") -> Logged:
    likely = None if bound is None else 50
    return Logged(source=source, likely=likely, bound=bound, actual=actual)


def test_coverage_counts_what_stayed_below_its_bound() -> None:
    found = coverage([logged(40), logged(100), logged(130), logged(10, bound=None)])
    assert (found.count, found.held, found.without) == (3, 2, 1)
    assert found.share == pytest.approx(2 / 3)
    assert found.error == 50
    assert found.typical == 70


def test_without_predictions_there_is_no_share() -> None:
    assert coverage([]) == Coverage()


def test_coverage_is_by_source_as_well() -> None:
    found = coverage_by_source([logged(1, source="b"), logged(200, source="a")])
    assert list(found) == ["a", "b"]
    assert (found["a"].share, found["b"].share) == (0, 1)


def test_under_fifty_predictions_nothing_is_corrected() -> None:
    few = calibration([logged(300)] * 49)
    assert few == Calibration(count=49)
    estimate = Estimate(at=NOW, likely=50, bound=100)
    assert recalibrated(estimate, few) == estimate
    assert calibration([logged(300)] * 50).bound == 3


@given(st.lists(st.floats(1, 400), min_size=60, max_size=200))
def test_a_corrected_bound_would_have_held_in_90_percent(actual: list[float]) -> None:
    learnt = calibration([logged(each) for each in actual])
    held = sum(each <= 100 * learnt.bound * (1 + 1e-9) for each in actual)
    assert held >= (0.9 if learnt.bound >= 1 else 0.95) * len(actual) or learnt.bound == 5
    assert 0.1 <= learnt.bound <= 5


def test_a_correction_does_not_undo_itself() -> None:
    """Bounds that were doubled, and hold now, must go on being doubled."""
    doubled = [
        Logged(source="*", likely=50, bound=200, actual=each, factor=2.0) for each in range(220)
    ]
    assert calibration(doubled).bound == pytest.approx(2.0, rel=0.05)


def test_what_is_likely_stays_below_the_bound() -> None:
    learnt = Calibration(likely=5.0, bound=0.5, count=90)
    found = recalibrated(Estimate(at=NOW, likely=50, bound=100), learnt)
    assert found.likely == found.bound == 50


def test_an_estimate_without_a_bound_gets_none() -> None:
    found = recalibrated(Estimate(at=NOW, likely=50), Calibration(bound=2.0, count=90))
    assert (found.likely, found.bound) == (50, None)


def test_the_pace_is_that_of_the_runs_that_ended_lately() -> None:
    history = {DEPLOY: known(*spread(40, 600)), TEST: known(*spread(40, 60))}
    slow = [(DEPLOY, 1200.0), (TEST, 130.0), (DEPLOY, 1100.0), (TEST, 110.0), (TEST, 120.0)]
    assert pace(slow, history) == pytest.approx(2, rel=0.2)
    assert pace(slow[:4], history) == 1
    assert pace([(DEPLOY, 650.0)] * 20, history) == 1
    assert pace([(DEPLOY, 300.0)] * 3 + [(DEPLOY, 1500.0)] * 4, history) == 1
    assert pace([(("new", "to", "us"), 5.0)] * 9, history) == 1
