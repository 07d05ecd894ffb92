"""What each of Gate's lists shows, and what it leaves out without a word.

Measured on Gate 6.69.0 and Orca 8.64.0. These functions are the reason for this sandbox: a
reader who trusts one list sees 14 of 24 active runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from msgspec import Struct

from quiesce.sandbox.shapes import Execution
from quiesce.sandbox.spinnaker import Spinnaker

HISTORY_MS = 14 * 24 * 60 * 60 * 1000
KEPT_OLD = 2
DEFAULT_LIMIT = 10
FOREVER = 2**63 - 1

Statuses = frozenset[str]
"""The statuses to show; empty means all."""


class Wanted(Struct, frozen=True, kw_only=True):
    """What is asked of a search."""

    statuses: Statuses = frozenset()
    size: int = 10
    start: int = 0
    since: int = 0
    until: int = FOREVER
    pipeline_name: str | None = None
    reverse: bool = False


def of_application(
    spinnaker: Spinnaker, at: int, application: str, *, statuses: Statuses, limit: int
) -> list[Execution]:
    """`/applications/{app}/pipelines`: what runs of pipelines and strategies that still exist."""
    configs = [config.id for config in spinnaker.configs(at, application)]
    return of_configs(spinnaker, at, configs, statuses=statuses, limit=limit or DEFAULT_LIMIT)


def of_configs(
    spinnaker: Spinnaker, at: int, configs: Iterable[str], *, statuses: Statuses, limit: int
) -> list[Execution]:
    """`/executions?pipelineConfigIds=`: the newest of each, by id, then the history cut.

    The limit counts what is left after the statuses, so finished runs don't push out active
    ones if statuses are given; without them they do.
    """
    found: list[Execution] = []
    for config_id in dict.fromkeys(configs):
        runs = _with(spinnaker.executions_of(at, config_id), statuses)
        runs.sort(key=lambda run: run.id, reverse=True)
        found += _not_too_old(runs[:limit], at)
    found.sort(key=lambda run: run.id, reverse=True)
    found.sort(key=lambda run: run.start_time or 0)
    return found


def search(spinnaker: Spinnaker, at: int, application: str, wanted: Wanted) -> list[Execution]:
    """`/executions/search`: no history cut, but no strategies, tasks or deleted pipelines.

    Pages are drawn from the first two pages' worth only: from `startIndex >= 2 * size` on there
    is nothing, and a page just below is short.
    """
    known = {app.name for app in spinnaker.applications(at)}
    runs: list[Execution] = []
    for config in spinnaker.configs(at, None if application == "*" else application):
        if config.strategy or wanted.pipeline_name not in {None, config.name}:
            continue
        if application == "*" and config.application.lower() not in known:
            continue
        runs += [
            run
            for run in _with(spinnaker.executions_of(at, config.id), wanted.statuses)
            if wanted.since <= run.build_time <= wanted.until
        ]
    runs.sort(key=lambda run: (run.build_time, run.id), reverse=not wanted.reverse)
    return runs[: 2 * wanted.size][wanted.start : wanted.start + wanted.size]


def tasks(
    spinnaker: Spinnaker, at: int, application: str, *, statuses: Statuses, page: int, limit: int
) -> list[Execution]:
    """`/tasks`: ad-hoc tasks that started in the last 14 days or not yet, newest start first."""
    recent = partial(_recent, at=at)
    runs = [run for run in _with(spinnaker.tasks_of(at, application), statuses) if recent(run)]
    runs.sort(key=lambda run: (run.start_time is None, run.start_time or 0, run.id), reverse=True)
    first = (max(page, 1) - 1) * limit
    return runs[first : first + limit]


def by_ids(spinnaker: Spinnaker, at: int, ids: Iterable[str]) -> list[Execution]:
    """`/executions?executionIds=`: pipelines only, in the order asked; unknown ids are left out."""
    found = (spinnaker.execution(at, id) for id in ids)
    return [run for run in found if run is not None and run.type == "PIPELINE"]


def _with(runs: list[Execution], statuses: Statuses) -> list[Execution]:
    return [run for run in runs if run.status in statuses] if statuses else runs


def _recent(run: Execution, at: int) -> bool:
    return run.start_time is None or run.start_time > at - HISTORY_MS


def _not_too_old(newest_first: list[Execution], at: int) -> list[Execution]:
    """The cut: one recent result hides all old ones; without any, the two newest are shown."""
    recent = [run for run in newest_first if _recent(run, at)]
    return (
        recent or sorted(newest_first, key=lambda run: run.start_time or 0, reverse=True)[:KEPT_OLD]
    )
