"""The answers are those of a real Gate, held against recorded ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from quiesce.sandbox import Sandbox, World, measured
from quiesce.sandbox.recorded import recorded_at

CAPTURES = Path(__file__).parents[1] / "captures" / "spinnaker"
# Recorded in an earlier world of the same laboratory: other ids, the same shapes.
OTHER_WORLD = {
    "execution-buffered",
    "execution-buffered-canceled",
    "execution-canceled-while-waiting",
    "execution-judge-canceled-after-pause",
    "execution-judge-paused",
    "gate-search-star-buffered",
    "task-buffered",
}


def recorded(name: str) -> dict[str, Any]:
    capture: dict[str, Any] = json.loads((CAPTURES / f"{name}.json").read_text("utf-8"))
    return capture


def names(pattern: str) -> list[str]:
    """The recorded answers to what reads from Gate."""
    found = []
    for path in sorted(CAPTURES.glob(pattern)):
        request = json.loads(path.read_text("utf-8")).get("request", {})
        if request.get("service") == "gate" and request["method"] == "GET":
            found.append(path.stem)
    assert found
    return found


def steady(body: Any) -> Any:
    """Without what differs between two equal answers: the time, and whom Gate has behind it."""
    if isinstance(body, dict) and "timestamp" in body:
        message = re.sub(r"127\.0\.0\.1:\d+", "HOST", body["message"])
        return {**body, "timestamp": "", "message": message}
    return body


def shape(value: Any) -> Any:
    """The names and types of a value, whatever its content."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


@pytest.fixture
def then(box: Sandbox) -> World:
    return box.load(measured(recorded_at))


@pytest.mark.parametrize(
    "name", sorted({*names("gate-*.json"), *names("execution-*.json")} - OTHER_WORLD)
)
def test_the_measured_world_answers_every_recorded_question_word_for_word(
    name: str, then: World, gate: Callable[..., Any]
) -> None:
    capture = recorded(name)
    answer = gate(capture["request"]["path"])
    assert answer.status == capture["status"]
    assert answer.content_type == capture["content_type"]
    assert steady(answer.body) == steady(capture["body"])


@pytest.mark.parametrize("name", names("down-orca-*.json"))
def test_without_orca_gate_answers_as_recorded(
    name: str, then: World, gate: Callable[..., Any]
) -> None:
    then.spinnaker.up = False
    capture = recorded(name)
    answer = gate(capture["request"]["path"])
    assert answer.status == capture["status"]
    assert steady(answer.body) == steady(capture["body"])


@pytest.mark.parametrize("name", names("front50-500-*.json"))
def test_without_front50_gate_answers_as_recorded(
    name: str, then: World, gate: Callable[..., Any]
) -> None:
    """A warm Gate still has its list; one that was just started has an empty one, and says 200."""
    ids = json.loads((CAPTURES / "ids.json").read_text("utf-8"))
    then.spinnaker.front50_up = False
    then.spinnaker.cold = "-cold-" in name
    capture = recorded(name)
    path = capture["request"]["path"].replace("01M81093M7T1V2JQT6F8NCE3X8", ids["running"])
    answer = gate(path)
    assert answer.status == capture["status"]
    if answer.status == 200 and "applications" not in name:
        assert shape(answer.body) == shape(capture["body"])
    else:
        assert steady(answer.body) == steady(capture["body"])


MADE: dict[str, Callable[[World], str]] = {
    "execution-buffered": lambda world: world.start(_deploy(world), status="BUFFERED").id,
    "execution-buffered-canceled": lambda world: (
        world.cancel(world.start(_deploy(world), status="BUFFERED").id).id
    ),
    "execution-canceled-while-waiting": lambda world: (
        world.cancel(world.start(_deploy(world), status="NOT_STARTED").id).id
    ),
    "execution-canceled": lambda world: world.cancel(world.start(_deploy(world)).id).id,
    "execution-succeeded": lambda world: world.start(_deploy(world), status="SUCCEEDED").id,
    "execution-running": lambda world: world.start(_deploy(world)).id,
    "execution-paused": lambda world: world.start(_deploy(world), status="PAUSED").id,
    "execution-limited_waiting": lambda world: world.start(_deploy(world), status="NOT_STARTED").id,
}


def _deploy(world: World) -> Any:
    config = world.spinnaker.config(world.now(), "cfg-deploy")
    assert config is not None
    return config


@pytest.mark.parametrize("name", sorted(MADE))
def test_what_the_sandbox_makes_itself_has_the_shape_of_what_orca_made(
    name: str, then: World, gate: Callable[..., Any]
) -> None:
    answer = gate(f"/pipelines/{MADE[name](then)}")
    capture = recorded(name)
    assert shape(answer.body) == shape(capture["body"])
    for key in ("status", "canceled"):
        assert answer.body[key] == capture["body"][key]


def test_a_child_that_the_sandbox_starts_has_the_shape_of_a_real_one(
    then: World, gate: Callable[..., Any]
) -> None:
    parent = then.start(_deploy(then))
    child = then.start(_deploy(then), parent=parent)
    real = next(
        run
        for run in recorded("gate-pipelines-other")["body"]
        if run["trigger"]["type"] == "pipeline"
    )
    answer = gate(f"/pipelines/{child.id}").body
    made, kept = shape(answer["trigger"]), shape(real["trigger"])
    made["parentExecution"]["stages"] = kept["parentExecution"]["stages"]  # a stage of another type
    assert made == kept
    assert "origin" not in answer


def test_a_task_that_the_sandbox_makes_has_the_shape_of_a_real_one(
    then: World, gate: Callable[..., Any]
) -> None:
    running = then.start_task("demo", "Ad hoc wait")
    waiting = then.start_task("demo", "Buffered ad hoc", status="BUFFERED")
    assert shape(gate(f"/tasks/{running.id}").body) == shape(recorded("gate-task-one")["body"])
    assert shape(gate(f"/tasks/{waiting.id}").body) == shape(recorded("task-buffered")["body"])
