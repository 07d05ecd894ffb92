"""Processes that share a store with a test."""

from __future__ import annotations

import os
import select
import signal
import traceback
from collections.abc import Callable, Iterable

Tell = Callable[[str], None]


class Child:
    """A forked process that tells lines, and can be killed at any moment."""

    def __init__(self, work: Callable[[Tell], None]) -> None:
        self._out, inner = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _run(work, inner)
        os.close(inner)
        self._said = b""
        self._over = False

    def wait_for_word(self, timeout: float) -> None:
        """Until it has told anything, or has ended, or so many seconds have passed."""
        select.select([self._out], [], [], timeout)

    def kill(self) -> list[str]:
        """End it with SIGKILL; gives all whole lines that it has told."""
        os.kill(self.pid, signal.SIGKILL)
        return self.lines()

    def lines(self) -> list[str]:
        """Wait for its end; gives all whole lines that it has told."""
        while data := os.read(self._out, 65536):
            self._said += data
        os.close(self._out)
        os.waitpid(self.pid, 0)
        return self._said.decode().split("\n")[:-1]


def together(works: Iterable[Callable[[Tell], None]]) -> list[list[str]]:
    """Run all of them at once, each in a process; gives what each has told."""
    return [child.lines() for child in [Child(work) for work in works]]


def _run(work: Callable[[Tell], None], out: int) -> None:
    def tell(line: str) -> None:
        os.write(out, f"{line}\n".encode())

    try:
        work(tell)
    except BaseException:  # noqa: BLE001 - it must not go on as a second pytest
        tell("FAILED " + traceback.format_exc().replace("\n", " | "))
    finally:
        os._exit(0)
