"""Runs one command: click's errors and ours become plain lines, and never a traceback."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from quiesce.cli.codes import ExitCode, code_of
from quiesce.cli.commands import COMMANDS, OVERVIEW
from quiesce.cli.screen import (
    complain,
    open_closed_streams,
    screen,
    unforeseen,
    wants_json,
    write,
)
from quiesce.errors import ConfigError, QuiesceError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


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
            from quiesce.http import Redactor  # an address typed here may hold a password

            shown = Redactor(())(args[0])
            raise ConfigError(f"no command named `{shown}`", hint=hint)
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
    open_closed_streams()
    with _ended_by_sigterm() as ended:
        code = _run(words)
        if ended and code == ExitCode.INTERRUPTED:
            code = ExitCode.ENDED
    try:
        write("")  # flushes: whoever stopped reading must not change the code
    except QuiesceError as error:
        code = complain(error, ExitCode.UNKNOWN, json=wants_json(words))
    return code


def _run(words: Sequence[str]) -> int:
    try:
        code = quiesce.main(list(words), prog_name="quiesce", standalone_mode=False)
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        return _without_answer(words, _as_config_error(error), ExitCode.USAGE)
    except QuiesceError as error:
        return _without_answer(words, error, code_of(error))
    except (KeyboardInterrupt, click.Abort):
        _verdict(words, "interrupted before it was done")
        return ExitCode.INTERRUPTED
    except SystemExit as end:  # a Tab; click ends with 1 on trouble, which would read as active
        completed = "_QUIESCE_COMPLETE" in os.environ and end.code == 0
        return ExitCode.QUIET if completed else ExitCode.UNKNOWN
    except BrokenPipeError:
        return ExitCode.UNKNOWN
    except Exception as error:  # noqa: BLE001 - the edge: a defect of ours is an answer too
        return _without_answer(words, unforeseen(error), ExitCode.UNKNOWN)
    return code if isinstance(code, int) else ExitCode.QUIET


def _without_answer(words: Sequence[str], error: QuiesceError, code: int) -> int:
    """Say what is wrong; with `-o json` on stdout, too."""
    _verdict(words, error.message)
    return complain(error, code, json=wants_json(words))


def _verdict(words: Sequence[str], reason: str) -> None:
    """With `-o json` stdout is one document, also where a command could not even begin.

    Commands that judge print one on every other path; the others speak for themselves.
    """
    if not wants_json(words):
        return
    command = next((word for word in words if not word.startswith("-")), "")
    if command in COMMANDS and command not in ("ls", "check", "wait", "status"):
        return
    from datetime import UTC, datetime

    from quiesce.render import render_status, render_unknown

    now, surface = datetime.now(UTC), screen(sys.stdout)
    if command == "status":
        from quiesce.cli.status import nothing

        rendered = render_status("", {}, nothing(reason), "json", surface, now)
    else:
        rendered = render_unknown((reason,), now, "json", surface)
    with suppress(QuiesceError):  # said when all is flushed
        write(rendered.out)


@contextmanager
def _ended_by_sigterm() -> Iterator[list[int]]:
    """Let SIGTERM end a command as Ctrl-C does: with a verdict. The list tells that it came."""
    came: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        came.append(number)
        interrupt = signal.getsignal(signal.SIGINT)
        if callable(interrupt):  # asyncio's or Python's own
            interrupt(signal.SIGINT, frame)
        else:  # ignored, where it can't be blocked instead
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        with _sigint_kept_away():
            yield came
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _sigint_kept_away() -> Iterator[None]:
    """Where SIGINT is ignored, as by a shell in the background, block it instead.

    asyncio's own answer to it is what SIGTERM is passed on to, and asyncio has none where it is
    ignored: a collector would be torn out of its look.
    """
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    if not ignored or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # also one that waits
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


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
