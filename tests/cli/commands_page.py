"""The reference of the commands: `python -m tests.cli.commands_page` writes it anew."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from quiesce.cli.run import quiesce

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"

TOP = """\
# Commands

Every command and its options, as `--help` shows them. `quiesce help` lists topics that belong to
no single command, and [exit codes](exit-codes.md) has all exit codes.
"""

COMMON = {"--help"}
"""Every command has it, so it is not repeated."""


def page() -> str:
    """The whole page, from the commands themselves."""
    # A command keeps the help option that it was first asked for: it must be the true one.
    context = click.Context(quiesce, info_name="quiesce", **quiesce.context_settings)
    return "\n".join([TOP, *_group(context, "##")])


def _group(context: click.Context, heading: str) -> Iterator[str]:
    group = context.command
    assert isinstance(group, click.Group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        yield from _command(inner, heading)
        if isinstance(command, click.Group):
            yield from _group(inner, heading + "#")


def _command(context: click.Context, heading: str) -> Iterator[str]:
    command = context.command
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"{heading} `{context.command_path}`\n\n```text\n{usage}\n```\n"
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        kept = paragraph.removeprefix("\b\n")  # click's sign for lines that stay as they are
        yield f"```text\n{kept}\n```\n" if kept != paragraph else f"{paragraph}\n"
    rows = list(_options(context))
    if rows:
        yield "\n".join(["| option | meaning |", "|---|---|", *rows, ""])


def _options(context: click.Context) -> Iterator[str]:
    for parameter in context.command.get_params(context):
        record = parameter.get_help_record(context)
        if isinstance(parameter, click.Option) and record and not COMMON & set(parameter.opts):
            option, meaning = (" ".join(cell.split()).replace("|", "\\|") for cell in record)
            yield f"| `{option}` | {meaning} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
