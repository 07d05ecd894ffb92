"""What is said of everything that is active."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.forecast.values import DEPLOY, NOW, TEST, active, known, spread

from quiesce.forecast import Calibration, Child, Key, outlook
from quiesce.model import Run, State
from quiesce.past import Estimate
from quiesce.render.estimates import quiet_note

HISTORY = {DEPLOY: known(*spread(40)), TEST: known(*spread(30, 60))}


def quiet(*runs: Run, known: Any = HISTORY, **more: Any) -> Estimate:
    found = outlook(runs, known, now=NOW, **more).quiet
    assert found is not None
    return found


def said(*runs: Run, known: Any = HISTORY, **more: Any) -> str:
    return quiet_note(outlook(runs, known, now=NOW, **more), runs)


def test_without_active_runs_there_is_nothing_to_expect() -> None:
    found = outlook([active(state=State.SUCCEEDED)], HISTORY, now=NOW)
    assert (found.quiet, dict(found.runs)) == (None, {})


def test_each_run_has_its_estimate_by_reference() -> None:
    found = outlook([active("a"), active("b", key=TEST)], HISTORY, now=NOW)
    assert set(found.runs) == {"gate/a", "gate/b"}


def test_all_together_end_later_than_each() -> None:
    found = outlook([active(str(each)) for each in range(8)], HISTORY, now=NOW)
    assert found.quiet is not None
    assert found.quiet.bound is not None
    assert found.quiet.bound > max(each.bound or 0 for each in found.runs.values())


def test_one_run_without_an_estimate_leaves_all_without() -> None:
    runs = active("a"), active("b", key=("gate", "eks", "New")), active("c")
    found = quiet(*runs)
    assert (found.likely, found.bound) == (None, None)
    words = "no estimate of when all is quiet: 1 of 3 active runs has none (New (eks))"
    assert said(*runs) == words


def test_a_single_run_without_an_estimate_says_why() -> None:
    assert said(active(), known={}) == "no estimate: no runs so far"


def test_one_run_that_has_outlived_all_earlier_ones_has_no_bound_by_itself() -> None:
    found = quiet(active(age=1e5))
    assert found.likely is not None
    assert found.bound is None
    assert "longer than all 40 earlier runs, no reliable bound" in said(active(age=1e5))


def test_among_others_it_leaves_all_together_a_bound_that_is_later_for_it() -> None:
    """Of a hundred active runs one is nearly always so old: there would never be a bound."""
    others = active("a"), active("c", key=TEST)
    found = quiet(*others, active("b", age=1e5))
    without = quiet(*others)
    assert found.bound is not None
    assert without.bound is not None
    assert found.bound > 10 * without.bound
    assert found.overdue
    assert "1 overdue: Deploy (eks)" in said(*others, active("b", age=1e5))


@pytest.mark.parametrize("state", [State.PAUSED, State.UNKNOWN])
def test_a_run_that_nobody_can_judge_leaves_all_without(state: State) -> None:
    assert quiet(active("a"), active("b", state=state)).likely is None


def test_what_has_not_started_takes_the_bound_away() -> None:
    found = quiet(active("a"), active("b", age=None, state=State.PENDING))
    assert found.likely is not None
    assert found.bound is None


def test_children_make_it_later() -> None:
    child = (Child(key=TEST, share=1.0),)
    alone = quiet(active())
    family = quiet(active(), known={**HISTORY, DEPLOY: known(*spread(40), children=child)})
    assert alone.likely is not None
    assert family.likely is not None
    assert family.likely > alone.likely + 30


def test_a_child_of_which_nothing_is_known_leaves_all_without() -> None:
    new: Key = ("gate", "eks", "New")
    history = {DEPLOY: known(*spread(40), children=(Child(key=new, share=0.5),))}
    found = quiet(active(), known=history)
    assert found.likely is None
    assert said(active(), known=history) == (
        "no estimate of when all is quiet:"
        " likely to start gate/eks/New, of which no run has ended yet"
    )
    assert outlook([active()], history, now=NOW).unknown == (new,)


def test_a_run_and_a_child_of_which_nothing_is_known_are_both_said() -> None:
    new: Key = ("gate", "eks", "New")
    history = {DEPLOY: known(*spread(40), children=(Child(key=new, share=0.5),))}
    assert said(active("a"), active("b", key=TEST), known=history) == (
        "no estimate of when all is quiet: 1 of 2 active runs has none (Test (eks));"
        " likely to start gate/eks/New, of which no run has ended yet"
    )


def test_a_rough_run_makes_all_rough() -> None:
    history = {**HISTORY, TEST: known(*spread(5))}
    runs = active("a"), active("b", key=TEST)
    found = quiet(*runs, known=history)
    assert found.rough
    assert "rough: little history of Test (eks)" in said(*runs, known=history)
    assert found.runs == 5


def test_stuck_and_overdue_are_named_and_counted() -> None:
    changed = {"gate/b": NOW - timedelta(hours=5)}
    runs = active("a"), active("b", age=1150)
    late = quiet(*runs, changed=changed)
    assert late.overdue
    assert late.stuck
    assert "1 overdue: Deploy (eks)" in said(*runs, changed=changed)
    assert late.likely is not None


def test_what_earlier_predictions_came_to_corrects_the_next() -> None:
    plain = quiet(active())
    learnt = Calibration(likely=1.2, bound=1.5, count=80)
    found = quiet(active(), learnt=learnt)
    assert plain.bound is not None
    assert found.bound == pytest.approx(plain.bound * 1.5)
    assert said(active(), learnt=learnt) == "corrected by 80 earlier predictions"


def test_slow_moments_are_said_and_shorten_nothing() -> None:
    short = Calibration(likely=0.8, bound=0.6, count=80)
    plain = quiet(active())
    found = quiet(active(), learnt=short, slower=1.6)
    assert found.bound == plain.bound
    assert said(active(), learnt=short, slower=1.6) == "slower than usual now: 1.6 times"


def test_a_bound_of_no_use_is_said_so_of_all_together() -> None:
    """Also where it is the correction that makes it so, or what a run may start."""
    wild = known(*([30.0] * 12 + [9000.0] * 3))
    runs = active("a", age=0), active("b", age=0)
    found = quiet(*runs, known={DEPLOY: wild})
    assert found.beyond is not None
    assert found.bound is not None
    assert found.bound > found.beyond
    assert "may take more than" in said(*runs, known={DEPLOY: wild})
    assert quiet(*runs).beyond is None
    assert quiet(*runs, learnt=Calibration(bound=50.0, count=80)).beyond is not None
    family = {
        TEST: wild,
        DEPLOY: known(*(60.0,) * 40, children=(Child(key=TEST, share=0.9),)),
    }
    assert "may take more than" in said(active(), known=family)
