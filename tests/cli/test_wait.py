"""`quiesce wait` ends when it is quiet and settled, or says on what it waited in vain."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from tests.cli.acceptance import (
    ENV,
    Start,
    both,
    both_in_toml,
    configure,
    ended,
    running,
    valid,
)
from tests.cli.program import quiesce

from quiesce.cli.main import main
from quiesce.sandbox import Fault, Sandbox


@pytest.fixture
def keys() -> str:
    return 'settle = "100ms"'


def test_quiet_and_settled_ends_it(box: Sandbox, tmp_path: Path) -> None:
    told = quiesce("wait", "-o", "json", "--timeout", "20s", cwd=tmp_path, env=ENV)
    shown = valid(told)
    assert told.returncode == 0
    assert (shown["verdict"], shown["confirmed"], shown["settled"]) == ("quiet", True, True)
    assert shown["idle_for"] >= 0.1


def test_a_line_at_once_one_a_change_and_then_the_verdict(box: Sandbox, start: Start) -> None:
    first = running(box.world, "eks")
    words = ("wait", "--timeout", "20s", "--interval", "1s")
    process = start(*words, env=ENV)
    assert process.stderr is not None
    lines = [process.stderr.readline()]
    assert lines[0].startswith("active: 1 run; oldest: Deploy (eks, gate) running")
    assert first in lines[0]
    second = running(box.world, "checkout")
    lines.append(process.stderr.readline())
    assert lines[1].startswith("active: 2 runs; ")
    box.world.end(first)
    lines.append(process.stderr.readline())
    assert second in lines[2]
    box.world.end(second)
    told = ended(process)
    assert told.returncode == 0
    assert told.stdout.startswith("quiet: at some instant ")
    assert ", and it had been so for " in told.stdout
    # Nothing is said twice: what is left is the quiet that was seen, and the last line.
    rest = told.stderr.splitlines()
    assert sum(line.startswith("active: ") for line in rest) == 0
    assert 2 <= len(rest) <= 5
    assert re.fullmatch(r"waited \S+ s for 2 runs, the last: Deploy \(checkout\)", rest[-2])


def test_124_prints_the_survivors(box: Sandbox, tmp_path: Path) -> None:
    ident = running(box.world)
    text = both_in_toml(box, keys='settle = "100ms"')
    deck = f'url = "{box.gate_url}"\ndeck_url = "https://deck.example.com"'
    configure(tmp_path, text.replace(f'url = "{box.gate_url}"', deck))
    words = ("wait", "--timeout", "500ms")
    told = quiesce(*words, cwd=tmp_path, env=ENV)
    assert told.returncode == 124
    assert ident in told.stdout
    assert told.stdout.splitlines()[-1].startswith("active: 1 run; oldest: Deploy")
    lines = told.stderr.splitlines()
    assert re.fullmatch(r"waited \S+ s for 1 run, and 1 is still active", lines[1])
    assert re.fullmatch(
        rf"still active: Deploy \(eks, gate\) https://deck\.example\.com/\S+{ident}", lines[2]
    )
    told = quiesce(*words, "-o", "json", cwd=tmp_path, env=ENV)
    assert told.returncode == 124
    assert [run["id"] for run in valid(told)["runs"]] == [ident]


def test_a_time_that_is_shorter_than_the_settle_is_unknown(box: Sandbox, tmp_path: Path) -> None:
    configure(tmp_path, both_in_toml(box, keys='settle = "1m"'))
    told = quiesce("wait", "-o", "json", "--timeout", "700ms", cwd=tmp_path, env=ENV)
    shown = valid(told)
    assert (told.returncode, shown["verdict"], shown["confirmed"]) == (3, "unknown", False)
    assert shown["reasons"] == ["the time ran out before it had been idle for long enough"]


def test_a_time_too_short_for_one_look_is_unknown(box: Sandbox, tmp_path: Path) -> None:
    box.faults.add(Fault(kind="hang"))
    told = quiesce("wait", "-o", "json", "--timeout", "300ms", cwd=tmp_path, env=ENV)
    shown = valid(told)
    assert (told.returncode, shown["verdict"]) == (3, "unknown")
    assert shown["reasons"] == ["the time ran out before the first look was done"]


def test_what_stays_unknown_is_unknown_in_the_end(box: Sandbox, tmp_path: Path) -> None:
    box.faults.add(Fault(kind="status", status=403, path="/applications/eks/**"))
    words = ("wait", "--timeout", "1500ms", "--interval", "1s")
    told = quiesce(*words, cwd=tmp_path, env=ENV)
    assert told.returncode == 3
    assert told.stdout.startswith("cannot tell: ")
    assert told.stderr.count("\ncannot tell: ") + told.stderr.startswith("cannot tell: ") == 1
    assert "gap: gate eks/" in told.stderr


def test_trouble_that_passes_is_waited_out(box: Sandbox, tmp_path: Path) -> None:
    box.faults.add(Fault(kind="status", status=403, path="/applications", times=2))
    words = ("wait", "--timeout", "20s", "--interval", "1s", "-o", "json")
    told = quiesce(*words, cwd=tmp_path, env=ENV)
    assert told.returncode == 0
    assert valid(told)["settled"]


def test_a_name_that_nobody_has_is_not_waited_for(box: Sandbox, tmp_path: Path) -> None:
    began = time.monotonic()
    told = quiesce("wait", "-a", "chekout", "--timeout", "1h", *both(box), cwd=tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    assert "nearest: `checkout`" in told.stderr
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("time_out", ["60", "soon", "-5s"])
def test_a_time_has_a_unit(time_out: str, box: Sandbox, tmp_path: Path) -> None:
    told = quiesce("wait", f"--timeout={time_out}", cwd=tmp_path, env=ENV)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("error: ")
    assert "--timeout" in told.stderr


@pytest.mark.parametrize("command", ["wait", "ls", "check"])
def test_nobody_is_asked_without_a_pause(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    for interval in ("0s", "999ms"):
        assert main([command, "--interval", interval]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert f"`{interval}` is too short: it must be at least 1s" in told.err
