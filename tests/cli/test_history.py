"""`quiesce history`: when it was quiet and when active, and a time that nobody saw is unknown."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cli.archive import (
    GATE,
    MIX,
    NOW,
    a_run,
    active,
    environment,
    keep,
    keep_looks,
    path_of,
)
from tests.cli.program import document, quiesce
from tests.cli.terminal import Terminal

from quiesce.app.archive.spells import (
    LEAST,
    MOST,
    NOBODY,
    PACES,
    Looked,
    Seen,
    buckets,
    counts_for,
    shares,
    spells,
    together,
)
from quiesce.model import VerdictName
from quiesce.past import Estimate, Outlook, Spell
from quiesce.render.schemas import schema
from quiesce.store import open_store
from quiesce.store.writing import write
from quiesce.verdict import ORDER

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
END = AT + timedelta(hours=1)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def look(at: float, verdict: VerdictName = "quiet", reason: str = "") -> Looked:
    return Looked(AT + minutes(at), verdict, verdict == "quiet", reason)


def shown(those: tuple[Spell, ...]) -> list[tuple[str, float, str]]:
    return [
        (one.verdict, (one.until - one.since).total_seconds() / 60, one.reason) for one in those
    ]


def test_a_look_counts_until_the_next_one_and_no_longer_than_it_may() -> None:
    looks = [look(0), look(1), look(2, "active"), look(3), look(30)]
    assert shown(spells(looks, AT, END, LEAST)) == [
        ("quiet", 2, ""),
        ("active", 1, ""),
        ("quiet", 2, ""),
        ("unknown", 25, NOBODY),
        ("quiet", 2, ""),
        ("unknown", 28, NOBODY),
    ]


@pytest.mark.parametrize(
    ("pause", "number", "seconds"),
    [
        (0.5, 40, LEAST),
        (15, 40, PACES * 15 * 60),  # `collect --once` under cron
        (15, 9, LEAST),  # too few to be a pace
        (600, 40, MOST),  # so far apart they say nothing of the time between
    ],
)
def test_a_look_counts_by_the_pace_at_which_it_is_really_looked(
    pause: float, number: int, seconds: float
) -> None:
    assert counts_for(None, [look(pause * each) for each in range(number)]) == seconds


def test_without_any_look_all_of_it_is_unknown() -> None:
    assert shown(spells([], AT, END, LEAST)) == [("unknown", 60, NOBODY)]
    assert shown(together([], AT, END)) == [("unknown", 60, NOBODY)]


def test_a_look_from_before_counts_for_its_rest() -> None:
    assert shown(spells([look(-1.5)], AT, END, LEAST))[0] == ("quiet", 0.5, "")
    assert shown(spells([look(-9)], AT, END, LEAST)) == [("unknown", 60, NOBODY)]


def test_together_is_the_worst_at_each_time() -> None:
    hour = 3600.0
    one = Seen(name="a", spells=spells([look(0), look(10, "active"), look(20)], AT, END, hour),
               counts_for=hour)  # fmt: skip
    two = Seen(name="b", spells=spells([look(0), look(15, "unknown", "b is off")], AT, END, hour),
               counts_for=hour)  # fmt: skip
    found = together([one, two], AT, END)
    assert shown(found) == [
        ("quiet", 10, ""),
        ("active", 10, ""),
        ("unknown", 40, "b: b is off"),
    ]
    assert [spell.looks for spell in found] == [2, 2, 1]


verdicts = st.sampled_from(ORDER)
some_looks = st.lists(st.builds(look, st.floats(-5, 59.9), verdicts), max_size=12).map(
    lambda those: sorted(those, key=lambda one: one.at)
)


@given(st.lists(some_looks, min_size=1, max_size=3), st.floats(30, 900))
def test_there_is_no_hole_and_quiet_needs_a_look_at_every_source(
    sources: list[list[Looked]], lasts: float
) -> None:
    seen = [
        Seen(name=str(number), spells=spells(looks, AT, END, lasts), counts_for=lasts)
        for number, looks in enumerate(sources)
    ]
    whole = together(seen, AT, END)
    for those in (*(one.spells for one in seen), whole):
        assert (those[0].since, those[-1].until) == (AT, END)
        assert all(one.until == two.since for one, two in pairwise(those))
        assert sum(shares(those).values()) == pytest.approx(1)
    for spell in whole:
        if spell.verdict != "quiet":
            continue
        middle = spell.since + (spell.until - spell.since) / 2
        for looks in sources:
            before = [one for one in looks if one.at <= middle]
            assert before
            assert before[-1].verdict == "quiet"
            assert (middle - before[-1].at).total_seconds() <= lasts
    for number in (1, 7, 60):
        assert len(buckets(whole, AT, END, number)) == number


def test_a_stretch_of_a_strip_shows_its_worst() -> None:
    those = spells([look(0), look(31, "active"), look(31.1)], AT, END, 3600.0)
    assert buckets(those, AT, END, 4) == ["quiet", "quiet", "active", "quiet"]


def history(*words: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    told = quiesce("history", *words, cwd=folder, env={**environment(folder), **env})
    assert "Traceback" not in told.stderr
    return told


def ago(number: float) -> datetime:
    """So many minutes before now, and not before these tests were read: that may be minutes ago."""
    return datetime.now(UTC) - minutes(number)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An hour of looks a minute at two systems: gate was active for 10 minutes, 30 ago."""
    now = ago(0)
    gate: list[tuple[datetime, Any]] = [
        (now - minutes(number), "active" if 20 < number <= 30 else "quiet")
        for number in range(60, -1, -1)
    ]
    keep_looks(tmp_path, gate, identity=GATE)
    keep_looks(tmp_path, [(ago(number), "quiet") for number in range(60, 9, -1)], identity=MIX)
    return tmp_path


