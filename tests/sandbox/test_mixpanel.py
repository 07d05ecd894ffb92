"""Mixpanel's calls answer in the documented shapes, and refuse in its own."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

import pytest

from quiesce.sandbox import Sandbox, World
from quiesce.sandbox.projects import NEVER, Job

BELOW = "/api/2.0/nessie/pipeline"
NAME = "company-july-2016-backfill-hourly-monoschema"
STATUS = f"{BELOW}/status?project_id=123&name={NAME}"


def job(state: str, **more: Any) -> Job:
    known = {
        "project_id": 123,
        "name": NAME,
        "last_finish": NEVER,
        "run_at": "2016-07-26T00:00:00-07:00",
        "from_date": "2016-07-26T00:00:00-07:00",
        "to_date": "2016-07-26T00:00:00-07:00",
    }
    return Job(state=state, **{**known, **more})


@pytest.fixture
def world(box: Sandbox) -> World:
    world = World()
    world.mixpanel.add_pipeline(123, NAME)
    for hour, state in enumerate(["canceled", "retried", "retried", "succeeded", "running"]):
        at = f"2016-07-26T0{hour}:00:00-07:00"
        finish = NEVER if state in {"canceled", "running"} else f"2016-07-26T0{hour}:30:00-07:00"
        world.put_job(job(state, run_at=at, last_finish=finish))
    return box.load(world)


def basic(user: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


def test_jobs_lists_the_pipelines_of_a_project(world: World, mixpanel: Callable[..., Any]) -> None:
    answer = mixpanel(f"{BELOW}/jobs?project_id=123")
    assert answer.status == 200
    ((project, (pipeline,)),) = answer.body.items()
    assert project == "123"
    assert list(pipeline) == ["name", "Dispatcher", "last_dispatched", "frequency", "sync_enabled"]
    assert pipeline["sync_enabled"] == "true"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d US/Pacific", pipeline["last_dispatched"])


def test_status_groups_jobs_by_state(world: World, mixpanel: Callable[..., Any]) -> None:
    body = mixpanel(STATUS).body
    counts = {state: len(jobs) for state, jobs in body.items()}
    assert counts == {"canceled": 1, "retried": 2, "succeeded": 1, "running": 1}
    assert list(body["canceled"][0]) == [
        *("project_id", "name", "state", "last_finish", "run_at", "from_date", "to_date")
    ]
    assert body["canceled"][0]["last_finish"] == "0000-12-31T16:00:00-08:00"
    assert mixpanel(f"{STATUS}&summary=true").body == counts


def test_a_form_is_posted_as_curl_does(world: World, mixpanel: Callable[..., Any]) -> None:
    form = f"project_id=123&name={NAME}&status=running"
    kind = "application/x-www-form-urlencoded"
    answer = mixpanel(f"{BELOW}/status", method="POST", body=form, Content_Type=kind)
    assert list(answer.body) == ["running"]


def test_the_filter_may_be_repeated_and_may_do_nothing(
    world: World, mixpanel: Callable[..., Any]
) -> None:
    """The documented example asks for `running` and shows a canceled job."""
    both = f"{STATUS}&status=running&status=canceled"
    assert set(mixpanel(both).body) == {"running", "canceled"}
    world.mixpanel.faithful = False
    assert "retried" in mixpanel(f"{STATUS}&status=running").body


def test_timeline_has_days_and_times(world: World, mixpanel: Callable[..., Any]) -> None:
    (day,) = mixpanel(f"{BELOW}/timeline?project_id=123&name={NAME}").body["day_syncs"]
    assert (day["date"], day["status"]) == ("2016-07-26", "synced")
    assert re.fullmatch(r" ?2016-07-26 03:30:00\.000000 -0700 P[DS]T", day["sync_times"][0])


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{BELOW}/jobs", 400),
        (f"{BELOW}/jobs?project_id=x", 400),
        (f"{BELOW}/jobs?project_id=9", 403),
        (f"{BELOW}/status?project_id=123", 400),
        (f"{BELOW}/status?project_id=123&name=nosuch", 404),
        (f"{BELOW}/timeline?project_id=123&name=nosuch", 404),
        ("/api/2.0/nothing", 404),
    ],
)
def test_a_refusal_has_its_shape(
    path: str, status: int, world: World, mixpanel: Callable[..., Any]
) -> None:
    answer = mixpanel(path)
    assert answer.status == status
    assert set(answer.body) == {"error", "status"}
    assert answer.body["status"] == "error"


def test_signing_in_as_a_service_account_or_with_the_projects_secret(
    world: World, mixpanel: Callable[..., Any]
) -> None:
    world.mixpanel.accounts["robot"] = "hush"
    world.mixpanel.secrets["projectsecret"] = 123
    jobs = f"{BELOW}/jobs?project_id=123"
    assert mixpanel(jobs).status == 401
    for wrong in (basic("robot", "x"), basic("robot", ""), basic("", ""), "Basic %", "Bearer x"):
        assert mixpanel(jobs, Authorization=wrong).status == 401
    assert mixpanel(jobs, Authorization=basic("robot", "hush")).status == 200
    without = f"{BELOW}/jobs"
    assert mixpanel(without, Authorization=basic("robot", "hush")).status == 400
    assert mixpanel(without, Authorization=basic("projectsecret", "")).status == 200


def test_the_truth_of_a_project(world: World) -> None:
    (active,) = world.active()
    running = job("running", run_at="2016-07-26T04:00:00-07:00")
    assert active == running.key
    world.put_job(running, state="failed")
    assert world.active() == frozenset()
    world.put_job(running, state="pending")
    assert world.active() == {running.key}
    world.mixpanel.remove_pipeline(123, NAME, at=world.now())
    assert world.active() == frozenset()
    assert world.idle(world.now(), world.now())
