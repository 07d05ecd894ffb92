"""The bench measures what it says it does. No test here looks at a time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from bench.process import Gate, Surroundings, fake_gate

ROOT = Path(__file__).parents[2]
ACTIVE = "NOT_STARTED,RUNNING,PAUSED,SUSPENDED,REDIRECT,BUFFERED"


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    """Four applications of 50 executions, of which two are active."""
    surroundings = Surroundings(tmp_path_factory.mktemp("bench"))
    with fake_gate(surroundings, "--applications=4", "--executions=50", "--latency=0") as found:
        yield found


def asked(gate: Gate, path: str) -> list[dict]:
    answer = requests.get(f"{gate.url}/{path}", timeout=30)
    assert answer.status_code == 200
    return answer.json()


def test_every_execution_is_listed_where_no_status_is_asked_for(gate: Gate) -> None:
    names = [application["name"] for application in asked(gate, "applications")]
    assert names == ["app-0000", "app-0001", "app-0002", "app-0003"]
    lists = [asked(gate, f"applications/{name}/pipelines") for name in names]
    assert [len(found) for found in lists] == [50, 50, 50, 50]
    assert len({run["id"] for found in lists for run in found}) == 200


def test_only_active_executions_are_listed_by_status(gate: Gate) -> None:
    path = f"applications/app-0001/pipelines?statuses={ACTIVE}&limit=1000"
    assert [run["status"] for run in asked(gate, path)] == ["RUNNING"]
    assert len(json.dumps(asked(gate, f"{path}&expand=false"))) < len(json.dumps(asked(gate, path)))


def test_the_search_shows_what_the_lists_cut_off(gate: Gate) -> None:
    everywhere = f"applications/*/executions/search?statuses={ACTIVE}&size=5000"
    lists = [asked(gate, f"applications/app-000{n}/pipelines?statuses={ACTIVE}") for n in range(4)]
    assert len(asked(gate, everywhere)) == sum(map(len, lists)) + 5


def test_what_was_asked_is_counted_and_kept(gate: Gate) -> None:
    gate.reset()
    asked(gate, "applications/app-0002/tasks?statuses=RUNNING")
    stats = gate.stats()
    assert (stats["requests"], gate.log()) == (
        {"tasks": 1},
        ["/applications/app-0002/tasks?statuses=RUNNING"],
    )


@pytest.mark.slow
def test_the_bench_runs_and_names_every_goal() -> None:
    """The figures themselves are for people: a tiny world says nothing about them."""
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "bench", "--quick", "--json"),
            *("--applications=4", "--executions=50", "--stored=5000"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    assert len(document["goals"]) == 16
    assert document["store"]["runs"] == 5000
    assert document["figures"]["busiest_look"] == 2
    assert not [note for note in document["figures"]["notes"] if "floor" in note]
