"""`quiesce windows`: the best times for a maintenance."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from quiesce.cli.archive import archived
from quiesce.cli.codes import ExitCode
from quiesce.cli.options import Duration, source_options
from quiesce.cli.report import form_option, one_document, write_json
from quiesce.cli.screen import remark, screen, write
from quiesce.errors import ConfigError

TEXT = """The best times for a maintenance, from when it was quiet in the past weeks.

\b
Examples:
  quiesce windows --length 30m
  quiesce windows --length 2h --within 3d --timezone Europe/Berlin
  quiesce windows -o json | jq -r '.windows[0].start'

They come in the order of how likely it is quiet then, not in that of time. With less than four
weeks of history take each as a hint.

A time at which nobody looked counts neither as quiet nor as a week. "At least 69 % likely" is
what the counts support at 90 % confidence: a plan, and no promise. Look before you act:
`quiesce check`.

\b
Exit codes: 0 found, 2 usage or configuration, 3 too little history, no time
that was quiet for so long, or the store can't be used."""


@click.command("windows", help=TEXT, short_help="The best times for a maintenance.")
@source_options
@click.option(
    "--length",
    type=Duration(least=1.0),
    default="30m",
    show_default=True,
    help="How long it takes.",
)
@click.option(
    "--within",
    type=Duration(least=1.0),
    default="7d",
    show_default=True,
    help="How soon it begins, in the next 7 days at most.",
)
@click.option(
    "--timezone", metavar="ZONE", help="Whose weekdays and hours; by default this machine's."
)
@click.option(
    "--limit", type=click.IntRange(1, 50), default=5, show_default=True, help="How many to show."
)
@form_option
def command(
    sources: tuple[str, ...],
    path: str | None,
    length: float,
    within: float,
    timezone: str | None,
    limit: int,
    form: str,
) -> int:
    from quiesce.app.archive.weeks import best, known_weeks, weeks_of
    from quiesce.forecast import window_words
    from quiesce.render.windows import (
        never_quiet,
        remarks,
        too_little,
        windows_document,
        windows_lines,
    )

    now = datetime.now(UTC)
    with one_document(form):
        name, zone = _zone(timezone)
        if length > 7 * 86400 or within > 7 * 86400:
            raise ConfigError("--length and --within are 7d at most", hint="a week is the pattern")
        with archived(sources, path) as archive:
            configured = {one: archive.configured.get(one) for one in archive.asked}
            known = known_weeks(archive.connection, archive.names, configured, now)
            found = best(
                archive.connection,
                archive.names,
                known,
                now=now,
                zone=zone,
                length=length,
                within=within,
                most=limit,
            )
    # The least bad of times that were never quiet is no window.
    shown = [(one, window_words(one, zone)) for one in found if one.quiet]
    weeks = weeks_of(known)
    if form == "json":
        write_json(windows_document(shown, length, name, weeks))
    else:
        write(windows_lines(shown, screen(sys.stdout), now.astimezone(zone), name))
    if not shown:
        remark(f"{never_quiet(length) if found else too_little(weeks)}\n")
        return ExitCode.UNKNOWN
    if form != "json" and (said := remarks(len(shown), weeks)):
        remark(f"{said}\n")
    return 0


def _zone(name: str | None) -> tuple[str, tzinfo]:
    """The zone of that name, or that of this machine, with its name."""
    if name is not None:
        try:
            return name, ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ConfigError(
                f"no time zone named `{name[:60]}`", hint="e.g. Europe/Berlin, UTC"
            ) from None
    local = os.environ.get("TZ", "").lstrip(":") or _linked()
    try:
        return local, ZoneInfo(local)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # Its summers are not known then: the offset of today is the best there is.
        here = datetime.now().astimezone()
        return f"UTC{here:%z}", here.tzinfo or UTC


def _linked() -> str:
    """What /etc/localtime is a link to."""
    return str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
