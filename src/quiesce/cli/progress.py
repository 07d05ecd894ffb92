"""One line on stderr while a look takes more than a second, redrawn in place and erased."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from quiesce.cli.screen import remark, screen
from quiesce.survey import Progress

AFTER = 1.0
EVERY = 0.1
ERASE = "\r\x1b[2K"


@asynccontextmanager
async def shown(progress: Progress, mode: str) -> AsyncIterator[None]:
    """Show what has been seen so far, for as long as the block runs.

    `mode` is `auto` (only on a terminal), `plain` (a line every 5 s, anywhere) or `none`.
    """
    in_place = drawn_in_place(mode)
    with _on_request(progress, over=ERASE if in_place else ""):
        if not in_place and (mode != "plain" or "QUIESCE_NO_PROGRESS" in os.environ):
            yield
            return
        task = asyncio.create_task(_draw(progress, in_place=in_place))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@contextmanager
def _on_request(progress: Progress, *, over: str) -> Iterator[None]:
    """SIGUSR1, where there is one, prints the line once, whatever the mode is."""
    began = time.monotonic()
    loop = asyncio.get_running_loop()

    def tell() -> None:
        remark(f"{over}{line(progress, time.monotonic() - began)}\n")

    with suppress(AttributeError, NotImplementedError, RuntimeError):  # Windows, or a thread
        loop.add_signal_handler(signal.SIGUSR1, tell)
    try:
        yield
    finally:
        with suppress(AttributeError, NotImplementedError):
            loop.remove_signal_handler(signal.SIGUSR1)


def drawn_in_place(mode: str) -> bool:
    """Whether a line is redrawn on stderr, so that others must be written over it."""
    terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return mode == "auto" and terminal and "QUIESCE_NO_PROGRESS" not in os.environ


async def _draw(progress: Progress, *, in_place: bool) -> None:
    began = time.monotonic()
    await asyncio.sleep(AFTER)
    try:
        while True:
            text = line(progress, time.monotonic() - began)
            if in_place:  # what wraps could not be erased
                text = text[: (screen(sys.stderr).width or 80) - 1]
            sys.stderr.write(f"{ERASE}{text}" if in_place else f"{text}\n")
            sys.stderr.flush()
            await asyncio.sleep(EVERY if in_place else 5.0)
    finally:
        if in_place:
            sys.stderr.write(ERASE)
            sys.stderr.flush()


def line(progress: Progress, seconds: float) -> str:
    """What has been seen, in one line below 80 columns."""
    sources = f"{progress.sources} source{'' if progress.sources == 1 else 's'}"
    gaps = f"  {progress.gaps} gap{'' if progress.gaps == 1 else 's'}" if progress.gaps else ""
    return (
        f"asking {sources}  {progress.parts} parts read  {progress.active} active so far"
        f"{gaps}  {seconds:.1f} s"
    )
