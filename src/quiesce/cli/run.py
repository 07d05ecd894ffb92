"""Runs one command: click's errors and ours become plain lines, and never a traceback."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from quiesce.cli.main import COMMANDS, OVERVIEW
from quiesce.cli.screen import complain, wants_json
from quiesce.errors import ConfigError, QuiesceError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

USAGE = 2
UNKNOWN = 3
INTERRUPTED = 130


class Commands(click.Group):
    """A group whose commands are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, _, name = entry[0].partition(":")
        found: click.Command = getattr(importlib.import_module(module), name)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        completing = ctx.resilient_parsing
        if args and args[0] not in COMMANDS and not args[0].startswith("-") and not completing:
            from quiesce.render.complaint import nearest

            near = nearest(args[0], list(COMMANDS))
            hint = f"did you mean `{near[0]}`?" if near else "see: quiesce --help"
            raise ConfigError(f"no command named `{args[0]}`", hint=hint)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The names and lines of the table, so that at a Tab no command is imported."""
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(name, help=about)
            for name, (_, about) in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry[1]) for name, entry in COMMANDS.items()])


@click.group(
    cls=Commands,
    help=OVERVIEW.split("\n")[0],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
def quiesce() -> None:
    pass


def run(words: Sequence[str]) -> int:
    """Run the command that the words name, and give back its exit code."""
    json = wants_json(words)
    try:
        code = quiesce.main(list(words), prog_name="quiesce", standalone_mode=False)
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        code = complain(_as_config_error(error), USAGE, json=json)
    except QuiesceError as error:
        code = complain(error, USAGE if isinstance(error, ConfigError) else UNKNOWN, json=json)
    except (KeyboardInterrupt, click.Abort):
        code = INTERRUPTED
    except BrokenPipeError:
        code = UNKNOWN
    except Exception as error:  # noqa: BLE001 - the edge: a defect of ours is an answer too
        from quiesce.cli.judged import unforeseen

        code = complain(unforeseen(error), UNKNOWN, json=json)
    return _closed(code if isinstance(code, int) else 0)


def _closed(code: int) -> int:
    """Flush what is left; whoever stopped reading must not change the code."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter would complain on its own way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _as_config_error(error: click.ClickException) -> ConfigError:
    """Click's own words in our shape: what is wrong, and the nearest right thing."""
    message = error.format_message().rstrip(".")
    hint = ""
    context: Any = getattr(error, "ctx", None)
    possibilities = getattr(error, "possibilities", None)
    if isinstance(error, click.NoSuchOption):
        message = f"no option named `{error.option_name}`"
        if possibilities:
            hint = f"did you mean `{min(possibilities)}`?"
    if not hint and context is not None:
        hint = f"see: {context.command_path} --help"
    return ConfigError(message[:1].lower() + message[1:], hint=hint)
