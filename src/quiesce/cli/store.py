"""`quiesce store`: the file or database that remembers what was seen. Asks no system."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from msgspec.structs import asdict

from quiesce.cli.options import Duration
from quiesce.cli.report import Subcommands, columns, form_option, one_document, write_json
from quiesce.cli.screen import screen, write
from quiesce.cli.session import store_location_of
from quiesce.errors import ConfigError

TEXT = """What quiesce remembers: where it is, how large, and keeping it in order.

\b
Examples:
  quiesce store info
  quiesce store prune --older-than 90d
  quiesce store export --table runs > runs.jsonl

No system is asked. `quiesce help environment` has QUIESCE_STORE.

\b
Exit codes: 0 done, 2 usage or configuration, 3 the store can't be used."""

INFO_TEXT = """Where the store is, how large it is, and what is in it.

\b
Examples:
  quiesce store info
  quiesce store info -o json | jq .rows.runs

\b
Exit codes: 0 shown, 2 usage or configuration, 3 there is no store, or it can't be used."""

UPGRADE_TEXT = """Brings the store to the version that this quiesce needs.

Before anything is changed it is seen that twice the size of the store is free, and a backup is
made beside it. Interrupted, it goes on where it was when it is run again. No other command ever
changes the version. Of a store in PostgreSQL you make the backup.

\b
Examples:
  quiesce store upgrade
  pg_dump -Fc quiesce > quiesce.dump && quiesce store upgrade --no-backup

\b
Exit codes: 0 it is of the newest version, 2 usage or configuration, 3 it could not be done."""

RESTORE_TEXT = """Puts a backup in the place of the store; what was there is kept beside it.

Without BACKUP it is the one that `quiesce store upgrade` has left last.

\b
Examples:
  quiesce store restore
  quiesce store restore ~/.local/state/quiesce/quiesce.db.bak-0001

\b
Exit codes: 0 restored, 2 usage or configuration, 3 it could not be done."""

PRUNE_TEXT = """Removes what was over before a time: finished runs, looks, predictions, waivers.

What is active stays, whatever its age, and so does a waiver that holds. Others can use the
store meanwhile.

\b
Examples:
  quiesce store prune --older-than 90d

\b
Exit codes: 0 done, 2 usage or configuration, 3 the store can't be used."""

EXPORT_TEXT = """Every row of a table on stdout, as JSON lines or CSV.

Times are in UTC. With --since, what was over before is left out.

\b
Examples:
  quiesce store export > runs.jsonl
  quiesce store export --table looks -o csv --since 30d

\b
Exit codes: 0 all of it was written, 2 usage or configuration, 3 the store can't be used."""

TABLES = ("runs", "flips", "looks", "waivers", "predictions")

config_option = click.option("--config", "path", metavar="FILE", help="The configuration to use.")


@click.group("store", cls=Subcommands, help=TEXT, no_args_is_help=False)
def command() -> None:
    pass


@command.command("info", help=INFO_TEXT, short_help="Where it is, and what is in it.")
@config_option
@form_option
def info_command(path: str | None, form: str) -> int:
    from quiesce.render.stored import store_document, store_rows

    with one_document(form):
        from quiesce.store.upkeep.maintain import info

        found = store_document(asdict(info(_location(path))))
    if form == "json":
        write_json(found)
    else:
        write(columns(["STORE", found.location], store_rows(found)))
    return 0


@command.command("upgrade", help=UPGRADE_TEXT, short_help="Bring it to the newest version.")
@config_option
@click.option("--no-backup", is_flag=True, help="Make none: you have one.")
def upgrade_command(path: str | None, no_backup: bool) -> int:
    from quiesce.store.upkeep.upgrade import upgrade

    upgrade(_location(path), now=lambda: datetime.now(UTC), tell=_tell, with_backup=not no_backup)
    return 0


@command.command("restore", help=RESTORE_TEXT, short_help="Go back to a backup.")
@click.argument("backup", required=False)
@config_option
def restore_command(backup: str | None, path: str | None) -> int:
    from quiesce.store.upkeep.restore import restore

    restore(_location(path), None if backup is None else Path(backup), tell=_tell)
    return 0


@command.command("prune", help=PRUNE_TEXT, short_help="Remove what was over before a time.")
@click.option(
    "--older-than",
    type=Duration(least=3600.0),
    required=True,
    help="How long ago it must have been over: 90d, 12w.",
)
@config_option
@form_option
def prune_command(older_than: float, path: str | None, form: str) -> int:
    from quiesce.render.stored import pruned_document, pruned_words

    with one_document(form):
        from quiesce.store import open_store
        from quiesce.store.upkeep.maintain import prune

        with open_store(_location(path), create=False) as store:
            done = prune(store, datetime.now(UTC) - timedelta(seconds=older_than))
    removed = pruned_document(asdict(done))
    if form == "json":
        write_json(removed)
    else:
        write(f"{pruned_words(removed)}\n")
    return 0


@command.command("export", help=EXPORT_TEXT, short_help="Every row of a table, on stdout.")
@click.option(
    "--table", type=click.Choice(TABLES), default="runs", show_default=True, help="Which one."
)
@click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice(["jsonl", "csv"]),
    default="jsonl",
    show_default=True,
    help="How to print it.",
)
@click.option("--since", type=Duration(), help="Only what was not over so long ago: 30d.")
@config_option
def export_command(table: str, form: str, since: float | None, path: str | None) -> int:
    from quiesce.store import open_store
    from quiesce.store.upkeep import export

    begin = None if since is None else datetime.now(UTC) - timedelta(seconds=since)
    with open_store(_location(path), create=False) as store, store.reading() as connection:
        rows = export.rows(connection, table, begin)
        nowhere = _goes_nowhere()
        for piece in _pieces(export.columns(table), rows, form):
            write(piece)
            if _goes_nowhere() and not nowhere:
                break  # the reader has gone away, as `head` does
    return 0


def _location(path: str | None) -> str:
    found = store_location_of(path)
    if found is None:
        raise ConfigError(
            "the store is switched off", hint="give `store` in the configuration, or QUIESCE_STORE"
        )
    return found


def _goes_nowhere() -> bool:
    """Where `write` sends what nobody reads any more."""
    return os.path.samestat(os.fstat(sys.stdout.fileno()), Path(os.devnull).stat())


def _tell(sentence: str) -> None:
    write(f"{screen(sys.stdout).text(sentence)}\n")


def _pieces(names: list[str], rows: Iterator[tuple[Any, ...]], form: str) -> Iterator[str]:
    """The lines, some hundred together: one write each would be slow."""
    from itertools import islice

    from quiesce.cli.dump import csv_line, json_line

    make = csv_line if form == "csv" else json_line
    ascii_only = not screen(sys.stdout).unicode
    if form == "csv":
        yield ",".join(names) + "\n"
    while lines := [make(names, row, ascii_only=ascii_only) for row in islice(rows, 500)]:
        yield "".join(lines)
