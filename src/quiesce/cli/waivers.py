"""`quiesce waivers`: which runs don't count, until when, by whom and why."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from quiesce.cli.report import form_option, one_document, write_json
from quiesce.cli.screen import remark, screen, write
from quiesce.cli.session import store_location_of

TEXT = """Which runs don't count, until when, by whom and why.

\b
Examples:
  quiesce waivers
  quiesce waivers --all
  quiesce waivers -o json | jq '.waivers[] | {id, pattern, until, active}'

ACTIVE is how many runs a waiver covers, of those that were active when they were last seen.

\b
Exit codes: 0 listed, 2 usage or configuration, 3 the store can't be used."""


@click.command("waivers", help=TEXT, short_help="Which runs don't count, until when, and why.")
@click.option("--all", "every", is_flag=True, help="Also those that ended or were taken back.")
@click.option("--config", "path", metavar="FILE", help="The configuration to use.")
@form_option
def command(every: bool, path: str | None, form: str) -> int:
    from quiesce.app.archive.opening import archive
    from quiesce.app.archive.waiving import waivers_of
    from quiesce.errors import StoreError
    from quiesce.render.waivers import WaiversDocument, waiver_document, waivers_table

    now = datetime.now(UTC)
    with one_document(form):
        try:
            with archive(store_location_of(path)) as store, store.reading() as connection:
                found = waivers_of(connection, now)
        except StoreError as error:
            from quiesce.store import NoStore

            if not isinstance(error, NoStore):
                raise
            found = []  # nothing was ever seen, nor decided
    shown = [one for one in found if every or one.standing == "in force"]
    if form == "json":
        documents = [waiver_document(one.waiver, one.standing, one.runs) for one in shown]
        write_json(WaiversDocument(waivers=documents))
        return 0
    rows = [(one.waiver, one.standing, one.runs) for one in shown]
    write(waivers_table(rows, screen(sys.stdout), now.astimezone(), every=every))
    if not shown:
        ended = len(found)
        others = f" ({ended} that ended or were taken back: --all)" if ended else ""
        remark(f"no waiver is in force{others}\n")
    return 0
