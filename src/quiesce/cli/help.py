"""`quiesce help [TOPIC]`: what belongs to no single command, in plain text."""

from __future__ import annotations

from pathlib import Path

import click

from quiesce.cli.commands import COMMANDS
from quiesce.cli.screen import write
from quiesce.errors import ConfigError
from quiesce.render.complaint import nearest

TOPICS = {
    "exit-codes": "What each exit code means, and how a script should read them.",
    "environment": "Every environment variable that is read.",
    "output": "Formats, what changes in a pipe, and the JSON shapes.",
    "config": "Where settings come from, secrets, and an example.",
    "sources": "What can be asked, and how it is named on the command line.",
    "double-look": "What quiet, confirmed and settled claim, and what they don't.",
}
"""Each topic and its line in the list; its text is in the file of its name."""

FOLDER = Path(__file__).parent / "topics"

TEXT = """What belongs to no single command, in plain text; a command's name shows its help.

\b
Examples:
  quiesce help
  quiesce help exit-codes
  quiesce help check

\b
Exit codes: 0 shown, 2 a topic that there is not."""


@click.command("help", help=TEXT, short_help="Topics, and the help of commands.")
@click.argument("words", nargs=-1, metavar="[TOPIC]")
@click.pass_context
def command(context: click.Context, words: tuple[str, ...]) -> int:
    if not words:
        write(overview())
        return 0
    topic, *rest = words
    if topic in TOPICS and not rest:
        write(topic_text(topic))
        return 0
    if topic in COMMANDS:
        write(_of_command(context.find_root(), words) + "\n")
        return 0
    wrong = " ".join(words)[:100]
    near = nearest(topic, [*TOPICS, *COMMANDS]) if not rest else []
    hint = f"did you mean `quiesce help {near[0]}`?" if near else "see: quiesce help"
    raise ConfigError(f"no topic named `{wrong}`", hint=hint)


def overview() -> str:
    """The list of topics."""
    lines = [f"  {name:12}  {about}" for name, about in TOPICS.items()]
    return "\n".join(
        [
            "Topics:",
            *lines,
            "",
            "`quiesce help TOPIC` shows one, `quiesce help COMMAND` the help of a command.",
            "`quiesce --help` lists the commands, `quiesce demo` shows them at work.",
            "",
        ]
    )


def topic_text(name: str) -> str:
    """The text of a topic, at most 80 columns wide."""
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def _of_command(context: click.Context, words: tuple[str, ...]) -> str:
    """The help of a command, or of a command of a group."""
    for word in words:
        group = context.command
        found = group.get_command(context, word) if isinstance(group, click.Group) else None
        if found is None:
            hint = f"see: {context.command_path} --help"
            raise ConfigError(f"no command named `{' '.join(words)[:100]}`", hint=hint)
        context = click.Context(found, info_name=word, parent=context)
    return context.get_help()
