"""What each way of asking misses, as it was measured: 24 executions were active."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from quiesce.sandbox import Sandbox, measured
from quiesce.sandbox.recorded import recorded_at

CAPTURES = Path(__file__).parents[1] / "captures" / "spinnaker"
NAIVE = "RUNNING,PAUSED,BUFFERED"
ALL = "RUNNING,PAUSED,BUFFERED,NOT_STARTED,SUSPENDED"
APPS = ("demo", "other", "empty")
CONFIGS = (
    "cfg-deploy,cfg-quick,cfg-judge,cfg-fails,cfg-limited,cfg-max2,cfg-parent,cfg-dis,cfg-mix,"
    "cfg-old1,cfg-old2,cfg-strat,cfg-child"
)
_PER_APP = [f"/applications/{app}/pipelines?statuses={ALL}&limit=1000&expand=false" for app in APPS]
_TASKS = [f"/applications/{app}/tasks?statuses={ALL}" for app in APPS]
_STAR = f"/applications/*/executions/search?statuses={ALL}"
_RECENT = "statuses=all active&limit=1000&expand=false"
# Each way of compare.txt, and the requests that it sends.
WAYS: dict[str, list[str]] = {
    "naive (no params, RUNNING/PAUSED/BUFFERED)": [
        f"/applications/{app}/pipelines" for app in APPS
    ],
    "naive + NOT_STARTED,SUSPENDED": [f"/applications/{app}/pipelines" for app in APPS],
    "per app ?statuses=all active&limit=1000&expand=false": _PER_APP,
    "per app tasks ?statuses=all active": _TASKS,
    "search * statuses, default size": [_STAR],
    "search * statuses size=5000 expand=false": [f"{_STAR}&size=5000&expand=false"],
    "search per app size=5000": [
        f"/applications/{app}/executions/search?statuses={ALL}&size=5000" for app in APPS
    ],
    "search * (5000) + tasks per app + pipelines per app(statuses)": [
        f"{_STAR}&size=5000",
        *_TASKS,
        *_PER_APP,
    ],
    "executions?pipelineConfigIds (all known) statuses limit=1000": [
        f"/executions?pipelineConfigIds={CONFIGS}&statuses={ALL}&limit=1000"
    ],
}


def compared() -> dict[str, tuple[int, set[str]]]:
    """What each way found and missed, as recorded."""
    ids: dict[str, str] = json.loads((CAPTURES / "ids.json").read_text("utf-8"))
    found: dict[str, tuple[int, set[str]]] = {}
    text = (CAPTURES / "compare.txt").read_text("utf-8")
    for way, count, missed in re.findall(
        r"^(.+): (\d+)/24 active.*\n   missed: (.+)$", text, re.MULTILINE
    ):
        names = re.findall(r"([\w]+)\([A-Z_]+\)", missed)
        found[way] = int(count), {ids.get(name, name) for name in names}
    return found


def truth() -> set[str]:
    lines = (CAPTURES / "truth.tsv").read_text("utf-8").splitlines()
    return {line.split("\t")[2] for line in lines if "\t" in line}


def test_the_truth_is_what_the_tables_of_orca_said(box: Sandbox) -> None:
    assert box.world.active() == truth()
    assert len(truth()) == 24


def test_every_recorded_way_is_tried() -> None:
    assert set(compared()) == set(WAYS)


@pytest.mark.parametrize("way", list(WAYS))
def test_each_way_misses_today_what_it_missed_when_it_was_measured(
    way: str, box: Sandbox, gate: Callable[..., Any]
) -> None:
    counted = set((NAIVE if way.startswith("naive (") else ALL).split(","))
    seen = {run["id"] for path in WAYS[way] for run in gate(path).body if run["status"] in counted}
    count, missed = compared()[way]
    assert len(seen & truth()) == count
    assert truth() - seen == missed
    assert seen <= truth()


def test_the_measured_world_is_as_old_whenever_it_is_shown(
    box: Sandbox, gate: Callable[..., Any]
) -> None:
    """What was older than 14 days then is so a year later, and what was not is not."""
    later = recorded_at() + 400 * 86_400_000
    box.load(measured(lambda: later))
    seen = {run["id"] for path in WAYS["per app ?" + _RECENT] for run in gate(path).body}
    assert truth() - seen == compared()["per app ?" + _RECENT][1]
    assert max(run["buildTime"] for run in gate("/applications/demo/pipelines").body) < later


def test_what_was_seen_before_is_still_found_by_its_id(
    box: Sandbox, gate: Callable[..., Any]
) -> None:
    """With a memory 23 are found; the one without a configuration's id only if it is known."""
    ids = json.loads((CAPTURES / "ids.json").read_text("utf-8"))
    for name in ("gone", "noconfig"):
        assert gate(f"/pipelines/{ids[name]}").body["status"] == "RUNNING"
    assert gate(f"/tasks/{ids['task_old']}").body["status"] == "RUNNING"
    assert gate(f"/executions?pipelineConfigIds=cfg-gone&statuses={ALL}").body
