"""`waive`, `waivers`, `unwaive`: nothing is hidden for ever, and nothing is hidden silently."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import jsonschema
import pytest
from tests.cli.archive import a_run, active, environment, keep
from tests.cli.program import document, quiesce

from quiesce.app.archive.until import until
from quiesce.errors import ConfigError
from quiesce.render.names import name_of
from quiesce.render.schemas import schema
from quiesce.store import Identity

NIGHTLY = "Nightly [prod]"
HERE = timezone(timedelta(hours=1))
AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store that has seen two active runs and an ended one of gate."""
    keep(
        tmp_path,
        [
            active("01AAA"),
            active("01ABB", pipeline=NIGHTLY),
            a_run("02CCC", application="checkout", pipeline="Deploy"),
        ],
    )
    return tmp_path


def run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    told = quiesce(*words, cwd=folder, env=environment(folder))
    assert "Traceback" not in told.stderr
    return told


def waive(
    what: str, *words: str, folder: Path, end: str = "4h"
) -> subprocess.CompletedProcess[str]:
    return run(
        "waive", what, "--reason", "known zombie", "--until", end, "--by", "bob", *words,
        folder=folder,
    )  # fmt: skip


def patterns(folder: Path) -> list[tuple[str, list[str]]]:
    told = run("waivers", "-o", "json", folder=folder)
    shown = document(told)
    jsonschema.validate(shown, schema("waivers"))
    return [(one["pattern"], one["active"]) for one in shown["waivers"]]


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("gate/01AAA", "gate/eks/Deploy prod/01AAA"),
        ("gate/eks/Deploy prod/01AAA", "gate/eks/Deploy prod/01AAA"),
        ("gate/eks/Deploy%20prod/01AAA", "gate/eks/Deploy prod/01AAA"),
        ("01AA", "gate/eks/Deploy prod/01AAA"),
        ("gate/01AB", "gate/eks/Nightly [[]prod]/01ABB"),
    ],
)
def test_a_run_may_be_named_in_every_way_in_which_it_is_printed(
    what: str, pattern: str, folder: Path
) -> None:
    told = waive(what, folder=folder)
    assert (told.returncode, told.stdout) == (0, "1\n")
    ((kept, covers),) = patterns(folder)
    assert kept == pattern
    assert len(covers) == 1


def test_a_name_as_ls_prints_it_is_accepted_whatever_is_in_it(folder: Path) -> None:
    name = name_of(active("01ABB", pipeline=NIGHTLY))
    assert waive(name, folder=folder).returncode == 0
    assert patterns(folder) == [("gate/eks/Nightly [[]prod]/01ABB", ["gate/01ABB"])]


def test_a_pattern_covers_what_it_matches_and_says_what(folder: Path) -> None:
    told = waive("gate/eks/Deploy */*", folder=folder)
    assert told.returncode == 0
    assert "waiver 1: gate/eks/Deploy */* does not count until " in told.stderr
    assert "by bob: known zombie; 1 run is active and waived: gate/01AAA" in told.stderr
    assert patterns(folder) == [("gate/eks/Deploy */*", ["gate/01AAA"])]


def test_json_is_one_document(folder: Path) -> None:
    told = waive("gate/eks/*", "-o", "json", "--force", folder=folder)
    shown = document(told)
    jsonschema.validate(shown, schema("waivers"))
    assert shown["waiver"]["by"] == "bob"
    assert shown["waiver"]["standing"] == "in force"
    assert sorted(shown["waiver"]["active"]) == ["gate/01AAA", "gate/01ABB"]


@pytest.mark.parametrize("pattern", ["*", "gate/*", "gate/*/*/*", "*/*", "[g]ate/*", "g*/?*"])
def test_a_pattern_that_would_cover_all_of_a_source_needs_force(pattern: str, folder: Path) -> None:
    told = waive(pattern, folder=folder)
    assert (told.returncode, told.stdout) == (2, "")
    assert "covers every run of " in told.stderr
    assert "--force" in told.stderr
    assert patterns(folder) == []
    assert waive(pattern, "--force", folder=folder).returncode == 0


def test_a_pattern_that_covers_all_pipelines_that_are_known_needs_force_too(folder: Path) -> None:
    assert waive("gate/*[a-z]/*", folder=folder).returncode == 2
    assert waive("gate/eks/*", folder=folder).returncode == 0  # checkout is left


