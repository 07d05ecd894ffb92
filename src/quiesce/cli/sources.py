"""`quiesce sources`: the configured systems; `sources test` tries each one step by step."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence

import click
from msgspec import Struct

from quiesce import app
from quiesce.cli.codes import ExitCode
from quiesce.cli.loop import complete
from quiesce.cli.options import source_options
from quiesce.cli.probe import Step, Trial, tried
from quiesce.cli.report import SCHEMA, Subcommands, columns, form_option, one_document, write_json
from quiesce.cli.screen import screen, write
from quiesce.cli.session import Selection, configured
from quiesce.config import Config, SourceConfig, duration_text, select
from quiesce.model import State
from quiesce.render.complaint import detail_lines
from quiesce.render.screen import RED
from quiesce.source import Scoped
from quiesce.sources import KINDS

TEXT = """The configured systems; `quiesce sources test` tries them step by step.

\b
Examples:
  quiesce sources
  quiesce sources -o json
  quiesce sources test prod

\b
Exit codes: 0 listed, 2 usage or something wrong in the configuration."""

TEST_TEXT = """Tries each source: name, connection, certificate, clock, sign-in, rights.

\b
Examples:
  quiesce sources test
  quiesce sources test prod
  quiesce sources test -s spinnaker+https://gate.example.com:8084 -o json

\b
Exit codes: 0 all of them are fine, 2 usage or configuration, 3 a step failed,
130 interrupted. Any other code must be treated as a failure."""


class SourceDocument(Struct, frozen=True, kw_only=True):
    """One configured source. `asks` is `everything`, or what it was told not to ask."""

    name: str
    kind: str
    url: str
    sign_in: str
    asks: str
    settle: float
    expect_at_least: int | None


class SourcesDocument(Struct, frozen=True, kw_only=True):
    """What `sources -o json` prints."""

    schema: int = SCHEMA
    path: str | None
    sources: list[SourceDocument]


class TestDocument(Struct, frozen=True, kw_only=True):
    """What `sources test -o json` prints; `ok` is true when no step of any source failed."""

    schema: int = SCHEMA
    ok: bool
    sources: list[Trial]


class _Nobody:
    """A `Fetch` for a source that is only asked what it would ask."""

    async def get(self, path: Sequence[str], query: Mapping[str, str | int] | None = None) -> bytes:
        raise AssertionError((path, query))


@click.group("sources", cls=Subcommands, help=TEXT, invoke_without_command=True)
@source_options
@form_option
@click.pass_context
def command(
    context: click.Context, sources: tuple[str, ...], path: str | None, form: str
) -> int | None:
    if context.invoked_subcommand is not None:
        # What stands before `test` counts as if it stood behind it.
        context.obj = (sources, path, form)
        return None
    with one_document(form):
        config = configured(Selection(sources=sources, path=path))
    listed = [_document(source) for source in config.sources]
    if form == "json":
        file = None if config.path is None else str(config.path)
        write_json(SourcesDocument(path=file, sources=listed))
        return 0
    rows = [
        [each.name, each.kind, each.sign_in, duration_text(each.settle), each.url, each.asks]
        for each in listed
    ]
    write(columns(["NAME", "KIND", "SIGN-IN", "SETTLE", "URL", "ASKS"], rows))
    return 0


def _document(source: SourceConfig) -> SourceDocument:
    made = KINDS[source.kind].open(source.name, source.own, _Nobody())
    scope = made.scope() if isinstance(made, Scoped) else None
    return SourceDocument(
        name=source.name,
        kind=source.kind,
        url=source.access.url,
        sign_in=source.sign_in.type,
        asks=scope or "everything",
        settle=app.settle_of(source),
        expect_at_least=source.expect_at_least,
    )


def _names(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The names in the configuration, for completion: it asks nobody and never complains."""
    try:
        selection = Selection(path=context.params.get("path"))
        names = [source.name for source in configured(selection).sources]
    except Exception:  # noqa: BLE001 - at a Tab there is nobody to tell
        return []
    return [name for name in names if name.startswith(incomplete)]


@command.command("test", help=TEST_TEXT, short_help="Try them step by step.")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=_names)
@source_options
@form_option
@click.pass_context
def test_command(
    context: click.Context,
    names: tuple[str, ...],
    sources: tuple[str, ...],
    path: str | None,
    form: str,
) -> int:
    before_sources, before_path, before_form = context.obj or ((), None, "table")
    form = before_form if form == "table" else form
    with one_document(form):
        selection = Selection(sources=(*before_sources, *sources), path=path or before_path)
        config = configured(selection)
        if names:
            config = select(config, names)
    trials = complete(_tried(config, form))
    good = sum(trial.ok for trial in trials)
    if form == "json":
        write_json(TestDocument(ok=good == len(trials), sources=trials))
    else:
        noun = "source" if len(trials) == 1 else "sources"
        write(f"{good} of {len(trials)} {noun} can be asked\n")
    return ExitCode.QUIET if good == len(trials) else ExitCode.UNKNOWN


async def _tried(config: Config, form: str) -> list[Trial]:
    """All at once; each is shown when it and those before it are done."""
    tasks = [asyncio.create_task(tried(source, config, os.environ)) for source in config.sources]
    trials = []
    for task in tasks:
        trial = await task
        trials.append(trial)
        if form == "table":
            write(_text(trial) + "\n")
    return trials


def _text(trial: Trial) -> str:
    surface = screen(sys.stdout)
    lines = [surface.text(f"{trial.name} ({trial.kind}) {trial.url}")]
    for step in trial.steps:
        lines.append(f"  {_mark(step)} {step.name:11} {_took(step):>7}  {surface.text(step.text)}")
        if step.failure is not None:
            failure = step.failure
            details = detail_lines(failure.asked, failure.cause, failure.hint)
            lines += [
                f"      {surface.text(line) if surface.unicode else line}" for line in details
            ]
    return "".join(f"{line}\n" for line in lines)


def _mark(step: Step) -> str:
    surface = screen(sys.stdout)
    match step.state:
        case "ok":
            return surface.glyph(State.SUCCEEDED)
        case "failed":
            return surface.paint(surface.glyph(State.FAILED), RED)
        case "note":
            return "!"
        case _:
            return "-"


def _took(step: Step) -> str:
    if step.state == "skipped":
        return ""
    return f"{step.seconds * 1000:.0f} ms" if step.seconds < 1 else f"{step.seconds:.1f} s"
