"""`quiesce schema [NAME]`: the JSON Schema of a document, for editors, tests and programs."""

from __future__ import annotations

import click

from quiesce.cli.screen import write
from quiesce.errors import ConfigError
from quiesce.render.complaint import nearest
from quiesce.render.schemas import NAMES, schema_text

ABOUT = {
    "look": "ls, check and wait -o json",
    "status": "status -o json, with --summary too",
    "line": "a line of -o jsonl",
    "error": "what stderr says beside -o json",
    "collected": "a line of collect",
    "history": "history -o json, with --run and --forecast too, and a line of -o jsonl",
    "pipelines": "pipelines -o json",
    "windows": "windows -o json",
    "waivers": "waivers, waive and unwaive -o json",
    "store": "store info and store prune -o json",
    "config": "quiesce.toml",
}

TEXT = """The JSON Schema (draft 2020-12) of what quiesce prints or reads.

\b
Examples:
  quiesce schema > look.schema.json
  quiesce schema status
  quiesce schema config > quiesce.schema.json

\b
Names: look (the default: ls, check and wait -o json), status,
line (-o jsonl), error (stderr beside -o json), collected (a line of
collect), history, pipelines, windows, waivers, store (info and prune),
config (quiesce.toml).

\b
Exit codes: 0 printed, 2 a name that there is not."""


@click.command("schema", help=TEXT, short_help="The JSON Schema of what `-o json` prints.")
@click.argument("name", default="look", metavar="[NAME]")
def command(name: str) -> int:
    if name == "config":
        write(config_schema_text())
        return 0
    for known in NAMES:
        if name == known:
            write(schema_text(known))
            return 0
    near = nearest(name, ABOUT)
    hint = f"did you mean `{near[0]}`?" if near else f"one of: {', '.join(ABOUT)}"
    raise ConfigError(f"no schema named `{name[:100]}`", hint=hint)


def config_schema_text() -> str:
    """The schema of quiesce.toml, with every kind that there is."""
    from quiesce.config import schema
    from quiesce.render.encode import to_json
    from quiesce.sources import KINDS

    return to_json(schema(KINDS), pretty=True) + "\n"
