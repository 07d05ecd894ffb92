"""`quiesce store`: figures, upgrades, pruning and export from the command line."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.cli.acceptance import conforms
from tests.cli.program import document, quiesce
from tests.store.looking import run, see, surveyed

from quiesce.model import Gap, State
from quiesce.store import open_store
from quiesce.store.writing.write import record

EVIL = '=cmd|"x"\x1b[31m\u202e,y'


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the store of the commands is."""
    path = tmp_path / "state" / "quiesce.db"
    monkeypatch.setenv("QUIESCE_STORE", str(path))
    return path


def fill(path: Path) -> None:
    with open_store(str(path), create=True) as store:
        see(store, 0, run("1", details={"stage": "Bake"}), run("2", pipeline=EVIL))
        lately = datetime.now(UTC) - timedelta(hours=2)
        part = surveyed(10, ended=[run("3", State.FAILED, ended_at=lately)])
        gap = Gap(part="shop", error="refused", why="no right")
        part = surveyed(20, ended=part.look.ended, gaps=[gap], reasons=("shop was refused",))
        with store.writing() as connection:
            record(connection, "s", [part])


def store(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return quiesce("store", *words, cwd=cwd)


def test_without_a_store_each_command_says_so(path: Path, tmp_path: Path) -> None:
    for words in (["info"], ["upgrade"], ["export"], ["prune", "--older-than", "90d"]):
        told = store(*words, cwd=tmp_path)
        assert (told.returncode, told.stdout) == (3, ""), words
        assert f"there is no store at {path} yet" in told.stderr
        assert "quiesce check" in told.stderr
    assert not path.exists()
    told = store("restore", cwd=tmp_path)
    assert told.returncode == 3


def test_a_store_that_is_switched_off_is_a_matter_of_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUIESCE_STORE", "none")
    told = store("info", cwd=tmp_path)
    assert told.returncode == 2
    assert "switched off" in told.stderr


def test_info_tells_where_it_is_and_what_is_in_it(path: Path, tmp_path: Path) -> None:
    fill(path)
    told = store("info", cwd=tmp_path)
    assert told.returncode == 0
    assert str(path) in told.stdout
    shown = document(store("info", "-o", "json", cwd=tmp_path))
    assert (shown["location"], shown["version"]) == (str(path), shown["current"])
    assert shown["rows"]["runs"] == 3
    assert shown["newest_look"] == "2026-11-02T12:00:19.000Z"
    conforms(shown, "store")


def test_times_are_those_of_every_other_document(path: Path, tmp_path: Path) -> None:
    fill(path)
    with open_store(str(path), create=False) as opened:
        see(opened, 30.077, run("4"))
    shown = document(store("info", "-o", "json", cwd=tmp_path))
    assert shown["newest_look"].endswith(".077Z")
    assert shown["newest_look"] in store("info", cwd=tmp_path).stdout


def test_the_newest_version_needs_no_upgrade(path: Path, tmp_path: Path) -> None:
    fill(path)
    told = store("upgrade", cwd=tmp_path)
    assert told.returncode == 0
    assert "nothing to do" in told.stdout


def test_a_backup_is_restored_by_name(path: Path, tmp_path: Path) -> None:
    fill(path)
    (tmp_path / "mine").write_bytes(path.read_bytes())
    with open_store(str(path), create=False) as opened:
        see(opened, 100, run("later"))
    told = store("restore", str(tmp_path / "mine"), cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert "what was there is kept" in told.stdout
    assert document(store("info", "-o", "json", cwd=tmp_path))["rows"]["runs"] == 3


def test_prune_removes_what_is_over_and_says_how_much(path: Path, tmp_path: Path) -> None:
    fill(path)
    shown = document(store("prune", "--older-than", "1h", "-o", "json", cwd=tmp_path))
    assert shown["runs"] == 1
    conforms(shown, "store")
    assert store("prune", cwd=tmp_path).returncode == 2
    assert store("prune", "--older-than", "5m", cwd=tmp_path).returncode == 2
    told = store("prune", "--older-than", "90d", cwd=tmp_path)
    assert (told.returncode, "removed: 0 runs" in told.stdout) == (0, True)


def test_export_gives_every_row_as_json(path: Path, tmp_path: Path) -> None:
    fill(path)
    rows = [json.loads(line) for line in store("export", cwd=tmp_path).stdout.splitlines()]
    assert [row["id"] for row in rows] == ["1", "2", "3"]
    assert rows[0]["details"] == {"stage": "Bake"}
    assert rows[0]["first_seen_at"] == "2026-11-02T12:00:00.000000Z"
    assert rows[0]["active"] is True
    assert rows[0]["ended_at"] is None
    assert rows[1]["pipeline"] == EVIL
    (*_, look) = store("export", "--table", "looks", cwd=tmp_path).stdout.splitlines()
    assert json.loads(look)["reasons"] == ["shop was refused"]
    assert json.loads(look)["missed"][0]["part"] == "shop"


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_no_name_harms_a_terminal_or_a_spreadsheet(path: Path, tmp_path: Path, form: str) -> None:
    fill(path)
    told = store("export", "-o", form, cwd=tmp_path).stdout
    assert "\x1b" not in told
    assert "\u202e" not in told
    if form == "csv":
        header, *rows = csv.reader(io.StringIO(told))
        assert rows[1][header.index("pipeline")].startswith("'=cmd")
        assert rows[0][header.index("active")] == "true"
        assert rows[0][header.index("ended_at")] == ""


def test_export_leaves_out_what_was_over_before(path: Path, tmp_path: Path) -> None:
    fill(path)
    for since, expected in (("1h", ["1", "2"]), ("3h", ["1", "2", "3"])):
        told = store("export", "--since", since, cwd=tmp_path).stdout
        assert [json.loads(line)["id"] for line in told.splitlines()] == expected


def test_a_damaged_store_is_named(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"garbage" * 1000)
    for words in (["info", "-o", "json"], ["upgrade"], ["export"]):
        told = store(*words, cwd=tmp_path)
        assert told.returncode == 3
        assert "is not a database, or it is damaged" in told.stderr
        assert "quiesce store restore" in told.stderr
        if "json" in words:
            assert "is not a database" in json.loads(told.stdout)["error"]


def test_export_ends_when_nobody_reads_any_more(path: Path, tmp_path: Path) -> None:
    with open_store(str(path), create=True) as opened:
        see(opened, 0, ended=[run(str(number), State.FAILED) for number in range(20_000)])
    command = f"{sys.executable} -m quiesce store export | head -1; echo ${{PIPESTATUS[0]}}"
    told = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    line, code = told.stdout.splitlines()
    assert json.loads(line)["id"] == "0"
    assert (code, told.stderr) == ("0", "")
