"""A loop whose time passes only when everything in it waits: hours take no time at all.

`asyncio.sleep`, `asyncio.timeout` and every deadline go by it, and what happens is the same
at each run. Who waits for nothing that will ever come is an error here, not a hang.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _NoWaiting(selectors.DefaultSelector):
    """Looks at its files without waiting, and lets the clock jump instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("everything waits for something that never comes")
        if not ready:
            self.now += max(timeout or 0.0, 0.0)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop with a clock of its own, in seconds since it was made."""

    def __init__(self) -> None:
        self._virtual = _NoWaiting()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now

    def pass_by(self, seconds: float) -> None:
        """Time that passes while nothing here moves, as when a machine sleeps."""
        self._virtual.now += seconds


def simulate(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end, in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def now() -> float:
    return asyncio.get_running_loop().time()


async def sleep(seconds: float) -> None:
    """As on a real machine, a little longer than was asked for."""
    await asyncio.sleep(seconds + 0.001)
