"""What Gate does beside the recorded answers: paging, the history cut, rights, odd runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from quiesce.sandbox import Login, Sandbox, World
from quiesce.sandbox.lists import HISTORY_MS

DAY = 86_400.0


@pytest.fixture
def world(box: Sandbox) -> World:
    world = World()
    world.spinnaker.add_application("Alpha")
    return box.load(world)


@pytest.fixture
def sixteen(world: World) -> list[str]:
    """The ids of 16 runs, the newest first."""
    config = world.spinnaker.add_config("Alpha", "Deploy")
    return [world.start(config, age=60 * age).id for age in range(16)]


def ids(answer: Any) -> list[str]:
    assert answer.status == 200, answer.body
    return [run["id"] for run in answer.body]


def test_pages_of_a_search_end_too_early(sixteen: list[str], gate: Callable[..., Any]) -> None:
    """Eight of 16 by pages of four: nothing from `2 * size` on, and a short page just below."""
    search = "/applications/*/executions/search?size=4&startIndex="
    assert ids(gate(f"{search}0")) == sixteen[:4]
    assert ids(gate(f"{search}4")) == sixteen[4:8]
    assert ids(gate(f"{search}7")) == sixteen[7:8]
    assert ids(gate(f"{search}8")) == []


def test_a_cursor_over_build_times_finds_all(sixteen: list[str], gate: Callable[..., Any]) -> None:
    seen: dict[str, int] = {}
    until = ""
    while True:
        page = gate(f"/applications/*/executions/search?size=4{until}").body
        new = {run["id"]: run["buildTime"] for run in page if run["id"] not in seen}
        if not new:
            break
        seen |= new
        until = f"&triggerTimeEndBoundary={page[-1]['buildTime']}"
    assert list(seen) == sixteen


def test_both_bounds_of_the_build_time_are_included(
    sixteen: list[str], gate: Callable[..., Any]
) -> None:
    run = gate(f"/pipelines/{sixteen[5]}").body["buildTime"]
    bounds = f"triggerTimeStartBoundary={run}&triggerTimeEndBoundary={run}"
    assert ids(gate(f"/applications/alpha/executions/search?{bounds}")) == [sixteen[5]]


def test_a_search_may_name_the_pipeline_and_turn_around(
    world: World, gate: Callable[..., Any]
) -> None:
    for name in ("One", "Two"):
        config = world.spinnaker.add_config("Alpha", name)
        world.start(config, age=10)
        world.start(config)
    below = "/applications/alpha/executions/search?pipelineName=Two"
    assert [run["name"] for run in gate(below).body] == ["Two", "Two"]
    assert ids(gate(f"{below}&reverse=true")) == ids(gate(below))[::-1]


def test_names_are_lower_cased_in_the_list_and_found_in_any_case(
    sixteen: list[str], gate: Callable[..., Any]
) -> None:
    assert [app["name"] for app in gate("/applications").body] == ["alpha"]
    assert ids(gate("/applications/ALPHA/pipelines?limit=99")) == sixteen[::-1]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [("", ["new"]), ("RUNNING", ["old-2", "old-1"]), ("SUCCEEDED", ["new"])],
)
def test_one_recent_result_hides_all_old_ones_and_statuses_come_first(
    statuses: str, expected: list[str], world: World, gate: Callable[..., Any]
) -> None:
    """Of old runs alone the two newest are shown, unless a recent one passes the filter too."""
    config = world.spinnaker.add_config("Alpha", "Deploy")
    names = {}
    for number in (1, 2, 3):
        names[world.start(config, age=(14 + number) * DAY).id] = f"old-{number}"
    names[world.start(config, status="SUCCEEDED", age=DAY).id] = "new"
    shown = ids(gate(f"/applications/alpha/pipelines?statuses={statuses}"))
    assert [names[each] for each in shown] == expected


def test_what_waits_counts_as_recent(world: World, gate: Callable[..., Any]) -> None:
    config = world.spinnaker.add_config("Alpha", "Deploy")
    old = world.start(config, age=20 * DAY).id
    waiting = world.start(config, status="NOT_STARTED", age=20 * DAY).id
    assert ids(gate("/applications/alpha/pipelines")) == [waiting]
    assert old in ids(gate("/applications/alpha/executions/search"))


def test_tasks_are_cut_by_their_start_and_paged(world: World, gate: Callable[..., Any]) -> None:
    world.start_task("Alpha", "old", age=HISTORY_MS / 1000 + 60)
    names = ["waits", "third", "second", "first"]
    for age, name in enumerate(names):
        status = "BUFFERED" if name == "waits" else "RUNNING"
        world.start_task("Alpha", name, status=status, age=60 * age)
    shown = gate("/applications/alpha/tasks").body
    assert [task["name"] for task in shown] == names
    assert [task["name"] for task in gate("/applications/alpha/tasks?page=2&limit=3").body] == [
        "first"
    ]


def test_one_odd_run_fails_whole_lists_that_are_not_expanded(
    world: World, gate: Callable[..., Any]
) -> None:
    config = world.spinnaker.add_config("Alpha", "Deploy")
    world.start(config)
    run = world.start(config)
    odd = replace(run, trigger=replace(run.trigger, type="pipeline"))
    world.spinnaker.put(odd, at=world.now())
    for path in (
        "/applications/alpha/pipelines?",
        "/applications/*/executions/search?",
        f"/executions?pipelineConfigIds={config.id}&limit=5&",
    ):
        assert gate(f"{path}expand=false").status == 500, path
        assert len(ids(gate(f"{path}expand=true"))) == 2, path


def test_strategies_and_deleted_pipelines_are_in_no_search(
    world: World, gate: Callable[..., Any]
) -> None:
    strategy = world.spinnaker.add_config("Alpha", "Canary", strategy=True)
    gone = world.spinnaker.add_config("Alpha", "Gone")
    shown, hidden = world.start(strategy).id, world.start(gone).id
    world.spinnaker.delete_config(gone.id, at=world.now())
    assert ids(gate("/applications/alpha/executions/search")) == []
    assert ids(gate("/applications/alpha/pipelines")) == [shown]
    assert ids(gate(f"/executions?pipelineConfigIds={gone.id}")) == [hidden]
    assert world.active() == {shown, hidden}


def test_fiat_shortens_some_answers_silently_and_refuses_others(
    sixteen: list[str], world: World, gate: Callable[..., Any]
) -> None:
    config = world.spinnaker.configs(world.now())[0].id
    task = world.start_task("Alpha", "hidden").id
    world.spinnaker.readable = frozenset()
    world.spinnaker.star = False
    assert gate("/applications").body == []
    for path in ("pipelines", "tasks", "executions/search", "pipelineConfigs"):
        assert gate(f"/applications/alpha/{path}").status == 403
    assert gate("/applications/*/executions/search").status == 403
    assert ids(gate(f"/executions?pipelineConfigIds={config}")) == []
    for path in (f"/pipelines/{sixteen[0]}", f"/tasks/{task}"):
        assert (gate(path).status, gate(path).raw) == (200, b"")


def test_gates_list_of_applications_may_be_some_seconds_old(
    box: Sandbox, gate: Callable[..., Any]
) -> None:
    now = [104_000]
    world = World(lambda: now[0])
    world.spinnaker.cache_ms = 5000
    world.spinnaker.add_application("old")
    world.spinnaker.add_application("new", at=101_000)
    box.load(world)
    assert [app["name"] for app in gate("/applications").body] == ["old"]
    now[0] = 105_000
    assert [app["name"] for app in gate("/applications").body] == ["old", "new"]


def test_signing_in(box: Sandbox, gate: Callable[..., Any]) -> None:
    box.login = Login(username="u", password="p", token="t")
    assert gate("/health").status == 200
    refused = gate("/applications")
    assert refused.status == 401
    assert refused.headers["WWW-Authenticate"].startswith("Basic")
    assert gate("/applications", Authorization="Basic dTp4").status == 401
    assert gate("/applications", Authorization="Basic dTpw").status == 200
    assert gate("/applications", Authorization="Bearer t").status == 200
    box.login = Login(token="t", page="/login")
    sent_away = gate("/applications")
    assert (sent_away.status, sent_away.headers["Location"]) == (302, "/login")
    assert gate("/login").content_type == "text/html;charset=UTF-8"


@pytest.mark.parametrize("query", ["limit=x", "limit=1.5"])
def test_what_is_no_number_is_refused(query: str, box: Sandbox, gate: Callable[..., Any]) -> None:
    answer = gate(f"/applications/demo/pipelines?{query}")
    assert answer.status == 400
    assert answer.body["error"] == "Bad Request"


def test_only_reads_are_served(box: Sandbox, gate: Callable[..., Any]) -> None:
    assert gate("/applications", method="POST").status == 405
    assert gate("/pipelines/1/cancel", method="PUT").status == 404
