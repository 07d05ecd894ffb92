"""`quiesce collect` looks again and again, remembers, and ends when it is told to."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.cli.acceptance import (
    ENV,
    Start,
    both_in_toml,
    configure,
    conforms,
    ended,
    gate,
    job,
    running,
    small,
)
from tests.cli.program import quiesce

from quiesce.sandbox import Fault, Sandbox

FAST = 'every = "1s"\nevery_active = "1s"'


@pytest.fixture
def box(box: Sandbox, tmp_path: Path) -> Sandbox:
    configure(tmp_path, 'store = "memory.db"\n' + both_in_toml(box, keys=FAST))
    return box


@pytest.fixture
def collect(start: Start) -> Start:
    """Starts a collector."""
    return partial(start, "collect", env=ENV)


def lines(process: subprocess.Popen[str]) -> Iterator[Any]:
    assert process.stdout is not None
    return (json.loads(line) for line in process.stdout)


def stopped(process: subprocess.Popen[str]) -> tuple[subprocess.CompletedProcess[str], float]:
    """Told to end: what it has said, and how long it took."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    told = ended(process)
    return told, time.monotonic() - began


def test_each_source_has_its_own_looks_and_each_is_a_line(
    box: Sandbox, tmp_path: Path, collect: Start
) -> None:
    process = collect()
    first = [next(lines(process)) for _ in range(4)]
    told, _ = stopped(process)
    assert told.returncode == 0
    assert "Traceback" not in told.stderr
    for line in first:
        conforms(line, "collected")
    assert {line["source"] for line in first} == {"gate", "mix"}
    for line in first:
        assert (line["type"], line["schema"], line["verdict"]) == ("look", 1, "quiet")
        assert line["stored"] is True
        assert line["requests"] > 0
        assert line["requests_per_minute"] > 0
        assert 0.8 <= line["next_in"] <= 2.0


def test_what_it_has_seen_others_know(box: Sandbox, tmp_path: Path, collect: Start) -> None:
    name = running(box.world)
    process = collect()
    seen = next(line for line in lines(process) if line["source"] == "gate")
    stopped(process)
    assert (seen["verdict"], seen["active"]) == ("active", 1)
    now = box.world.now()
    for config in box.world.spinnaker.configs(now, "eks"):
        box.world.spinnaker.delete_config(config.id, at=now)
    told = quiesce("check", "-o", "json", cwd=tmp_path, env=ENV)
    assert told.returncode == 1
    assert [run["id"] for run in json.loads(told.stdout)["runs"]] == [name]


def test_it_ends_within_a_second_and_keeps_what_is_in_hand(
    box: Sandbox, tmp_path: Path, collect: Start
) -> None:
    """A look that hangs is cut short: the run that it has found is remembered, the rest a gap."""
    name = running(box.world, "eks")
    box.faults.add(Fault(kind="hang", path="/applications/checkout/pipelines"))
    process = collect("-s", "gate")
    while not any("eks/pipelines" in one.path_qs for one in box.requests):
        time.sleep(0.02)
    time.sleep(0.5)
    told, seconds = stopped(process)
    box.faults.clear()
    assert seconds < 1.5  # a second, and what this machine needs to end a process
    (line,) = [json.loads(line) for line in told.stdout.splitlines()]
    assert (line["verdict"], line["active"], line["stored"]) == ("active", 1, True)
    assert line["gaps"] >= 1
    assert "cut short" in line["first_gaps"][0]["why"]
    assert told.returncode == 0
    now = box.world.now()
    for config in box.world.spinnaker.configs(now, "eks"):
        box.world.spinnaker.delete_config(config.id, at=now)
    told = quiesce("check", "-s", "gate", "-o", "json", cwd=tmp_path, env=ENV)
    assert [run["id"] for run in json.loads(told.stdout)["runs"]] == [name]


