"""Running a command's asynchronous part to its end."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")

COLLECT_AFTER = 100_000
"""A look makes many values and few cycles, so they are collected seldom; `wait` runs for hours,
so it is not never."""


def complete(work: Coroutine[Any, Any, Result]) -> Result:
    """As `asyncio.run`, but it does not wait for a name look-up that hangs.

    Look-ups run in threads that can't be cancelled; closing a loop waits for its threads, so
    the loop is given others before.
    """
    gc.set_threshold(COLLECT_AFTER, 20, 20)
    with asyncio.Runner() as runner:
        try:
            return runner.run(work)
        finally:
            runner.get_loop().set_default_executor(ThreadPoolExecutor(max_workers=1))
