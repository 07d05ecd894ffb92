"""What the store tells of looks, changes of state, waivers and predictions."""

from __future__ import annotations

from typing import Any

import pytest
from tests.store.looking import at, run, see, surveyed

from quiesce.model import Gap, State
from quiesce.past import Estimate, Outlook, Waiver
from quiesce.store import Store
from quiesce.store.reading.chronicle import Flip, Looked, flips, looks, waivers
from quiesce.store.reading.foretold import Foretold, foretold
from quiesce.store.writing import write

ALL = None


def look(store: Store, survey: str, seconds: float, **changes: Any) -> None:
    """Keep a look at both gates."""
    parts = [surveyed(seconds, key=key, **changes) for key in ("gate", "other")]
    with store.writing() as connection:
        write.record(connection, survey, parts)


def test_a_look_is_told_as_it_was_kept(store: Store) -> None:
    gap = Gap(part="shop", error="refused", why="may not read it")
    with store.writing() as connection:
        part = surveyed(
            10, [run()], gaps=[gap], verdict="active", confirmed=True, reasons=("1 run",), waived=2
        )
        write.record(connection, "s", [part])
    with store.reading() as connection:
        found = looks(connection, {"gate": "Gate"}, since=at(0), until=at(60))
    assert found == [
        Looked(
            survey="s",
            source="Gate",
            began_at=at(9),
            ended_at=at(10),
            verdict="active",
            confirmed=True,
            settled=False,
            active=1,
            waived=2,
            parts=1,
            gaps=1,
            requests=3,
            bytes=700,
            seconds=0.25,
            reasons=("1 run",),
            missed=(gap,),
        )
    ]


def test_looks_come_in_order_and_of_the_time_that_was_asked_for(store: Store) -> None:
    """The time is half open: two that follow each other share no look."""
    for seconds in (31, 1, 11, 21):
        look(store, f"s{seconds}", seconds)

    def found(since: float, until: float) -> list[float]:
        with store.reading() as connection:
            those = looks(connection, {"gate": "gate"}, since=at(since), until=at(until))
        return [(each.began_at - at(0)).total_seconds() for each in those]

    assert found(0, 99) == [0, 10, 20, 30]
    assert found(10, 30) == [10, 20]
    with store.reading() as connection:
        assert len(looks(connection, ALL, since=at(0), until=at(99))) == 8
        assert looks(connection, {}, since=at(0), until=at(99)) == []


def test_narrowed_looks_can_be_left_out(store: Store) -> None:
    look(store, "narrow", 1, scope="only shop")
    look(store, "whole", 2)
    with store.reading() as connection:
        both = looks(connection, ALL, since=at(0), until=at(9))
        whole = looks(connection, ALL, since=at(0), until=at(9), whole=True)
    assert [each.scope for each in both] == ["only shop", "only shop", None, None]
    assert {each.survey for each in whole} == {"whole"}


def test_the_changes_of_a_run_come_in_order(store: Store) -> None:
    for seconds, state in ((1, State.PENDING), (2, State.RUNNING), (3, State.RUNNING)):
        see(store, seconds, run(state=state))
    see(store, 4, ended=[run(state=State.FAILED)])
    see(store, 5, run("2"))
    with store.reading() as connection:
        found = flips(connection, "gate", "1")
        assert flips(connection, "gate", "3") == []
    assert found == [
        Flip(seen_at=at(1), state=State.PENDING, native_state="PENDING"),
        Flip(seen_at=at(2), state=State.RUNNING, native_state="RUNNING"),
        Flip(seen_at=at(4), state=State.FAILED, native_state="FAILED"),
    ]


def test_a_waiver_that_was_taken_back_is_told_only_where_asked_for(store: Store) -> None:
    """One that has expired is told: whoever judges knows the time."""
    made: dict[str, Any] = {"reason": "wedged", "by": "alice", "made_at": at(0)}
    with store.writing() as connection:
        first = write.waive(connection, pattern="gate/1", until=at(1), **made)
        second = write.waive(connection, pattern="gate/2", until=at(9), **made)
        assert write.unwaive(connection, second, at(2))
    with store.reading() as connection:
        found = waivers(connection)
        everything = waivers(connection, removed=True)
    assert found == [
        Waiver(id=first, pattern="gate/1", reason="wedged", by="alice", made_at=at(0), until=at(1))
    ]
    assert [each.id for each in everything] == [first, second]


