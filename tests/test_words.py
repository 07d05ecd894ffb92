"""Words that several rooms share."""

from __future__ import annotations

import pytest

from quiesce.words import decision, some


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b", "c"], "a, b, c"),
        (["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
    ],
)
def test_of_many_names_some_are_said_and_the_rest_is_counted(names: list[str], said: str) -> None:
    assert some(iter(names)) == said


def test_a_decision_says_until_when_by_whom_and_why() -> None:
    assert decision("18:00", "bob", "known zombie") == "until 18:00 by bob: known zombie"
    assert decision("18:00", "", "known zombie") == "until 18:00: known zombie"
