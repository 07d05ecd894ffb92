"""The options that several commands share, each defined once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from quiesce.cli.codes import ExitCode
from quiesce.cli.screen import write
from quiesce.errors import ConfigError

Command = TypeVar("Command", bound=Callable[..., Any])

FORMATS = ("table", "wide", "plain", "json", "jsonl", "csv", "name", "raw")
EXIT_CODES = """\b
Exit codes: 0 quiet, 1 active, 2 usage or configuration, 3 unknown,
130 interrupted. Any other code must be treated as a failure."""


LISTING = "\n"
"""What `--fields` is without a value; not the empty word, which a script may pass by accident."""


class Duration(click.ParamType[float]):
    """A duration in Go's grammar, in seconds: 90s, 2h30m; not below `least` seconds."""

    name = "duration"

    def __init__(self, *, least: float = 0.0) -> None:
        self._least = least

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        from quiesce.config import duration

        try:
            seconds = duration(str(value))
        except ConfigError as error:
            self.fail(f"{error.message}{f' ({error.hint})' if error.hint else ''}", param, ctx)
        if seconds < self._least:
            self.fail(f"`{value}` is too short: it must be at least {self._least:g}s", param, ctx)
        return seconds


def interval_option(between: str) -> Callable[[Command], Command]:
    """`--interval`: long enough that no system is asked without a pause."""
    return click.option(
        "--interval", type=Duration(least=1.0), default="10s", show_default=True, help=between
    )


def _listed(context: click.Context, _: click.Parameter, value: str | None) -> str | None:
    """`--fields` without a value: the list of them, and nothing is asked."""
    if value == LISTING and not context.resilient_parsing:
        from quiesce.render.columns import FIELDS

        write("".join(f"{field}\n" for field in FIELDS))
        context.exit(ExitCode.QUIET)
    return value


def source_options(command: Command) -> Command:
    """Which systems are asked, and about what."""
    return _with(
        command,
        click.option(
            "-s",
            "--source",
            "sources",
            multiple=True,
            metavar="KIND+URL",
            help="A system to ask, e.g. spinnaker+https://gate.example.com:8084, or the name"
            " of one from the configuration. Repeatable.",
        ),
        click.option("--config", "path", metavar="FILE", help="The configuration to use."),
    )


def store_option(command: Command) -> Command:
    """Whether what is seen is remembered, and what was seen is asked for again."""
    return click.option(
        "--no-store",
        is_flag=True,
        help="Leave the store alone: read and remember nothing.",
    )(command)


def question_options(command: Command) -> Command:
    """What is asked of the systems."""
    return _with(
        command,
        click.option("-a", "--application", metavar="APP", help="Only this application."),
        click.option(
            "--parts",
            "parts",
            multiple=True,
            metavar="PART",
            help="Ask only these parts (e.g. pipelines); every answer then says so.",
        ),
    )


def output_options(command: Command) -> Command:
    """How the answer is written."""
    return _with(
        command,
        click.option(
            "-o",
            "--output",
            "form",
            type=click.Choice(FORMATS),
            default="table",
            show_default=True,
            help="How to print the answer.",
        ),
        click.option(
            "--fields",
            metavar="A,B",
            is_flag=False,
            flag_value=LISTING,
            is_eager=True,
            callback=_listed,
            help="Columns for table, csv and jsonl; without a value, list them.",
        ),
        click.option("--stats", is_flag=True, help="Say what the answer has cost, on stderr."),
        click.option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            help="Colours; NO_COLOR and FORCE_COLOR are honoured.",
        ),
        click.option(
            "--progress",
            type=click.Choice(["auto", "plain", "none"]),
            default="auto",
            help="Progress on stderr.",
        ),
    )


def _with(command: Command, *options: Callable[[Command], Command]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
