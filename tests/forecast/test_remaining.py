"""How long one run will still take."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.forecast.values import ages, anything, histories, spread

from quiesce.forecast.dirichlet import posterior
from quiesce.forecast.remaining import Remaining
from quiesce.past import Durations

chances = st.floats(0.01, 0.99)


def remaining(own: tuple[float, ...], elapsed: float) -> Remaining:
    return Remaining(whole=posterior(Durations(own=own)), elapsed=elapsed)


@given(histories, ages, st.lists(st.floats(0, 1e9), min_size=2))
def test_survival_falls_from_one(own: tuple[float, ...], age: float, later: list[float]) -> None:
    run = remaining(own, age)
    rest = [run.survival(each) for each in sorted(later)]
    assert run.survival(-1) == 1
    assert rest == sorted(rest, reverse=True)
    assert all(0 <= each <= 1 for each in rest)


@given(histories, ages, chances)
def test_a_quantile_is_the_inverse_of_survival(
    own: tuple[float, ...], age: float, chance: float
) -> None:
    run = remaining(own, age)
    end = run.quantile(chance)
    close = 1e-3 * (end + age) + 1e-3
    assert run.survival(end + close) <= 1 - chance + 1e-6
    if end > close:
        assert run.survival(end - close) >= 1 - chance - 1e-6


@given(histories, ages, chances, chances)
def test_a_higher_probability_takes_no_less(
    own: tuple[float, ...], age: float, one: float, two: float
) -> None:
    run = remaining(own, age)
    low, high = sorted((one, two))
    assert run.quantile(low) <= run.quantile(high)
    assert 0 <= run.likely <= run.bound


@given(anything, st.floats(-1e9, 1e13))
def test_whatever_a_history_holds_there_is_a_number(own: tuple[float, ...], age: float) -> None:
    """Negative, endless, no numbers, ties, enormous ones: a clock that is wrong stops nothing."""
    run = remaining(own, age)
    for number in (run.likely, run.bound, run.survival(60)):
        assert number >= 0
        assert math.isfinite(number)


@given(st.floats(0.01, 1000), st.floats(0, 3000))
def test_another_unit_of_time_gives_the_same_answer(scale: float, age: float) -> None:
    def run(times: float) -> Remaining:
        durations = Durations(
            own=tuple(each * times for each in spread(12)),
            application=tuple(each * times for each in spread(40, seed=2)),
            source=tuple(each * times for each in spread(40, seed=3)),
        )
        return Remaining(whole=posterior(durations), elapsed=age * times)

    assert run(scale).likely == pytest.approx(run(1).likely * scale, rel=0.02, abs=scale)
    assert run(scale).bound == pytest.approx(run(1).bound * scale, rel=0.02, abs=scale)


def test_what_has_run_long_is_judged_by_those_that_ran_as_long() -> None:
    """Half the runs take a minute, half an hour: after two minutes it is one of the latter."""
    two_humps = tuple(length for _ in range(50) for length in (60.0, 3600.0))
    assert remaining(two_humps, 0).likely == pytest.approx(60, abs=1)
    assert remaining(two_humps, 120).likely == pytest.approx(3480, rel=0.01)


def test_a_time_out_bounds() -> None:
    capped = (*spread(80, 1800), *(3600.0,) * 40)
    assert remaining(capped, 3000).bound == pytest.approx(600, rel=0.05)


def test_what_lies_before_a_change_of_level_is_dropped() -> None:
    slower = (*spread(200, 300), *spread(12, 1500))
    assert remaining(slower, 0).likely == pytest.approx(1500, rel=0.25)


def test_without_a_change_of_level_everything_counts() -> None:
    assert len(posterior(Durations(own=spread(200))).seconds) == 200


def test_newer_runs_count_more() -> None:
    up, down = (*spread(20, 300), *spread(3, 900)), (*spread(3, 900), *spread(20, 300))
    assert remaining(up, 0).bound > remaining(down, 0).bound


def test_of_little_history_the_wider_circles_say_more() -> None:
    near = Durations(own=(600.0, 700.0, 650.0), application=spread(40, 600))
    odd = Durations(own=(600.0, 700.0, 650.0), application=(*spread(20, 6), *spread(20, 60000)))
    assert Remaining(whole=posterior(near)).bound < Remaining(whole=posterior(odd)).bound


def test_a_run_that_begins_later_ends_later() -> None:
    own = spread(30)
    assert remaining(own, -600).likely == pytest.approx(remaining(own, 0).likely + 600)


def test_with_no_run_at_all_there_is_a_wide_guess_inside() -> None:
    run = remaining((), 0)
    assert 60 < run.likely < 1800 < run.bound


def test_what_fails_early_makes_the_long_ones_hardly_longer() -> None:
    steady = spread(60, seed=2)
    failing = [each for four in range(0, 60, 4) for each in (*steady[four : four + 4], 30.0)]
    late = max(steady) * 1.01
    assert remaining(tuple(failing), late).bound < 1.5 * remaining(steady, late).bound


def test_no_tail_is_so_heavy_that_it_would_never_end_on_average() -> None:
    """Each run twice as long is less than half as likely, so that 1 % takes 100 times as long."""
    wild = tuple(60 * math.exp(each / 4) for each in range(30))
    run = remaining(wild, 10 * max(wild))
    assert run.quantile(0.99) < 100 * run.elapsed * 1.1


def test_beyond_all_that_was_seen_the_curve_needs_no_caution() -> None:
    own = spread(40)
    assert remaining(own, max(own) * 0.99).caution == 0.5
    assert remaining(own, max(own)).caution == 1
    assert remaining((), 0).caution == 0.5
