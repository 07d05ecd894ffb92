"""A simulated Gate: the calls that read, as a real one answers them.

`quiesce.sandbox.lists` knows what each list leaves out; here is what is asked and refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from quiesce.sandbox import lists, trouble
from quiesce.sandbox.question import Query, search_query
from quiesce.sandbox.shapes import (
    Application,
    Execution,
    PipelineConfig,
    TaskView,
    task_view,
    unexpanded,
)
from quiesce.sandbox.site import LAG, SITE
from quiesce.sandbox.spinnaker import Spinnaker
from quiesce.sandbox.trouble import Trouble, json_answer

_HEALTH = "application/vnd.spring-boot.actuator.v3+json"


class Asking:
    """One request: what is asked for, of which Spinnaker, at which instant."""

    def __init__(self, request: web.Request) -> None:
        self.query = Query(request.query_string)
        self.path = request.match_info
        self._world = request.app[SITE].world
        self._lag = request.get(LAG, 0)
        self.spinnaker: Spinnaker = self._world.spinnaker

    def at(self, *parts: str) -> int:
        """The instant that the answer shows; parts that were just asked for may react first."""
        lag: int = self._lag
        return self._world.look(frozenset(parts)) - lag

    def may_read(self, application: str) -> bool:
        readable = self.spinnaker.readable
        return readable is None or application.lower() in readable

    def permit(self, application: str) -> None:
        if not (self.spinnaker.star if application == "*" else self.may_read(application)):
            raise trouble.forbidden(application)

    def shown(self, runs: list[Execution], path: str, *, expand: bool) -> list[Execution]:
        """The runs as they are sent. One odd run fails a whole list that is not expanded."""
        if expand:
            return runs
        if any(run.odd for run in runs):
            raise trouble.from_orca(500, path, "Cannot get property 'stages' on null object")
        return [unexpanded(run) for run in runs]


def _answering(answer: Callable[[Asking], Any]) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        world = request.app[SITE].world
        with world.lock:
            try:
                body = answer(Asking(request))
            except Trouble as no:
                return no.answer(world.now())
        return body if isinstance(body, web.StreamResponse) else json_answer(body)

    return handle


def health(_: Asking) -> web.Response:
    """Gate's own health: `UP`, also while all that is behind it is down."""
    return json_answer({"status": "UP"}, content_type=_HEALTH)


def applications(asking: Asking) -> list[Application]:
    """Gate's cache: lower-cased, shorter with Fiat, and empty after a restart without Front50."""
    spinnaker = asking.spinnaker
    at = asking.at()
    if spinnaker.cold:
        return []
    at -= at % spinnaker.cache_ms if spinnaker.cache_ms else 0
    return [app for app in spinnaker.applications(at) if asking.may_read(app.name)]


def application(asking: Asking) -> dict[str, Any]:
    """The only call that says 404 for an application that does not exist."""
    name = asking.path["application"]
    found = asking.spinnaker.application(asking.at(), name)
    if found is None or asking.spinnaker.cold:
        raise trouble.not_found("Application", name)
    asking.permit(name)
    return {"attributes": found, "clusters": {}, "name": found.name}


def pipelines(asking: Asking) -> list[Execution]:
    """The runs of one application; Orca is asked, and it asks Front50 for the pipelines."""
    query, spinnaker = asking.query, asking.spinnaker
    name = asking.path["application"]
    limit, expand = query.number("limit", 10), query.flag("expand")
    url = query.url(f"/v2/applications/{name}/pipelines", limit=limit, statuses=None, expand=None)
    asking.permit(name)
    if not spinnaker.up:
        raise trouble.orca_is_down()
    if not spinnaker.front50_up:
        raise trouble.front50_fails_for_orca(url, f"/pipelines/{name}?refresh=false")
    if limit < 0:
        raise trouble.from_orca(500, url, trouble.bad_grammar(limit))
    at = asking.at(f"{name.lower()}/pipelines")
    found = lists.of_application(spinnaker, at, name, statuses=query.statuses(url), limit=limit)
    return asking.shown(found, url, expand=expand is not False)


def search(asking: Asking) -> list[Execution]:
    """The runs of one application or of all (`*`), newest first."""
    query, spinnaker = asking.query, asking.spinnaker
    name = asking.path["application"]
    wanted, url = search_query(query, name)
    asking.permit(name)
    if not spinnaker.up:
        raise trouble.orca_is_down()
    if not spinnaker.front50_up:
        path = "/v2/applications" if name == "*" else f"/pipelines/{name}?refresh=false"
        raise trouble.front50_fails_for_orca(url, path)
    names = [name.lower()]
    if name == "*":
        names = [app.name for app in spinnaker.applications(asking.at())]
    at = asking.at(*(f"{each}/pipelines" for each in names))
    found = lists.search(spinnaker, at, name, wanted)
    return asking.shown(found, url, expand=query.flag("expand") is True)


