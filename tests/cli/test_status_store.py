"""`quiesce status` with a memory: what systems don't show any more, since when, how it went."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.cli.acceptance import EXPORT, PROJECT, both, gate, job, running, valid
from tests.cli.archive import (
    MIX,
    NOW,
    a_run,
    active,
    environment,
    identity,
    keep,
    later,
    path_of,
)
from tests.cli.program import document, quiesce

from quiesce.app.archive.joining import together
from quiesce.model import Look, Question, SourceLook, State
from quiesce.sandbox import Fault, Sandbox


def status(
    *words: str, box: Sandbox, folder: Path, only: tuple[str, ...] | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    sources = gate(box) if only is None else only
    told = quiesce("status", *words, *sources, cwd=folder, env={**environment(folder), **env})
    assert "Traceback" not in told.stderr
    return told


def before(box: Sandbox, folder: Path, *runs: Any, at: Any = NOW) -> None:
    """Let the store have seen these runs of the sandbox's Gate."""
    keep(folder, runs, identity=identity(f"spinnaker+{box.gate_url}", folder), at=at)


def old(ident: str, days: float, **fields: Any) -> Any:
    began = NOW - timedelta(days=days)
    known = {"source": "spinnaker", "pipeline": "Deploy", "started_at": began, "created_at": began}
    return a_run(ident, **{**known, **fields})


def ids(told: subprocess.CompletedProcess[str]) -> dict[str, list[str]]:
    shown = valid(told, "status")
    return {state: [run["id"] for run in runs] for state, runs in shown["runs"].items()}


def test_what_systems_show_no_longer_comes_from_the_store(box: Sandbox, tmp_path: Path) -> None:
    before(box, tmp_path, old("old-1", 40), old("old-2", 3, state=State.FAILED))
    told = status("Deploy", "-o", "json", box=box, folder=tmp_path)
    assert told.returncode == 0
    shown = ids(told)
    assert len(shown["succeeded"]) == 3
    assert shown["succeeded"][-1] == "old-1"
    assert shown["failed"] == ["old-2"]
    since = ids(status("Deploy", "--since", "7d", "-o", "json", box=box, folder=tmp_path))
    assert "old-1" not in since["succeeded"]
    assert since["failed"] == ["old-2"]


@pytest.mark.parametrize("way", ["--live", "--no-store"])
def test_systems_alone_when_that_is_asked_for(way: str, box: Sandbox, tmp_path: Path) -> None:
    before(box, tmp_path, old("old-1", 40))
    shown = ids(status("Deploy", way, "-o", "json", box=box, folder=tmp_path))
    assert "old-1" not in shown["succeeded"]


def test_what_is_seen_is_remembered_and_may_be_asked_for_offline(
    box: Sandbox, tmp_path: Path
) -> None:
    ident = running(box.world)
    assert status("Deploy", box=box, folder=tmp_path).returncode == 0
    box.faults.add(Fault(kind="status", status=500))
    told = status("Deploy", "--offline", "-o", "json", box=box, folder=tmp_path)
    assert told.returncode == 0
    assert ids(told)["running"] == [ident]
    shown = document(told)
    assert list(shown["as_of"]) == ["spinnaker"]
    assert shown["remarks"] == ["1 was active when last seen"]
    told = status("Deploy", "--offline", box=box, folder=tmp_path)
    assert "spinnaker as of " in told.stderr
    assert "1 was active when last seen" in told.stderr


def test_what_is_seen_now_wins_over_what_was_seen(box: Sandbox, tmp_path: Path) -> None:
    shown = ids(status("Deploy", "--live", "-o", "json", box=box, folder=tmp_path))
    ident = shown["succeeded"][0]
    before(box, tmp_path, active(ident, source="spinnaker", pipeline="Deploy"))
    again = ids(status("Deploy", "-o", "json", box=box, folder=tmp_path))
    assert "running" not in again
    assert ident in again["succeeded"]


def test_a_run_that_no_system_accounts_for_is_a_gap_and_stays(box: Sandbox, tmp_path: Path) -> None:
    before(box, tmp_path, old("lost", 0.1, state=State.RUNNING, native_state="RUNNING"))
    told = status("Deploy", "-o", "json", box=box, folder=tmp_path)
    assert told.returncode == 3
    assert ids(told)["running"] == ["lost"]
    assert any("lost" in gap["part"] + gap["why"] for gap in document(told)["gaps"])
    # Told so again ten seconds later, it is gone, and no gap any more.
    later(path_of(tmp_path), seconds=11)
    told = status("Deploy", "-o", "json", box=box, folder=tmp_path)
    assert (told.returncode, ids(told)["gone"]) == (0, ["lost"])


