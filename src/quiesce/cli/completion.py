"""`quiesce completion SHELL`: the script with which a shell completes commands and options."""

from __future__ import annotations

import click
from click.shell_completion import ShellComplete, get_completion_class

from quiesce.cli.screen import write

VARIABLE = "_QUIESCE_COMPLETE"
"""Set by the script: `main` then completes the words in COMP_WORDS instead of running them."""

TEXT = """A completion script for bash, zsh or fish. It asks no system.

\b
Paste the line of your shell, once:
  bash (4.4 or newer)  echo 'eval "$(quiesce completion bash)"' >> ~/.bashrc
  zsh                  echo 'eval "$(quiesce completion zsh)"' >> ~/.zshrc
  fish                 quiesce completion fish > ~/.config/fish/completions/quiesce.fish

\b
Examples:
  eval "$(quiesce completion bash)"          # for this shell only
  quiesce completion zsh > _quiesce          # for a folder in $fpath
  quiesce completion fish | source

\b
Exit codes: 0 printed, 2 another shell."""


@click.command("completion", help=TEXT, short_help="A completion script for bash, zsh or fish.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    found = get_completion_class(shell)
    if found is None:
        raise AssertionError(shell)  # click brings all three
    completer = found(context.find_root().command, {}, "quiesce", VARIABLE)
    # Not `completer.source()`: for bash it would start one, and complain of an old one here.
    write(ShellComplete.source(completer) + "\n")
    return 0
