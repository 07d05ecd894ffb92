"""Which of the systems that the store knows is which of those that are asked: pure."""

from __future__ import annotations

from quiesce.store.identity import Identity, matched

A, B = "https://a", "https://b"


def system(name: str, address: str = A, kind: str = "spinnaker") -> Identity:
    return Identity(name=name, kind=kind, address=address)


def test_the_same_is_the_same() -> None:
    assert matched({system("prod"): "prod"}, [system("prod")]) == {system("prod"): "prod"}


def test_one_that_was_renamed_keeps_its_key() -> None:
    assert matched({system("old"): "old"}, [system("new")]) == {system("new"): "old"}


def test_another_address_or_kind_is_another_system() -> None:
    known = {system("prod"): "prod"}
    assert matched(known, [system("prod", B)]) == {}
    assert matched(known, [system("prod", kind="mixpanel")]) == {}


def test_two_names_at_one_address_stay_two_where_both_are_asked() -> None:
    known = {system("pipelines"): "pipelines"}
    assert matched(known, [system("tasks"), system("pipelines")]) == {
        system("pipelines"): "pipelines"
    }


def test_one_key_is_given_to_one_only() -> None:
    found = matched({system("old"): "old"}, [system("one"), system("two")])
    assert found == {system("one"): "old"}
