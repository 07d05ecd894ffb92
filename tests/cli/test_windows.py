"""`quiesce windows`: the best times, with what they rest on; and nothing where little is known."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.cli.archive import NOW, a_run, environment, keep, keep_looks
from tests.cli.program import document, quiesce

from quiesce.render.schemas import schema

HOUR = timedelta(hours=1)
TOML = """[sources.gate]
kind = "spinnaker"
url = "https://gate.example.com"
every = "10m"
"""


def windows(*words: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    env = {**environment(folder), "TZ": "UTC", **env}
    told = quiesce("windows", *words, cwd=folder, env=env)
    assert "Traceback" not in told.stderr
    return told


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four weeks of a look every 20 minutes at a system that is busy by day, and on Saturdays."""
    folder = tmp_path_factory.mktemp("windows")
    (folder / "quiesce.toml").write_text(TOML)
    (folder / "quiesce.toml").chmod(0o600)
    looks: list[tuple[datetime, Any]] = []
    runs = []
    at = NOW - timedelta(weeks=4)
    while at < NOW:
        busy = 7 <= at.hour < 22 or at.weekday() == 5
        looks.append((at, "active" if busy else "quiet"))
        if busy and at.minute < 20:
            ended = min(at + HOUR, NOW)
            runs.append(a_run(f"{at:%m%d%H%M}", started_at=at, created_at=at, ended_at=ended))
        at += timedelta(minutes=20)
    keep_looks(folder, looks)
    keep(folder, runs, at=NOW)
    return folder


def test_the_best_times_come_with_what_they_rest_on(folder: Path) -> None:
    told = windows("--length", "30m", folder=folder)
    assert told.returncode == 0
    first = told.stdout.splitlines()[0]
    assert re.fullmatch(r"\w+day \d{4}-\d\d-\d\d \d\d:\d\d to \d\d:\d\d UTC \(in .+\)", first)
    said = r"  quiet (\d+) of the last (\d+) \w+days at (\d\d):\d\d, at least (\d+) % likely"
    found = re.findall(said, told.stdout)
    assert found
    assert all(not 7 <= int(hour) < 22 for _, _, hour, _ in found)
    assert "Saturday" not in told.stdout
    assert "one would not have waited" in told.stdout


def test_the_order_is_said_as_it_is_not_that_of_time(folder: Path) -> None:
    """Four weeks are enough to say no more; one window alone is in no order."""
    assert windows(folder=folder).stderr == "the surest first, not the soonest\n"
    assert windows("--limit", "1", folder=folder).stderr == ""
    assert windows("-o", "json", folder=folder).stderr == ""


def test_of_few_weeks_it_is_said_how_little_they_support(tmp_path: Path) -> None:
    at = NOW - timedelta(weeks=2, hours=6)
    looks: list[tuple[datetime, Any]] = []
    while at < NOW:
        looks.append((at, "quiet"))
        at += timedelta(minutes=20)
    (tmp_path / "quiesce.toml").write_text(TOML)
    (tmp_path / "quiesce.toml").chmod(0o600)
    keep_looks(tmp_path, looks)
    told = windows(folder=tmp_path)
    assert told.returncode == 0
    assert "about 2 weeks are known, which supports little: take it as a hint\n" in told.stderr


def test_the_document_has_the_same(folder: Path) -> None:
    found = document(windows("--length", "2h", "-o", "json", folder=folder))
    jsonschema.validate(found, schema("windows"))
    assert (found["length"], found["timezone"]) == (7200.0, "UTC")
    assert 3.5 < found["weeks"] < 4.1
    for one in found["windows"]:
        start = datetime.fromisoformat(one["start"])
        assert NOW <= start <= datetime.now(UTC) + timedelta(days=7)
        assert one["words"].startswith(f"quiet {one['quiet']} of the last {one['weeks']} ")
        assert one["claim"] <= 1


def test_times_of_the_week_are_those_of_the_zone(folder: Path) -> None:
    here = windows("--timezone", "Asia/Tokyo", "--limit", "1", folder=folder).stdout
    assert "Asia/Tokyo" in here
    found = document(windows("--timezone", "Asia/Tokyo", "-o", "json", folder=folder))
    assert found["timezone"] == "Asia/Tokyo"
    assert document(windows("-o", "json", folder=folder, TZ="Asia/Tokyo")) == {
        **found, "weeks": pytest.approx(found["weeks"], abs=0.01), "windows": found["windows"],
    }  # fmt: skip
    told = windows("--timezone", "Europe/Belrin", folder=folder)
    assert told.returncode == 2
    assert "no time zone named `Europe/Belrin`" in told.stderr


def test_how_soon_and_how_many(folder: Path) -> None:
    found = document(windows("--within", "1d", "--limit", "2", "-o", "json", folder=folder))
    assert 1 <= len(found["windows"]) <= 2
    assert windows("--within", "8d", folder=folder).returncode == 2
    assert windows("--length", "8d", folder=folder).returncode == 2


def test_with_too_little_history_it_says_how_much_there_is(tmp_path: Path) -> None:
    keep_looks(
        tmp_path, [(NOW - timedelta(minutes=number), "quiet") for number in range(90, -1, -1)]
    )
    told = windows(folder=tmp_path)
    assert (told.returncode, told.stdout) == (3, "")
    assert re.match(r"cannot tell: too little history \(1 h 3\d min of history\)", told.stderr)
    told = windows("-o", "json", folder=tmp_path)
    assert told.returncode == 3
    assert document(told)["windows"] == []
    empty = tmp_path / "empty"
    empty.mkdir()
    told = windows("-o", "json", folder=empty)
    assert told.returncode == 3
    assert "there is no store at " in document(told)["error"]


def test_a_source_that_was_never_looked_at_leaves_nothing_known(
    folder: Path, tmp_path: Path
) -> None:
    other = TOML + '[sources.stage]\nkind = "spinnaker"\nurl = "https://stage.example.com"\n'
    (tmp_path / "quiesce.toml").write_text(other)
    (tmp_path / "quiesce.toml").chmod(0o600)
    told = quiesce("windows", cwd=tmp_path, env={**environment(folder), "TZ": "UTC"})
    assert told.returncode == 3
    assert "at no time of the week that is known was it quiet for 30 min" in told.stderr