def test_the_document_has_each_source_and_all_together(folder: Path) -> None:
    told = history("--since", "1h", "-o", "json", folder=folder)
    assert told.returncode == 0
    found = document(told)
    jsonschema.validate(found, schema("history"))
    by_name = {one["name"]: one for one in found["sources"]}
    assert by_name["gate"]["counts_for"] == PACES * 60
    assert by_name["gate"]["shares"]["active"] == pytest.approx(10 / 60, abs=0.01)
    assert by_name["mix"]["shares"]["unknown"] == pytest.approx(7 / 60, abs=0.02)
    assert [one["verdict"] for one in found["together"]["spells"]] == [
        "quiet", "active", "quiet", "unknown",
    ]  # fmt: skip
    assert found["together"]["spells"][-1]["reason"] == f"mix: {NOBODY}"
    assert found["together"]["shares"]["quiet"] < by_name["gate"]["shares"]["quiet"]


def test_one_source_on_its_own(folder: Path) -> None:
    found = document(history("--since", "1h", "-s", "gate", "-o", "json", folder=folder))
    assert [one["name"] for one in found["sources"]] == ["gate"]
    assert found["together"]["spells"][-1]["verdict"] == "quiet"
    told = history("-s", "gaet", folder=folder)
    assert told.returncode == 2
    assert "did you mean `gate`?" in told.stderr


def test_a_look_at_less_than_everything_does_not_count(tmp_path: Path) -> None:
    keep(tmp_path, at=ago(1), verdict="quiet", scope="application eks")
    found = document(history("-o", "json", folder=tmp_path))
    assert found["together"]["shares"] == {"quiet": 0.0, "active": 0.0, "unknown": 1.0}
    assert "nobody looked in this time" in history(folder=tmp_path).stderr


def test_lines_and_sheets_hold_the_same_spells(folder: Path) -> None:
    words = ("--since", "1h")
    lines = [
        json.loads(line)
        for line in history(*words, "-o", "jsonl", folder=folder).stdout.splitlines()
    ]
    for line in lines:
        jsonschema.validate(line, schema("history"))
    rows = list(csv.DictReader(io.StringIO(history(*words, "-o", "csv", folder=folder).stdout)))
    assert [row["verdict"] for row in rows] == [line["verdict"] for line in lines]
    assert [line["source"] for line in lines if line["source"] is None] == [None] * 4


def test_in_a_pipe_it_is_columns_with_whole_times(folder: Path) -> None:
    told = history("--since", "1h", folder=folder)
    head, *rows = told.stdout.splitlines()
    assert head.split() == ["SINCE", "TOOK", "VERDICT", "LOOKS", "REASON"]
    assert [row.split()[2] for row in rows] == ["quiet", "active", "quiet", "unknown"]
    assert "last quiet " in told.stderr


@pytest.mark.parametrize(("columns", "lang"), [(80, "C.UTF-8"), (40, "C.UTF-8"), (80, "C")])
def test_on_a_terminal_it_has_strips_that_fit(columns: int, lang: str, folder: Path) -> None:
    env = {**environment(folder), "LC_ALL": lang}
    told = Terminal(
        "history", "--since", "1h", cwd=folder, columns=columns, env=env, errors_too=False
    )
    text = told.end()
    lines = told.lines()
    assert len(lines) == len(
        [line for line in text.splitlines() if line.strip()]
    )  # none is wrapped
    (strip,) = [line for line in lines if line.startswith("gate")]
    assert ("█" in strip) == (lang != "C")
    assert ("#" in strip) == (lang == "C")
    assert " quiet" in strip
    assert any(line.startswith("together") for line in lines)


