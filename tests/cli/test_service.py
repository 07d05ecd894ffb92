"""What systemd is told: over a real socket, and nothing where nobody listens."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from quiesce.cli.service import tell, watchdog_every


def test_a_state_is_one_datagram(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.settimeout(5)
        assert tell("READY=1", {"NOTIFY_SOCKET": address})
        assert manager.recv(100) == b"READY=1"


def test_an_abstract_name_is_found() -> None:
    name = f"quiesce-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{name}")
        manager.settimeout(5)
        assert tell("STOPPING=1", {"NOTIFY_SOCKET": f"@{name}"})
        assert manager.recv(100) == b"STOPPING=1"


@pytest.mark.parametrize("env", [{}, {"NOTIFY_SOCKET": "relative"}, {"NOTIFY_SOCKET": "/no/one"}])
def test_nobody_listens_and_nothing_happens(env: dict[str, str]) -> None:
    assert tell("READY=1", env) is False


def test_a_manager_that_reads_nothing_holds_nobody_up(tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        told = [tell("WATCHDOG=1", {"NOTIFY_SOCKET": address}) for _ in range(1000)]
    assert told[0] is True
    assert told[-1] is False


@pytest.mark.parametrize(
    ("env", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 15.0),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 15.0),
    ],
)
def test_the_watchdog_is_fed_twice_as_often_as_it_must(
    env: dict[str, str], seconds: float | None
) -> None:
    assert watchdog_every(env) == seconds
