"""`quiesce status PIPELINE`: how its recent runs ended, in every system."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from functools import partial

import click

from quiesce import app
from quiesce.cli.codes import ExitCode, code_of
from quiesce.cli.judged import delivered
from quiesce.cli.loop import complete
from quiesce.cli.options import output_options, question_options, source_options
from quiesce.cli.output import Output, parse_states, with_stats
from quiesce.cli.progress import shown
from quiesce.cli.screen import complain, screen, unforeseen
from quiesce.cli.session import Selection, configured
from quiesce.errors import QuiesceError
from quiesce.model import REST, Gap, Look, Question, SourceLook
from quiesce.render import Rendered, render_status
from quiesce.summary import by_state, matches
from quiesce.survey import Progress

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
    draw = partial(
        render_status,
        pipeline,
        form=output.form,
        screen=screen(sys.stdout, color=color),
        now=datetime.now(UTC),
        summary=summary,
    )
    json = output.form == "json"
    code: int
    try:
        look = complete(_ask(selection, question, output))
        runs = [run for run in look.runs if matches(run, question)]
        kept = [run for run in runs if not wanted or run.state in wanted]
        rendered = draw(
            by_state(kept, wanted), look, hidden=len(runs) - len(kept), fields=output.fields
        )
        if output.stats:
            rendered = with_stats(rendered, output, look)
        code = ExitCode.UNKNOWN if look.gaps else ExitCode.QUIET
    except KeyboardInterrupt:
        rendered, code = draw({}, nothing("interrupted before it was done")), ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the edge: a defect of ours is an answer too
        known = error if isinstance(error, QuiesceError) else unforeseen(error)
        code = complain(known, code_of(known), json=json)
        told = code != ExitCode.USAGE or json
        rendered = draw({}, nothing(known.message)) if told else Rendered("")
    return delivered(rendered, code, json=json)


def nothing(why: str) -> Look:
    """The look of who could not even ask: the reason is its gap."""
    now = datetime.now(UTC)
    gap = Gap(part=REST, error="unexpected", why=why)
    nobody = SourceLook(name="quiesce", kind="", started=0.0, finished=0.0, gaps=(gap,))
    return Look(sources=(nobody,), began_at=now, ended_at=now)


async def _ask(selection: Selection, question: Question, output: Output) -> Look:
    config = configured(selection)
    progress = Progress()
    async with (
        app.opened(config, os.environ, narrowed=selection.narrowed) as system,
        shown(progress, output.progress),
    ):
        look = await app.recent(system, question, progress)
    app.must_exist(look)
    return look
