"""What a look leaves in the store: the newest that was seen of each run, and nothing twice."""

from __future__ import annotations

import string
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from tests.store.looking import at, everything, flipped, micros_at, row, run, see, surveyed

from quiesce.model import Gap, State
from quiesce.past import Estimate, Outlook
from quiesce.store import Identity, Store
from quiesce.store.database.session import changes
from quiesce.store.reading.read import recent, remembered
from quiesce.store.schema import looks, predictions, runs, tallies, waivers
from quiesce.store.writing import write
from quiesce.store.writing.tally import recount


def identity(address: str, name: str = "gate") -> Identity:
    return Identity(name=name, kind="spinnaker", address=address)


def test_two_systems_of_one_name_are_two_sources(store: Store) -> None:
    """A key is never given twice, also not when a name looks like one."""
    with store.writing() as connection:
        first = write.keys(connection, [identity("a"), identity("b"), identity("c", "gate~2")])
    with store.writing() as connection:
        again = write.keys(connection, [identity("b"), identity("d"), identity("a")])
    assert list(first.values()) == ["gate", "gate~2", "gate~2~2"]
    assert list(again.values()) == ["gate~2", "gate~3", "gate"]


def test_a_run_is_kept_as_it_was_seen(store: Store) -> None:
    seen = run(
        created_at=at(-9),
        started_at=at(-8),
        changed_at=at(-1),
        parent="0",
        url="https://gate.example.com/1",
        started_by="alice",
        waiting_on="bob",
        details={"stage": "Bake", "zone": None},
    )
    see(store, 0, seen)
    kept = row(store)
    assert (kept.state, kept.native_state, kept.active) == ("running", "RUNNING", True)
    assert (kept.begun_at, kept.created_at) == (micros_at(-8), micros_at(-9))
    assert (kept.first_seen_at, kept.seen_at, kept.ended_at) == (micros_at(0), micros_at(0), None)
    assert (kept.parent, kept.started_by, kept.waiting_on) == ("0", "alice", "bob")
    assert kept.details == '{"stage":"Bake","zone":null}'


def test_the_same_look_again_changes_nothing(store: Store) -> None:
    parts = [
        surveyed(0, [run("1"), run("2")], ended=[run("3", State.SUCCEEDED)], lost=["4"]),
        surveyed(0, [run("1")], key="other", gone=[run("9", State.GONE)]),
    ]
    with store.writing() as connection:
        write.record(connection, "s", parts)
        once = everything(connection)
    with store.writing() as connection:
        write.record(connection, "s", parts)
        assert everything(connection) == once
        write.record(connection, "t", parts)
        assert everything(connection)[:2] == once[:2]


def test_each_change_of_state_is_kept_with_the_time_it_was_seen(store: Store) -> None:
    """Finished and then active again is legal; a word of the system's own is a change, too."""
    see(store, 0, run(state=State.PENDING))
    see(store, 10, run(state=State.RUNNING))
    see(store, 20, run(state=State.RUNNING))
    see(store, 30, ended=[run(state=State.FAILED, ended_at=at(25))])
    see(store, 40, ended=[run(state=State.FAILED, ended_at=at(25))])
    see(store, 50, run(state=State.RUNNING))
    assert row(store).ended_at is None
    see(store, 60, run(state=State.RUNNING, native_state="RESUMED"))
    assert flipped(store) == [
        *((0, "pending"), (10, "running"), (30, "failed"), (50, "running"), (60, "running"))
    ]
    assert row(store).first_seen_at == micros_at(0)


def test_a_look_that_is_recorded_late_does_not_turn_time_back(store: Store) -> None:
    see(store, 10, ended=[run(state=State.SUCCEEDED, ended_at=at(9))])
    see(store, 5, run(started_at=at(1), parent="0", details={"stage": "Bake"}))
    kept = row(store)
    assert (kept.state, kept.ended_at, kept.seen_at) == ("succeeded", micros_at(9), micros_at(10))
    assert flipped(store) == [(10, "succeeded")]
    assert (kept.started_at, kept.begun_at, kept.parent) == (micros_at(1), micros_at(1), "0")
    assert (kept.first_seen_at, kept.details) == (micros_at(10), None)


def test_an_end_in_a_look_that_had_begun_before_the_run_was_seen_active_is_not_believed(
    store: Store,
) -> None:
    """Two processes look at once: the longer look has asked for it first, and is kept last."""
    see(store, 0, run())
    see(store, 14, run())
    ended = [run(state=State.SUCCEEDED, ended_at=at(10))]
    see(store, 40, ended=ended, began_at=at(9))
    assert row(store).active
    see(store, 41, lost=["1"], began_at=at(9))
    assert row(store).missing_at is None
    see(store, 42, gone=[run(state=State.GONE)], began_at=at(9))
    assert row(store).active
    see(store, 50, ended=ended)
    assert (row(store).state, row(store).ended_at) == ("succeeded", micros_at(10))
    assert flipped(store) == [(0, "running"), (50, "succeeded")]


