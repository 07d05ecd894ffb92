"""`quiesce waive RUN|PATTERN`: runs that don't count until a time, and why."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime

import click

from quiesce.cli.report import form_option, one_document, write_json
from quiesce.cli.screen import remark, screen, write
from quiesce.cli.session import store_location_of
from quiesce.errors import ConfigError

TEXT = """Decide that a run, or what matches a pattern, does not count until a time.

\b
Examples:
  quiesce waive gate/01JDW8YQ3ZK4ABCDEFGHJKMNPQ --reason "wedged" --until 4h
  quiesce waive 'gate/eks/Nightly */*' --reason "zombies" --until 2026-12-01
  quiesce waive "$(quiesce ls -o name | head -1)" --reason test --until 1h

A waived run is shown, counted apart, and named in the reasons of every verdict. RUN is
source/id, a whole name as `-o name` prints it, or the begin of an id that only one run has.
PATTERN is matched against source/application/pipeline/id; * ? and [abc] stand for what a
shell lets them stand for, and * for slashes, too.

A waiver always ends, after 90 days at most: a date is where that day begins, a time without
an offset is local. Then its runs count again.

\b
Exit codes: 0 waived, 2 usage, a run that the store does not know, or a
pattern that covers all of a source, 3 the store can't be used."""


@click.command("waive", help=TEXT, short_help="Decide that a run does not count until a time.")
@click.argument("what", metavar="RUN|PATTERN")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it is shown with the run.")
@click.option(
    "--until", "end", required=True, metavar="TIME", help="A date, a time, or a duration (4h)."
)
@click.option("--by", metavar="NAME", help="Who decides; by default the name you are logged in as.")
@click.option("--force", is_flag=True, help="Also a pattern that covers all of a source.")
@click.option("--config", "path", metavar="FILE", help="The configuration to use.")
@form_option
def command(
    what: str, reason: str, end: str, by: str | None, force: bool, path: str | None, form: str
) -> int:
    from quiesce.app.archive.opening import archive
    from quiesce.app.archive.until import until
    from quiesce.app.archive.waiving import meant
    from quiesce.past import Waiver
    from quiesce.render.waivers import OneWaiverDocument, made_words, waiver_document

    with one_document(form):
        now = datetime.now(UTC)
        why, who, ends = _reason(reason), _who(by), until(end, now)
        with archive(store_location_of(path), create=True) as store:
            from quiesce.store.writing import write as writer

            with store.writing() as connection:
                found = meant(connection, what, force=force)
                number = writer.waive(
                    connection, pattern=found.pattern, reason=why, by=who, made_at=now, until=ends
                )
        waiver = Waiver(
            id=number, pattern=found.pattern, reason=why, until=ends, by=who, made_at=now
        )
    if form == "json":
        shown = waiver_document(waiver, "in force", found.runs)
        write_json(OneWaiverDocument(waiver=shown, remarks=list(found.remarks)))
        return 0
    write(f"{number}\n")
    surface = screen(sys.stderr)
    remark(f"{made_words(waiver, found.runs, now.astimezone(), surface)}\n")
    for one in found.remarks:
        remark(f"warning: {surface.text(one)}\n")
    return 0


def _reason(reason: str) -> str:
    from quiesce.app.archive.waiving import LONGEST

    why = reason.strip()
    if not why or len(why) > LONGEST:
        hint = "say why: it is shown wherever the run is"
        raise ConfigError(f"a reason has 1 to {LONGEST:,} characters", hint=hint)
    return why


def _who(by: str | None) -> str:
    if by is not None:
        if not by.strip() or len(by) > 200:
            raise ConfigError("--by is the name of who decides, of 1 to 200 characters")
        return by.strip()
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        raise ConfigError("who decides can't be made out", hint="say so with: --by NAME") from None