def test_it_ends_within_a_second_also_while_another_process_holds_the_store(
    box: Sandbox, tmp_path: Path, collect: Start
) -> None:
    """What can't be kept then is said not to be."""
    quiesce("check", cwd=tmp_path, env=ENV)
    with closing(sqlite3.connect(tmp_path / "memory.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        before = len(box.requests)
        process = collect("-s", "mix")
        deadline = time.monotonic() + 10
        while len(box.requests) == before and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.5)  # the look is done, and its writer waits
        told, took = stopped(process)
    assert took < 1.5
    assert told.returncode == 0
    (line,) = map(json.loads, told.stdout.splitlines())
    assert line["stored"] is False
    assert "held by another process" in line["error"]


def test_a_slow_source_holds_up_no_other(box: Sandbox, tmp_path: Path, collect: Start) -> None:
    box.faults.add(Fault(kind="hang", system="gate"))
    process = collect()
    first = [next(lines(process)) for _ in range(3)]
    stopped(process)
    box.faults.clear()
    assert {line["source"] for line in first} == {"mix"}


def test_a_source_is_never_looked_at_twice_at_once(
    box: Sandbox, tmp_path: Path, collect: Start
) -> None:
    """It takes longer than its pace, and is still asked for its list one look at a time."""
    box.faults.add(Fault(kind="latency", seconds=0.4, system="mixpanel"))
    process = collect("-s", "mix")
    first = [next(lines(process)) for _ in range(3)]
    stopped(process)
    box.faults.clear()
    assert all(line["next_in"] >= line["seconds"] * 0.95 for line in first)
    jobs = [one for one in box.requests if "/pipeline/jobs" in one.path_qs]
    assert 3 <= len(jobs) <= 4


def test_systemd_is_told_when_it_is_ready_alive_and_ending(
    box: Sandbox, tmp_path: Path, collect: Start
) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.settimeout(20)
        env = {**ENV, "NOTIFY_SOCKET": address, "WATCHDOG_USEC": "200000"}
        process = collect(env=env)
        assert manager.recv(200).startswith(b"READY=1")
        assert [manager.recv(200) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        stopped(process)
        rest = [manager.recv(200)]
        while rest[-1] != b"STOPPING=1":
            rest.append(manager.recv(200))


def test_somebody_who_waits_is_noticed(box: Sandbox, tmp_path: Path, collect: Start) -> None:
    keys = 'every = "1m"\nevery_active = "1s"\nsettle = "100ms"'
    configure(tmp_path, 'store = "memory.db"\n' + both_in_toml(box, keys=keys))
    running(box.world)
    words = ("wait", "-s", "gate", "--timeout", "2s", "--interval", "10s")
    assert quiesce(*words, cwd=tmp_path, env=ENV).returncode == 124
    box.load(small())
    process = collect("-s", "gate")
    first = next(lines(process))
    stopped(process)
    assert first["next_in"] < 5


def test_a_store_that_fails_is_said_once_and_heals(
    box: Sandbox, tmp_path: Path, collect: Start
) -> None:
    (tmp_path / "memory.db").mkdir()
    process = collect("-s", "mix")
    told = lines(process)
    first = [next(told) for _ in range(2)]
    assert [line["stored"] for line in first] == [False, False]
    assert first[0]["error"]
    assert {line["verdict"] for line in first} == {"unknown"}
    (tmp_path / "memory.db").rmdir()
    healed = next(line for line in told if line["stored"])
    assert healed["verdict"] == "quiet"
    told_err, _ = stopped(process)
    assert told_err.stderr.count("warning:") == 1


@pytest.mark.parametrize(("busy", "code"), [(False, 0), (True, 1)])
def test_once_is_a_check_that_is_remembered(
    busy: bool, code: int, box: Sandbox, tmp_path: Path
) -> None:
    if busy:
        running(box.world)
    told = quiesce("collect", "--once", cwd=tmp_path, env=ENV)
    assert told.returncode == code
    shown = {line["source"]: line for line in map(json.loads, told.stdout.splitlines())}
    assert shown["gate"]["verdict"] == ("active" if busy else "quiet")
    assert shown["mix"]["verdict"] == "quiet"
    assert shown["mix"]["confirmed"] is not busy
    assert shown["gate"]["reasons"] == (["1 run is active"] if busy else [])
    assert shown["mix"]["reasons"] == [], "what is said of a source is about that one"
    assert shown["mix"]["requests_per_minute"] is None, "nobody looked for so long"
    assert (tmp_path / "memory.db").exists()


def test_once_that_can_not_tell_is_exit_3(box: Sandbox, tmp_path: Path) -> None:
    box.faults.add(Fault(kind="status", status=403, path="/applications"))
    assert quiesce("collect", "--once", cwd=tmp_path, env=ENV).returncode == 3
    box.faults.clear()


def test_each_source_is_kept_with_the_reason_that_is_its_own(box: Sandbox, tmp_path: Path) -> None:
    """What runs in one is no reason for what is not known of another."""
    box.world.put_job(job(box.world.now(), "running"))
    box.faults.add(Fault(kind="status", status=403, path="/applications"))
    told = quiesce("collect", "--once", cwd=tmp_path, env=ENV)
    box.faults.clear()
    assert told.returncode == 1
    shown = json.loads(quiesce("history", "-o", "json", cwd=tmp_path, env=ENV).stdout)
    why = {each["name"]: each["spells"][-1]["reason"] for each in shown["sources"]}
    assert "403" in why["gate"]
    assert why["mix"] == ""


def test_each_source_is_kept_with_how_many_of_its_own_runs_are_waived(
    box: Sandbox, tmp_path: Path
) -> None:
    box.world.put_job(job(box.world.now(), "running"))
    words = ("waive", "mix/*", "--force", "--reason", "wedged", "--until", "1h")
    assert quiesce(*words, cwd=tmp_path, env=ENV).returncode == 0
    assert quiesce("collect", "--once", cwd=tmp_path, env=ENV).returncode == 0
    with closing(sqlite3.connect(tmp_path / "memory.db")) as store:
        kept = set(store.execute("SELECT source, active, waived FROM looks WHERE active"))
        rest = set(store.execute("SELECT source, active, waived FROM looks WHERE NOT active"))
    assert kept == {("mix", 1, 1)}
    assert ("gate", 0, 0) in rest


def test_in_the_background_of_a_script_it_ends_the_same(
    box: Sandbox, tmp_path: Path, collect: Start
) -> None:
    """A shell without job control makes what it starts with `&` ignore SIGINT."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = collect("-s", "gate")
    finally:
        signal.signal(signal.SIGINT, before)
    next(lines(process))
    process.send_signal(signal.SIGINT)
    next(lines(process))
    told, took = stopped(process)
    assert told.returncode == 0
    assert took < 1


def test_without_a_store_there_is_nothing_to_do(box: Sandbox, tmp_path: Path) -> None:
    told = quiesce("collect", *gate(box), cwd=tmp_path, env={"QUIESCE_STORE": "none"})
    assert told.returncode == 2
    assert "no store" in told.stderr


def test_who_reads_its_lines_may_go_away(box: Sandbox, tmp_path: Path, collect: Start) -> None:
    """It goes on to collect, as that is what it is for."""
    process = collect("-s", "mix")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    before = len(box.requests)
    time.sleep(2.5)
    assert len(box.requests) > before
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
