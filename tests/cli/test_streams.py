"""Who is interrupted or can't print still ends with a verdict, and with the code that is true."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.cli.acceptance import (
    ENV,
    Start,
    both_in_toml,
    configure,
    ended,
    gate,
    running,
    valid,
)
from tests.cli.program import COMMAND

from quiesce.sandbox import Fault, Sandbox, World

KEYS = 'settle = "50ms"\n'


@pytest.fixture
def keys() -> str:
    return KEYS


def await_a_request(box: Sandbox) -> None:
    """Until the command that was started is in the middle of a look."""
    until = time.monotonic() + 20
    while not box.requests:
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize("command", ["ls", "check", "wait", "status"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_who_is_interrupted_still_says_unknown(
    command: str, number: signal.Signals, code: int, box: Sandbox, start: Start
) -> None:
    box.faults.add(Fault(kind="hang"))
    more = ("Deploy",) if command == "status" else ()
    process = start(command, *more, "-o", "json", env=ENV)
    await_a_request(box)
    process.send_signal(number)
    told = ended(process)
    assert told.returncode == code
    assert told.stderr == ""
    if command == "status":
        assert valid(told, "status")["gaps"][0]["why"] == "interrupted before it was done"
    else:
        shown = valid(told)
        assert (shown["verdict"], shown["reasons"]) == (
            "unknown",
            ["interrupted before it was done"],
        )


def test_sigterm_reaches_who_was_told_to_ignore_ctrl_c(box: Sandbox, tmp_path: Path) -> None:
    box.faults.add(Fault(kind="hang"))
    words = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *COMMAND, "check", "-o", "json"]
    process = subprocess.Popen(
        words,
        cwd=tmp_path,
        env={**os.environ, **ENV},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    await_a_request(box)
    process.send_signal(signal.SIGTERM)
    told = ended(process)
    assert told.returncode == 143
    assert valid(told)["verdict"] == "unknown"


# Streams that are closed or full.


def piped(shell: str, box: Sandbox, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A line of bash, in which `$Q` is the command."""
    command = " ".join([*COMMAND])
    return subprocess.run(
        ["bash", "-c", shell.replace("$Q", command).replace("$S", " ".join(gate(box)))],
        cwd=cwd,
        env={**os.environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def crowded(box: Sandbox) -> World:
    """More runs than a pipe holds, so that writing on must fail."""
    config = box.world.spinnaker.configs(box.world.now(), "eks")[0]
    long = box.world.spinnaker.add_config("eks", "x" * 5000)
    for _ in range(20):
        box.world.start(long, age=60)
    box.world.start(config, age=60)
    return box.world


@pytest.mark.parametrize("form", ["table", "json", "csv", "raw"])
def test_a_reader_that_goes_away_does_not_change_the_code(
    form: str, crowded: World, box: Sandbox, tmp_path: Path
) -> None:
    line = f"$Q check -o {form} $S | head -c 5 >/dev/null; exit ${{PIPESTATUS[0]}}"
    told = piped(line, box, tmp_path)
    assert told.returncode == 1
    assert "Traceback" not in told.stderr
    assert "Broken" not in told.stderr


def test_a_reader_that_was_never_there(box: Sandbox, tmp_path: Path) -> None:
    for words in ("check $S", "check -o json $S", "status Deploy $S"):
        told = piped(f"$Q {words} | true; exit ${{PIPESTATUS[0]}}", box, tmp_path)
        assert (told.returncode, "Traceback" in told.stderr) == (0, False)
    for words in ("--version", "", "demo --nosuch", "help", "ls --help"):
        told = piped(f"$Q {words} | true; exit ${{PIPESTATUS[0]}}", box, tmp_path)
        assert told.returncode in {0, 2, 3}
        assert "Traceback" not in told.stderr
        assert "Exception" not in told.stderr


@pytest.mark.parametrize("command", ["check", "ls", "status Deploy", "check --nagios", "wait"])
def test_a_verdict_that_nobody_can_read_is_not_a_yes(
    command: str, box: Sandbox, tmp_path: Path
) -> None:
    configure(tmp_path, both_in_toml(box, keys=KEYS).replace("env:QUIESCE_PASSWORD", "x"))
    line = (
        f"$Q {command} -s gate -o json >/dev/full"
        if "nagios" not in command
        else (f"$Q {command} -s gate >/dev/full")
    )
    told = piped(line, box, tmp_path)
    assert told.returncode == 3
    assert "the answer can't be written: No space left on device" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_closed_stdout_is_not_a_yes(box: Sandbox, tmp_path: Path) -> None:
    told = piped("$Q check $S >&-", box, tmp_path)
    assert told.returncode == 3
    assert "the answer can't be written: Bad file descriptor" in told.stderr


@pytest.mark.parametrize("shut", ["2>&-", "2>/dev/full", "<&-", "<&- 2>&-"])
def test_the_code_does_not_need_stderr(shut: str, box: Sandbox, tmp_path: Path) -> None:
    told = piped(f"$Q check $S {shut}", box, tmp_path)
    assert told.returncode == 0
    assert told.stdout.startswith("quiet: ")
    running(box.world)
    assert piped(f"$Q check $S {shut}", box, tmp_path).returncode == 1
    assert piped(f"$Q check -a nosuch $S {shut}", box, tmp_path).returncode == 2


def test_a_stop_while_it_looks_is_never_quiet(box: Sandbox, start: Start) -> None:
    """An answer that lay in a buffer meanwhile looks new and is as old as the stop was long."""
    box.faults.add(Fault(kind="latency", seconds=0.3))
    process = start("check", "--no-confirm", "-o", "json", env=ENV)
    await_a_request(box)
    os.kill(process.pid, signal.SIGSTOP)
    time.sleep(1.0)  # the answers come while it sleeps
    os.kill(process.pid, signal.SIGCONT)
    result = ended(process)
    assert result.returncode == 3
    assert "this process was stopped while it looked" in valid(result)["reasons"]
