"""What is said of one active run, in numbers and in words."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from tests.forecast.values import NOW, active, known, spread

from quiesce.forecast import Known
from quiesce.forecast.single import beyond, estimate
from quiesce.model import Run, State
from quiesce.past import Estimate
from quiesce.render.estimates import run_note

USUAL = known(*spread(30))


def of(run: Run, history: Known | None = USUAL, still: float | None = None) -> Estimate:
    changed = None if still is None else NOW - timedelta(seconds=still)
    return estimate(run, history, now=NOW, changed_at=changed)


def said(run: Run, history: Known | None = USUAL, still: float | None = None) -> str:
    return run_note(run, of(run, history, still))


def test_with_enough_history_there_is_nothing_to_explain() -> None:
    found = of(active(age=300))
    assert said(active(age=300)) == ""
    assert found.likely is not None
    assert found.bound is not None
    assert 0 < found.likely < found.bound
    assert (found.at, found.basis, found.runs, found.rough) == (NOW, "pipeline", 30, False)
    assert found.typical == pytest.approx(600, rel=0.2)


@pytest.mark.parametrize(
    ("history", "words"),
    [
        (None, "no estimate: no runs so far"),
        (known(), "no estimate: no runs so far"),
        (known(60.0), "no estimate: 1 run so far"),
        (
            known(60.0, 70.0, similar=tuple(float(60 * each) for each in range(5, 41))),
            "no estimate: 2 runs so far (similar pipelines: 8 to 37 min)",
        ),
        (
            known(60.0, -1.0, float("nan"), similar=(40.0, 200.0)),
            "no estimate: 1 run so far (similar pipelines: 40 s to 3 min)",
        ),
    ],
)
def test_under_three_runs_there_is_no_number(history: Known | None, words: str) -> None:
    found = of(active(), history)
    assert said(active(), history) == words
    assert (found.likely, found.bound, found.typical) == (None, None, None)
    assert found.lacks == "runs"


def test_similar_pipelines_are_those_of_the_application_first() -> None:
    assert of(active(), known(60.0, similar=(50.0,))).basis == "application"
    assert of(active(), known(60.0)).basis == "nothing"


def test_under_ten_runs_it_is_rough() -> None:
    found = of(active(), known(*spread(9)))
    assert found.rough
    assert "rough: 9 runs so far" in said(active(), known(*spread(9)))
    assert found.bound is not None
    assert not of(active(), known(*spread(10))).rough


def test_what_is_older_than_its_whole_history_has_no_bound() -> None:
    found = of(active(age=5000), known(*spread(14)))
    words = "longer than all 14 earlier runs, no reliable bound"
    assert said(active(age=5000), known(*spread(14))) == words
    assert found.longest
    assert found.bound is None
    assert found.likely is not None


def test_a_longer_run_from_before_a_change_of_level_is_history_as_well() -> None:
    faster = known(*spread(200, 3000), *spread(40, 300))
    assert "longer than all" not in said(active(age=2500), faster)


def test_a_bound_of_no_use_is_said_so() -> None:
    wild = known(*([30.0] * 12 + [9000.0] * 3))
    found = of(active(age=0), wild)
    assert found.bound is not None
    assert found.bound > 300
    assert found.beyond is not None
    assert found.beyond < found.bound
    assert said(active(age=0), wild) == "may take more than 5 min"


def test_a_bound_is_of_use_where_so_much_is_likely_to_remain() -> None:
    """Ten times the usual length is no more than three times what is likely."""
    assert beyond(3600.0, 300.0, 1200.0) is None
    assert beyond(3600.0, 300.0, 120.0) == 3000.0
    assert beyond(3600.0, None, None) is None
    assert beyond(None, 1.0, 1.0) is None


def test_a_number_that_no_calendar_holds_is_none() -> None:
    found = of(active(age=1e9), known(*spread(14)))
    assert found.likely is None
    assert found.bound is None


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (active(state=State.UNKNOWN), "no estimate: it is not known what its state means"),
        (active(state=State.PAUSED), "no estimate: paused until somebody resumes it"),
        (active(age=None), "no estimate: its begin is not known"),
    ],
)
def test_what_can_not_be_known_is_no_number(run: Run, words: str) -> None:
    found = of(run)
    assert said(run) == words
    assert found.likely is None
    assert found.bound is None


def test_what_has_not_started_has_its_whole_length_before_it_and_no_bound() -> None:
    pending = active(age=None, created=4000, state=State.PENDING)
    found = of(pending)
    fresh = of(active(age=0))
    assert found.likely == fresh.likely
    assert found.bound is None
    assert found.unstarted
    assert said(pending) == "not started: takes 10 to 14 min once it starts, no bound on its wait"


def test_what_has_not_started_and_may_take_for_ever_is_not_given_a_length() -> None:
    wild = known(*([1.0] * 9 + [1e11] * 9))
    pending = active(age=None, state=State.PENDING)
    assert of(pending, wild).takes is None
    assert said(pending, wild).startswith("not started: no bound on its length")


def test_what_has_not_started_and_may_take_weeks_is_given_no_date() -> None:
    wild = known(*([30.0] * 12 + [9000.0] * 3))
    words = "not started: may take more than 5 min once it starts, no bound on its wait"
    assert said(active(age=None, state=State.PENDING), wild) == words


def test_a_run_without_a_start_counts_from_its_creation() -> None:
    found = of(active(age=None, created=300))
    assert found.likely == of(active(age=300)).likely
    words = "counted from its creation: its start is not known"
    assert said(active(age=None, created=300)) == words


def test_a_run_that_waits_on_a_person_says_so() -> None:
    waiting = active(age=300, state=State.WAITING)
    assert of(waiting).bound is not None
    assert said(waiting).startswith("waits on a person")


def test_a_run_that_is_being_stopped_says_so() -> None:
    assert said(active(state=State.STOPPING)) == "is being stopped: may end sooner"


def test_a_begin_in_the_future_is_waited_for() -> None:
    found = of(active(age=-600))
    fresh = of(active(age=0))
    assert said(active(age=-600)) == "begins in 10 min"
    assert found.likely is not None
    assert fresh.likely is not None
    assert found.likely == pytest.approx(fresh.likely + 600)


def test_overdue_is_longer_than_95_percent_and_says_why() -> None:
    history = known(*Random(1).sample([float(each) for each in range(600, 1000, 4)], 100))
    assert not of(active(age=960), history).overdue
    found = of(active(age=995), history)
    assert found.overdue
    assert found.like == 100
    words = "overdue: longer than 98 % of 100 earlier runs"
    assert said(active(age=995), history).startswith(words)


def test_as_long_as_all_others_is_not_overdue() -> None:
    same = known(*(300.0,) * 40)
    assert not of(active(age=300), same).overdue
    assert of(active(age=301), same).overdue


def test_with_fewer_than_twenty_runs_nothing_is_overdue() -> None:
    assert not of(active(age=1e5), known(*spread(19))).overdue
    assert of(active(age=1e5), known(*spread(20))).overdue


def test_stuck_is_overdue_without_a_change_for_long() -> None:
    assert of(active(age=9000), still=3000).stuck
    assert "stuck: no change for 50 min" in said(active(age=9000), still=3000)
    assert "overdue: usually 10 min" in said(active(age=9000), still=3000)
    assert not of(active(age=9000), still=60).stuck
    assert not of(active(age=300), still=3000).stuck


def test_without_the_time_of_a_change_nothing_is_stuck() -> None:
    assert not of(active(age=9000)).stuck
    assert of(active(age=9000)).overdue
