"""What `ls`, `check` and `wait` share: ask, judge, print a verdict whatever happens.

A verdict is printed on every path, also on a crash, a time-out or Ctrl-C: then it is
`unknown`, and the exit code says so.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable

from msgspec import Struct

from quiesce import app
from quiesce.cli.output import Output, put, rendering
from quiesce.cli.progress import shown
from quiesce.cli.screen import complain
from quiesce.cli.session import Selection, configured
from quiesce.errors import ConfigError, QuiesceError, SourceError
from quiesce.model import Answer, Question
from quiesce.survey import Progress

INTERRUPTED = 130
USAGE = 2
UNKNOWN = 3
CODES = {"quiet": 0, "active": 1, "unknown": UNKNOWN}

Ask = Callable[[app.System, Question, Progress], Awaitable[Answer]]


class Outcome(Struct, frozen=True, kw_only=True):
    """An answer, what it means for who called, and for how long it may be printed."""

    answer: Answer
    code: int
    max_age: float = 0.0


def by_verdict(answer: Answer, _: app.System) -> int:
    """The exit code of everything that judges."""
    return CODES[answer.verdict.verdict]


def judged(
    selection: Selection,
    output: Output,
    ask: Ask,
    code: Callable[[Answer, app.System], int] = by_verdict,
) -> int:
    """Ask and print; gives back the exit code."""
    json = output.form == "json"
    try:
        outcome = asyncio.run(_ask(selection, output, ask, code))
    except KeyboardInterrupt:
        outcome = Outcome(answer=app.unseen("interrupted before it was done"), code=INTERRUPTED)
    except ConfigError as error:
        complain(error, USAGE, json=json)
        if not json:
            return USAGE
        outcome = Outcome(answer=app.unseen(error.message), code=USAGE)
    except QuiesceError as error:
        complain(error, UNKNOWN, json=json)
        outcome = Outcome(answer=app.unseen(error.message), code=UNKNOWN)
    except Exception as error:  # noqa: BLE001 - the edge: a defect of ours is an answer too
        defect = unforeseen(error)
        complain(defect, UNKNOWN, json=json)
        outcome = Outcome(answer=app.unseen(defect.message), code=UNKNOWN)
    return _printed(outcome, output)


def unforeseen(error: Exception) -> SourceError:
    """What is said of a defect of our own. QUIESCE_DEBUG gives the traceback instead."""
    if "QUIESCE_DEBUG" in os.environ:
        raise error
    return SourceError(
        f"quiesce failed in a way that was not foreseen ({type(error).__name__})",
        hint="this is a defect: please report it, with QUIESCE_DEBUG=1 for the details",
    )


def _printed(outcome: Outcome, output: Output) -> int:
    """Print the answer, unless it has grown old meanwhile: then that is the answer."""
    rendered = rendering(outcome.answer, output)
    answer = app.still_fresh(outcome.answer, outcome.max_age)
    if answer is not outcome.answer:
        rendered, outcome = rendering(answer, output), Outcome(answer=answer, code=UNKNOWN)
    put(rendered)
    return outcome.code


async def _ask(
    selection: Selection,
    output: Output,
    ask: Ask,
    code: Callable[[Answer, app.System], int],
) -> Outcome:
    config = configured(selection)
    progress = Progress()
    question = Question(application=selection.application, whole=output.form == "raw")
    async with app.opened(config, os.environ, application=selection.application) as system:
        async with shown(progress, output.progress):
            answer = await ask(system, question, progress)
        app.must_exist(answer.look)
        return Outcome(answer=answer, code=code(answer, system), max_age=config.max_age)