def test_a_strip_of_several_days_says_at_both_ends_which(folder: Path) -> None:
    """A strip from this time yesterday until now would seem to have no length."""
    env = environment(folder)
    told = Terminal("history", cwd=folder, columns=80, env=env, errors_too=False)
    told.end()
    first = told.lines()[0]
    assert re.fullmatch(r"(\d{4}-\d\d-\d\d \d\d:\d\d) to (?!\1)\d{4}-\d\d-\d\d \d\d:\d\d", first)


def test_a_run_shows_each_change_of_its_state(tmp_path: Path) -> None:
    keep(tmp_path, [active("01AAA")], at=ago(30))
    keep(tmp_path, [active("01AAA")], at=ago(20))
    keep(tmp_path, [a_run("01AAA")], at=ago(10))
    for name in ("gate/01AAA", "01A", "gate/eks/Deploy%20prod/01AAA"):
        found = document(history("--run", name, "-o", "json", folder=tmp_path))
        jsonschema.validate(found, schema("history"))
        assert found["run"]["state"] == "succeeded"
        assert [one["state"] for one in found["flips"]] == ["running", "succeeded"]
    told = history("--run", "gate/01AAA", folder=tmp_path)
    assert [line.split()[1] for line in told.stdout.splitlines()[1:]] == ["running", "succeeded"]
    assert "Deploy prod (eks, gate) 01AAA" in told.stderr
    told = history("--run", "gate/02", folder=tmp_path)
    assert told.returncode == 2
    assert "the store knows no run `gate/02`" in told.stderr


def foretell(folder: Path, number: int, *, held: bool) -> None:
    with open_store(str(path_of(folder)), create=False) as store, store.writing() as connection:
        for each in range(number):
            ended = NOW - minutes(50)
            made = ended - minutes(5) - timedelta(seconds=each)
            bound = 600.0 if held else 60.0
            estimate = Estimate(at=made, likely=240.0, bound=bound, basis="pipeline", runs=40)
            outlook = Outlook(runs={"gate/01AAA": estimate})
            write.predicted(connection, write_keys(connection), outlook, made)


def write_keys(connection: Any) -> dict[str, str]:
    return {GATE.name: write.keys(connection, [GATE])[GATE]}


def test_predictions_are_held_against_what_came(tmp_path: Path) -> None:
    keep(tmp_path, [a_run("01AAA")])
    told = history("--forecast", folder=tmp_path)
    assert told.returncode == 0
    assert "all runs: cannot tell: no prediction has been checked yet\n" in told.stdout
    foretell(tmp_path, 10, held=True)
    told = history("--forecast", folder=tmp_path)
    assert "all runs: too few to say: 10 of 10 predictions held" in told.stdout
    foretell(tmp_path, 60, held=True)
    told = history("--forecast", folder=tmp_path)
    assert "all runs: the 90 % bound held in 100 % of " in told.stdout
    assert "usually off by 1 min of 5 min" in told.stdout
    found = document(history("--forecast", "-o", "json", folder=tmp_path))
    jsonschema.validate(found, schema("history"))
    assert found["runs"]["share"] == 1.0
    assert found["runs"]["enough"] is True
    assert found["sources"]["gate"]["predictions"] == found["runs"]["predictions"] >= 60


def test_a_bound_that_did_not_hold_is_counted_so(tmp_path: Path) -> None:
    keep(tmp_path, [a_run("01AAA")])
    foretell(tmp_path, 60, held=False)
    found = document(history("--forecast", "-o", "json", folder=tmp_path))
    assert found["runs"]["share"] == 0.0


def test_what_cannot_be_asked_together_is_an_error(folder: Path) -> None:
    for words in (("--run", "gate/1", "--forecast"), ("--forecast", "-o", "csv"), ("--since", "0")):
        assert history(*words, folder=folder).returncode == 2


def test_trouble_with_the_store_is_one_sentence(tmp_path: Path) -> None:
    told = history("-o", "json", folder=tmp_path)
    assert told.returncode == 3
    assert "there is no store at " in document(told)["error"]
    assert document(told)["hint"] == "the first look makes it: quiesce check"
    told = history(folder=tmp_path, QUIESCE_STORE="none")
    assert told.returncode == 2
    (tmp_path / "bad").write_bytes(b"this is not a database, and long enough to look like one" * 99)
    told = history(folder=tmp_path, QUIESCE_STORE=str(tmp_path / "bad"))
    assert (told.returncode, told.stdout) == (3, "")
    assert told.stderr.startswith("error: ")
