"""`quiesce status` finds the recent runs of a pipeline by its name, in every system at once."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.cli.acceptance import EXPORT, NEVER_RAN, PROJECT, both, gate, job, running, valid
from tests.cli.program import quiesce

from quiesce.sandbox import Fault, Sandbox


def test_runs_are_grouped_by_state(box: Sandbox, tmp_path: Path) -> None:
    ident = running(box.world)
    told = quiesce("status", "Deploy", "-o", "json", *both(box), cwd=tmp_path)
    shown = valid(told, "status")
    assert told.returncode == 0
    assert list(shown) == ["schema", "pipeline", "runs", "gaps", "pipelines"]
    assert (shown["schema"], shown["pipeline"], shown["gaps"]) == (1, "Deploy", [])
    assert {state: len(runs) for state, runs in shown["runs"].items()} == {
        "running": 1,
        "succeeded": 2,
    }
    assert shown["runs"]["running"][0]["id"] == ident
    assert {run["application"] for run in shown["runs"]["succeeded"]} == {"checkout", "eks"}


def test_one_application_is_enough(box: Sandbox, tmp_path: Path) -> None:
    told = quiesce("status", "Deploy", "-a", "eks", "-o", "json", *gate(box), cwd=tmp_path)
    runs = valid(told, "status")["runs"]["succeeded"]
    assert [run["application"] for run in runs] == ["eks"]


def test_a_summary_is_counts(box: Sandbox, tmp_path: Path) -> None:
    words = ("status", EXPORT, "--summary", *both(box))
    shown = valid(quiesce(*words, "-o", "json", cwd=tmp_path), "status")
    assert shown == {
        "schema": 1,
        "pipeline": EXPORT,
        "summary": {"succeeded": 1, "failed": 1},
        "gaps": [],
    }
    told = quiesce(*words, cwd=tmp_path)
    assert told.stdout.split() == ["succeeded", "1", "failed", "1"]
    assert told.stderr.startswith("2 runs (1 succeeded, 1 failed) · 2 sources · ")


def test_a_job_of_mixpanel_has_its_four_times(box: Sandbox, tmp_path: Path) -> None:
    told = quiesce("status", EXPORT, "-o", "json", *both(box), cwd=tmp_path)
    (run,) = valid(told, "status")["runs"]["succeeded"]
    assert {"from_date", "to_date", "run_at", "last_finish"} <= set(run["details"])
    assert all(run["details"][name] for name in ("from_date", "to_date", "run_at", "last_finish"))
    assert (run["type"], run["application"]) == ("job", str(PROJECT))
    assert run["ended_at"] is not None


@pytest.mark.parametrize("faithful", [True, False])
def test_a_filter_holds_whether_or_not_the_system_filters(
    faithful: bool, box: Sandbox, tmp_path: Path
) -> None:
    box.world.mixpanel.faithful = faithful
    box.world.put_job(job(box.world.now(), "running"))
    words = ("status", EXPORT, "--status", "running", "--status", "canceled", *both(box))
    shown = valid(quiesce(*words, "-o", "json", cwd=tmp_path), "status")
    assert {state: len(runs) for state, runs in shown["runs"].items()} == {
        "running": 1,
        "canceled": 0,  # it was looked for
    }
    counts = valid(quiesce(*words, "--summary", "-o", "json", cwd=tmp_path), "status")
    assert counts["summary"] == {"running": 1, "canceled": 0}


def test_a_filter_that_leaves_nothing_says_so(box: Sandbox, tmp_path: Path) -> None:
    told = quiesce("status", EXPORT, "--status", "paused", *both(box), cwd=tmp_path)
    assert (told.returncode, told.stdout) == (0, "")
    assert "nothing matches these filters (2 runs of events-daily without them)" in told.stderr
    told = quiesce("status", EXPORT, "--status", "suceeded", *both(box), cwd=tmp_path)
    assert told.returncode == 2
    assert "did you mean `succeeded`?" in told.stderr


def test_a_pipeline_that_exists_and_never_ran_is_known(box: Sandbox, tmp_path: Path) -> None:
    box.world.spinnaker.add_config("eks", "Fresh")
    for name in (NEVER_RAN, "Fresh"):
        told = quiesce("status", name, *both(box), cwd=tmp_path)
        assert (told.returncode, told.stdout) == (0, "")
        assert f"{name} has no recent runs" in told.stderr
        told = quiesce("status", name, "-o", "json", *both(box), cwd=tmp_path)
        assert valid(told, "status")["runs"] == {}


def test_a_name_that_nobody_has_gets_the_nearest(box: Sandbox, tmp_path: Path) -> None:
    told = quiesce("status", "Deplyo", *both(box), cwd=tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    assert "no pipeline named `Deplyo` in 2 sources" in told.stderr
    assert "`Deploy` (checkout)" in told.stderr
    told = quiesce("status", "Deplyo", "-o", "json", *both(box), cwd=tmp_path)
    assert told.returncode == 2
    assert valid(told, "status")["gaps"][0]["why"].startswith("no pipeline named `Deplyo`")


def test_with_gaps_a_name_may_exist_after_all(box: Sandbox, tmp_path: Path) -> None:
    box.faults.add(Fault(kind="status", status=403, path="/applications"))
    told = quiesce("status", "Deplyo", *both(box), cwd=tmp_path)
    assert (told.returncode, told.stdout) == (3, "")
    said = "cannot tell: no pipeline named `Deplyo` in what could be read; spinnaker could not be"
    assert told.stderr.startswith(f"{said} read, so it may exist\n")
    assert "gap: spinnaker *: " in told.stderr
    box.faults.clear()
    box.faults.add(Fault(kind="status", status=403, path="/applications/eks/pipelineConfigs"))
    told = quiesce("status", "Deplyo", *gate(box), cwd=tmp_path)
    assert (told.returncode, told.stdout) == (3, "")
    said = r"cannot tell: no pipeline named `Deplyo` in \d+ of \d+ parts; 1 could not be read, "
    assert re.match(said + "so it may exist\n", told.stderr)


def test_a_system_that_fails_is_a_gap_and_the_other_is_shown(box: Sandbox, tmp_path: Path) -> None:
    box.faults.add(Fault(kind="login-page", system="gate"))
    told = quiesce("status", EXPORT, "-o", "json", *both(box), cwd=tmp_path)
    shown = valid(told, "status")
    assert told.returncode == 3
    assert {gap["source"] for gap in shown["gaps"]} == {"spinnaker"}
    assert set(shown["runs"]) == {"succeeded", "failed"}


def test_a_limit_is_kept(box: Sandbox, tmp_path: Path) -> None:
    config = box.world.spinnaker.configs(box.world.now(), "eks")[0]
    for age in range(5):
        box.world.start(config, status="SUCCEEDED", age=100 + age)
    words = ("status", "Deploy", "-a", "eks", "--limit", "3", "-o", "json", *gate(box))
    told = quiesce(*words, cwd=tmp_path)
    runs = [run for group in valid(told, "status")["runs"].values() for run in group]
    assert len(runs) == 3
    assert quiesce("status", "Deploy", "--limit", "0", *gate(box), cwd=tmp_path).returncode == 2


def test_lines_hold_the_same(box: Sandbox, tmp_path: Path) -> None:
    told = quiesce("status", "Deploy", "-o", "jsonl", *both(box), cwd=tmp_path)
    assert [json.loads(line)["type"] for line in told.stdout.splitlines()] == ["run", "run"]


@pytest.mark.parametrize("words", [("--fields", "id"), ("--foo",), ("--status", "bad")])
def test_a_wrong_option_leaves_one_document(
    words: tuple[str, ...], box: Sandbox, tmp_path: Path
) -> None:
    told = quiesce("status", "Deploy", "-o", "json", *words, *gate(box), cwd=tmp_path)
    assert told.returncode == 2
    shown = valid(told, "status")
    assert shown["runs"] == {}
    assert len(shown["gaps"]) == 1


def test_it_says_what_it_has_cost(box: Sandbox, tmp_path: Path) -> None:
    told = quiesce("status", "Deploy", "--stats", "-o", "json", *both(box), cwd=tmp_path)
    assert told.returncode == 0
    assert valid(told, "status")["runs"]
    lines = [line for line in told.stderr.splitlines() if line.startswith("stats: ")]
    assert [line.split(":")[1] for line in lines] == [" spinnaker", " mixpanel"]
    assert all(re.search(r": \d+ requests?\b.*, 1 look, ", line) for line in lines)
