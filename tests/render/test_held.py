"""What came of the predictions, in words that say no more than was counted."""

from __future__ import annotations

from quiesce.render.held import Kept, forecast_lines
from quiesce.render.screen import Screen

NONE = Kept(count=0, held=0, without=0, share=None, error=None, typical=None)


def test_without_a_checked_prediction_that_is_what_is_said() -> None:
    """Nothing came true, and nothing came false either: nobody knows yet."""
    lines = forecast_lines(NONE, NONE, {}, 0, Screen()).splitlines()
    assert lines == [
        "everything quiet: cannot tell: no prediction has been checked yet",
        "all runs: cannot tell: no prediction has been checked yet",
    ]


def test_predictions_without_a_bound_check_none() -> None:
    lone = Kept(count=0, held=0, without=5, share=None, error=None, typical=None)
    (_, said) = forecast_lines(lone, NONE, {}, 0, Screen()).splitlines()
    assert said == (
        "all runs: cannot tell: no prediction with a bound has been checked yet; 5 without a bound"
    )


def test_a_few_checked_ones_are_too_few_and_more_are_a_share() -> None:
    few = Kept(count=10, held=9, without=1, share=0.9, error=None, typical=None)
    many = Kept(count=340, held=309, without=0, share=309 / 340, error=60.0, typical=300.0)
    assert forecast_lines(many, few, {}, 2, Screen()).splitlines() == [
        "everything quiet: too few to say: 9 of 10 predictions held; 1 without a bound",
        "all runs: the 90 % bound held in 91 % of 340 predictions; usually off by 1 min of 5 min",
        "2 more predictions: what came of them is not known yet",
    ]
