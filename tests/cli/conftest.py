"""What the acceptance tests begin with: two small simulated systems, and commands that end."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.acceptance import Start, both_in_toml, configure, small, started

from quiesce.sandbox import Sandbox, serve_in_thread


@pytest.fixture(scope="session")
def served() -> Iterator[Sandbox]:
    """Starting a server takes as long as several tests: they share one."""
    with serve_in_thread(Sandbox(small())) as box:
        yield box


@pytest.fixture
def keys() -> str | None:
    """What both systems have in the configuration of the test's folder; None for no such file.

    A module whose commands need one has a fixture of this name.
    """
    return None


@pytest.fixture
def box(served: Sandbox, keys: str | None, tmp_path: Path) -> Sandbox:
    """The shared server with a world of the test's own, which nothing is wrong with."""
    served.load(small())
    if keys is not None:
        configure(tmp_path, both_in_toml(served, keys=keys))
    return served


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a command in the test's folder, which never outlives the test."""
    begun: list[subprocess.Popen[str]] = []

    def start(*words: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
        begun.append(started(*words, cwd=tmp_path, env=env))
        return begun[-1]

    yield start
    for process in begun:
        process.kill()
        process.wait(10)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
