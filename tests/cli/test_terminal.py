"""A terminal gets what fits it, a pipe gets all of it, and no name does harm in either."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import time
from pathlib import Path
from unicodedata import category

import pytest
from tests.cli.acceptance import (
    Start,
    both_in_toml,
    configure,
    ended,
    gate,
    running,
    small,
)
from tests.cli.program import quiesce
from tests.cli.terminal import Terminal

from quiesce.cli.main import main
from quiesce.cli.options import FORMATS
from quiesce.sandbox import Fault, Sandbox, World

ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|\]8;;[^\x1b]*\x1b\\)")
HOSTILE = (
    "x" * 10_000,
    "\x1b[2J\x1b]0;owned\x07red",
    "\u202eexe.gpj\u200b",
    "two\nlines\r\tand \x00 more",
    "<b>bold</b> [red]markup[/red] {{x}}",
    "=HYPERLINK(1)",
    "Wärme 日本語 ✔",
)


def long_names() -> World:
    """Runs whose names are longer than most terminals are wide."""
    world = small("data-platform-with-a-long-name", "eks")
    for application in ("data-platform-with-a-long-name", "eks"):
        name = "Deploy everything everywhere to production at once, carefully"
        config = world.spinnaker.add_config(application, name)
        world.start(config, age=3700)
        world.start(config, age=60, status="PAUSED", user="somebody.with.a.name@example.com")
    return world


def hostile() -> World:
    world = small()
    for name in HOSTILE:
        world.start(world.spinnaker.add_config("eks", name), age=60, user=name)
    return world


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_a_table_fits_the_terminal(columns: int, box: Sandbox, tmp_path: Path) -> None:
    box.load(long_names())
    shown = Terminal("ls", *gate(box), cwd=tmp_path, columns=columns, errors_too=False)
    lines = [ESCAPE.sub("", line) for line in shown.end().splitlines()]
    table = lines[: lines.index("")]
    assert shown.process.returncode == 0
    assert max(map(len, table)) <= columns
    assert len(table) == (8 if columns < 60 else 5)
    assert sum("running" in line for line in table) == 2
    assert sum("paused" in line for line in table) == 2
    if columns == 200:
        assert "…" not in "".join(table)


def test_a_pipe_has_everything_at_its_natural_width(box: Sandbox, tmp_path: Path) -> None:
    box.load(long_names())
    plain = quiesce("ls", *gate(box), cwd=tmp_path).stdout
    assert "…" not in plain
    assert plain.isascii()
    header, *rows = plain.splitlines()
    place = header.index("PIPELINE")
    assert [row[place:].startswith("Deploy everything everywhere ") for row in rows] == [True] * 4
    assert all("carefully" in row for row in rows)
    assert all(re.search(r" [0-9A-Z]{26}$", row) for row in rows)
    narrow = quiesce("ls", *gate(box), cwd=tmp_path, env={"COLUMNS": "40"}).stdout
    assert narrow == plain  # a pipe has no width


def test_columns_win_over_the_terminal(box: Sandbox, tmp_path: Path) -> None:
    box.load(long_names())
    shown = Terminal("ls", *gate(box), cwd=tmp_path, columns=200, env={"COLUMNS": "70"})
    lines = [ESCAPE.sub("", line) for line in shown.end().splitlines()]
    assert max(map(len, lines[: lines.index("")])) <= 70


@pytest.mark.parametrize(
    ("env", "words", "colored"),
    [
        ({}, (), True),
        ({"NO_COLOR": "1"}, (), False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, (), False),
        ({"TERM": "dumb"}, (), False),
        ({"NO_COLOR": "1"}, ("--color", "always"), True),
        ({}, ("--color", "never"), False),
    ],
)
def test_colours_on_a_terminal(
    env: dict[str, str], words: tuple[str, ...], colored: bool, box: Sandbox, tmp_path: Path
) -> None:
    running(box.world)
    shown = Terminal("check", *words, *gate(box), cwd=tmp_path, env=env)
    text = shown.end()
    assert shown.process.returncode == 1
    assert bool(re.search(r"\x1b\[[0-9;]+m", text)) == colored
    if env.get("TERM") == "dumb":
        assert text.isascii()
        assert "\x1b" not in text


def test_colours_in_a_pipe_only_when_they_are_forced(box: Sandbox, tmp_path: Path) -> None:
    running(box.world)
    assert "\x1b" not in quiesce("check", *gate(box), cwd=tmp_path).stdout
    told = quiesce("check", *gate(box), cwd=tmp_path, env={"FORCE_COLOR": "1"})
    assert "\x1b[" in told.stdout
    assert "…" not in told.stdout


def test_the_c_locale_gets_ascii_in_every_format(box: Sandbox, tmp_path: Path) -> None:
    box.load(hostile())
    env = {"LC_ALL": "C"}
    for form in ("table", "json", "csv", "name", "raw"):
        told = quiesce("ls", "-o", form, *gate(box), cwd=tmp_path, env=env)
        assert told.returncode == 0
        assert (told.stdout + told.stderr).isascii()
    told = quiesce("check", "-a", "käse", *gate(box), cwd=tmp_path, env=env)
    assert told.returncode == 2
    assert told.stderr.isascii()
    shown = Terminal("check", *gate(box), cwd=tmp_path, env=env)
    assert shown.end().isascii()


def harmful(text: str) -> set[str]:
    return {char for char in text if category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} - {"\n"}


@pytest.mark.parametrize("form", FORMATS)
def test_no_name_does_harm_in_a_pipe(form: str, box: Sandbox, tmp_path: Path) -> None:
    box.load(hostile())
    told = quiesce("ls", "-o", form, *gate(box), cwd=tmp_path)
    assert told.returncode == 0
    assert harmful(told.stdout) <= ({"\t"} if form == "plain" else set())
    assert harmful(told.stderr) == set()
    assert "x" * 10_000 in told.stdout
    count = len(HOSTILE)
    if form == "json":
        assert {run["pipeline"] for run in json.loads(told.stdout)["runs"]} == set(HOSTILE)
    elif form == "jsonl":
        assert len([json.loads(line) for line in told.stdout.splitlines()]) == count + 1
    elif form == "raw":
        assert {json.loads(line)["name"] for line in told.stdout.splitlines()} == set(HOSTILE)
    elif form == "csv":
        rows = list(csv.reader(io.StringIO(told.stdout)))
        assert len(rows) == count + 1
        assert not any(cell[:1] in set("=+-@\t\r") for row in rows for cell in row)
    else:
        assert len(told.stdout.splitlines()) == count + (form in {"table", "wide"})


@pytest.mark.parametrize("words", [("ls",), ("check",), ("status", HOSTILE[1])])
def test_no_name_does_harm_on_a_terminal(
    words: tuple[str, ...], box: Sandbox, tmp_path: Path
) -> None:
    box.load(hostile())
    shown = Terminal(*words, *gate(box), cwd=tmp_path)
    text = ESCAPE.sub("", shown.end()).replace("\r\n", "\n")
    assert shown.process.returncode == (words[0] == "check")
    assert harmful(text) == set()
    table = text[: text.index("\n\n")].splitlines()
    assert len(table) == (2 if words[0] == "status" else len(HOSTILE) + 1)


def test_a_name_that_is_wrong_and_hostile_is_told_harmlessly(box: Sandbox, tmp_path: Path) -> None:
    for form in ("table", "json"):
        told = quiesce("status", "\x1b[2Jx\u202e", "-o", form, *gate(box), cwd=tmp_path)
        assert told.returncode == 2
        assert harmful(told.stdout + told.stderr) == set()
    told = quiesce("ls", "--\x1b[2J", *gate(box), cwd=tmp_path)
    assert (told.returncode, harmful(told.stderr)) == (2, set())


# Progress.


def slow(box: Sandbox, seconds: float = 0.8) -> None:
    box.faults.add(Fault(kind="latency", seconds=seconds, system="gate"))


@pytest.mark.parametrize("columns", [30, 80])
def test_progress_shows_after_a_second_and_is_erased(
    columns: int, box: Sandbox, tmp_path: Path
) -> None:
    slow(box)
    shown = Terminal("ls", *gate(box), cwd=tmp_path, columns=columns, rows=20)
    text = shown.end()
    assert "asking 1 source" in text
    lines = shown.lines()
    assert not any("asking" in line for line in lines)
    assert "".join(lines).startswith("nothing is active: 4 of 4 parts read")


def test_progress_tells_of_one_look_not_of_all_together(box: Sandbox, tmp_path: Path) -> None:
    slow(box, 0.7)
    shown = Terminal("check", *gate(box), cwd=tmp_path)
    counts = [int(number) for number in re.findall(r"(\d+) parts read", shown.end())]
    assert shown.process.returncode == 0
    assert 0 < max(counts) <= 4


@pytest.mark.parametrize(
    ("env", "words"),
    [({"QUIESCE_NO_PROGRESS": "1"}, ()), ({}, ("--progress", "none")), ({"TERM": "dumb"}, ())],
)
def test_progress_can_be_left_out(
    env: dict[str, str], words: tuple[str, ...], box: Sandbox, tmp_path: Path
) -> None:
    slow(box)
    shown = Terminal("ls", *words, *gate(box), cwd=tmp_path, env=env)
    assert "asking" not in shown.end()


def test_a_quick_look_and_a_pipe_have_no_progress(box: Sandbox, tmp_path: Path) -> None:
    assert "asking" not in Terminal("ls", *gate(box), cwd=tmp_path).end()
    slow(box)
    assert "asking" not in quiesce("ls", *gate(box), cwd=tmp_path).stderr


def test_plain_progress_is_lines_anywhere(box: Sandbox, tmp_path: Path) -> None:
    slow(box)
    told = quiesce("ls", "--progress", "plain", *gate(box), cwd=tmp_path)
    assert told.stderr.startswith("asking 1 source  ")
    assert "\x1b" not in told.stderr
    assert "\r" not in told.stderr


def test_a_signal_asks_for_the_line(box: Sandbox, start: Start) -> None:
    box.faults.add(Fault(kind="hang", system="gate"))
    process = start("ls", "--progress", "none", *gate(box))
    until = time.monotonic() + 20
    while not box.requests:
        assert time.monotonic() < until
        time.sleep(0.02)
    process.send_signal(signal.SIGUSR1)
    assert process.stderr is not None
    assert process.stderr.readline().startswith("asking 1 source  0 parts read  0 active so far")
    process.send_signal(signal.SIGINT)
    assert ended(process).returncode == 130


def test_the_lines_of_wait_and_its_progress_do_not_mix(box: Sandbox, tmp_path: Path) -> None:
    configure(tmp_path, both_in_toml(box, keys='settle = "1500ms"'))
    env = {"QUIESCE_PASSWORD": "x"}
    slow(box, 0.6)
    shown = Terminal("wait", "--timeout", "30s", cwd=tmp_path, env=env, columns=150)
    assert "asking" in shown.end()
    assert shown.process.returncode == 0
    lines = shown.lines()
    assert not any("asking" in line for line in lines)
    assert lines[0].startswith("quiet, not confirmed: ")


# Watching.


@pytest.mark.parametrize("columns", [40, 100])
def test_watching_redraws_in_place_and_leaves_the_last_frame(
    columns: int, box: Sandbox, tmp_path: Path
) -> None:
    first = running(box.world)
    words = ("ls", "-w", "--interval", "1s", *gate(box))
    shown = Terminal(*words, cwd=tmp_path, columns=columns, rows=24)
    shown.read(until=b"1 active")
    running(box.world, "checkout")
    shown.read(until=b"2 active")
    box.world.end(first)
    time.sleep(1.5)
    shown.process.send_signal(signal.SIGINT)
    text = shown.end()
    assert shown.process.returncode == 130
    assert "\x1b[2J" not in text
    lines = shown.lines()
    assert sum("running" in line and "active (" not in line for line in lines) == 1
    assert sum(" active (" in line for line in lines) == 1
    assert lines[-1] == "every 1 s · Ctrl-C ends it"
    assert first[:12] not in "".join(lines)


def test_a_frame_that_is_too_tall_says_what_it_leaves_out(box: Sandbox, tmp_path: Path) -> None:
    for _ in range(30):
        running(box.world)
    words = ("ls", "-w", "--interval", "1s", *gate(box))
    shown = Terminal(*words, cwd=tmp_path, columns=100, rows=15)
    shown.read(until=b"Ctrl-C")
    time.sleep(1.5)
    shown.process.send_signal(signal.SIGINT)
    shown.end()
    lines = shown.lines()
    assert len(lines) <= 14
    assert any(re.fullmatch(r"\+\d+ more lines", line) for line in lines)
    assert sum("STATE" in line for line in lines) == 1
    assert any(line.startswith("30 active (30 running)") for line in lines)


@pytest.mark.parametrize("command", ["ls", "check"])
def test_watching_in_a_pipe_is_a_json_line_a_change(
    command: str, box: Sandbox, start: Start
) -> None:
    process = start(command, "-w", "--interval", "1s", *gate(box))
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["verdict"] == "quiet"
    time.sleep(1.5)  # nothing changes, so nothing comes
    ident = running(box.world)
    assert json.loads(process.stdout.readline())["run"]["id"] == ident
    assert json.loads(process.stdout.readline())["verdict"] == "active"
    process.send_signal(signal.SIGINT)
    told = ended(process)
    assert (told.returncode, told.stdout) == (130, "")
    assert told.stderr == ""


def test_watching_a_wrong_question_ends_at_once(box: Sandbox, tmp_path: Path) -> None:
    told = quiesce("check", "-w", "-a", "chekout", "-o", "json", *gate(box), cwd=tmp_path)
    assert told.returncode == 2
    (line,) = told.stdout.splitlines()
    assert json.loads(line)["verdict"] == "unknown"


@pytest.mark.parametrize("form", ["csv", "json", "raw", "name", "plain", "nagios"])
def test_watching_needs_a_format_that_goes_on(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--nagios"] if form == "nagios" else ["-o", form]
    for command in ("ls", "check") if form != "nagios" else ("check",):
        assert main([command, "-w", *words, "-s", "spinnaker+http://127.0.0.1:1"]) == 2
        told = capsys.readouterr()
        if form == "json":
            assert json.loads(told.out)["verdict"] == "unknown"
            assert "--watch" in json.loads(told.err)["message"]
        else:
            assert told.out == ""
            assert f"error: --watch can't go on in the format of `{' '.join(words)}`" in told.err
            assert "hint: use it with -o table, wide, or jsonl" in told.err
