"""`quiesce status PIPELINE`: how its recent runs ended, in every system, now and before."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import click
from msgspec.structs import replace

from quiesce.app.archive.recall import Wanted
from quiesce.cli import recent
from quiesce.cli.codes import ExitCode, code_of
from quiesce.cli.judged import delivered, remembered
from quiesce.cli.loop import complete
from quiesce.cli.options import (
    FORMATS,
    Duration,
    output_options,
    question_options,
    source_options,
    store_option,
)
from quiesce.cli.output import Output, parse_states, with_stats
from quiesce.cli.screen import complain, remark, screen, unforeseen
from quiesce.cli.session import Selection
from quiesce.errors import ConfigError, QuiesceError
from quiesce.model import REST, Gap, Look, Run, SourceLook, State
from quiesce.render import Rendered, render_status
from quiesce.summary import by_state, latest

TEXT = """How the recent runs of a pipeline ended, by its name, in every system at once.

\b
Examples:
  quiesce status "Deploy prod"
  quiesce status "Deploy prod" --status running --status failed -a eks
  quiesce status "Deploy prod" --since 7d --offline
  quiesce status events-daily --summary -o json
  quiesce status events-daily -o mixpanel
  quiesce status "Deploy prod" --exit-status && ./announce.sh

The systems are asked for what they show now, and the store for what they don't show any more.
--offline asks the store alone and says how old that is, --live the systems alone. With a store,
--summary counts all runs that are known.

--limit is of all runs together: where several applications have a pipeline of this name, the
newest of all of them are shown; -a picks one. What is active is always shown, and counts as none
of them. How the last runs went is told of each pipeline's newest 50, whatever the limit.

-o mixpanel prints the shape of Mixpanel's own nessie/pipeline/status. Runs of other systems are
in its words as near as these come: see `quiesce help output`.

