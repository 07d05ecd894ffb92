"""`quiesce collect`: look again and again, and remember. One JSON line a look."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path

import click

from quiesce import app
from quiesce.app.collect import Collected, Collector
from quiesce.cli.codes import ExitCode
from quiesce.cli.judged import by_verdict, forgotten
from quiesce.cli.loop import complete
from quiesce.cli.options import EXIT_CODES, source_options
from quiesce.cli.screen import screen, write
from quiesce.cli.service import tell, watchdog_every
from quiesce.cli.session import Selection, configured
from quiesce.config import Config
from quiesce.errors import ConfigError, StoreError
from quiesce.model import Question
from quiesce.render.collected import collected_line
from quiesce.survey import awake_clock

CLOSING = 0.1
"""Seconds to let go of the store: SIGTERM has been answered by then, and must be obeyed."""

TEXT = f"""Look again and again, and remember: one JSON line a look.

\b
Examples:
  quiesce collect --config /etc/quiesce.toml
  quiesce collect --once               # for cron: looks twice, as check does
  quiesce collect | jq -c 'select(.verdict == "unknown") | .reasons'

Each source is looked at by its own `every` (30 s), more often while something
is active or somebody waits, and at night as `every_night` says. Ctrl-C and
SIGTERM end it within a second, and what was seen is kept: exit 0.

{EXIT_CODES}
They are those of --once."""


@click.command("collect", help=TEXT, short_help="Look again and again, and remember.")
@source_options
@click.option("--once", is_flag=True, help="One check of everything, and the end: for cron.")
def command(sources: tuple[str, ...], path: str | None, once: bool) -> int:
    config = configured(Selection(sources=sources, path=path))
    memory = app.memory_of(config, os.environ, Path.cwd())
    if memory is None:
        raise ConfigError(
            "there is no store to collect into", hint="set `store`, or QUIESCE_STORE, to a file"
        )
    return complete(_once(config, memory) if once else _on(config, memory))


async def _once(config: Config, memory: app.Memory) -> int:
    """What `check` does, remembered; a line for each source."""
    async with app.opened(config, os.environ, memory=memory) as system:
        answer = await app.check(system, Question())
        code = by_verdict(answer, system)
    trouble = await _kept(memory)
    for part in app.by_source(answer):
        _print(Collected(source=part.look.sources[0].name, answer=part, load=None, next_in=None,
                         stored=trouble is None, trouble=trouble))  # fmt: skip
    return code


async def _kept(memory: app.Memory) -> StoreError | None:
    try:
        await memory.flushed()
    except StoreError as error:
        forgotten(error)
        return error
    return None


async def _on(config: Config, memory: app.Memory) -> int:
    """Until it is told to end."""
    said: set[str] = set()

    def seen(collected: Collected) -> None:
        trouble = collected.trouble
        if trouble is None:
            said.clear()
        elif trouble.message not in said:
            said.add(trouble.message)
            forgotten(trouble)
        _print(collected)

    async with app.opened(config, os.environ, memory=memory) as system:
        collector = Collector(system, memory, config, seen)
        watchdog = asyncio.create_task(_watchdog(collector))
        tell(f"READY=1\nSTATUS=collecting {len(config.sources)} sources", os.environ)
        try:
            await collector.run()
        finally:
            watchdog.cancel()
            tell("STOPPING=1", os.environ)
    with suppress(StoreError):  # what is kept is kept
        memory.close(CLOSING)
    return ExitCode.QUIET


async def _watchdog(collector: Collector) -> None:
    """Say that all goes on, for as long as it does: a loop that hangs is to be noticed."""
    every = watchdog_every(os.environ)
    while every is not None:
        if collector.healthy(awake_clock()):
            tell("WATCHDOG=1", os.environ)
        await asyncio.sleep(every)


def _print(collected: Collected) -> None:
    write(
        collected_line(
            collected.source,
            collected.answer,
            load=collected.load,
            next_in=collected.next_in,
            trouble="" if collected.trouble is None else collected.trouble.message,
            ascii_only=not screen(sys.stdout).unicode,
        )
    )
