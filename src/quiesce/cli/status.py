"""`quiesce status PIPELINE`: how its recent runs ended, in every system."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime

import click

from quiesce import app
from quiesce.cli.judged import INTERRUPTED, USAGE, unforeseen
from quiesce.cli.options import output_options, question_options, source_options
from quiesce.cli.output import Output, parse_states, put
from quiesce.cli.progress import shown
from quiesce.cli.screen import complain, screen
from quiesce.cli.session import Selection, configured
from quiesce.errors import ConfigError, QuiesceError
from quiesce.model import Gap, Look, Question, SourceLook
from quiesce.render import render_status
from quiesce.summary import by_state, matches
from quiesce.survey import REST, Progress

GAPS = 3

TEXT = """How the recent runs of a pipeline ended, by its name, in every system at once.

\b
Examples:
  quiesce status "Deploy prod"
  quiesce status "Deploy prod" --status running --status failed -a eks
  quiesce status events-daily --summary -o json

\b
Exit codes: 0 when everything that was asked was seen, 2 usage, configuration,
or a name that nothing knows, 3 when there are gaps, 130 interrupted.
Any other code must be treated as a failure."""


@click.command("status", help=TEXT, short_help="How the recent runs of a pipeline ended.")
@click.argument("pipeline")
@source_options
@question_options
@click.option("--status", "states", multiple=True, metavar="STATE", help="Only runs in this state.")
@click.option("--summary", is_flag=True, help="Counts by state, no runs.")
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=200,
    show_default=True,
    help="How many recent runs to ask for.",
)
@output_options
def command(
    pipeline: str,
    sources: tuple[str, ...],
    path: str | None,
    application: str | None,
    parts: tuple[str, ...],
    states: tuple[str, ...],
    summary: bool,
    limit: int,
    form: str,
    fields: str | None,
    stats: bool,
    color: str,
    progress: str,
) -> int:
    selection = Selection(sources=sources, path=path, application=application, parts=parts)
    output = Output.of(form, fields, stats=stats, color=color, progress=progress)
    wanted = parse_states(states)
    question = Question(application=application, pipeline=pipeline, limit=limit)
    look, code = _recent(selection, question, output)
    runs = [run for run in look.runs if matches(run, question)]
    kept = [run for run in runs if not wanted or run.state in wanted]
    if code != USAGE or output.form == "json":
        put(
            render_status(
                pipeline,
                by_state(kept),
                look,
                output.form,
                screen(sys.stdout, color=color),
                datetime.now(UTC),
                hidden=len(runs) - len(kept),
                summary=summary,
                fields=output.fields,
            )
        )
    return code


def _recent(selection: Selection, question: Question, output: Output) -> tuple[Look, int]:
    """What was seen and the exit code; what could not even be asked is a gap in it."""
    json = output.form == "json"
    try:
        look = asyncio.run(_ask(selection, question, output))
    except KeyboardInterrupt:
        return _nothing("interrupted before it was done"), INTERRUPTED
    except ConfigError as error:
        return _nothing(error.message), complain(error, USAGE, json=json)
    except QuiesceError as error:
        return _nothing(error.message), complain(error, GAPS, json=json)
    except Exception as error:  # noqa: BLE001 - the edge: a defect of ours is an answer too
        defect = unforeseen(error)
        return _nothing(defect.message), complain(defect, GAPS, json=json)
    return look, GAPS if look.gaps else 0


def _nothing(why: str) -> Look:
    now = datetime.now(UTC)
    gap = Gap(part=REST, error="unexpected", why=why)
    nobody = SourceLook(name="quiesce", kind="", started=0.0, finished=0.0, gaps=(gap,))
    return Look(sources=(nobody,), began_at=now, ended_at=now)


async def _ask(selection: Selection, question: Question, output: Output) -> Look:
    config = configured(selection)
    progress = Progress()
    async with (
        app.opened(config, os.environ, application=selection.application) as system,
        shown(progress, output.progress),
    ):
        look = await app.recent(system, question, progress)
    app.must_exist(look)
    return look
