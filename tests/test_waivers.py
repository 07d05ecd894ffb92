"""Waivers: which runs don't count, for how long, and that nothing else is ever covered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from quiesce.model import Run, State
from quiesce.past import Waiver
from quiesce.waivers import covers, in_force, waived, words

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def run(name: str = "01J", state: State = State.RUNNING) -> Run:
    return Run(
        source="prod",
        application="eks",
        pipeline="Deploy [prod]",
        id=name,
        type="pipeline",
        state=state,
        native_state=state.upper(),
    )


def waiver(pattern: str, hours: float = 1.0, number: int = 1) -> Waiver:
    return Waiver(
        id=number,
        pattern=pattern,
        reason="known zombie",
        until=NOW + timedelta(hours=hours),
        by="bob",
        made_at=NOW - timedelta(days=1),
    )


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("prod/01J", True),
        ("prod/eks/Deploy [prod]/01J", True),
        ("prod/eks/*", True),
        ("*/01J", True),
        ("prod/eks/Deploy*/01?", True),
        ("stage/*", False),
        ("prod/01", False),
        ("01J", False),
        ("PROD/eks/*", False),
        ("", False),
    ],
)
def test_a_pattern_is_about_the_whole_name(pattern: str, meant: bool) -> None:
    assert covers(waiver(pattern), run()) is meant


def test_a_name_with_brackets_is_itself_before_it_is_a_pattern() -> None:
    assert covers(waiver("prod/eks/Deploy [prod]/01J"), run())


def test_an_expired_one_bites_again() -> None:
    old, new = waiver("prod/01J", hours=0.0), waiver("prod/01J", hours=0.1)
    assert in_force([old, new], NOW) == (new,)
    assert waived([run()], [old], NOW) == {}
    assert waived([run()], [new], NOW) == {"prod/01J": new}


def test_only_what_is_active_is_waived() -> None:
    assert waived([run(state=State.FAILED)], [waiver("*")], NOW) == {}
    assert waived([run(state=State.UNKNOWN)], [waiver("*")], NOW)


def test_of_several_the_one_that_lasts_longest_is_named() -> None:
    short, long = waiver("*", hours=1, number=1), waiver("prod/*", hours=9, number=2)
    for both in ([short, long], [long, short]):
        assert waived([run()], both, NOW) == {"prod/01J": long}


def test_its_words_say_until_when_by_whom_and_why() -> None:
    assert words(waiver("*")) == "until 2026-11-25 13:00 UTC by bob: known zombie"