def test_what_matches_nothing_is_kept_with_a_warning(folder: Path) -> None:
    told = waive("gate/esk/*", folder=folder)
    assert (told.returncode, told.stdout) == (0, "1\n")
    assert "warning: nothing that the store knows matches this pattern" in told.stderr
    told = waive("gate/checkout/*", folder=folder)
    assert "no active run matches it now; it is about 1 known pipeline" in told.stderr
    told = waive("gate/eks/Deploy/09", folder=folder)
    assert "warning: the store knows no active run of this name" in told.stderr
    told = waive("gate/02CCC", folder=folder)
    assert "warning: this run has ended already (succeeded)" in told.stderr


def test_a_run_that_nobody_knows_is_an_error_with_the_nearest(folder: Path) -> None:
    told = waive("01AAB", folder=folder)
    assert told.returncode == 2
    assert "the store knows no run `01AAB`" in told.stderr
    assert "`01AAA`" in told.stderr
    assert waive("", folder=folder).returncode == 2


def test_the_begin_of_several_ids_is_none(folder: Path) -> None:
    told = waive("01A", folder=folder)
    assert told.returncode == 2
    assert "quiesce waive gate/eks/Deploy%20prod/01AAA" in told.stderr


def test_an_id_in_two_sources_needs_its_source(folder: Path) -> None:
    other = Identity(name="stage", kind="spinnaker", address="https://stage")
    keep(folder, [active("01AAA", source="stage")], identity=other)
    assert waive("01AAA", folder=folder).returncode == 2
    assert waive("stage/01AAA", folder=folder).returncode == 0
    assert patterns(folder) == [("stage/eks/Deploy prod/01AAA", ["stage/01AAA"])]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("4h", AT + timedelta(hours=4)),
        ("3d", AT + timedelta(days=3)),
        ("2026-12-01", datetime(2026, 11, 30, 23, tzinfo=UTC)),
        ("2026-12-01T18:00", datetime(2026, 12, 1, 17, tzinfo=UTC)),
        ("2026-12-01 18:00", datetime(2026, 12, 1, 17, tzinfo=UTC)),
        ("2026-12-01T18:00Z", datetime(2026, 12, 1, 18, tzinfo=UTC)),
        ("2026-12-01T18:00+05:00", datetime(2026, 12, 1, 13, tzinfo=UTC)),
    ],
)
def test_an_end_is_a_duration_a_time_or_the_begin_of_a_day(text: str, end: datetime) -> None:
    assert until(text, AT, HERE) == end


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-11-22", "that day has begun"),
        ("2026-11-22T07:00Z", "that is past"),
        ("2027-03-01", "too long: 90 days"),
        ("91d", "too long"),
        ("9999999999w", "too long|expected"),
        ("0s", "that is past"),
        ("9999-12-31T23:59-12:00", "no time for a waiver"),
        ("tomorrow", "no time for a waiver"),
        ("12", "no time for a waiver"),
        ("never", "no time for a waiver"),
        ("", "no time for a waiver"),
        ("\x1b[2J", "no time for a waiver"),
    ],
)
def test_there_is_no_waiver_without_an_end_that_is_near(text: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        until(text, AT, HERE)


def test_a_reason_and_an_end_are_required(folder: Path) -> None:
    assert run("waive", "01AAA", "--reason", "x", folder=folder).returncode == 2
    assert run("waive", "01AAA", "--until", "4h", folder=folder).returncode == 2
    assert run("waive", "01AAA", "--reason", " ", "--until", "4h", folder=folder).returncode == 2
    assert patterns(folder) == []


def test_who_decides_is_the_login_name_by_default(folder: Path) -> None:
    env = {**environment(folder), "LOGNAME": "carol"}
    words = ("waive", "01AAA", "--reason", "x", "--until", "4h")
    assert quiesce(*words, cwd=folder, env=env).returncode == 0
    shown = document(run("waivers", "-o", "json", folder=folder))
    assert shown["waivers"][0]["by"] == "carol"


def test_taking_back_makes_its_runs_count_again(folder: Path) -> None:
    waive("01AAA", folder=folder)
    told = run("unwaive", "1", folder=folder)
    assert (told.returncode, told.stdout) == (0, "1\n")
    assert told.stderr == (
        "waiver 1 is taken back: gate/eks/Deploy prod/01AAA; 1 active run counts again\n"
    )
    assert patterns(folder) == []
    told = run("unwaive", "1", folder=folder)
    assert (told.returncode, told.stdout) == (2, "")
    assert "waiver 1 is taken back already" in told.stderr
    told = run("unwaive", "9", "-o", "json", folder=folder)
    assert told.returncode == 2
    assert document(told)["error"] == "there is no waiver 9"


def test_a_run_that_another_waiver_covers_is_not_said_to_count_again(folder: Path) -> None:
    waive("01AAA", folder=folder)
    waive("gate/eks/Deploy prod/01A*", folder=folder)
    told = run("unwaive", "1", folder=folder)
    assert told.stderr == (
        "waiver 1 is taken back: gate/eks/Deploy prod/01AAA;"
        " 1 active run is waived by another one still\n"
    )


def test_those_in_force_are_listed_and_all_with_how_they_stand(folder: Path) -> None:
    told = run("waivers", folder=folder)
    assert (told.returncode, told.stdout) == (0, "")
    assert told.stderr == "no waiver is in force\n"
    waive("01AAA", folder=folder)
    waive("gate/eks/Nightly*", folder=folder)
    run("unwaive", "1", folder=folder)
    told = run("waivers", folder=folder)
    assert told.stdout.splitlines()[0].split() == [
        "ID", "UNTIL", "BY", "ACTIVE", "PATTERN", "REASON",
    ]  # fmt: skip
    assert "known zombie" in told.stdout
    assert len(told.stdout.splitlines()) == 2
    told = run("waivers", "--all", folder=folder)
    assert "taken back" in told.stdout.splitlines()[1]
    assert "in force" in told.stdout.splitlines()[2]
    shown = document(run("waivers", "--all", "-o", "json", folder=folder))
    assert [one["standing"] for one in shown["waivers"]] == ["taken back", "in force"]


def test_hostile_words_are_harmless(folder: Path) -> None:
    evil = "\x1b[2J\u202eboo\nwaiver 99"
    words = ("waive", "01AAA", "--reason", evil, "--until", "4h", "--by", evil)
    told = run(*words, folder=folder)
    assert told.returncode == 0
    for said in (told.stderr, run("waivers", folder=folder).stdout):
        assert "\x1b" not in said
        assert "\u202e" not in said
        assert "\\x1b[2J\\u202eboo\\nwaiver 99" in said
    shown = document(run("waivers", "-o", "json", folder=folder))
    assert shown["waivers"][0]["reason"] == evil
    told = quiesce("waivers", cwd=folder, env={**environment(folder), "LC_ALL": "C"})
    assert told.stdout.isascii()


def test_without_a_store_it_is_an_error_in_words(tmp_path: Path) -> None:
    words = ("waive", "x/*/y/*", "--reason", "x", "--until", "4h")
    told = quiesce(*words, "-o", "json", cwd=tmp_path, env={"QUIESCE_STORE": "none"})
    assert told.returncode == 2
    assert "needs a store" in document(told)["error"]
    (tmp_path / "bad").write_bytes(b"not a database at all, but long enough to be read as one" * 9)
    for command in (words, ("waivers",), ("unwaive", "1")):
        told = quiesce(*command, cwd=tmp_path, env={"QUIESCE_STORE": str(tmp_path / "bad")})
        assert (told.returncode, told.stdout) == (3, "")
        assert told.stderr.startswith("error: ")
        assert "Traceback" not in told.stderr


def test_before_the_first_look_nothing_is_in_force(tmp_path: Path) -> None:
    told = run("waivers", "-o", "json", folder=tmp_path)
    assert (told.returncode, document(told)) == (0, {"schema": 1, "waivers": []})
    assert run("unwaive", "1", folder=tmp_path).returncode == 3
    assert not (tmp_path / "memory").exists()


def test_nobody_else_may_read_a_new_store(tmp_path: Path) -> None:
    assert waive("gate/eks/Deploy/01", folder=tmp_path).returncode == 0
    (made,) = (tmp_path / "memory").glob("*.db")
    assert made.stat().st_mode & 0o077 == 0
    assert json.loads(run("waivers", "-o", "json", folder=tmp_path).stdout)["waivers"]
