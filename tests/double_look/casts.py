"""Which sources ask a simulated world, and the places that it has for them."""

from __future__ import annotations

from collections.abc import Callable

from tests.double_look.faces import Plain, gate, project, subject
from tests.double_look.world import Place, World

from quiesce.survey import Subject

Maker = Callable[[World], list[Subject]]


def plain_cast(world: World) -> list[Subject]:
    return [subject("s", Plain("s", world))]


def plain_apart_cast(world: World) -> list[Subject]:
    return [subject("s", Plain("s", world, order="mark, list"))]


def two_plain_cast(world: World) -> list[Subject]:
    slow = Plain("slow", world, latency=lambda: 0.35)
    return [subject("s", Plain("s", world)), subject("slow", slow)]


def gate_cast(world: World) -> list[Subject]:
    return [subject("gate", gate("gate", world, parts=("pipelines", "tasks")))]


def two_gates_cast(world: World) -> list[Subject]:
    """With the search over everything, which one Gate alone can't be hidden from."""
    slow = gate("slow", world, latency=lambda: 0.17)
    return [subject("gate", gate("gate", world)), subject("slow", slow)]


def project_cast(world: World) -> list[Subject]:
    return [subject("mix", project("mix", world))]


def mixed_cast(world: World) -> list[Subject]:
    mix = project("mix", world, latency=lambda: 0.33)
    return [subject("gate", gate("gate", world)), subject("mix", mix)]


S = [("s", "a"), ("s", "b"), ("s", "c")]
GATE = [("gate", "one/pipelines"), ("gate", "one/tasks"), ("gate", "two/pipelines")]
GATE += [("gate", "two/tasks")]
MIX = [("mix", "x"), ("mix", "y")]

BY_CAST: list[tuple[Maker, list[Place]]] = [(gate_cast, GATE), (project_cast, MIX), (plain_cast, S)]