def test_a_pipeline_that_only_the_store_knows_is_answered_and_said_so(
    box: Sandbox, tmp_path: Path
) -> None:
    before(box, tmp_path, old("old-1", 40, pipeline="Retired"))
    told = status("Retired", box=box, folder=tmp_path)
    assert told.returncode == 0
    assert "old-1" in told.stdout
    assert "no system knows a pipeline of this name any more" in told.stderr


def test_a_name_that_nobody_knows_gets_the_nearest_of_both(box: Sandbox, tmp_path: Path) -> None:
    before(box, tmp_path, old("old-1", 40, pipeline="Deploi"))
    told = status("Deplox", box=box, folder=tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    assert "`Deploi` (eks, spinnaker)" in told.stderr
    assert "`Deploy` (" in told.stderr
    told = status("Deplox", "--offline", box=box, folder=tmp_path)
    assert told.returncode == 2
    assert "the store knows no run of a pipeline named `Deplox`" in told.stderr
    assert "`Deploi`" in told.stderr


def test_a_summary_counts_all_that_is_known(box: Sandbox, tmp_path: Path) -> None:
    before(box, tmp_path, *(old(f"old-{number}", number + 2) for number in range(9)))
    words = ("Deploy", "--summary", "--limit", "2", "-o", "json")
    for _ in range(2):  # what was seen now is counted once, kept or not
        told = status(*words, box=box, folder=tmp_path)
        assert valid(told, "status")["summary"] == {"succeeded": 11}
    told = status("Deploy", "--summary", "--offline", "-o", "json", box=box, folder=tmp_path)
    assert valid(told, "status")["summary"] == {"succeeded": 11}


@pytest.mark.parametrize(
    ("state", "code"),
    [(State.SUCCEEDED, 0), (State.FAILED, 1), (State.CANCELED, 1), (State.TIMED_OUT, 1)],
)
def test_exit_status_is_about_the_newest_finished_run(
    state: State, code: int, box: Sandbox, tmp_path: Path
) -> None:
    soon = NOW - timedelta(minutes=15)
    newest = old("newest", 0, state=state, started_at=soon, created_at=soon)
    before(box, tmp_path, newest, old("older", 1, state=State.FAILED))
    ident = running(box.world)
    told = status("Deploy", "--exit-status", box=box, folder=tmp_path)
    assert told.returncode == code
    assert ident in told.stdout
    assert ("exit 1: the newest finished run did not succeed" in told.stderr) == (code == 1)


def test_exit_status_without_a_finished_run_or_with_gaps_is_unknown(
    box: Sandbox, tmp_path: Path
) -> None:
    box.world.spinnaker.add_config("eks", "Fresh")
    told = status("Fresh", "--exit-status", box=box, folder=tmp_path)
    assert told.returncode == 3
    assert "no finished run is known" in told.stderr
    box.faults.add(Fault(kind="login-page", system="gate"))
    told = status("Deploy", "--exit-status", box=box, folder=tmp_path, only=both(box))
    assert told.returncode == 3


def test_a_store_that_cannot_be_read_is_a_gap_and_the_systems_are_shown(
    box: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "bad").write_bytes(
        b"this is not a database, and long enough to be read as one" * 99
    )
    told = status(
        "Deploy", "-o", "json", box=box, folder=tmp_path, QUIESCE_STORE=str(tmp_path / "bad")
    )
    assert told.returncode == 3
    shown = document(told)
    assert len(shown["runs"]["succeeded"]) == 2
    assert any(gap["part"] == "memory" for gap in shown["gaps"])
    told = status(
        "Deploy", "--offline", box=box, folder=tmp_path, QUIESCE_STORE=str(tmp_path / "bad")
    )
    assert (told.returncode, told.stdout) == (3, "")


def test_offline_without_a_store_is_an_error_in_words(box: Sandbox, tmp_path: Path) -> None:
    told = status("Deploy", "--offline", box=box, folder=tmp_path, QUIESCE_STORE="none")
    assert (told.returncode, told.stdout) == (2, "")
    assert "this needs a store, and there is none to use" in told.stderr
    told = status("Deploy", "--offline", box=box, folder=tmp_path)
    assert (told.returncode, told.stdout) == (3, "")
    assert "there is no store" in told.stderr
    assert "quiesce check" in told.stderr


@pytest.mark.parametrize("other", [["--live"], ["--no-store"], ["--parts", "pipelines"]])
def test_offline_and_what_leaves_the_store_alone_are_named(
    other: list[str], box: Sandbox, tmp_path: Path
) -> None:
    told = status("Deploy", "--offline", *other, box=box, folder=tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    assert f"--offline asks nothing but the store, and {other[0]} leaves it" in told.stderr


def test_offline_without_a_configuration_asks_for_all_that_the_store_knows(
    box: Sandbox, tmp_path: Path
) -> None:
    """As `pipelines` and `history` do: the store knows its sources by name."""
    keep(tmp_path, [a_run("o1")])
    keep(tmp_path, [a_run("m1", source="mix")], identity=MIX)
    told = status("Deploy prod", "--offline", "-o", "json", box=box, folder=tmp_path, only=())
    assert told.returncode == 0
    assert {run["source"] for run in document(told)["runs"]["succeeded"]} == {"gate", "mix"}
    assert set(document(told)["as_of"]) == {"gate", "mix"}
    words = ("Deploy prod", "--offline", "-o", "json", "-s", "gate")
    told = status(*words, box=box, folder=tmp_path, only=())
    assert ids(told) == {"succeeded": ["o1"]}
    told = status(*words[:4], "-s", "gaet", box=box, folder=tmp_path, only=())
    assert told.returncode == 2
    assert "did you mean `gate`?" in told.stderr


def many(application: str, *, since: float = 1.0, count: int = 30, **fields: Any) -> list[Any]:
    """A finished run a day of an application's `Deploy`; `since` is how old the newest is."""
    return [
        old(f"{application}-{number:02}", since + number, application=application, **fields)
        for number in range(count)
    ]


@pytest.mark.parametrize("way", [(), ("--offline",)])
def test_a_limit_is_of_the_newest_of_all_applications_and_never_of_what_is_active(
    way: tuple[str, ...], box: Sandbox, tmp_path: Path
) -> None:
    ident = running(box.world)
    going = [old("going", 90, state=State.RUNNING, native_state="RUNNING")]
    before(box, tmp_path, *many("a"), *many("b", since=1.5), *many("c", since=40), *going)
    before(box, tmp_path, active(ident, source="spinnaker", pipeline="Deploy"))
    told = status("Deploy", "--limit", "4", *way, "-o", "json", box=box, folder=tmp_path)
    shown = ids(told)
    if way:
        assert shown.pop("running") == [ident, "going"]
        assert shown == {"succeeded": ["a-00", "b-00", "a-01", "b-01"]}
    else:
        assert ident in shown["running"]
        assert len(shown["succeeded"]) == 4
        assert shown["succeeded"][2:] == ["a-00", "b-00"]


def test_a_limit_leaves_the_glance_at_each_pipeline_as_it_is(box: Sandbox, tmp_path: Path) -> None:
    """What is usual and unusual rests on the same runs, however few are listed."""
    before(box, tmp_path, *many("a"), *many("b", since=40, state=State.FAILED))
    found = [
        document(status("Deploy", *words, "-o", "json", box=box, folder=tmp_path))["pipelines"]
        for words in (("--offline",), ("--offline", "--limit", "1"))
    ]
    assert found[0] == found[1]
    assert [(one["application"], one["ended"]) for one in found[1]] == [("a", 30), ("b", 30)]
    assert [len(one["strip"]) for one in found[1]] == [20, 20]
    assert found[1][1]["unusual"] == ["30 failures in a row"]


def test_a_limit_with_a_state_finds_so_many_of_it_however_old(box: Sandbox, tmp_path: Path) -> None:
    bad = [old(f"b-{at}", 80 + at, application="a", state=State.FAILED) for at in range(9)]
    canceled = old("bad", 200, application="a", state=State.CANCELED)
    before(box, tmp_path, *many("a", count=70), *bad, canceled)
    words = ("Deploy", "--offline", "--status", "failed", "--status", "canceled", "-o", "json")
    shown = ids(status(*words, "--limit", "3", box=box, folder=tmp_path))
    assert shown == {"failed": ["b-0", "b-1", "b-2"], "canceled": []}
    shown = ids(status(*words, "--limit", "10", box=box, folder=tmp_path))
    assert (len(shown["failed"]), shown["canceled"]) == (9, ["bad"])


def test_as_many_finished_ones_are_shown_whatever_is_active(box: Sandbox, tmp_path: Path) -> None:
    """Also where what is active is newer, and the limit beyond what a glance needs."""
    going = [
        old(f"on-{at}", 0.1, application="a", state=State.RUNNING, native_state="RUNNING")
        for at in range(9)
    ]
    before(box, tmp_path, *many("a", count=70), *going)
    told = status("Deploy", "--offline", "--limit", "60", "-o", "json", box=box, folder=tmp_path)
    shown = ids(told)
    assert (len(shown["running"]), len(shown["succeeded"])) == (9, 60)


def test_what_a_limit_leaves_out_is_said_and_a_summary_leaves_out_none(
    box: Sandbox, tmp_path: Path
) -> None:
    before(box, tmp_path, *many("a"))
    told = status("Deploy", "--offline", "--limit", "3", box=box, folder=tmp_path)
    assert "3 runs (3 succeeded)" in told.stderr
    assert "older ones with a larger --limit" in told.stderr
    assert "--limit" not in status("Deploy", "--offline", box=box, folder=tmp_path).stderr
    told = status(
        "Deploy", "--live", "--summary", "--limit", "1", "-o", "json", box=box, folder=tmp_path
    )
    assert document(told)["summary"] == {"succeeded": 2}
    mixpanel = status(
        "Deploy", "--offline", "--limit", "3", "-o", "mixpanel", box=box, folder=tmp_path
    )
    assert [len(those) for those in document(mixpanel).values()] == [3]


def test_mixpanel_shape_has_the_very_words_of_the_system(box: Sandbox, tmp_path: Path) -> None:
    mixpanel = ("-s", f"mixpanel+{box.mixpanel_url}?project_id={PROJECT}")
    never = "0000-12-31T16:00:00-08:00"
    canceled = job(box.world.now(), "canceled")
    canceled = replace(canceled, last_finish=never)
    box.world.put_job(canceled)
    told = status(EXPORT, "-o", "mixpanel", box=box, folder=tmp_path, only=mixpanel)
    shown = document(told)
    assert set(shown) == {"canceled", "succeeded", "failed"}
    (one,) = shown["canceled"]
    assert list(one) == [
        "project_id", "name", "state", "last_finish", "run_at", "from_date", "to_date",
    ]  # fmt: skip
    assert one == {
        "project_id": PROJECT,
        "name": EXPORT,
        "state": "canceled",
        "last_finish": never,
        "run_at": canceled.run_at,
        "from_date": canceled.from_date,
        "to_date": canceled.to_date,
    }
    told = status(EXPORT, "-o", "mixpanel", "--summary", box=box, folder=tmp_path, only=mixpanel)
    assert told.stdout == '{"succeeded":1,"failed":1,"canceled":1}\n'


def test_other_systems_are_said_in_the_words_of_mixpanel(box: Sandbox, tmp_path: Path) -> None:
    ident = running(box.world)
    told = status("Deploy", "-o", "mixpanel", box=box, folder=tmp_path, only=both(box))
    shown = document(told)
    assert set(shown) == {"running", "succeeded"}
    (one,) = shown["running"]
    assert (one["project_id"], one["name"], one["state"]) == ("eks", "Deploy", "running")
    assert one["last_finish"] == "0000-12-31T16:00:00-08:00"
    assert one["run_at"] == one["from_date"] == one["to_date"]
    assert ident
    told = status("Deplyo", "-o", "mixpanel", box=box, folder=tmp_path)
    assert told.returncode == 2
    shown = json.loads(told.stdout)
    assert shown["status"] == "error"
    assert shown["error"].startswith("no pipeline named `Deplyo`")


def test_how_the_last_runs_went_is_in_the_document(box: Sandbox, tmp_path: Path) -> None:
    runs = [old(f"o{number:02}", number + 1) for number in range(30)]
    soon = NOW - timedelta(hours=3)
    long = old("long", 0, state=State.FAILED, started_at=soon, created_at=soon, ended_at=NOW)
    before(box, tmp_path, *runs, long)
    told = status("Deploy", "-a", "eks", "--offline", "-o", "json", box=box, folder=tmp_path)
    (one,) = valid(told, "status")["pipelines"]
    assert one["strip"] == ["succeeded"] * 19 + ["failed"]
    assert (one["typical"], one["ended"]) == (600.0, 31)
    assert one["unusual"] == [
        "the newest took 3 h, longer than 100 % of 30 earlier runs",
        "first failure after 30 successes",
    ]


def test_a_source_that_can_not_be_asked_by_id_leaves_a_gap_too() -> None:
    """What the store has as active is never silently active, and never dropped."""
    going = active("here")
    question = Question(pipeline="Deploy prod")
    read = SourceLook(name="gate", kind="x", started=0, finished=1, parts={"a": None})
    look = Look(sources=(read,), began_at=NOW, ended_at=NOW)
    runs, told = together(look, [going], question)
    assert [run.id for run in runs] == ["here"]
    assert [gap.part for gap in told.gaps] == ["run here"]
    assert "gate/here was active when it was last seen" in told.gaps[0].why
    for seen in (replace(read, runs=(going,)), replace(read, ended=(a_run("here"),))):
        runs, told = together(replace(look, sources=(seen,)), [going], question)
        assert len(runs) == 1
        assert told.gaps == ()


def test_offline_is_as_of_a_look_that_has_shown_this_pipeline(box: Sandbox, tmp_path: Path) -> None:
    one = identity(f"spinnaker+{box.gate_url}", tmp_path)
    keep(tmp_path, [old("o1", 3)], identity=one, at=NOW - timedelta(hours=5))
    keep(tmp_path, identity=one, at=NOW, scope="pipeline Other")
    shown = document(status("Deploy", "--offline", "-o", "json", box=box, folder=tmp_path))
    as_of = datetime.fromisoformat(shown["as_of"]["spinnaker"])
    assert as_of < NOW - timedelta(hours=4)