\b
Exit codes: 0 when everything that was asked was seen, 1 with --exit-status
when the newest finished run did not succeed, 2 usage, configuration, or a
name that nothing knows, 3 when there are gaps, or with --exit-status no
finished run, 130 interrupted. Any other code must be treated as a failure."""


def _also_mixpanel(command: click.Command) -> click.Command:
    """`-o` with the format that only this command has."""
    for parameter in command.params:
        if parameter.name == "form":
            parameter.type = click.Choice([*FORMATS, "mixpanel"])
    return command


@_also_mixpanel
@click.command("status", help=TEXT, short_help="How the recent runs of a pipeline ended.")
@click.argument("pipeline")
@source_options
@question_options
@store_option
@click.option("--offline", is_flag=True, help="Ask the store alone, and no system.")
@click.option("--live", is_flag=True, help="Ask the systems alone; the store is left alone.")
@click.option("--status", "states", multiple=True, metavar="STATE", help="Only runs in this state.")
@click.option(
    "--since", type=Duration(least=1.0), metavar="DURATION", help="Only runs that began since: 7d."
)
@click.option("--summary", is_flag=True, help="Counts by state, no runs.")
@click.option("--exit-status", is_flag=True, help="Exit 1 if the newest finished run failed.")
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=200,
    show_default=True,
    help="How many finished runs to show, the newest of all together.",
)
@output_options
def command(
    pipeline: str,
    sources: tuple[str, ...],
    path: str | None,
    application: str | None,
    parts: tuple[str, ...],
    no_store: bool,
    offline: bool,
    live: bool,
    states: tuple[str, ...],
    since: float | None,
    summary: bool,
    exit_status: bool,
    limit: int,
    form: str,
    fields: str | None,
    stats: bool,
    color: str,
    progress: str,
) -> int:
    selection = Selection(
        sources=sources,
        path=path,
        application=application,
        parts=parts,
        no_store=no_store or live,
    )
    output = Output.of(form, fields, stats=stats, color=color, progress=progress)
    wanted = parse_states(states)
    now = datetime.now(UTC)
    begun = None if since is None else datetime.fromtimestamp(now.timestamp() - since, UTC)
    sought = Wanted(
        pipeline=pipeline,
        application=application,
        states=frozenset(wanted),
        since=begun,
        limit=limit,
    )
    draw = partial(
        render_status,
        pipeline,
        form=output.form,
        screen=screen(sys.stdout, color=color),
        now=now.astimezone(),
        summary=summary,
    )
    json = output.form == "json"
    found: recent.Found | None = None
    code: int
    try:
        _must_agree(offline=offline, live=live, no_store=no_store, parts=parts)
        if offline:
            found = recent.remembered(selection, sought, summary=summary)
        else:
            found = complete(recent.asked(selection, sought, output, summary=summary))
        kept = [run for run in found.runs if not wanted or run.state in wanted]
        shown = kept if summary else latest(kept, limit)
        groups = by_state(shown, wanted)
        if summary and found.told.counts is not None:
            groups = {
                state: groups.get(state, ())
                for state in State
                if state in wanted or (not wanted and found.told.counts.get(state))
            }
        rendered = draw(
            groups,
            found.look,
            hidden=len(found.runs) - len(kept),
            fields=output.fields,
            told=replace(found.told, more=len(shown) < len(kept)),
        )
        if output.stats:
            rendered = with_stats(rendered, output, found.look)
        code = ExitCode.UNKNOWN if found.look.gaps else ExitCode.QUIET
        if exit_status and code == ExitCode.QUIET:
            code = _by_newest(found.runs)
    except KeyboardInterrupt:
        rendered, code = draw({}, nothing("interrupted before it was done")), ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the edge: a defect of ours is an answer too
        known = error if isinstance(error, QuiesceError) else unforeseen(error)
        code = complain(known, code_of(known), json=json)
        rendered = _without(known.message, draw, output, told=code != ExitCode.USAGE or json)
    code = delivered(rendered, code, json=json)
    memory = None if found is None else found.memory
    return code if memory is None else remembered(memory, code)


def _must_agree(*, offline: bool, live: bool, no_store: bool, parts: tuple[str, ...]) -> None:
    """`--offline` asks nothing but the store, which the others leave alone."""
    others = {"--live": live, "--no-store": no_store, "--parts": bool(parts)}
    for other in others if offline else ():
        if others[other]:
            raise ConfigError(
                f"--offline asks nothing but the store, and {other} leaves it alone",
                hint="give one of the two",
            )


def nothing(why: str) -> Look:
    """The look of who could not even ask: the reason is its gap."""
    now = datetime.now(UTC)
    gap = Gap(part=REST, error="unexpected", why=why)
    nobody = SourceLook(name="quiesce", kind="", started=0.0, finished=0.0, gaps=(gap,))
    return Look(sources=(nobody,), began_at=now, ended_at=now)


def _without(why: str, draw: Callable[..., Rendered], output: Output, *, told: bool) -> Rendered:
    """What is printed where there is no answer."""
    if output.form == "mixpanel":
        from quiesce.render.nessie import failed_text

        return Rendered(failed_text(why, ascii_only=not screen(sys.stdout).unicode))
    return draw({}, nothing(why)) if told else Rendered("")


def _by_newest(runs: tuple[Run, ...]) -> int:
    """1 when the newest finished run did not succeed, and which one that is; 3 without any."""
    newest = next((run for run in runs if not run.state.active), None)
    surface = screen(sys.stderr)
    if newest is None:
        remark("exit 3: no finished run is known\n")
        return ExitCode.UNKNOWN
    if newest.state is State.SUCCEEDED:
        return ExitCode.QUIET
    remark(f"exit 1: the newest finished run did not succeed: {newest.state}, ")
    remark(surface.text(f"{newest.source}/{newest.application} {newest.id}"[:200]) + "\n")
    return ExitCode.ACTIVE
