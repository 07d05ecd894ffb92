"""Cutting looks short, by whoever must end: what they have found is kept, the rest is a gap."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Haste:
    """The deadlines of all looks in hand, which can be brought forward to now."""

    def __init__(self) -> None:
        self._limits: set[asyncio.Timeout] = set()
        self.made = False

    def now(self) -> None:
        """From now on no look goes on, and none begins."""
        self.made = True
        for limit in self._limits:
            if not limit.expired():
                limit.reschedule(asyncio.get_running_loop().time())

    @asynccontextmanager
    async def within(self, deadline: float) -> AsyncIterator[None]:
        """As `asyncio.timeout`, but it may end sooner."""
        async with asyncio.timeout(0.0 if self.made else deadline) as limit:
            self._limits.add(limit)
            try:
                yield
            finally:
                self._limits.discard(limit)
