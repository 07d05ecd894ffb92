"""`kill -9` at any moment: no look that was reported is lost, and none is there in part."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection
from tests.store.children import Child, Tell
from tests.store.looking import micros_at, run, surveyed

from quiesce.model import State
from quiesce.store import open_store
from quiesce.store.writing.write import record

RUNS = 3
KILLS = {"sqlite": 200, "postgresql": 40}


def looking(location: str, first: int) -> Callable[[Tell], None]:
    """Keep look after look: each shows new runs, and that those of the look before have ended."""

    def work(tell: Tell) -> None:
        store = open_store(location, create=True)
        number = first
        while True:
            new = [run(f"{number:06}-{each}") for each in range(RUNS)]
            old = [run(f"{number - 1:06}-{each}", State.SUCCEEDED) for each in range(RUNS)]
            with store.writing() as connection:
                part = surveyed(number, new, ended=old if number else ())
                record(connection, f"{number:06}", [part])
            tell(str(number))
            number += 1

    return work


def whole(connection: Connection, since: int) -> set[int]:
    """The looks from one on; fails where one of them is there in part."""
    word = f"{max(0, since - 1):06}"
    looks = {
        int(row[0])
        for row in connection.execute(
            text("SELECT survey FROM looks WHERE survey >= :word"), {"word": word}
        )
    }
    runs = {
        row.id: (row.state, row.first_seen_at)
        for row in connection.execute(
            text("SELECT id, state, first_seen_at FROM runs WHERE source = 'gate' AND id >= :word"),
            {"word": word},
        )
    }
    flips = sorted(
        (row.id, row.seen_at, row.state)
        for row in connection.execute(
            text("SELECT id, seen_at, state FROM flips WHERE source = 'gate' AND id >= :word"),
            {"word": word},
        )
    )
    ids = [(number, f"{number:06}-{each}") for number in sorted(looks) for each in range(RUNS)]
    ended = {number: number + 1 in looks for number in looks}
    assert runs == {
        id_: ("succeeded" if ended[number] else "running", micros_at(number)) for number, id_ in ids
    }
    seen = [(id_, micros_at(number), "running") for number, id_ in ids]
    seen += [(id_, micros_at(number + 1), "succeeded") for number, id_ in ids if ended[number]]
    assert flips == sorted(seen)
    return looks


@pytest.mark.slow
def test_a_writer_that_is_killed_loses_nothing_that_it_reported(empty: str) -> None:
    dialect = "postgresql" if empty.startswith("postgresql") else "sqlite"
    chance = random.Random(4)
    first, reported = 0, 0
    for kill in range(KILLS[dialect]):
        child = Child(looking(empty, first))
        if kill % 3 or not kill:  # else while it is only just opening the store
            child.wait_for_word(20)
        time.sleep(chance.uniform(0, 0.02))
        told = child.kill()
        assert not any(line.startswith("FAILED") for line in told), told
        with open_store(empty, create=False) as store, store.reading() as connection:
            there = whole(connection, first)
            assert {int(line) for line in told} <= there
        reported += len(told)
        first = max(there) + 1
    assert reported > KILLS[dialect]
    with open_store(empty, create=False) as store, store.reading() as connection:
        assert whole(connection, 0) == set(range(first))
        if dialect == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_a_store_that_was_killed_while_it_was_made_is_made(tmp_path: Path) -> None:
    chance = random.Random(5)
    for number in range(30):
        location = str(tmp_path / str(number) / "quiesce.db")
        child = Child(looking(location, 0))
        time.sleep(chance.uniform(0, 0.03))
        told = child.kill()
        with open_store(location, create=True) as store, store.reading() as connection:
            assert {int(line) for line in told} <= whole(connection, 0)
