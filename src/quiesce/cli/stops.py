"""Knowing that this process was stopped (SIGSTOP, Ctrl-Z, a paused container) and goes on."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from quiesce.survey import awake_clock


@contextmanager
def noticed() -> Iterator[Callable[[], float]]:
    """Gives when we last went on after a stop, by the surveys' clock; minus infinity for never."""
    last = float("-inf")

    def went_on(*_: object) -> None:
        nonlocal last
        last = awake_clock()

    if not hasattr(signal, "SIGCONT") or threading.current_thread() is not threading.main_thread():
        yield lambda: last
        return
    before = signal.signal(signal.SIGCONT, went_on)
    try:
        yield lambda: last
    finally:
        signal.signal(signal.SIGCONT, before)
