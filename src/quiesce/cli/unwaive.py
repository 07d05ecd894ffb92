"""`quiesce unwaive ID`: a waiver is taken back, and its runs count again."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from quiesce.cli.report import form_option, one_document, write_json
from quiesce.cli.screen import remark, screen, write
from quiesce.cli.session import store_location_of
from quiesce.errors import ConfigError

if TYPE_CHECKING:
    from quiesce.app.archive.waiving import Listed

TEXT = """Take a waiver back: from now on its runs count again.

\b
Examples:
  quiesce waivers
  quiesce unwaive 7
  quiesce unwaive 7 -o json

\b
Exit codes: 0 taken back, 2 usage, or no waiver of that number is in force,
3 the store can't be used."""


@click.command("unwaive", help=TEXT, short_help="Take a waiver back.")
@click.argument("number", metavar="ID", type=click.IntRange(1, 2**63 - 1))
@click.option("--config", "path", metavar="FILE", help="The configuration to use.")
@form_option
def command(number: int, path: str | None, form: str) -> int:
    from quiesce.app.archive.opening import archive
    from quiesce.app.archive.waiving import waivers_of
    from quiesce.render.waivers import OneWaiverDocument, removed_words, waiver_document

    now = datetime.now(UTC)
    with one_document(form), archive(store_location_of(path)) as store:
        from quiesce.store.writing import write as writer

        with store.writing() as connection:
            there = waivers_of(connection, now)
            one = _in_force(there, number)
            writer.unwaive(connection, number, now)
    others = {run.reference for other in there if other is not one for run in other.runs}
    spared = sum(run.reference in others for run in one.runs)
    if form == "json":
        shown = waiver_document(one.waiver, "taken back", one.runs)
        write_json(OneWaiverDocument(waiver=shown, remarks=[]))
        return 0
    write(f"{number}\n")
    remark(f"{removed_words(one.waiver, one.runs, spared, screen(sys.stderr))}\n")
    return 0


def _in_force(waivers: list[Listed], number: int) -> Listed:
    """The one of that number; raises `ConfigError` where there is nothing to take back."""
    there = [one for one in waivers if one.standing == "in force"]
    for one in waivers:
        if one.waiver.id == number:
            if one in there:
                return one
            raise ConfigError(f"waiver {number} is {one.standing} already", hint=_others(there))
    raise ConfigError(f"there is no waiver {number}", hint=_others(there))


def _others(there: list[Listed]) -> str:
    numbers = ", ".join(str(one.waiver.id) for one in there)
    return f"in force: {numbers}" if there else "none is in force"
