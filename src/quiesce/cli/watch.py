"""`--watch`: look again and again. On a terminal in place, in a pipe a JSON line a change."""

from __future__ import annotations

import asyncio
import os
import re
import sys

from quiesce import app
from quiesce.answer import Answer
from quiesce.cli.codes import ExitCode
from quiesce.cli.judged import Ask, delivered, forgotten, given_up
from quiesce.cli.loop import complete
from quiesce.cli.output import Output, rendering
from quiesce.cli.screen import screen, write
from quiesce.cli.session import Selection, configured, memory_for
from quiesce.errors import ConfigError, StoreError
from quiesce.model import Question
from quiesce.render.fit import width
from quiesce.survey import Progress

BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"
"""Synchronized output: terminals that know it draw a frame at once, others ignore it."""

SEQUENCE = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;.*?\x1b\\")
"""Our own colours and links, which take no room."""


def watched(
    selection: Selection,
    output: Output,
    ask: Ask,
    interval: float,
) -> int:
    """Look until interrupted: then 130, as the last answer may be old by then.

    Raises `ConfigError` for a format that holds one answer only.
    """
    if output.form not in ("table", "wide", "jsonl"):
        form = "--nagios" if output.form == "nagios" else f"-o {output.form}"
        raise ConfigError(
            f"--watch can't go on in the format of `{form}`",
            hint="use it with -o table, wide, or jsonl, which is a line at each change",
        )
    terminal = sys.stdout.isatty() and output.form in ("table", "wide")
    shape = output if terminal else output.streamed()
    shown: list[Answer] = []
    try:
        complete(_watch(selection, shape, ask, interval, shown, in_place=terminal))
    except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 - the edge, as in `judged`
        if isinstance(error, KeyboardInterrupt) and shown:
            return ExitCode.INTERRUPTED  # the last frame stays where it is
        return delivered(*given_up(error, shape), json=False)
    return ExitCode.INTERRUPTED


async def _watch(
    selection: Selection,
    output: Output,
    ask: Ask,
    interval: float,
    shown: list[Answer],
    *,
    in_place: bool,
) -> None:
    config = configured(selection)
    question = Question(application=selection.application)
    drawn = 0
    before = ""
    memory = memory_for(config, selection)
    opened = app.opened(
        config,
        os.environ,
        narrowed=selection.narrowed,
        memory=memory,
        scope=selection.scope,
    )
    troubles: set[str] = set()
    async with opened as system:
        while True:
            answer = app.still_fresh(await ask(system, question, Progress()), config.max_age)
            app.must_exist_in(answer)
            shown[:] = [answer]
            if in_place:
                surface = screen(sys.stdout, color=output.color)
                last = f"every {interval:g} s{surface.dot}Ctrl-C ends it"
                lines = [*rendering(answer, output).out.splitlines(), last]
                size = os.get_terminal_size(sys.stdout.fileno())
                fit = fitting(lines, size.columns, size.lines)
                frame = "".join(f"{line}\x1b[K\n" for line in fit)
                write(BEGIN + _over(drawn) + frame + "\x1b[J" + END)
                drawn = sum(_rows(line, size.columns) for line in fit)
            else:
                content = _content(answer)
                if content != before:
                    write(rendering(answer, output).out)
                before = content
            if memory is not None:
                await _remember(memory, troubles)
            await asyncio.sleep(interval)


async def _remember(memory: app.Memory, told: set[str]) -> None:
    """Write what was seen; each trouble with that is told once."""
    try:
        await memory.flushed()
    except StoreError as error:
        if error.message not in told:
            told.add(error.message)
            forgotten(error)


def _over(lines: int) -> str:
    """Back to where the last frame began, without clearing: nothing flickers."""
    return f"\x1b[{lines}A\r" if lines else ""


def fitting(lines: list[str], columns: int, rows: int) -> list[str]:
    """The lines of which a terminal can show all; what is left out in the middle is counted.

    Nothing above the upper edge can be drawn over, so a taller frame would pile up there.
    """
    room = rows - 1
    if sum(_rows(line, columns) for line in lines) <= room:
        return lines
    tail = lines[-3:]
    room -= 1 + sum(_rows(line, columns) for line in tail)
    head: list[str] = []
    for line in lines[:-3]:
        room -= _rows(line, columns)
        if room < 0:
            break
        head.append(line)
    return [*head, f"+{len(lines) - 3 - len(head):,} more lines", *tail]


def _rows(line: str, columns: int) -> int:
    """How many rows of a terminal a line takes, where it is not cut but wrapped."""
    return max(1, -(-width(SEQUENCE.sub("", line)) // max(columns, 1)))


def _content(answer: Answer) -> str:
    """What makes one answer different from the next, times left aside."""
    runs = sorted((run.source, run.id, run.state) for run in answer.look.runs)
    gaps = sorted((gap.part, gap.why) for gap in answer.look.gaps)
    return repr((answer.verdict.verdict, answer.verdict.confirmed, runs, gaps))
