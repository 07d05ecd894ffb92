"""Worlds in which something runs at every instant, and which know when they are being asked.

One look is fooled by all of them, or they would show nothing. Two never are.
"""

from __future__ import annotations

import itertools

import pytest
from tests.double_look.adversary import MANNERS, Manner
from tests.double_look.casts import (
    GATE,
    MIX,
    Maker,
    S,
    gate_cast,
    mixed_cast,
    plain_apart_cast,
    plain_cast,
    project_cast,
    two_gates_cast,
    two_plain_cast,
)
from tests.double_look.playing import What, play
from tests.double_look.world import Place

WORLDS: dict[str, tuple[Maker, list[Place]]] = {
    "one source": (plain_cast, S),
    "one source, list after mark": (plain_apart_cast, S),
    "two sources": (two_plain_cast, [*S, ("slow", "d")]),
    "Spinnaker": (gate_cast, GATE),
    "Spinnaker twice": (two_gates_cast, [("gate", "one/pipelines"), ("slow", "two/pipelines")]),
    "Mixpanel": (project_cast, MIX),
    "Spinnaker and Mixpanel": (mixed_cast, [*GATE[:2], *MIX]),
}
EVERY = [
    pytest.param(*WORLDS[name], manner, id=f"{name}, {manner}")
    for name, manner in itertools.product(WORLDS, MANNERS)
]
PATIENCE = (1, 2, 3)


@pytest.mark.parametrize(("maker", "places", "manner"), EVERY)
def test_one_look_is_fooled(maker: Maker, places: list[Place], manner: Manner) -> None:
    """Else the world is no adversary; and the answer claims no more than one look."""
    answers = [
        play("look", maker, places, manner, begin, patience=patience)
        for begin in places
        for patience in PATIENCE
    ]
    fooled = [answer for answer in answers if answer.verdict.verdict == "quiet"]
    assert fooled
    assert not any(answer.verdict.confirmed or answer.verdict.settled for answer in fooled)


@pytest.mark.parametrize("what", ["check", "settled"])
@pytest.mark.parametrize(("maker", "places", "manner"), EVERY)
def test_two_looks_are_not(maker: Maker, places: list[Place], manner: Manner, what: What) -> None:
    """Wherever the run is when the survey begins: it is seen, or the marks have changed."""
    for begin, patience in itertools.product(places, PATIENCE):
        answer = play(what, maker, places, manner, begin, patience=patience)
        assert answer.verdict.verdict == "active", answer.verdict
        assert not answer.verdict.confirmed


@pytest.mark.parametrize(("maker", "places", "manner"), EVERY)
def test_waiting_does_not_end_while_something_runs(
    maker: Maker, places: list[Place], manner: Manner
) -> None:
    for begin, patience in zip(places, PATIENCE, strict=False):
        answer = play("wait", maker, places, manner, begin, patience=patience)
        assert answer.verdict.verdict != "quiet"
        assert not answer.verdict.settled


def test_what_never_holds_still_is_called_active_after_three_pairs() -> None:
    answer = play("check", plain_cast, S, "a new run", S[2])
    assert answer.looks == 6
    assert answer.verdict.restless
    assert any("keeps starting" in reason for reason in answer.verdict.reasons)
