"""Many processes on one store: each waits for the others, none is told that it is locked."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from tests.store.children import Tell, together
from tests.store.looking import run, surveyed

from quiesce.model import State
from quiesce.store import Identity, Store, open_store
from quiesce.store.schema import flips, looks, runs, sources
from quiesce.store.writing.write import keys, record

SECONDS = 3.0
Work = Callable[[Tell], None]


def look(store: Store, who: str, number: int) -> None:
    """Every writer sees runs of its own, and one that all of them see."""
    part = surveyed(
        number,
        [run(f"{who}-{number}"), run("shared", State.RUNNING if number % 2 else State.PAUSED)],
        ended=[run(f"{who}-{number - 1}", State.SUCCEEDED)],
    )
    with store.writing() as connection:
        record(connection, f"{who}-{number}", [part])


def collector(location: str, who: str) -> Work:
    """Keeps the store open."""

    def work(tell: Tell) -> None:
        end, number = time.monotonic() + SECONDS, 0
        with open_store(location, create=True) as store:
            while time.monotonic() < end:
                look(store, who, number)
                number += 1
        tell(str(number))

    return work


def command(location: str, who: str) -> Work:
    """Opens and closes it for each look, as a command does."""

    def work(tell: Tell) -> None:
        end, number = time.monotonic() + SECONDS, 0
        while time.monotonic() < end:
            with open_store(location, create=True) as store:
                look(store, who, number)
            number += 1
        tell(str(number))

    return work


def reader(location: str) -> Work:
    def work(tell: Tell) -> None:
        end, number = time.monotonic() + SECONDS, 0
        while time.monotonic() < end:
            with open_store(location, create=True) as store, store.reading() as connection:
                once = connection.execute(select(func.count()).select_from(runs)).scalar_one()
                again = connection.execute(select(func.count()).select_from(runs)).scalar_one()
                assert once == again
            number += 1
        tell(f"read {number}")

    return work


@pytest.mark.slow
def test_writers_and_readers_never_see_a_locked_database(empty: str) -> None:
    works = [
        *(collector(empty, "a"), collector(empty, "b"), command(empty, "c")),
        *(reader(empty), reader(empty)),
    ]
    told = together(works)
    assert not any(line.startswith("FAILED") for lines in told for line in lines), told
    written = [int(lines[0]) for lines in told[:3]]
    assert min(written) > 2, written  # nobody is kept waiting for long
    with open_store(empty, create=False) as store, store.reading() as connection:
        counted = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (looks, runs)
        }
        shared = connection.execute(
            select(func.count()).select_from(flips).where(flips.c.id == "shared")
        ).scalar_one()
    assert counted == {"looks": sum(written), "runs": sum(written) + 3 + 1}
    assert shared >= 2


@pytest.mark.slow
def test_a_store_is_made_once_however_many_begin_at_once(empty: str) -> None:
    """And each system gets one key, whoever is first."""

    def work(tell: Tell) -> None:
        with open_store(empty, create=True) as store, store.writing() as connection:
            found = keys(
                connection,
                [Identity(name="gate", kind="k", address=address) for address in "abc"],
            )
        tell(repr(sorted((one.address, key) for one, key in found.items())))

    told = together([work] * 8)
    assert not any(line.startswith("FAILED") for lines in told for line in lines), told
    assert len({line for lines in told for line in lines}) == 1
    with open_store(empty, create=False) as store, store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(sources)).scalar() == 3