def test_what_was_seen_by_a_clock_that_was_ahead_does_not_stand_for_ever(store: Store) -> None:
    day = 86_400
    see(store, day, run("1"), run("2"), ended=[run("3", State.SUCCEEDED)])
    see(store, 0, run("3"), ended=[run("1", State.FAILED)], lost=["2"])
    assert (row(store, "1").state, row(store, "1").seen_at) == ("failed", micros_at(0))
    assert row(store, "2").missing_at == micros_at(0)
    assert (row(store, "3").active, row(store, "3").seen_at) == (True, micros_at(0))
    assert flipped(store, "3") == [(0, "running"), (day, "succeeded")]


def test_what_a_later_sighting_does_not_tell_is_kept(store: Store) -> None:
    see(store, 0, run(started_at=at(-5), parent="0", url="u", started_by="a", waiting_on="bob"))
    see(store, 10, run(pipeline="", application=""))
    kept = row(store)
    assert (kept.started_at, kept.begun_at) == (micros_at(-5), micros_at(-5))
    assert (kept.parent, kept.url, kept.started_by) == ("0", "u", "a")
    assert (kept.application, kept.pipeline) == ("shop", "deploy")
    assert kept.waiting_on is None  # that is over


def test_a_begin_that_becomes_known_takes_the_place_of_first_seen(store: Store) -> None:
    see(store, 10, run())
    assert row(store).begun_at == micros_at(10)
    see(store, 20, run(created_at=at(2)))
    assert row(store).begun_at == micros_at(2)
    see(store, 30, run(started_at=at(3)))
    assert row(store).begun_at == micros_at(3)
    see(store, 40, run())
    assert row(store).begun_at == micros_at(3)


def test_a_run_that_is_lost_is_missing_until_it_is_seen(store: Store) -> None:
    see(store, 0, run(), run("2"))
    see(store, 10, lost=["1", "nobody"])
    see(store, 12, lost=["1"])  # it is the first time that counts
    assert [row(store).missing_at, row(store, "2").missing_at] == [micros_at(10), None]
    assert (row(store).active, row(store).seen_at) == (True, micros_at(0))
    see(store, 20, run())
    assert row(store).missing_at is None
    see(store, 15, lost=["1"])  # recorded late
    assert row(store).missing_at is None


def test_a_run_that_is_gone_is_finished_and_its_end_unknown(store: Store) -> None:
    see(store, 0, run())
    see(store, 10, lost=["1"])
    see(store, 20, gone=[run(state=State.GONE)])
    kept = row(store)
    assert (kept.state, kept.active, kept.missing_at, kept.ended_at) == ("gone", False, None, None)


def test_an_end_that_was_seen_says_more_than_gone(store: Store) -> None:
    see(store, 0, ended=[run(state=State.SUCCEEDED, ended_at=at(-1))])
    see(store, 10, gone=[run(state=State.GONE)])
    assert (row(store).state, row(store).ended_at) == ("succeeded", micros_at(-1))


def test_a_run_that_one_look_shows_active_and_ended_is_active(store: Store) -> None:
    see(store, 0, run(), ended=[run(state=State.SUCCEEDED)])
    assert (row(store).active, flipped(store)) == (True, [(0, "running")])


def test_finished_runs_that_are_known_are_not_written_again(store: Store) -> None:
    """Of an active one only when it was seen moves."""
    past = [run(str(number), State.SUCCEEDED, ended_at=at(0)) for number in range(500)]
    see(store, 1, run("a"), ended=past)
    with store.writing() as connection:
        before = changes(connection)
        write.record(connection, "s", [surveyed(2, [run("a")], ended=past)])
        written = changes(connection) - before
        latest = connection.execute(select(runs.c.id).where(runs.c.seen_at == micros_at(2)))
        assert latest.scalars().all() == ["a"]
    if store.dialect == "sqlite":
        assert written == 2  # its time, and the look


def test_what_is_learnt_of_a_finished_run_is_added(store: Store) -> None:
    see(store, 0, ended=[run(state=State.SUCCEEDED)])
    see(store, 10, ended=[run(state=State.SUCCEEDED, ended_at=at(-1), url="u")])
    kept = row(store)
    assert (kept.ended_at, kept.url, kept.seen_at) == (micros_at(-1), "u", micros_at(10))
    assert flipped(store) == [(0, "succeeded")]


def test_a_name_of_any_length_keeps_nothing_from_being_kept(store: Store) -> None:
    """No index of PostgreSQL holds a long one: without a care all of the look would be lost."""
    chance = Random(1)
    long = "".join(chance.choice(string.printable[:90]) for _ in range(9000))
    names: dict[str, Any] = {
        "application": f"a{long}",
        "pipeline": f"b{long}",
        "parent": f"c{long}",
    }
    see(store, 0, run("1"), run(long, **names), run(f"{long}.", pipeline="\N{SNOWMAN}" * 3000))
    with store.reading() as connection:
        kept = remembered(connection, None)["gate"]
        assert len({one.run.id for one in kept}) == 3
        assert recent(connection, None, pipeline=f"b{long}", limit=9)[0].pipeline.startswith("b")
    see(store, 10, ended=[run(long, State.FAILED, **names)])
    with store.reading() as connection:
        assert len(remembered(connection, None)["gate"]) == 2


