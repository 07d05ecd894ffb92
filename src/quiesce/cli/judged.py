"""What `ls`, `check` and `wait` share: ask, judge, print a verdict whatever happens.

A verdict is printed on every path, also on a crash, a time-out or Ctrl-C: then it is
`unknown`, and the exit code says so.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from msgspec import Struct

from quiesce import app
from quiesce.answer import Answer
from quiesce.cli.codes import ExitCode, code_of
from quiesce.cli.loop import complete
from quiesce.cli.output import Output, put, rendering
from quiesce.cli.progress import shown
from quiesce.cli.screen import complain, remark, screen, unforeseen
from quiesce.cli.session import Selection, configured, memory_for
from quiesce.cli.stops import noticed
from quiesce.errors import QuiesceError, StoreError
from quiesce.model import Question
from quiesce.render import Rendered, render_unknown
from quiesce.survey import Progress

CODES = {"quiet": ExitCode.QUIET, "active": ExitCode.ACTIVE, "unknown": ExitCode.UNKNOWN}
FOR_PROGRAMS = frozenset({"json", "jsonl", "nagios"})
"""Formats in which a verdict stands even where the question itself was wrong."""

Ask = Callable[[app.System, Question, Progress], Awaitable[Answer]]


class Outcome(Struct, frozen=True, kw_only=True):
    """An answer, what it means for who called, and for how long it may be printed."""

    answer: Answer
    code: int
    max_age: float = 0.0
    memory: app.Memory | None = None


def by_verdict(answer: Answer, _: app.System) -> int:
    """The exit code of everything that judges."""
    return CODES[answer.verdict.verdict]


def judged(
    selection: Selection,
    output: Output,
    ask: Ask,
    code: Callable[[Answer, app.System], int] = by_verdict,
) -> int:
    """Ask, print, and then remember: nobody waits for a disk to hear a verdict.

    Gives back the exit code.
    """
    memory: app.Memory | None = None
    try:
        with noticed() as stopped_at:
            outcome = complete(_ask(selection, output, ask, code))
            memory = outcome.memory
            rendered, result = _drawn(outcome, output, stopped_at)
    except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 - the edge: a defect of ours is an answer too
        rendered, result = given_up(error, output)
    result = delivered(rendered, result, json=output.form == "json")
    return result if memory is None else remembered(memory, result)


def remembered(memory: app.Memory, code: int) -> int:
    """Write what was seen; the code stands, whether or not that can be done."""
    try:
        memory.flush()
        memory.close()
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except StoreError as error:
        forgotten(error)
    return code


def forgotten(error: StoreError) -> None:
    """Warn that a look is not remembered: the answer stands, and the next one knows less."""
    from quiesce.render.complaint import complaint, to_text

    remark(to_text(complaint(app.not_kept(error))).replace("error:", "warning:", 1))


def given_up(error: KeyboardInterrupt | Exception, output: Output) -> tuple[Rendered, int]:
    """What is printed where there is no answer: unknown, and why. The error goes to stderr."""
    if isinstance(error, KeyboardInterrupt):
        reason, code = "interrupted before it was done", ExitCode.INTERRUPTED
    else:
        known = error if isinstance(error, QuiesceError) else unforeseen(error)
        reason, code = known.message, code_of(known)
        complain(known, code, json=output.form == "json")
        if code == ExitCode.USAGE and output.form not in FOR_PROGRAMS:
            return Rendered(""), code
    surface = screen(sys.stdout, color=output.color)
    return render_unknown((reason,), datetime.now(UTC), output.form, surface), code


def delivered(rendered: Rendered, code: int, *, json: bool) -> int:
    """Print it; the code is unknown where that could not be done."""
    try:
        put(rendered)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except QuiesceError as error:
        return complain(error, ExitCode.UNKNOWN, json=json)
    return code


def _drawn(
    outcome: Outcome, output: Output, stopped_at: Callable[[], float]
) -> tuple[Rendered, int]:
    """The answer as text, unless it has grown old meanwhile: then that is the answer."""
    rendered = rendering(outcome.answer, output)
    answer = app.still_fresh(outcome.answer, outcome.max_age, stopped_at=stopped_at())
    if answer is outcome.answer:
        return rendered, outcome.code
    return rendering(answer, output), ExitCode.UNKNOWN


async def _ask(
    selection: Selection,
    output: Output,
    ask: Ask,
    code: Callable[[Answer, app.System], int],
) -> Outcome:
    config = configured(selection)
    progress = Progress()
    question = Question(application=selection.application, whole=output.form == "raw")
    memory = memory_for(config, selection)
    opened = app.opened(
        config,
        os.environ,
        narrowed=selection.narrowed,
        memory=memory,
        scope=selection.scope,
    )
    async with opened as system:
        async with shown(progress, output.progress):
            answer = await ask(system, question, progress)
        app.must_exist_in(answer)
        return Outcome(
            answer=answer, code=code(answer, system), max_age=config.max_age, memory=memory
        )