def tasks(asking: Asking) -> list[TaskView]:
    """The ad-hoc tasks of one application; `*` is an application without any."""
    query = asking.query
    name = asking.path["application"]
    page, limit = query.number("page", 1), query.number("limit", 3500)
    url = query.url(f"/applications/{name}/tasks", page=None, limit=None, statuses=None)
    if name != "*":
        asking.permit(name)
    if not asking.spinnaker.up:
        raise trouble.orca_is_down()
    statuses = query.statuses(url)
    at = asking.at(f"{name.lower()}/tasks")
    found = lists.tasks(asking.spinnaker, at, name, statuses=statuses, page=page, limit=limit)
    return [task_view(run) for run in found]


def executions(asking: Asking) -> list[Execution]:
    """By ids of configurations or of executions. What may not be read is left out silently."""
    query, spinnaker = asking.query, asking.spinnaker
    configs, ids = query.names("pipelineConfigIds"), query.names("executionIds")
    limit = query.number("limit", 1)
    passed = dict.fromkeys(("pipelineConfigIds", "executionIds", "limit", "statuses"))
    url = query.url("/pipelines", **passed, expand="true")
    if not configs and not ids:
        return []
    if not spinnaker.up:
        raise trouble.orca_is_down()
    if configs and ids:
        text = "Only pipelineConfigIds OR executionIds can be specified"
        raise trouble.from_orca(400, url, text)
    statuses = query.statuses(url)
    now = asking.at()
    runs = [spinnaker.execution(now, id) for id in ids]
    runs += [run for config in configs for run in spinnaker.executions_of(now, config)]
    at = asking.at(*{f"{run.application.lower()}/pipelines" for run in runs if run is not None})
    if ids:
        found = lists.by_ids(spinnaker, at, ids)
    else:
        found = lists.of_configs(spinnaker, at, configs, statuses=statuses, limit=limit)
    found = [run for run in found if asking.may_read(run.application)]
    return asking.shown(found, url, expand=query.flag("expand") is not False)


def _one(asking: Asking, what: str, kind: str, part: str) -> Execution | web.Response:
    """One execution by its id; whoever may not read it gets `200` and nothing."""
    if not asking.spinnaker.up:
        raise trouble.orca_is_down()
    id = asking.path["id"]
    run = asking.spinnaker.execution(asking.at(), id)
    if run is not None:
        run = asking.spinnaker.execution(asking.at(f"{run.application.lower()}/{part}"), id)
    if run is None or run.type != kind:
        raise trouble.not_found(what, id)
    if not asking.may_read(run.application):
        return web.Response()
    return run


def one_pipeline(asking: Asking) -> Execution | web.Response:
    """A pipeline's run, whether or not any list shows it."""
    return _one(asking, "Pipeline", "PIPELINE", "pipelines")


def one_task(asking: Asking) -> TaskView | web.Response:
    """An ad-hoc task, whether or not any list shows it."""
    run = _one(asking, "Task", "ORCHESTRATION", "tasks")
    return task_view(run) if isinstance(run, Execution) else run


def _configs(asking: Asking, path: str, *, strategies: bool) -> list[PipelineConfig]:
    name = asking.path["application"]
    asking.permit(name)
    if not asking.spinnaker.front50_up:
        raise trouble.front50_fails(f"{path}/{name}?refresh=true")
    configs = asking.spinnaker.configs(asking.at(), name)
    return [config for config in configs if bool(config.strategy) is strategies]


def pipeline_configs(asking: Asking) -> list[PipelineConfig]:
    """The pipelines of an application; Gate asks Front50 itself."""
    return _configs(asking, "/pipelines", strategies=False)


def strategy_configs(asking: Asking) -> list[PipelineConfig]:
    """The strategies of an application, which are pipelines that others call."""
    return _configs(asking, "/strategies", strategies=True)


def routes() -> list[web.RouteDef]:
    """All calls that this Gate knows."""
    below = "/applications/{application}"
    return [
        web.get(path, _answering(answer))
        for path, answer in (
            ("/health", health),
            ("/applications", applications),
            (below, application),
            (f"{below}/pipelines", pipelines),
            (f"{below}/executions/search", search),
            (f"{below}/tasks", tasks),
            (f"{below}/pipelineConfigs", pipeline_configs),
            (f"{below}/strategyConfigs", strategy_configs),
            ("/executions", executions),
            ("/pipelines/{id}", one_pipeline),
            ("/tasks/{id}", one_task),
        )
    ]
