"""`quiesce check`: is it quiet? The double look, for people and for scripts."""

from __future__ import annotations

from functools import partial

import click

from quiesce import app
from quiesce.answer import Answer
from quiesce.cli.codes import ExitCode
from quiesce.cli.judged import by_verdict, judged
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
from quiesce.errors import ConfigError

EXAMPLES = f"""Is anything still running? Looks twice, and says quiet only when it is true.

\b
Examples:
  quiesce check -s spinnaker+https://gate.example.com:8084 && ./upgrade.sh
  quiesce check --settled -o json
  quiesce check --nagios

{EXIT_CODES}"""


@click.command("check", help=EXAMPLES, short_help="Is it quiet?")
@source_options
@question_options
@store_option
@click.option(
    "--settled",
    is_flag=True,
    help="Stay for as long as a hand-over may take, and look again: also nothing was in flight.",
)
@click.option("--no-confirm", is_flag=True, help="One look only: quicker, and never confirmed.")
@click.option("--nagios", is_flag=True, help="One line with performance data, for a Nagios check.")
@output_options
@click.option("-w", "--watch", is_flag=True, help="Check again and again, until interrupted.")
@interval_option("Between two, with --watch.")
def command(
    sources: tuple[str, ...],
    path: str | None,
    application: str | None,
    parts: tuple[str, ...],
    no_store: bool,
    settled: bool,
    no_confirm: bool,
    nagios: bool,
    form: str,
    fields: str | None,
    stats: bool,
    color: str,
    progress: str,
    watch: bool,
    interval: float,
) -> int:
    if settled and no_confirm:
        raise ConfigError("--settled and --no-confirm ask for opposite things", hint="drop one")
    selection = Selection(
        sources=sources, path=path, application=application, parts=parts, no_store=no_store
    )
    shape = "nagios" if nagios else form
    output = Output.of(
        shape,
        fields,
        application=application,
        stats=stats,
        color=color,
        progress=progress,
        sentence=True,
    )
    if nagios and form != "table":
        raise ConfigError("--nagios prints a line of its own, not `-o`", hint="drop one of them")
    ask = app.look if no_confirm else partial(app.check, settled=settled)
    code = by_settled if settled else by_verdict
    if watch:
        return watched(selection, output, ask, interval)
    return judged(selection, output, ask, code=code)


def by_settled(answer: Answer, system: app.System) -> int:
    """A quiet that did not settle is not what `--settled` asked for."""
    if answer.verdict.verdict == "quiet" and not answer.verdict.settled:
        return ExitCode.UNKNOWN
    return by_verdict(answer, system)
