"""The latest of all active runs, with what they start."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.forecast.values import DEPLOY, TEST, ages, histories, known, spread

from quiesce.forecast import Child, Key
from quiesce.forecast.remaining import Remaining
from quiesce.forecast.together import Everything, Tree, everything

CLOSE = 2e-3
"""Answers are searched to 0.01 %."""

trees = st.builds(
    lambda own, age: Tree(Remaining(whole=known(*own).whole, elapsed=age)), histories, ages
)
sets = st.lists(trees, min_size=1, max_size=5)


def runs(*ages: float, key: Key = DEPLOY, own: tuple[float, ...] = ()) -> list:
    whole = known(*(own or spread(60))).whole
    return [(key, Remaining(whole=whole, elapsed=age)) for age in ages]


@settings(max_examples=50)
@given(sets, st.randoms(use_true_random=False))
def test_the_order_of_runs_does_not_matter(those: list[Tree], rng: Random) -> None:
    mixed = rng.sample(those, len(those))
    assert Everything(mixed).likely == pytest.approx(Everything(those).likely, rel=CLOSE)
    assert Everything(mixed).bound == pytest.approx(Everything(those).bound, rel=CLOSE)


@settings(max_examples=50)
@given(sets, trees)
def test_one_more_active_run_never_makes_quiet_earlier(those: list[Tree], more: Tree) -> None:
    before, after = Everything(those), Everything([*those, more])
    assert after.likely >= before.likely * (1 - CLOSE)
    assert after.bound >= before.bound * (1 - CLOSE)


@settings(max_examples=50)
@given(sets, st.floats(0.05, 0.95))
def test_a_quantile_of_all_is_the_inverse_of_their_product(
    those: list[Tree], chance: float
) -> None:
    together = Everything(those)
    end = together.quantile(chance)
    product = 1.0
    for tree in those:
        product *= 1 - tree.survival(end * (1 + CLOSE))
    assert product >= chance - 2e-3
    if end > 1e-2:
        assert together.ended(end * (1 - CLOSE)) <= chance + 2e-3


def test_one_run_alone_is_as_by_itself() -> None:
    run = Remaining(whole=known(*spread(60)).whole, elapsed=300)
    alone = Everything([Tree(run)])
    assert alone.bound == pytest.approx(run.bound, rel=CLOSE)
    assert alone.likely == pytest.approx(run.likely, rel=0.02)


def test_the_largest_bound_is_not_the_bound_of_all() -> None:
    """Ten runs that each stay below their bound in 90 % all do so in 35 %."""
    several = runs(*[100.0] * 10)
    largest = max(run.bound for _, run in several)
    together = everything(several, {})
    assert together.ended(largest) < 0.5
    assert together.bound > 1.15 * largest


def test_a_child_that_is_always_started_comes_on_top() -> None:
    history = {
        DEPLOY: known(*spread(60), children=(Child(key=TEST, share=1.0, delay=30),)),
        TEST: known(*(300.0,) * 60),
    }
    alone, family = everything(runs(100), {}), everything(runs(100), history)
    assert family.likely == pytest.approx(alone.likely + 330, abs=40)


def test_a_child_that_is_seldom_started_moves_the_bound_and_not_the_middle() -> None:
    history = {
        DEPLOY: known(*spread(60), children=(Child(key=TEST, share=0.15),)),
        TEST: known(*(3000.0,) * 60),
    }
    alone, family = everything(runs(100), {}), everything(runs(100), history)
    assert family.likely < alone.likely * 1.3
    assert family.bound > alone.bound + 2000


@given(st.floats(0, 1), st.floats(0, 1))
def test_likelier_children_never_make_quiet_earlier(one: float, two: float) -> None:
    less, more = sorted((one, two))

    def bound(share: float) -> float:
        child = Child(key=TEST, share=share)
        history = {DEPLOY: known(*spread(30), children=(child,)), TEST: known(*spread(30))}
        return everything(runs(100), history).bound

    assert bound(more) >= bound(less) * (1 - 0.02)  # points, not curves, are added


def test_grandchildren_count() -> None:
    deeper: Key = ("gate", "eks", "Report")
    sure = Child(key=deeper, share=1.0)
    history = {
        DEPLOY: known(*spread(60), children=(Child(key=TEST, share=1.0),)),
        TEST: known(*(300.0,) * 60, children=(sure,)),
        deeper: known(*(600.0,) * 60),
    }
    alone, family = everything(runs(100), {}), everything(runs(100), history)
    assert family.likely == pytest.approx(alone.likely + 900, abs=60)


def test_pipelines_that_start_each_other_come_to_an_end() -> None:
    again = (Child(key=DEPLOY, share=1.0),)
    history = {DEPLOY: known(*(100.0,) * 60, children=again)}
    assert everything(runs(0, own=(100.0,) * 60), history).likely == pytest.approx(500, rel=0.1)


def test_nothing_at_all_is_over_at_once() -> None:
    assert everything([], {}).bound == 0