def foretell(store: Store, seconds: float, **sources: str) -> None:
    """That run 1 will have ended in half a minute, and everything in one."""

    def estimate(likely: float) -> Estimate:
        return Estimate(at=at(seconds), likely=likely, bound=2 * likely, basis="pipeline", runs=9)

    outlook = Outlook(runs={"gate/1": estimate(30)}, quiet=estimate(60))
    with store.writing() as connection:
        write.predicted(connection, sources, outlook, at(seconds))


def outcomes(store: Store) -> dict[str, float | None]:
    with store.reading() as connection:
        found = foretold(connection, since=at(0), until=at(1000))
    return {each.run or " ".join(each.sources): each.seconds for each in found}


def test_a_prediction_is_told_with_how_long_it_took(store: Store) -> None:
    see(store, 5, run(started_at=at(0)), survey="first")
    foretell(store, 10, gate="gate")
    assert outcomes(store) == {"gate": None, "1": None}
    ended = run(state=State.SUCCEEDED, started_at=at(0), ended_at=at(50))
    see(store, 71, ended=[ended], survey="second")
    with store.reading() as connection:
        everything, one = foretold(connection, since=at(10), until=at(11))
        assert foretold(connection, since=at(11), until=at(99)) == []
    assert (one.run, one.sources, one.made_at, one.runs) == ("1", ("gate",), at(10), 9)
    assert (one.likely, one.bound, one.basis, one.came_at) == (30, 60, "pipeline", at(50))
    assert (everything.run, everything.likely, everything.came_at) == ("", 60, at(50))
    assert (one.seconds, everything.seconds) == (40, 40)


def test_the_end_of_a_run_that_is_gone_is_not_known(store: Store) -> None:
    see(store, 5, run(started_at=at(0)), survey="first")
    foretell(store, 10, gate="gate")
    see(store, 70, gone=[run(state=State.GONE)], survey="second")
    assert outcomes(store)["1"] is None


def test_an_end_before_the_prediction_took_no_time(store: Store) -> None:
    see(store, 5, run(started_at=at(0)))
    foretell(store, 10, gate="gate")
    see(store, 70, ended=[run(state=State.SUCCEEDED, ended_at=at(7))])
    assert outcomes(store)["1"] == 0


@pytest.mark.parametrize(
    "changes",
    [{"scope": "only shop"}, {"verdict": "unknown"}, {"verdict": "active"}],
    ids=["narrowed", "unknown", "active"],
)
def test_only_a_whole_quiet_look_at_all_sources_says_that_all_is_quiet(
    store: Store, changes: dict
) -> None:
    foretell(store, 10, gate="gate", other="other")
    everything = "gate other"
    look(store, "before", 9)
    look(store, "doubtful", 20, **changes)
    see(store, 30, survey="one of two")
    with store.writing() as connection:
        parts = [surveyed(40), surveyed(40, key="other", verdict="unknown")]
        write.record(connection, "half", parts)
    assert outcomes(store)[everything] is None
    look(store, "both", 51)
    look(store, "later", 61)
    assert outcomes(store)[everything] == 40


def test_what_goes_on_longer_than_foretold_is_told_to_go_on(store: Store) -> None:
    """Left out, a bound would seem to hold that has been broken already."""
    see(store, 5, run(started_at=at(0)), survey="first")
    foretell(store, 10, gate="gate")
    assert [one.still_at for one in told(store)] == [None, None]
    see(store, 500, run(started_at=at(0)), survey="second")
    assert [(one.came_at, one.still_at) for one in told(store)] == [
        (None, at(499)),
        (None, at(500)),
    ]
    see(store, 600, ended=[run(state=State.SUCCEEDED, ended_at=at(550))], survey="third")
    assert [(one.came_at, one.still_at) for one in told(store)] == [
        (at(550), None),
        (at(550), None),
    ]


def told(store: Store) -> list[Foretold]:
    with store.reading() as connection:
        return foretold(connection, since=at(0), until=at(1000))