def test_the_counts_keep_in_step(store: Store) -> None:
    see(store, 0, run("1"), run("2"), ended=[run("3", State.FAILED)])
    see(store, 10, run("1", pipeline="renamed"), ended=[run("2", State.FAILED)])
    with store.writing() as connection:
        order = (tallies.c.pipeline, tallies.c.state)
        kept = connection.execute(select(tallies).where(tallies.c.runs != 0).order_by(*order))
        found = [tuple(one) for one in kept]
        recount(connection)
        assert [tuple(one) for one in connection.execute(select(tallies).order_by(*order))] == found
    assert [(one[0], one[3], one[4]) for one in found] == [
        ("deploy", "failed", 2),
        ("renamed", "running", 1),
    ]


def test_a_look_is_kept_with_what_it_rests_on(store: Store) -> None:
    gaps = [Gap(part=f"p{number}", error="refused", why="no right") for number in range(30)]
    part = surveyed(
        5,
        [run("1"), run("2")],
        gaps=gaps,
        verdict="unknown",
        reasons=("p0 was refused",),
        waived=1,
        scope="only pipelines",
    )
    with store.writing() as connection:
        write.record(connection, "s", [part])
        (kept,) = connection.execute(select(looks)).all()
    assert (kept.survey, kept.source, kept.verdict) == ("s", "gate", "unknown")
    assert (kept.began_at, kept.ended_at) == (micros_at(4), micros_at(5))
    assert (kept.active, kept.waived, kept.parts, kept.gaps) == (2, 1, 1, 30)
    assert (kept.scope, kept.reasons) == ("only pipelines", '["p0 was refused"]')
    assert kept.missed.count('"why":"no right"') == write.MOST_GAPS
    assert (kept.requests, kept.bytes, kept.seconds) == (3, 700, 0.25)


@pytest.mark.parametrize("evil", ["a\0b", "\ud800x", "'; DROP TABLE runs; --", "\x1b[2J", "🦕%s?"])
def test_no_name_keeps_a_look_from_being_recorded(store: Store, evil: str) -> None:
    """What a database can't keep is marked; everything else is kept as it came."""
    those: list[Any] = [run(evil, pipeline=evil, parent=evil, details={evil: evil})]
    gaps = [Gap(part=evil, error="refused", why=evil)]
    for seconds in (0, 10):
        see(store, seconds, *those, gaps=gaps, reasons=(evil,), lost=[evil])
    kept = evil.replace("\0", "\ufffd").replace("\ud800", "\ufffd")
    assert row(store, kept).pipeline == kept
    assert flipped(store, kept) == [(0, "running")]


def test_many_runs_are_recorded_in_pieces(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "_TOGETHER", 7)
    see(store, 0, *(run(str(number)) for number in range(40)))
    see(store, 10, ended=[run(str(number), State.SUCCEEDED) for number in range(40)])
    with store.reading() as connection:
        states = connection.execute(select(runs.c.state)).scalars().all()
    assert states == ["succeeded"] * 40


def test_a_waiver_is_kept_and_taken_back(store: Store) -> None:
    with store.writing() as connection:
        first, second = (
            write.waive(
                connection, pattern="gate/*", reason="wedged", by="me", made_at=at(0), until=at(9)
            )
            for _ in range(2)
        )
        assert first != second
        assert write.unwaive(connection, first, at(5))
        assert not write.unwaive(connection, first, at(6))
        assert not write.unwaive(connection, 99, at(6))
        kept = {one.id: one.removed_at for one in connection.execute(select(waivers))}
    assert kept == {first: micros_at(5), second: None}


def test_a_prediction_is_kept_under_the_keys_of_its_sources(store: Store) -> None:
    said = Outlook(
        runs={"prod/a/1": Estimate(at=at(0), likely=5.0, bound=9.0, basis="pipeline", runs=40)},
        quiet=Estimate(at=at(0)),
    )
    with store.writing() as connection:
        for _ in range(2):
            write.predicted(connection, {"prod": "prod~2", "b": "b"}, said, at(0))
        kept = connection.execute(select(predictions).order_by(predictions.c.source)).all()
    assert [(one.source, one.id, one.likely, one.bound, one.runs) for one in kept] == [
        ("b prod~2", "", None, None, 0),
        ("prod~2", "a/1", 5.0, 9.0, 40),
    ]


def test_the_same_run_is_not_foretold_twice_in_a_minute(store: Store) -> None:
    """A `check` a minute over hundreds of runs would fill the store with what it said before."""
    said = Outlook(runs={"prod/1": Estimate(at=at(0), likely=5, bound=9)})
    with store.writing() as connection:
        for second in (0, 30, 59, 61):
            write.predicted(connection, {"prod": "prod"}, said, at(second))
        write.predicted(connection, {"other": "other", "prod": "other"}, said, at(62))
        kept = connection.execute(select(predictions.c.source, predictions.c.made_at)).all()
    assert sorted(tuple(one) for one in kept) == [
        ("other", micros_at(62)), ("prod", micros_at(0)), ("prod", micros_at(61)),
    ]  # fmt: skip
