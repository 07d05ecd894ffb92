"""A simulated Mixpanel: the calls of its Data Pipelines API that read.

`status` is served to GET, as documented, and to a form POST, which is what the documented
`curl -d` really sends. Whatever a job's state is, it can come back whatever was asked for:
see `Projects.faithful`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from quiesce.sandbox.projects import NEVER, PACIFIC, Export, Job, Projects
from quiesce.sandbox.site import LAG, SITE

Form = dict[str, list[str]]
BELOW = "/api/2.0/nessie/pipeline"


class No(Exception):
    """A request that is refused, with Mixpanel's words."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


def _sent(body: object, status: int = 200) -> web.Response:
    return web.Response(
        status=status, body=msgspec.json.encode(body), content_type="application/json"
    )


def _answering(answer: Callable[[Projects, int, int, Form], Any]) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        world = request.app[SITE].world
        text = request.query_string
        if request.method == "POST":
            text = "&".join(filter(None, (text, await request.text())))
        form: Form = {}
        for name, value in parse_qsl(text, keep_blank_values=True):
            form.setdefault(name.removesuffix("[]"), []).append(value)
        with world.lock:
            try:
                project = _project(world.mixpanel, request.headers.get("Authorization"), form)
                at = world.look(frozenset({str(project)})) - request.get(LAG, 0)
                return _sent(answer(world.mixpanel, project, at, form))
            except No as no:
                return _sent({"error": no.error, "status": "error"}, no.status)

    return handle


def _project(projects: Projects, authorization: str | None, form: Form) -> int:
    """Whose pipelines are asked for, if whoever asks may know."""
    named = form.get("project_id", [None])[-1]
    user, secret = _signed_in(authorization)
    if projects.accounts or projects.secrets:
        if user in projects.secrets and not secret:
            return projects.secrets[user]
        if projects.accounts.get(user) != secret:
            raise No(401, "Invalid authentication credentials")
    if named is None:
        raise No(400, "project_id is a required parameter")
    if not named.isdecimal():
        raise No(400, "project_id must be an integer")
    if int(named) not in projects.project_ids():
        raise No(403, f"User does not have permission to access project {named}")
    return int(named)


def _signed_in(authorization: str | None) -> tuple[str, str]:
    scheme, _, value = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, secret


def jobs(
    projects: Projects,
    project: int,
    at: int,  # noqa: ARG001 - as all of Mixpanel's answers are called
    form: Form,  # noqa: ARG001 - see `at`
) -> dict[str, Any]:
    """All pipelines of a project, which Mixpanel calls its jobs."""
    return {str(project): [_listed(export) for export in projects.pipelines(project) or ()]}


def _listed(export: Export) -> dict[str, str]:
    dispatched = datetime.fromtimestamp(export.last_dispatched / 1000, UTC).astimezone(PACIFIC)
    return {
        "name": export.name,
        "Dispatcher": export.dispatcher,
        "last_dispatched": f"{dispatched:%Y-%m-%d %H:%M:%S} US/Pacific",
        "frequency": export.frequency,
        "sync_enabled": str(export.sync_enabled).lower(),
    }


def _named(projects: Projects, project: int, at: int, form: Form) -> list[Job]:
    name = form.get("name", [""])[-1]
    if not name:
        raise No(400, "name is a required parameter")
    found = projects.jobs(at, project, name)
    if found is None:
        raise No(404, f"Pipeline {name} not found")
    return found


def status(projects: Projects, project: int, at: int, form: Form) -> dict[str, Any]:
    """The recent jobs of one pipeline by state, or how many there are. No state is empty."""
    found = _named(projects, project, at, form)
    wanted = {word for value in form.get("status", ()) for word in value.split(",") if word}
    by_state: dict[str, list[Job]] = {}
    for job in found:
        if not wanted or not projects.faithful or job.state in wanted:
            by_state.setdefault(job.state, []).append(job)
    if form.get("summary", ["false"])[-1].lower() == "true":
        return {state: len(those) for state, those in by_state.items()}
    return dict(by_state)


def timeline(projects: Projects, project: int, at: int, form: Form) -> dict[str, Any]:
    """When each day was exported. Some times carry a leading space, as in the documentation."""
    days: dict[str, list[str]] = {}
    for job in _named(projects, project, at, form):
        if job.state == "succeeded" and job.last_finish != NEVER:
            finished = datetime.fromisoformat(job.last_finish)
            times = days.setdefault(job.from_date[:10], [])
            times.append(f"{' ' * (len(days) % 2)}{finished:%Y-%m-%d %H:%M:%S.%f %z} PST")
    synced = [
        {"date": date, "sync_times": times, "status": "synced"}
        for date, times in sorted(days.items())
    ]
    return {"day_syncs": synced}


async def _unknown(_: web.Request) -> web.StreamResponse:
    return _sent({"error": "Not Found", "status": "error"}, 404)


def routes() -> list[web.RouteDef]:
    """All calls that this Mixpanel knows; anything else is a 404 in its own shape."""
    return [
        web.get(f"{BELOW}/jobs", _answering(jobs)),
        web.get(f"{BELOW}/status", _answering(status)),
        web.post(f"{BELOW}/status", _answering(status)),
        web.get(f"{BELOW}/timeline", _answering(timeline)),
        web.route("*", "/{tail:.*}", _unknown),
    ]
