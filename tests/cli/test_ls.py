"""`quiesce ls` lists every active run, and its exit code says whether all was seen."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from tests.cli.acceptance import EXPORT, PROJECT, both, gate, running, small, valid
from tests.cli.program import document, quiesce

from quiesce.cli.main import main
from quiesce.render.columns import FIELDS
from quiesce.sandbox import Fault, Sandbox


def test_a_run_is_listed_and_all_was_seen(box: Sandbox, tmp_path: Path) -> None:
    ident = running(box.world)
    told = quiesce("ls", *both(box), cwd=tmp_path)
    assert told.returncode == 0
    header, row = told.stdout.splitlines()
    assert header.split()[:4] == ["STATE", "SOURCE", "APPLICATION", "PIPELINE"]
    assert row.split()[:4] == ["running", "spinnaker", "eks", "Deploy"]
    assert row.endswith(ident)
    assert told.stderr.startswith("1 active (1 running) · 2 sources · 6 of 6 parts read · ")


def test_the_document_says_that_one_look_confirms_nothing(box: Sandbox, tmp_path: Path) -> None:
    shown = valid(quiesce("ls", "-o", "json", *both(box), cwd=tmp_path))
    assert (shown["verdict"], shown["confirmed"], shown["settled"]) == ("quiet", False, False)
    assert [source["kind"] for source in shown["sources"]] == ["spinnaker", "mixpanel"]
    assert "filters" not in shown


def test_nothing_nothing_that_matches_and_not_knowing_are_three_sentences(
    box: Sandbox, tmp_path: Path
) -> None:
    told = quiesce("ls", *both(box), cwd=tmp_path)
    assert (told.returncode, told.stdout) == (0, "")
    assert told.stderr == "nothing is active: 6 of 6 parts read, 2 sources\n"
    running(box.world)
    told = quiesce("ls", "--state", "paused", *both(box), cwd=tmp_path)
    assert (told.returncode, told.stdout) == (0, "")
    assert "nothing matches these filters (1 run is active without them)" in told.stderr
    box.load(small())
    box.faults.add(Fault(kind="status", status=403, path="/applications/eks/tasks"))
    told = quiesce("ls", *both(box), cwd=tmp_path)
    assert (told.returncode, told.stdout) == (3, "")
    assert told.stderr.startswith("cannot tell: ")
    assert "eks/tasks" in told.stderr


def test_a_gap_is_exit_3_and_what_was_seen_is_listed(box: Sandbox, tmp_path: Path) -> None:
    ident = running(box.world)
    box.faults.add(Fault(kind="status", status=404, system="mixpanel", path="**/status"))
    told = quiesce("ls", "-o", "json", *both(box), cwd=tmp_path)
    shown = valid(told)
    assert told.returncode == 3
    assert [run["id"] for run in shown["runs"]] == [ident]
    assert [len(source["gaps"]) for source in shown["sources"]] == [0, 2]


def test_an_application_scopes_the_question_and_the_answer_says_so(
    box: Sandbox, tmp_path: Path
) -> None:
    running(box.world, "eks")
    told = quiesce("ls", "-a", "CheckOut", *both(box), cwd=tmp_path)
    assert told.returncode == 0
    assert (
        "nothing is active: 2 of 2 parts read, 2 sources, application CheckOut only" in told.stderr
    )
    shown = valid(quiesce("ls", "-a", "EKS", "-o", "json", *both(box), cwd=tmp_path))
    assert shown["filters"] == {"application": "EKS", "pipeline": None, "states": []}
    assert [run["application"] for run in shown["runs"]] == ["eks"]


def test_an_application_that_nobody_has_gets_the_nearest(box: Sandbox, tmp_path: Path) -> None:
    told = quiesce("ls", "-a", "chekout", *both(box), cwd=tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    assert "no application named `chekout` in 2 sources" in told.stderr
    assert "hint: nearest: `checkout`" in told.stderr


def test_with_gaps_a_name_may_exist_after_all(box: Sandbox, tmp_path: Path) -> None:
    box.faults.add(Fault(kind="status", status=500, path="**/jobs"))
    told = quiesce("ls", "-a", "chekout", *both(box), cwd=tmp_path)
    assert (told.returncode, told.stdout) == (3, "")
    assert told.stderr.startswith("cannot tell: no application named `chekout` in ")
    assert "could not be read, so it may exist\n" in told.stderr


def test_parts_narrow_and_every_answer_says_so(box: Sandbox, tmp_path: Path) -> None:
    box.world.start_task("eks", "by hand")
    words = ("--parts", "pipelines", *gate(box))
    told = quiesce("ls", *words, cwd=tmp_path)
    assert told.returncode == 0
    assert "nothing is active: 2 of 2 parts read, 1 source, spinnaker: " in told.stderr
    shown = valid(quiesce("ls", "-o", "json", *words, cwd=tmp_path))
    assert "pipelines" in shown["sources"][0]["scope"]
    told = quiesce("ls", "--parts", "piplines", *gate(box), cwd=tmp_path)
    assert told.returncode == 2
    assert "piplines" in told.stderr


def test_every_format_shows_the_run(box: Sandbox, tmp_path: Path) -> None:
    ident = running(box.world)

    def shown(form: str, *more: str) -> str:
        told = quiesce("ls", "-o", form, *more, *both(box), cwd=tmp_path)
        assert told.returncode == 0
        return told.stdout

    assert ident in shown("wide")
    (row,) = csv.DictReader(io.StringIO(shown("csv", "--fields", "pipeline,id")))
    assert row == {"pipeline": "Deploy", "id": ident}
    assert shown("name") == f"spinnaker/eks/Deploy/{ident}\n"
    assert json.loads(shown("raw"))["id"] == ident
    kinds = [json.loads(line)["type"] for line in shown("jsonl").splitlines()]
    assert kinds == ["run", "verdict"]
    assert len(shown("plain").split("\t")) > 5


def test_fields_without_a_value_are_listed(box: Sandbox, tmp_path: Path) -> None:
    told = quiesce("ls", *gate(box), "--fields", cwd=tmp_path)
    assert (told.returncode, told.stdout.splitlines(), told.stderr) == (0, list(FIELDS), "")
    assert box.requests == []


@pytest.mark.parametrize("command", ["ls", "check", "wait", "status"])
def test_the_fields_are_listed_by_every_command_and_a_wrong_one_gets_the_nearest(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--fields"]) == 0
    assert capsys.readouterr().out.splitlines() == list(FIELDS)
    more = ["Deploy"] if command == "status" else []
    for wrong in ("pipline", ""):  # an empty variable of a script is no question
        assert main([command, *more, "--fields", wrong]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert f"unknown field `{wrong}`" in told.err
        assert ("did you mean `pipeline`" in told.err) is (wrong != "")


def test_wrong_states_and_sources_get_the_nearest(box: Sandbox, tmp_path: Path) -> None:
    told = quiesce("ls", "--state", "pausd", *gate(box), cwd=tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    assert "did you mean `paused`?" in told.stderr
    (tmp_path / "quiesce.toml").write_text(
        f'[sources.prod]\nkind = "spinnaker"\nurl = "{box.gate_url}"\n'
    )
    told = quiesce("ls", "-s", "prdo", cwd=tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    assert "`prod`" in told.stderr
    assert quiesce("ls", "-s", "prod", cwd=tmp_path).returncode == 0


def test_without_a_configuration_there_are_three_ways(tmp_path: Path) -> None:
    told = quiesce("ls", cwd=tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    assert all(
        way in told.stderr for way in ("quiesce demo", "quiesce init", "-s spinnaker+https://")
    )


def test_a_look_says_what_it_has_cost(box: Sandbox, tmp_path: Path) -> None:
    told = quiesce("ls", "--stats", *both(box), cwd=tmp_path)
    assert "per application" in told.stderr
    shown = document(quiesce("ls", "-o", "json", *both(box), cwd=tmp_path))
    assert shown["sources"][0]["requests"] <= 2 * 2 + 3
    assert all(source["bytes"] > 0 for source in shown["sources"])


def test_a_job_of_mixpanel_is_a_run(box: Sandbox, tmp_path: Path) -> None:
    now = box.world.now()
    old = (box.world.mixpanel.jobs(now, PROJECT, EXPORT) or [])[0]
    box.world.put_job(old, state="running")
    (run,) = valid(quiesce("ls", "-o", "json", *both(box), cwd=tmp_path))["runs"]
    assert (run["type"], run["state"], run["application"]) == ("job", "running", str(PROJECT))
