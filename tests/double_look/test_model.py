"""The conditions of the double look, over every interleaving of small worlds.

What holds must hold. What is broken must stay broken: a counterexample that can't be found
any more means that the model went blind.
"""

from __future__ import annotations

from collections import Counter

import pytest
from tests.double_look.cases import BUSY, CASES, IDLE, THEORY
from tests.double_look.model import confirms_idle, explore
from tests.double_look.states import Budget, Case


def by_name(cases: tuple[Case, ...]) -> list[object]:
    return [pytest.param(case, id=case.name) for case in cases]


@pytest.mark.parametrize("case", by_name(CASES))
def test_case_is_as_it_is_known_to_be(case: Case) -> None:
    result = explore(case)
    found = (result.instant is None, result.flight is None)
    told = "\n".join(result.instant or result.flight or ("no counterexample",))
    assert found == (case.instant, case.flight), told
    assert result.situations > 100, "the world is too small to show anything"


@pytest.mark.parametrize("case", by_name(CASES))
def test_an_idle_world_is_called_quiet(case: Case) -> None:
    """What never says `quiet` would be safe, and of no use."""
    assert confirms_idle(case)


def test_thirteen_conditions_hold_and_eighteen_ways_break_it() -> None:
    assert Counter(case.holds for case in THEORY) == {True: 13, False: 18}


def test_names_are_unique() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def test_whatever_breaks_the_instant_breaks_the_flight() -> None:
    assert all(case.instant for case in CASES if case.flight)


def test_a_counterexample_is_told_as_a_story() -> None:
    """The shortest one: a run hops into the part that has just been read."""
    one_look = Case(name="", instant=False, flight=False, mark="none", budget=Budget(starts=1))
    story = explore(one_look).instant
    assert story is not None
    assert story[0].strip() == "1F0 | 1R0   in flight: 0"
    assert "look 1 reads list 0" in story
    hop = story.index("look 1 reads list 0")
    assert any("2R0 | 1R0" in line for line in story[hop:])


def test_a_world_without_an_environment_can_not_break_it() -> None:
    still = Case(name="", instant=True, flight=True, world=(IDLE, BUSY), mark="none")
    assert explore(still).instant is None
