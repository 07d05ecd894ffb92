"""`quiesce pipelines`: all that are known, with how they do; asks no system."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from tests.cli.archive import MIX, NOW, a_run, active, environment, keep
from tests.cli.program import document, quiesce
from tests.cli.terminal import Terminal
from tests.render.samples import HOSTILE

from quiesce.model import State
from quiesce.render.clean import harmless
from quiesce.render.schemas import schema


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten runs of one pipeline of gate, two of which failed, one that goes on; one of mix."""
    runs = [
        a_run(
            f"{number:02}",
            state=State.FAILED if number < 2 else State.SUCCEEDED,
            started_at=NOW - timedelta(days=11 - number),
            created_at=NOW - timedelta(days=11 - number),
        )
        for number in range(10)
    ]
    keep(tmp_path, [*runs, active("10", started_at=NOW - timedelta(minutes=3))])
    keep(
        tmp_path,
        [a_run("1", source="mix", application="42", pipeline="events-daily", type="job")],
        identity=MIX,
    )
    return tmp_path


def pipelines(*words: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    told = quiesce("pipelines", *words, cwd=folder, env={**environment(folder), **env})
    assert "Traceback" not in told.stderr
    return told


def test_the_document_has_counts_the_last_run_and_how_it_does(folder: Path) -> None:
    told = pipelines("-o", "json", folder=folder)
    assert told.returncode == 0
    found = document(told)
    jsonschema.validate(found, schema("pipelines"))
    deploy, events = found["pipelines"]
    assert (deploy["source"], deploy["application"], deploy["pipeline"]) == (
        "gate", "eks", "Deploy prod",
    )  # fmt: skip
    assert deploy["counts"] == {"running": 1, "succeeded": 8, "failed": 2}
    assert deploy["last"]["id"] == "10"
    assert deploy["strip"] == ["failed"] * 2 + ["succeeded"] * 8 + ["running"]
    assert (deploy["success"], deploy["typical"]) == (0.8, 600.0)
    assert events["source"] == "mix"


def test_in_a_pipe_columns_are_whole(folder: Path) -> None:
    told = pipelines(folder=folder)
    head, first, _ = told.stdout.splitlines()
    assert head.split() == [
        "PIPELINE", "APPLICATION", "SOURCE", "RUNS", "ACTIVE", "LAST", "WHEN", "SUCCESS",
        "USUALLY", "STRIP",
    ]  # fmt: skip
    assert "✖✖✔✔✔✔✔✔✔✔●" in first
    assert " 80 %  " in first
    assert told.stderr == "2 pipelines, 1 of them active\n"


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_on_a_terminal_it_fits(columns: int, folder: Path) -> None:
    told = Terminal("pipelines", cwd=folder, columns=columns, env=environment(folder))
    text = told.end()
    lines = told.lines()
    assert len(lines) == len([line for line in text.splitlines() if line.strip()])
    assert any("● running" in line for line in lines)
    assert any("Deploy p" in line for line in lines)


def test_one_name_one_application_one_source(folder: Path) -> None:
    for words in (("events-daily",), ("-a", "42"), ("-s", "mix")):
        found = document(pipelines(*words, "-o", "json", folder=folder))
        assert [one["pipeline"] for one in found["pipelines"]] == ["events-daily"]


def test_a_name_that_the_store_does_not_know_gets_the_nearest(folder: Path) -> None:
    told = pipelines("Deploy prdo", folder=folder)
    assert (told.returncode, told.stdout) == (2, "")
    assert "the store knows no pipeline named `Deploy prdo`" in told.stderr
    assert "nearest: `Deploy prod` (eks, gate)" in told.stderr
    told = pipelines("-a", "esk", "-o", "json", folder=folder)
    assert told.returncode == 2
    assert document(told)["error"] == "the store knows no application named `esk`"


def test_without_a_store_it_says_so(tmp_path: Path) -> None:
    told = pipelines(folder=tmp_path)
    assert (told.returncode, told.stdout) == (3, "")
    assert "there is no store at " in told.stderr
    keep(tmp_path)
    told = pipelines(folder=tmp_path)
    assert (told.returncode, told.stdout) == (0, "")
    assert told.stderr == "no run was ever seen of these sources\n"


def test_hostile_names_are_harmless(tmp_path: Path) -> None:
    names = [name for name in HOSTILE.values() if name.strip() and "\x00" not in name]
    keep(
        tmp_path,
        [a_run(str(number), pipeline=name, application=name) for number, name in enumerate(names)],
    )
    told = pipelines(folder=tmp_path)
    assert told.returncode == 0
    assert len(told.stdout.splitlines()) == len(names) + 1
    assert all(char == "\n" or harmless(char) for char in told.stdout)
    assert pipelines(folder=tmp_path, LC_ALL="C").stdout.isascii()
    assert len(document(pipelines("-o", "json", folder=tmp_path))["pipelines"]) == len(names)
