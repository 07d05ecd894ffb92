"""Thousands of random worlds, none of which may be called quiet when it is not.

QUIESCE_SOAK=100000 plays more of them; QUIESCE_SOAK_SEED=17 begins elsewhere. One seed is
played again by `python -m tests.double_look.soak SEED`.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest
from tests.double_look.soak import OUTCOMES, play

from quiesce import verdict
from quiesce.model import Run
from quiesce.survey import asking, memory

# Read before any test runs, as tests see none of our variables.
SURVEYS = int(os.environ.get("QUIESCE_SOAK", "2000"))
FIRST = int(os.environ.get("QUIESCE_SOAK_SEED", "0"))
SHARDS = 2
PER_SHARD = -(-SURVEYS // SHARDS)


@pytest.mark.slow
@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_world_is_called_quiet_when_it_is_not(shard: int) -> None:
    begin = FIRST + shard * PER_SHARD
    reached: Counter[str] = Counter()
    for seed in range(begin, begin + PER_SHARD):
        outcome = play(seed)
        replay = f"{outcome}\nreplay: python -m tests.double_look.soak {seed}"
        assert not outcome.false_confirmed, replay
        assert not outcome.false_settled, replay
        reached.update(outcome.labels)
    confirmed, settled = reached["quiet: confirmed"], reached["quiet: settled"]
    print(f"seeds {begin} to {begin + PER_SHARD - 1}: {dict(sorted(reached.items()))}")
    print(f"0 false of {confirmed} confirmed: the rate is below {3 / confirmed:.1e} (95 %)")
    print(f"0 false of {settled} settled: the rate is below {3 / settled:.1e} (95 %)")
    seldom = {label: reached[label] for label in OUTCOMES if reached[label] < 10}
    assert not seldom, "the soak goes past what it should test"


def test_hand_overs_that_are_longer_than_settle_are_missed() -> None:
    """Else it would find nothing where there is something to be found."""
    assert any(play(seed, hand_over=90.0).false_settled for seed in range(1_000))


def test_a_judge_that_compares_no_marks_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "_changed", lambda *_: [])
    assert any(play(seed).false_confirmed for seed in range(1_000))


def test_a_seed_is_the_same_world_each_time() -> None:
    for seed in range(30):
        assert str(play(seed)) == str(play(seed))


def test_a_survey_that_asks_for_nothing_by_its_id_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def nothing(*_: object) -> None:
        """What was active before is forgotten."""

    monkeypatch.setattr(asking, "_recall", nothing)
    assert any(play(seed).false_confirmed for seed in range(1_000))


def test_a_run_that_is_over_because_it_was_denied_once_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Hasty(memory.Recollected):
        def lost(self, run: Run) -> None:
            self._finished[run.id] = run

    monkeypatch.setattr(asking, "Recollected", Hasty)
    assert any(play(seed).false_confirmed for seed in range(2_000))
