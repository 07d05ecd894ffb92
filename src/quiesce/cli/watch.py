"""`--watch`: look again and again. On a terminal in place, in a pipe a JSON line a change."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable

from quiesce import app
from quiesce.cli.judged import INTERRUPTED, Ask
from quiesce.cli.output import Output, rendering
from quiesce.cli.screen import write
from quiesce.cli.session import Selection, configured
from quiesce.model import Answer, Question
from quiesce.survey import Progress

BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"
"""Synchronized output: terminals that know it draw a frame at once, others ignore it."""


def watched(
    selection: Selection,
    output: Output,
    ask: Ask,
    interval: float,
    code: Callable[[Answer, app.System], int],
) -> int:
    """Look until interrupted; the exit code is that of the last answer, or 130 before one."""
    last: list[int] = []
    try:
        asyncio.run(
            _watch(selection, output, ask, interval, lambda *seen: last.append(code(*seen)))
        )
    except KeyboardInterrupt:
        return last[-1] if last else INTERRUPTED
    return last[-1]


async def _watch(
    selection: Selection,
    output: Output,
    ask: Ask,
    interval: float,
    note: Callable[[Answer, app.System], None],
) -> None:
    config = configured(selection)
    question = Question(application=selection.application)
    terminal = sys.stdout.isatty() and output.form in ("table", "wide")
    shape = output if terminal else output.streamed()
    drawn = 0
    before = ""
    async with app.opened(config, os.environ, application=selection.application) as system:
        while True:
            answer = await ask(system, question, Progress())
            app.must_exist(answer.look)
            note(answer, system)
            if terminal:
                frame = rendering(answer, shape).out + f"every {interval:g} s · Ctrl-C ends it\n"
                write(BEGIN + _over(drawn) + frame + "\x1b[J" + END)
                drawn = frame.count("\n")
            else:
                shown = _content(answer)
                if shown != before:
                    write(rendering(answer, shape).out)
                before = shown
            await asyncio.sleep(interval)


def _over(lines: int) -> str:
    """Back to where the last frame began, without clearing: nothing flickers."""
    return f"\x1b[{lines}A\r" if lines else ""


def _content(answer: Answer) -> str:
    """What makes one answer different from the next, times left aside."""
    runs = sorted((run.source, run.id, run.state) for run in answer.look.runs)
    gaps = sorted((gap.part, gap.why) for gap in answer.look.gaps)
    return repr((answer.verdict.verdict, answer.verdict.confirmed, runs, gaps))
