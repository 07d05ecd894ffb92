"""The demo and the sandbox: something to look at without any system; and what `--help` promises."""

from __future__ import annotations

import re
import signal
import time
from pathlib import Path

import pytest
from tests.cli.acceptance import ended, started
from tests.cli.program import quiesce

from quiesce import __version__
from quiesce.cli.commands import COMMANDS, OVERVIEW
from quiesce.cli.demo import STEPS
from quiesce.cli.main import main
from quiesce.sandbox import SCENARIOS


def test_the_demo_gives_the_true_answers_and_soon(tmp_path: Path) -> None:
    # What the shell holds must neither reach it nor change it.
    env = {
        "QUIESCE_TOKEN": "t",
        "QUIESCE_CONFIG": "/nowhere",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }
    began = time.monotonic()
    told = quiesce("demo", cwd=tmp_path, env=env)
    assert time.monotonic() - began < 30
    assert told.returncode == 0
    codes = [int(code) for code in re.findall(r"^\(exit (\d+)\)$", told.stdout, re.MULTILINE)]
    assert codes == [code for *_, code in STEPS] == [0, 1, 0, 3, 0, 0]
    assert told.stdout.count("\n$ quiesce ") == len(STEPS)
    assert "simulated" in told.stdout.splitlines()[0]
    assert "Traceback" not in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_demo_ends_when_it_is_interrupted(tmp_path: Path) -> None:
    process = started("demo", cwd=tmp_path)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("$ quiesce"):
            break
    process.send_signal(signal.SIGINT)
    told = ended(process)
    assert told.returncode == 130
    assert "$ quiesce" not in told.stdout
    assert "Traceback" not in told.stderr


def test_the_sandbox_serves_for_as_long_as_it_is_told(tmp_path: Path) -> None:
    process = started("sandbox", "--scenario", "quiet", "--for", "3s", cwd=tmp_path)
    assert process.stdout is not None
    head = [process.stdout.readline() for _ in range(5)]
    assert head[0] == "simulated, scenario quiet: nothing here is real\n"
    command = head[4].strip()
    assert command.startswith("quiesce check -s spinnaker+http://127.0.0.1:")
    words = command.replace("'", "").split()[1:]
    assert quiesce(*words, cwd=tmp_path).returncode == 0
    assert ended(process).returncode == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_sandbox_ends_when_it_is_told(
    number: signal.Signals, code: int, tmp_path: Path
) -> None:
    process = started("sandbox", "--scenario", "quiet", cwd=tmp_path)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(number)
    told = ended(process)
    assert told.returncode == code
    assert "Traceback" not in told.stderr


def test_the_sandbox_lists_what_it_can_show(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sandbox", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(SCENARIOS)
    assert all(len(line) > 30 for line in lines)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--scenario", "bussy"), "did you mean `busy`?"),
        (("--speed", "0"), "--speed must be a number above 0"),
        (("--speed", "nan"), "--speed must be a number above 0"),
        (("--gate-port", "99999"), "--gate-port"),
        (("--for", "3"), "--for"),
    ],
)
def test_the_sandbox_says_what_it_can_not_do(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sandbox", *words]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err


def test_a_port_that_is_taken_is_a_usage_error(tmp_path: Path) -> None:
    first = started("sandbox", "--scenario", "quiet", cwd=tmp_path)
    assert first.stdout is not None
    first.stdout.readline()
    port = first.stdout.readline().rsplit(":", 1)[1].strip()
    told = quiesce("sandbox", "--gate-port", port, "--for", "1s", cwd=tmp_path)
    first.terminate()
    ended(first)
    assert told.returncode == 2
    assert "error: the sandbox can't listen: " in told.stderr


def test_the_version_and_the_overview(tmp_path: Path) -> None:
    for words in (("--version",), ("-V",)):
        told = quiesce(*words, cwd=tmp_path)
        assert (told.returncode, told.stdout) == (0, f"quiesce {__version__}\n")
    told = quiesce(cwd=tmp_path)
    assert (told.returncode, told.stdout, told.stderr) == (0, OVERVIEW, "")
    assert len(OVERVIEW.splitlines()) <= 12
    told = quiesce("--help", cwd=tmp_path)
    assert all(f"\n  {name} " in told.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_fits_80_columns_and_has_examples_and_exit_codes(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for option in ("--help", "-h"):
        assert main([name, option]) == 0
        told = capsys.readouterr()
        assert told.err == ""
        lines = told.out.splitlines()
        # What is made to be pasted into a shell stays on one line.
        assert max(len(line) for line in lines if "~/.config" not in line) <= 80
        assert any(line.strip().startswith("quiesce " + name) for line in lines)
        assert re.search(r"\bExit (codes: )?[0-9]", told.out)


def test_a_command_that_is_unknown_gets_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["statsu"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "error: no command named `statsu`\n  hint: did you mean `status`?\n"
