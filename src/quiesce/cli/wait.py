"""`quiesce wait`: until it is quiet and has settled, or the time runs out."""

from __future__ import annotations

import click

from quiesce import app
from quiesce.answer import Answer
from quiesce.cli.codes import ExitCode
from quiesce.cli.judged import by_verdict, judged
from quiesce.cli.narrate import Narrator
from quiesce.cli.options import (
    Duration,
    interval_option,
    output_options,
    question_options,
    source_options,
    store_option,
)
from quiesce.cli.output import Output
from quiesce.cli.progress import ERASE, drawn_in_place
from quiesce.cli.session import Selection
from quiesce.model import Question
from quiesce.survey import Progress

EXAMPLES = """Wait until it is quiet, and has been so for longer than a hand-over takes.

\b
Examples:
  quiesce wait --timeout 2h && ./upgrade.sh
  quiesce wait -s spinnaker+https://gate.example.com:8084 -a eks --timeout 30m
  quiesce wait -o json --timeout 10m | jq .verdict

\b
Exit codes: 0 quiet and settled, 2 usage or configuration, 3 the time ran out
and it can't be told, 124 the time ran out while something was active,
130 interrupted. Any other code must be treated as a failure."""


@click.command("wait", help=EXAMPLES, short_help="Wait until it is quiet.")
@source_options
@question_options
@store_option
@click.option(
    "--timeout", type=Duration(), default="1h", show_default=True, help="How long to wait."
)
@interval_option("Between two checks.")
@output_options
def command(
    sources: tuple[str, ...],
    path: str | None,
    application: str | None,
    parts: tuple[str, ...],
    no_store: bool,
    timeout: float,
    interval: float,
    form: str,
    fields: str | None,
    stats: bool,
    color: str,
    progress: str,
) -> int:
    selection = Selection(
        sources=sources, path=path, application=application, parts=parts, no_store=no_store
    )
    output = Output.of(
        form,
        fields,
        application=application,
        stats=stats,
        color=color,
        progress=progress,
        sentence=True,
    )
    narrator = Narrator(over=ERASE if drawn_in_place(progress) else "")

    async def ask(system: app.System, question: Question, seen: Progress) -> Answer:
        answer = await app.wait(
            system,
            question,
            seen,
            timeout=timeout,
            interval=interval,
            on_answer=narrator.tell,
            on_trouble=narrator.trouble,
        )
        narrator.end(answer)
        return answer

    return judged(selection, output, ask, code=_code)


def _code(answer: Answer, system: app.System) -> int:
    if answer.verdict.verdict == "active":
        return ExitCode.OUT_OF_TIME
    return by_verdict(answer, system)
