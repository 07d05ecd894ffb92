"""Completion: by the protocol of the script, and in a real shell."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.cli.program import COMMAND, quiesce


def completed(cwd: Path, *words: str) -> list[str]:
    """What bash would offer for the last word."""
    told = quiesce(
        cwd=cwd,
        env={
            "COMP_WORDS": "\n".join(["quiesce", *words]),
            "COMP_CWORD": str(len(words)),
            "_QUIESCE_COMPLETE": "bash_complete",
        },
    )
    assert told.returncode == 0, told.stderr
    assert told.stderr == ""
    return [line.removeprefix("plain,") for line in told.stdout.splitlines() if line]


def test_commands_options_and_groups_are_completed(tmp_path: Path) -> None:
    assert completed(tmp_path, "che") == ["check"]
    assert "sources" in completed(tmp_path, "")
    assert completed(tmp_path, "config", "pa") == ["path"]
    assert "--settled" in completed(tmp_path, "check", "--se")
    assert completed(tmp_path, "completion", "z") == ["zsh"]


def test_the_names_of_sources_come_from_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "quiesce.toml").write_text(
        '[sources.prod]\nkind = "spinnaker"\nurl = "https://nowhere.invalid"\n'
        '[sources.stage]\nkind = "spinnaker"\nurl = "https://nowhere.invalid"\n'
    )
    assert completed(tmp_path, "sources", "test", "p") == ["prod"]


@pytest.mark.parametrize("words", [("bogus", "x"), ("bogus", "--x"), ("sources", "test", "p")])
def test_nothing_to_offer_is_no_error(words: tuple[str, ...], tmp_path: Path) -> None:
    assert completed(tmp_path, *words) == []


def test_a_tab_imports_no_command_and_no_client(tmp_path: Path) -> None:
    told = subprocess.run(
        [COMMAND[0], "-X", "importtime", *COMMAND[1:]],
        cwd=tmp_path,
        env={"COMP_WORDS": "quiesce\n", "COMP_CWORD": "1", "_QUIESCE_COMPLETE": "bash_complete"},
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in told.stderr.splitlines()}
    assert "quiesce.cli.run" in imported
    assert not {"aiohttp", "asyncio", "quiesce.app", "quiesce.cli.check"} & imported


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_script_calls_us_by_our_variable(shell: str, tmp_path: Path) -> None:
    told = quiesce("completion", shell, cwd=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert f"_QUIESCE_COMPLETE={shell}_complete" in told.stdout
    if program := shutil.which(shell):
        subprocess.run([program, "-n"], input=told.stdout, text=True, check=True)


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_completes_with_the_script(tmp_path: Path) -> None:
    program = tmp_path / "quiesce"
    program.write_text(f'#!/bin/sh\nexec {" ".join(COMMAND)} "$@"\n')
    program.chmod(0o700)
    script = (
        'eval "$(./quiesce completion bash)"; COMP_WORDS=(./quiesce che); COMP_CWORD=1;'
        ' _quiesce_completion ./quiesce; echo "${COMPREPLY[@]}"'
    )
    told = subprocess.run(
        ["bash", "--norc", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert told.stdout == "check\n"


def test_another_shell_is_a_usage_error(tmp_path: Path) -> None:
    told = quiesce("completion", "powershell", cwd=tmp_path)
    assert told.returncode == 2
    assert "bash" in told.stderr
