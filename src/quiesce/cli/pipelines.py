"""`quiesce pipelines [NAME]`: all pipelines that are known, and how they do."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from quiesce.cli.archive import archived
from quiesce.cli.options import source_options
from quiesce.cli.report import form_option, one_document, write_json
from quiesce.cli.screen import remark, screen, write
from quiesce.errors import ConfigError, Known

TEXT = """All pipelines that the store knows: runs by state, the last one, how they do.

\b
Examples:
  quiesce pipelines
  quiesce pipelines "Deploy prod"
  quiesce pipelines -o json | jq '.pipelines[] | select(.success < 0.9)'

SUCCESS is of the newest 50 runs, of those that succeeded, failed or timed out; USUALLY their
median duration. No system is asked: `quiesce collect` keeps the store up to date, and so does
each `quiesce check`.

\b
Exit codes: 0 listed, 2 usage, configuration, or a name that the store does
not know, 3 the store can't be used, or there is none yet."""


@click.command("pipelines", help=TEXT, short_help="All pipelines that are known.")
@click.argument("name", required=False)
@source_options
@click.option("-a", "--application", metavar="APP", help="Only this application.")
@form_option
def command(
    name: str | None,
    sources: tuple[str, ...],
    path: str | None,
    application: str | None,
    form: str,
) -> int:
    from quiesce.render.complaint import nearest_hint
    from quiesce.render.pipelines import pipelines_document, pipelines_table, pipelines_words
    from quiesce.store.reading.known import known
    from quiesce.store.reading.overview import pipelines

    now = datetime.now(UTC)
    with one_document(form), archived(sources, path) as archive:
        found = pipelines(archive.connection, archive.names, name=name, application=application)
        if not found and (name is not None or application is not None):
            places = known(archive.connection, archive.names)
            wanted = name or application or ""
            names = [
                Known(key.pipeline, f"{key.application}, {archive.names[key.source]}")
                if name is not None
                else Known(key.application)
                for key in places
            ]
            what = "pipeline" if name is not None else "application"
            where = f" in {application}" if name is not None and application is not None else ""
            raise ConfigError(
                f"the store knows no {what} named `{wanted[:100]}`{where}",
                hint=nearest_hint(wanted, names),
            )
    if form == "json":
        write_json(pipelines_document(found))
        return 0
    surface = screen(sys.stdout)
    write(pipelines_table(found, surface, now))
    said = f"{pipelines_words(found)}\n" if found else "no run was ever seen of these sources\n"
    if surface.width is not None and found:
        write(f"\n{said}")
    else:
        remark(said)
    return 0
