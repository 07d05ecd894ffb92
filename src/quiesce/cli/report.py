"""What the commands about quiesce itself share: `-o table|json`, columns, and groups."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from quiesce.cli.screen import screen, write
from quiesce.errors import ConfigError, QuiesceError
from quiesce.render.complaint import nearest

Command = TypeVar("Command", bound=Callable[..., Any])

SCHEMA = 1
"""The version of the documents that these commands print. Keys are only ever added."""


def form_option(command: Command) -> Command:
    """`-o table|json`, for whoever prints facts rather than runs."""
    return click.option(
        "-o",
        "--output",
        "form",
        type=click.Choice(["table", "json"]),
        default="table",
        show_default=True,
        help="How to print it.",
    )(command)


def write_json(document: object) -> None:
    """One JSON document on stdout: indented on a terminal, on one line in a pipe."""
    from quiesce.render.encode import to_json

    surface = screen(sys.stdout)
    pretty = surface.width is not None
    write(to_json(document, pretty=pretty, ascii_only=not surface.unicode) + "\n")


@contextmanager
def one_document(form: str) -> Iterator[None]:
    """With `-o json` stdout holds one valid document even when the block fails."""
    try:
        yield
    except QuiesceError as error:
        if form == "json":
            write_json({"schema": SCHEMA, "error": error.message, "hint": error.hint})
        raise


def columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lines whose columns are aligned, at their natural width: nothing is ever cut."""
    from quiesce.render.fit import padded, width

    shown = [list(header), *([_cell(cell) for cell in row] for row in rows)]
    widths = [max(width(row[at]) for row in shown) for at in range(len(header))]
    lines = ("  ".join(map(padded, row, widths)).rstrip() for row in shown)
    return "".join(f"{line}\n" for line in lines)


def _cell(text: str) -> str:
    return screen(sys.stdout).text(text) or "-"


class Subcommands(click.Group):
    """A group that offers the nearest of its commands for one that it does not have."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if not ctx.resilient_parsing and args[0] not in self.commands and args[0][:1] != "-":
            near = nearest(args[0], list(self.commands))
            there = ", ".join(self.commands)
            hint = f"did you mean `{ctx.command_path} {near[0]}`?" if near else f"one of: {there}"
            raise ConfigError(f"no command named `{ctx.command_path} {args[0][:100]}`", hint=hint)
        return super().resolve_command(ctx, args)
