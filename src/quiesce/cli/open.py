"""`quiesce open REF`: a run in its own system's pages, or those of a whole source."""

from __future__ import annotations

import os
import sys

import click
from msgspec.structs import fields

from quiesce import app
from quiesce.cli.loop import complete
from quiesce.cli.options import source_options
from quiesce.cli.progress import shown
from quiesce.cli.screen import remark, write
from quiesce.cli.session import Selection, configured
from quiesce.config import Config, SourceConfig, select
from quiesce.errors import ConfigError, Unavailable
from quiesce.model import Look, Question, Run
from quiesce.render.complaint import nearest
from quiesce.render.names import RunName, name_of, parse_name
from quiesce.survey import Progress

TEXT = """Print the address of a run, or of a source, and open it in a browser.

\b
Examples:
  quiesce open prod
  quiesce open 01JDW8YQ3ZK4A4B6M7N8P9Q0R1
  quiesce open "$(quiesce ls -o name | head -1)" --print

REF is a run as `-o name` prints it (source/application/pipeline/id), the id of an active run,
or the name of a source. A browser is opened when stdout is a terminal.

\b
Exit codes: 0 found, 2 usage, nothing of that name, or no address for it,
3 when it is not found and there are gaps, 130 interrupted."""


@click.command("open", help=TEXT, short_help="Open a run in its own system's pages.")
@click.argument("reference", metavar="REF")
@click.option("--print", "only_print", is_flag=True, help="Print the address, open nothing.")
@source_options
def command(reference: str, only_print: bool, sources: tuple[str, ...], path: str | None) -> int:
    config = configured(Selection(sources=sources, path=path))
    by_name = {source.name: source for source in config.sources}
    if reference in by_name:
        address = _page(by_name[reference])
    else:
        address = complete(_address(config, reference))
    write(f"{address}\n")
    if not only_print and sys.stdout.isatty():
        _open(address)
    return 0


def _page(source: SourceConfig) -> str:
    """The address of a source's pages where one is configured, else that of its API."""
    for field in fields(source.own):
        value = getattr(source.own, field.name)
        if field.name.endswith("_url") and isinstance(value, str) and value:
            return _checked(value, source.name)
    return _checked(source.access.url, source.name)


async def _address(config: Config, reference: str) -> str:
    """The address of a run: asks its system."""
    name = parse_name(reference)
    if name is not None:
        config = select(config, [name.source])
    elif "/" in reference:
        hint = "a run is source/application/pipeline/id, as `quiesce ls -o name` prints it"
        raise ConfigError(f"`{reference[:100]}` is no run and no source", hint=hint)
    run = await _found(config, reference, name)
    if not run.url:
        hint = _missing(config, run.source)
        raise ConfigError(f"{run.source} gives no address for this run", hint=hint)
    return _checked(run.url, run.source)


async def _found(config: Config, reference: str, name: RunName | None) -> Run:
    """The run among the active ones, or among the recent ones of its pipeline."""
    identity = name.id if name else reference
    application = name.application or None if name else None
    progress = Progress()
    opened = app.opened(config, os.environ, narrowed=True)
    async with opened as system, shown(progress, "auto"):
        look = await app.recent(system, Question(application=application), progress)
        run = _match(look, identity, name)
        if run is None and name is not None:
            ended = Question(application=application, pipeline=name.pipeline)
            look = await app.recent(system, ended, progress)
            run = _match(look, identity, name)
    if run is not None:
        return run
    if look.gaps:
        gaps = len(look.gaps)
        were = "1 part" if gaps == 1 else f"{gaps} parts"
        raise Unavailable(
            f"no run `{reference[:100]}` was found, and {were} could not be read:"
            " it may exist all the same",
            cause=look.gaps[0].cause,
            hint=look.gaps[0].hint or "see: quiesce sources test",
        )
    app.must_exist(look)
    raise ConfigError(
        f"no run `{reference[:100]}` was found", hint=_nearest(config, look, reference)
    )


def _match(look: Look, identity: str, name: RunName | None) -> Run | None:
    """Ids are unique within a source; the same one in two sources needs the whole name."""
    found = [run for run in look.runs if run.id == identity]
    if name is None and len({run.source for run in found}) > 1:
        names = "\n".join(f"quiesce open {name_of(run)}" for run in found)
        raise ConfigError(f"`{identity[:100]}` is a run of more than one source", hint=names)
    return found[0] if found else None


def _nearest(config: Config, look: Look, reference: str) -> str:
    sources = [source.name for source in config.sources]
    near = nearest(reference, [*sources, *(run.id for run in look.runs), *map(name_of, look.runs)])
    if near:
        return "nearest: " + ", ".join(f"`{one}`" for one in near)
    return (
        "the id of a run that has ended is found by its whole name:"
        " source/application/pipeline/id, as `quiesce status PIPELINE -o name` prints it"
    )


def _missing(config: Config, source_name: str) -> str:
    """Which key of the source would give its runs an address."""
    for source in config.sources:
        for field in fields(source.own):
            if source.name == source_name and field.name.endswith("_url"):
                return f"set `{field.encode_name}` in [sources.{source_name}]"
    return f"open the pages of the source instead: quiesce open {source_name}"


def _checked(address: str, source: str) -> str:
    """Only http and https are ever opened: an address comes from outside."""
    from quiesce.render.columns import link

    if not link(address):
        raise Unavailable(f"{source} gives an address that is not opened: no plain http or https")
    return address


def _open(address: str) -> None:
    import webbrowser

    if not webbrowser.open(address):
        remark("no browser could be opened: copy the address\n")
