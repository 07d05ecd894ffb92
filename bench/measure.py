"""What is run, in which order, and what is written down."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench.goals import HEAVY, Figures
from bench.process import BenchError, Gate, Outcome, Surroundings, fake_gate

QUIESCE = Path(sys.executable).with_name("quiesce")
SCRIPT = Path(__file__).with_name("seed_script.py")
AT_ONCE = (32, 64)
STARTS = 5
"""Starts of each command in each round; 15 in the usual three."""

PAIRS = 3
"""Floors and surveys of each round."""

BUSY = 0.5
"""A load for each processor from which figures are doubtful."""

JUDGED = frozenset({0, 1})
"""Exit codes that say quiet or active. 3 would mean that a part was not seen."""

RUN_ID = re.compile(r"\b01M8[0-9A-Z]{22}\b")

Say = Callable[[str], None]


class Bench:
    """One run of everything, against a fake Gate that is already there."""

    def __init__(self, surroundings: Surroundings, gate: Gate, rounds: int, say: Say) -> None:
        self._surroundings = surroundings
        self._gate = gate
        self._rounds = rounds
        self._say = say
        self._expected = gate.stats()
        self._targets: list[str] = []
        self._looked: dict[str, Any] = {}
        self._scripted: dict[str, Any] = {}
        self._memory: list[int] = []
        self._seconds: dict[str, list[float]] = defaultdict(list)
        self._notes: list[str] = []

    def figures(self, quiet_gate: Gate) -> Figures:
        load = os.getloadavg()[0]
        self._warm_up()
        if load > BUSY * (os.cpu_count() or 1):
            self._notes.append(
                f"other work was going on (load {load:.1f}): the script waits most of its time and"
                " hardly notices, `ls` computes and does"
            )
        self._say("starts")
        self._starts()
        for number in range(self._rounds):
            self._say(f"round {number + 1} of {self._rounds}")
            steps: list[Callable[[], None]] = [self._script]
            for at_once in AT_ONCE:
                steps += [partial(self._ls, at_once), partial(self._floor, at_once)]
            random.shuffle(steps)
            for step in steps:
                step()
        self._say("check")
        checked, check_log = self._check(quiet_gate)
        return Figures(
            seconds=dict(self._seconds),
            memory=self._memory,
            look=self._looked,
            check=checked,
            script=self._scripted,
            busiest_look=_busiest(self._targets),
            busiest_check=_busiest(check_log),
            imports={
                "--version": self._imports("--version"),
                "--help": self._imports("--help"),
                "check --no-store": self._imports(
                    "check", "--no-store", "--config", self._config(quiet_gate, 64)
                ),
            },
            notes=self._notes,
        )

    def _warm_up(self) -> None:
        """Bytecode is written, answers are made ready, and the requests of a look are known."""
        self._say("warming up")
        self._surroundings.run([QUIESCE, "--version"])
        self._surroundings.run([sys.executable, "-c", "import requests"])
        self._ls_once(64)
        self._targets = self._gate.log()
        self._survey(64, times=1)
        strangers = set(self._gate.log()) - set(self._targets)
        if strangers:
            self._notes.append(f"{len(strangers)} requests of the survey are not in the floor")

    def _config(self, gate: Gate, at_once: int) -> Path:
        path = self._surroundings.home / f"quiesce-{gate.port}-{at_once}.toml"
        path.write_text(
            f'[sources.gate]\nkind = "spinnaker"\nurl = "{gate.url}"\nconcurrency = {at_once}\n',
            encoding="utf-8",
        )
        return path

    def _starts(self) -> None:
        self._imports("--help")
        for _ in range(STARTS * self._rounds):
            self._start("pass", sys.executable, "-c", "pass")
            self._start("--version", QUIESCE, "--version")
            self._start("--help", QUIESCE, "--help")

    def _start(self, name: str, *command: str | Path) -> None:
        self._seconds[name].append(self._surroundings.run(command).seconds)

    def _script(self) -> None:
        self._gate.reset()
        outcome = self._surroundings.run([sys.executable, SCRIPT, self._gate.url])
        self._scripted = self._gate.stats()
        self._seconds["script"].append(outcome.seconds)
        found = int(outcome.output.rsplit(":", 1)[1])
        if found != self._expected["active_for_the_script"]:
            raise BenchError(f"the script found {found} executions")

    def _ls_once(self, at_once: int) -> Outcome:
        self._gate.reset()
        config = self._config(self._gate, at_once)
        outcome = self._surroundings.run([QUIESCE, "ls", "--config", config], accept=JUDGED)
        found = len(set(RUN_ID.findall(outcome.output)))
        if found != self._expected["active"]:
            raise BenchError(f"`quiesce ls` showed {found} of {self._expected['active']} runs")
        return outcome

    def _ls(self, at_once: int) -> None:
        outcome = self._ls_once(at_once)
        self._looked = self._gate.stats()
        self._seconds[f"ls@{at_once}"].append(outcome.seconds)
        self._seconds[f"cpu of ls@{at_once}"].append(outcome.cpu)
        self._memory.append(outcome.memory)
        if self._looked["at_once"] > at_once:
            raise BenchError(f"{self._looked['at_once']} requests at once, not {at_once}")

    def _floor(self, at_once: int) -> None:
        measured = self._survey(at_once, PAIRS)
        for name in ("floor", "survey"):
            self._seconds[f"{name}@{at_once}"] += measured[name]

    def _survey(self, at_once: int, times: int) -> dict[str, list[float]]:
        self._gate.reset()
        command = [sys.executable, "-m", "bench.floor", self._gate.url, str(at_once), str(times)]
        outcome = self._surroundings.run(command, given=json.dumps(self._targets))
        measured: dict[str, list[float]] = json.loads(outcome.output)
        if set(measured["found"]) != {self._expected["active"]}:
            raise BenchError(f"the surveys found {measured['found']} runs")
        return measured

    def _check(self, gate: Gate) -> tuple[dict[str, Any], list[str]]:
        """On the Gate where nothing is active: only there does it have to look twice."""
        gate.reset()
        command = (QUIESCE, "check", "--config", self._config(gate, 64))
        outcome = self._surroundings.run(command, accept=frozenset({0}))
        self._seconds["check@64"].append(outcome.seconds)
        return gate.stats(), gate.log()

    def _imports(self, *arguments: str | Path) -> tuple[str, ...]:
        """Which of the heavy libraries a command imports."""
        command = (sys.executable, "-X", "importtime", QUIESCE, *arguments)
        errors = self._surroundings.run(command, accept=JUDGED).errors
        modules = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in errors.splitlines()}
        return tuple(name for name in HEAVY if name in modules)


def _busiest(targets: list[str]) -> int:
    """The most requests that one application was named in."""
    named = (re.match(r"/applications/([^/*?]+)", target) for target in targets)
    return max(Counter(match[1] for match in named if match).values(), default=0)


def capacity(surroundings: Surroundings, seconds: float = 2.0) -> dict[str, float]:
    """Answers a second without latency, asked by as many bare clients as there are processors."""
    with fake_gate(surroundings, "--latency", "0") as gate:
        before = gate.stats()["cpu_seconds"]
        command = [sys.executable, "-m", "bench.capacity", str(gate.port), str(seconds)]
        clients = [
            subprocess.Popen(
                command, env=surroundings.environment(), stdout=subprocess.PIPE, text=True
            )
            for _ in range(max(2, os.cpu_count() or 1))
        ]
        answers = [json.loads(client.communicate()[0]) for client in clients]
        count = sum(answer["answers"] for answer in answers)
        return {
            "requests_per_second": sum(a["answers"] / a["seconds"] for a in answers),
            "cpu_per_request": (gate.stats()["cpu_seconds"] - before) / count,
        }
