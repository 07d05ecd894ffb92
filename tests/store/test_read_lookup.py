"""What is found by name or by id."""

from __future__ import annotations

from tests.store.past_world import put, run

from quiesce.store import Store
from quiesce.store.reading.lookup import beginning, states

NAMES = {"prod": "shown"}


def test_ids_that_begin_so_are_found_in_order_and_no_more_than_asked_for(store: Store) -> None:
    """A sign that means something in a pattern means itself."""
    with store.writing() as connection:
        put(connection, [run(each) for each in range(20)])
    with store.reading() as connection:
        found = beginning(connection, NAMES, "00001", 3)
        assert [(each.source, each.id) for each in found] == [
            ("shown", "000010"),
            ("shown", "000011"),
            ("shown", "000012"),
        ]
        for sign in ("*", "?", "[0]", "%", "_"):
            assert beginning(connection, NAMES, sign, 3) == []


def test_states_are_those_of_the_kept_runs_alone(store: Store) -> None:
    """More ids than one statement takes are asked for in several."""
    with store.writing() as connection:
        put(connection, [run(each) for each in range(600)])
    with store.reading() as connection:
        assert len(states(connection, "prod", [f"{each:06}" for each in range(700)])) == 600
        assert states(connection, "other", ["000001"]) == {}
