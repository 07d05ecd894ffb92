"""`quiesce history`: when it was quiet, active, unknown; a run's changes; what predictions held."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click
from msgspec import structs

from quiesce.cli.archive import Archive, archived
from quiesce.cli.options import Duration, source_options
from quiesce.cli.report import one_document, write_json
from quiesce.cli.screen import remark, screen, write
from quiesce.errors import ConfigError

if TYPE_CHECKING:
    from quiesce.app.archive.spells import Seen
    from quiesce.forecast import Coverage
    from quiesce.render.history import Shown

TEXT = """When it was quiet, when active, and when nobody can tell.

\b
Examples:
  quiesce history
  quiesce history --since 7d -s prod -o csv
  quiesce history --run gate/01JDW8YQ3ZK4ABCDEFGHJKMNPQ
  quiesce history --forecast

A look says something until the next one at that source, and for three of its pauses (`every`)
at most, two minutes at least: a time at which nobody looked is unknown. All together are the
worst of all sources: active, else unknown, else quiet. A strip shows the worst of each of its
stretches. Looks at less than everything don't count.

--forecast holds the predictions that were made against what came: the 90 % bound should hold
in 90 % of them.

\b
Exit codes: 0 shown, 2 usage, configuration, or a run that the store does not
know, 3 the store can't be used, or there is none yet."""

FORMS = ("table", "json", "jsonl", "csv")
_DAY, _MONTH = 86_400.0, 30 * 86_400.0


@click.command("history", help=TEXT, short_help="When it was quiet, active, unknown.")
@source_options
@click.option(
    "--since",
    type=Duration(least=1.0),
    metavar="DURATION",
    help="From how long ago on: by default 24h, with --forecast 30d.",
)
@click.option("--run", "reference", metavar="SOURCE/ID", help="The changes of one run's state.")
@click.option("--forecast", is_flag=True, help="How well predictions have held.")
@click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice(FORMS),
    default="table",
    show_default=True,
    help="How to print it.",
)
def command(
    sources: tuple[str, ...],
    path: str | None,
    since: float | None,
    reference: str | None,
    forecast: bool,
    form: str,
) -> int:
    now = datetime.now(UTC)
    with one_document(form):
        if reference is not None and forecast:
            raise ConfigError("--run and --forecast are two questions", hint="leave one out")
        if form in {"jsonl", "csv"} and (forecast or reference is not None):
            raise ConfigError(f"`-o {form}` is for spells alone", hint="use -o table or -o json")
        with archived(sources, path) as archive:
            if reference is not None:
                return _run(archive, reference, form, now)
            if forecast:
                return _forecast(archive, _ago(now, since or _MONTH), form, now)
            return _spells(archive, _ago(now, since or _DAY), form, now)


def _ago(now: datetime, seconds: float) -> datetime:
    try:
        return now - timedelta(seconds=seconds)
    except OverflowError:
        raise ConfigError("--since is before all calendars") from None


def _spells(archive: Archive, since: datetime, form: str, now: datetime) -> int:
    from quiesce.app.archive.spells import MOST, Seen, counts_for, looked, spells, together
    from quiesce.render import history
    from quiesce.render import spells as drawing

    looks = looked(archive.connection, archive.names, since, now, MOST)
    lasts = {
        name: counts_for(archive.configured.get(name), looks.get(name, []))
        for name in archive.asked
    }
    seen = [
        Seen(name=name, spells=spells(looks.get(name, []), since, now, each), counts_for=each)
        for name, each in lasts.items()
    ]
    longest = max(lasts.values(), default=0.0)
    whole = Seen(name="", spells=together(seen, since, now), counts_for=longest)
    surface = screen(sys.stdout)
    cells = drawing.strip_cells(surface, [*lasts, drawing.TOGETHER])
    shown = [_shown(one, since, now, cells) for one in (*seen, whole)]
    ascii_only = not surface.unicode
    match form:
        case "json":
            write_json(history.history_document(shown[-1], shown[:-1], since, now))
        case "jsonl":
            write(history.history_lines(shown, ascii_only=ascii_only))
        case "csv":
            write(history.history_sheet(shown, ascii_only=ascii_only))
        case _:
            here = now.astimezone()
            if surface.width is not None:
                write(drawing.strips(shown[-1], shown[:-1], surface, since, here) + "\n")
            write(drawing.history_table(shown[-1], surface, here))
            said = [drawing.legend(surface), drawing.last_quiet(whole.spells, here)]
            remark("; ".join(one for one in said if one) + "\n")
    if not any(looks.values()):
        remark("nobody looked in this time: see `quiesce collect`\n")
    return 0


def _shown(seen: Seen, since: datetime, now: datetime, cells: int) -> Shown:
    from quiesce.app.archive.spells import buckets
    from quiesce.render.history import Shown

    return Shown(
        name=seen.name,
        spells=seen.spells,
        shares=seen.shares,
        strip=buckets(seen.spells, since, now, cells),
        counts_for=seen.counts_for,
    )


def _run(archive: Archive, reference: str, form: str, now: datetime) -> int:
    from quiesce.app.archive.finding import find_runs, only
    from quiesce.render.flips import run_history_document, run_history_table
    from quiesce.store.reading import chronicle, read

    names = archive.names
    active = [
        one.run for those in read.remembered(archive.connection, names).values() for one in those
    ]
    found = find_runs(archive.connection, reference, names, active)
    run = only(found, reference, active, "quiesce history --run")
    key = next(key for key, name in names.items() if name == run.source)
    flips = [
        (one.seen_at, one.state, one.native_state)
        for one in chronicle.flips(archive.connection, key, run.id)
    ]
    if form == "json":
        write_json(run_history_document(run, flips))
        return 0
    surface = screen(sys.stdout)
    write(run_history_table(flips, surface, now.astimezone()))
    said = f"{run.pipeline} ({run.application}, {run.source}) {run.id}"
    remark(f"{screen(sys.stderr).text(said)}\n")
    return 0


def _forecast(archive: Archive, since: datetime, form: str, now: datetime) -> int:
    from quiesce.app.archive.coverage import held
    from quiesce.render.held import Kept, forecast_document, forecast_lines

    found = held(archive.connection, archive.names, since=since, until=now)

    def kept(one: Coverage) -> Kept:
        return Kept(**structs.asdict(one))

    runs, together = kept(found.runs), kept(found.together)
    sources = {name: kept(one) for name, one in found.sources.items()}
    if form == "json":
        write_json(
            forecast_document(runs, together, sources, waiting=found.open, since=since, until=now)
        )
        return 0
    write(forecast_lines(runs, together, sources, found.open, screen(sys.stdout)))
    return 0
