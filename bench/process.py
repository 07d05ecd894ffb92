"""Whole processes, measured from outside: start, wait, and what it cost.

This module and `bench.__main__` import nothing large, on purpose: Linux counts the memory of
the process that starts another one into the peak of the latter.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

ROOT = Path(__file__).parent.parent
_OPENER = build_opener(ProxyHandler({}))


class BenchError(Exception):
    """The bench itself failed: what it measured would mean nothing."""


@dataclass(frozen=True)
class Outcome:
    """`seconds` from before the start to after the end, `memory` the peak in bytes."""

    code: int
    seconds: float
    cpu: float
    memory: int
    output: str
    errors: str


@dataclass(frozen=True)
class Surroundings:
    """An empty home and a place for bytecode, as an installer would have left it."""

    home: Path

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PYTHONPYCACHEPREFIX": str(self.home / "bytecode"),
            "PYTHONPATH": str(ROOT),
        }

    def run(
        self,
        arguments: Sequence[str | Path],
        *,
        accept: frozenset[int] = frozenset({0}),
        given: str | None = None,
    ) -> Outcome:
        """Run a program to its end; `BenchError` for an exit code that is not accepted."""
        with (
            tempfile.TemporaryFile("w+", encoding="utf-8") as output,
            tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
            tempfile.TemporaryFile("w+", encoding="utf-8") as standard_input,
        ):
            standard_input.write(given or "")
            standard_input.seek(0)
            began = time.perf_counter()
            process = subprocess.Popen(
                arguments,
                cwd=self.home,
                env=self.environment(),
                stdin=standard_input,
                stdout=output,
                stderr=errors,
            )
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            process.returncode = code = os.waitstatus_to_exitcode(status)
            output.seek(0)
            errors.seek(0)
            outcome = Outcome(
                code=code,
                seconds=seconds,
                cpu=usage.ru_utime + usage.ru_stime,
                memory=usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
                output=output.read(),
                errors=errors.read(),
            )
        if code not in accept:
            shown = " ".join(str(argument) for argument in arguments)
            raise BenchError(f"`{shown}` ended with {code}:\n{outcome.errors[-2000:]}")
        return outcome


class Gate:
    """A fake Gate that runs, and what it was asked."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def stats(self) -> dict[str, Any]:
        return dict(self._get("stats"))

    def log(self) -> list[str]:
        return list(self._get("log"))

    def reset(self) -> None:
        self._get("reset")

    def _get(self, what: str) -> Any:
        with _OPENER.open(f"{self.url}/__{what}", timeout=30) as answer:
            return json.load(answer)


@contextlib.contextmanager
def fake_gate(surroundings: Surroundings, *options: str) -> Iterator[Gate]:
    """A fake Gate in its own process, until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.fake_gate", *options],
        env=surroundings.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        if process.stdin is None or process.stdout is None:
            raise BenchError("the fake Gate has no pipes")
        said = process.stdout.readline()
        if not said:
            raise BenchError("the fake Gate did not start")
        try:
            yield Gate(json.loads(said)["port"])
        finally:
            process.stdin.close()
