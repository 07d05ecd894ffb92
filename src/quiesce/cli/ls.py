"""`quiesce ls`: every active run, in every system. One look; it never claims more."""

from __future__ import annotations

import click

from quiesce import app
from quiesce.answer import Answer
from quiesce.cli.codes import ExitCode
from quiesce.cli.judged import judged
from quiesce.cli.options import (
    EXIT_CODES,
    interval_option,
    output_options,
    question_options,
    source_options,
    store_option,
)
from quiesce.cli.output import Output
from quiesce.cli.session import Selection
from quiesce.cli.watch import watched

EXAMPLES = f"""Every active run, in every system: one look.

\b
Examples:
  quiesce ls -s spinnaker+https://gate.example.com:8084
  quiesce ls -a eks --state paused --state waiting
  quiesce ls -o csv --fields source,application,pipeline,started_at

Exit 0 when everything that was asked was seen, 3 when there are gaps.

{EXIT_CODES}"""


@click.command("ls", help=EXAMPLES, short_help="Every active run, in every system.")
@source_options
@question_options
@store_option
@click.option("--state", "states", multiple=True, metavar="STATE", help="Only runs in this state.")
@output_options
@click.option("-w", "--watch", is_flag=True, help="Look again and again, until interrupted.")
@interval_option("Between two looks, with --watch.")
def command(
    sources: tuple[str, ...],
    path: str | None,
    application: str | None,
    parts: tuple[str, ...],
    no_store: bool,
    states: tuple[str, ...],
    form: str,
    fields: str | None,
    stats: bool,
    color: str,
    progress: str,
    watch: bool,
    interval: float,
) -> int:
    selection = Selection(
        sources=sources, path=path, application=application, parts=parts, no_store=no_store
    )
    output = Output.of(
        form,
        fields,
        application=application,
        states=states,
        stats=stats,
        color=color,
        progress=progress,
    )
    if watch:
        return watched(selection, output, app.look, interval)
    return judged(selection, output, app.look, code=seen_all)


def seen_all(answer: Answer, system: app.System) -> int:
    """0 when all that was asked was seen, whether or not anything is active; else 3."""
    return ExitCode.QUIET if app.complete(answer, system) else ExitCode.UNKNOWN
