"""`quiesce config`: which file is used, what it says, whether it is right. Asks no system."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from msgspec import UNSET, Struct, UnsetType

from quiesce.cli.codes import ExitCode
from quiesce.cli.options import source_options
from quiesce.cli.report import SCHEMA, Subcommands, columns, form_option, one_document, write_json
from quiesce.cli.schema import config_schema_text
from quiesce.cli.screen import remark, screen, write
from quiesce.cli.session import Selection, configured
from quiesce.config import Found, Problem, Setting, config_home, find, nothing_found, show
from quiesce.config import check as problems_in
from quiesce.errors import ConfigError
from quiesce.sources import KINDS

TEXT = """The configuration: which file is used, what it says, and whether it is right.

\b
Examples:
  quiesce config path
  quiesce config show --origin
  quiesce config check deploy/quiesce.toml

No system is asked, no secret is fetched, and no command of a `cmd:` is run.

\b
Exit codes: 0 fine, 2 usage or something wrong in the configuration."""

PATH_TEXT = """The configuration that is used; on stderr by which rule, and what was passed over.

\b
Examples:
  quiesce config path
  "$EDITOR" "$(quiesce config path)"
  quiesce config path -o json

\b
Exit codes: 0 there is one, 2 there is none."""

SHOW_TEXT = """Every setting with its value, the defaults too; secrets are ***.

\b
Examples:
  quiesce config show
  quiesce config show --origin
  quiesce config show -s spinnaker+https://gate.example.com:8084 -o json

\b
Exit codes: 0 shown, 2 usage or something wrong in the configuration."""

CHECK_TEXT = """All that is wrong with a configuration, at once. Asks no system.

\b
Examples:
  quiesce config check
  quiesce config check deploy/quiesce.toml
  quiesce config check -o json | jq -r '.problems[].message'

\b
Exit codes: 0 nothing wrong (there may be warnings), 2 something is."""


class PathDocument(Struct, frozen=True, kw_only=True):
    """What `config path -o json` prints; `path` is null where there is none."""

    schema: int = SCHEMA
    path: str | None
    rule: str | None
    passed_over: list[dict[str, str]]


class ShowDocument(Struct, frozen=True, kw_only=True):
    """What `config show -o json` prints: `settings` by their dotted keys."""

    schema: int = SCHEMA
    path: str | None
    settings: list[Setting]


class CheckDocument(Struct, frozen=True, kw_only=True):
    """What `config check -o json` prints; `ok` is false when a problem is an error."""

    schema: int = SCHEMA
    path: str
    ok: bool
    problems: list[ProblemDocument]


class ProblemDocument(Struct, frozen=True, kw_only=True):
    """One thing to repair. `line` is there only where it is known."""

    level: str
    message: str
    hint: str
    key: str
    line: int | UnsetType = UNSET


@click.group("config", cls=Subcommands, help=TEXT, no_args_is_help=False)
def command() -> None:
    pass


@command.command("path", help=PATH_TEXT, short_help="Which file is used, and which are not.")
@click.option("--config", "path", metavar="FILE", help="The configuration to use.")
@form_option
def path_command(path: str | None, form: str) -> int:
    with one_document(form):
        found = looked_for(path)
    if form == "json":
        write_json(
            PathDocument(
                path=None if found.path is None else str(found.path),
                rule=found.rule or None,
                passed_over=[{"path": name, "why": why} for name, why in found.passed_over],
            )
        )
        return ExitCode.QUIET if found.path else ExitCode.USAGE
    if found.path is None:
        raise nothing_found(found)
    write(f"{found.path}\n")
    surface = screen(sys.stderr)
    remark(f"used by the rule: {found.rule}\n")
    for name, why in found.passed_over:
        remark(f"passed over: {surface.text(name)} ({why})\n")
    return 0


@command.command("show", help=SHOW_TEXT, short_help="Every setting; secrets are ***.")
@click.option("--origin", is_flag=True, help="Say where each one was set.")
@source_options
@form_option
def show_command(origin: bool, sources: tuple[str, ...], path: str | None, form: str) -> int:
    with one_document(form):
        config = configured(Selection(sources=sources, path=path))
    settings = show(config)
    if form == "json":
        file = None if config.path is None else str(config.path)
        write_json(ShowDocument(path=file, settings=settings))
    elif origin:
        rows = [[each.key, each.value, each.origin] for each in settings]
        write(columns(["KEY", "VALUE", "ORIGIN"], rows))
    else:
        surface = screen(sys.stdout)
        write("".join(f"{surface.text(f'{each.key} = {each.value}')}\n" for each in settings))
    return 0


@command.command("check", help=CHECK_TEXT, short_help="All that is wrong with it, at once.")
@click.argument("file", required=False)
@click.option("--config", "path", metavar="FILE", help="The same as FILE.")
@form_option
def check_command(file: str | None, path: str | None, form: str) -> int:
    with one_document(form):
        if file is not None and path is not None:
            raise ConfigError("both FILE and --config were given", hint="leave one out")
        found = looked_for(file if file is not None else path)
        if found.path is None:
            raise nothing_found(found)
    problems = problems_in(found.path, KINDS)
    errors = [problem for problem in problems if problem.level == "error"]
    if form == "json":
        shown = [_document(problem) for problem in problems]
        write_json(CheckDocument(path=str(found.path), ok=not errors, problems=shown))
    else:
        surface = screen(sys.stdout)
        for problem in problems:
            write("".join(f"{surface.text(line)}\n" for line in _lines(problem)))
        write(f"{surface.text(str(found.path))}: {_count(len(errors), len(problems))}\n")
    return ExitCode.USAGE if errors else ExitCode.QUIET


@command.command("schema", short_help="The JSON Schema of quiesce.toml.")
def schema_command() -> int:
    r"""The JSON Schema of quiesce.toml, for editors and for checks elsewhere.

    \b
    Examples:
      quiesce config schema > quiesce.schema.json
      quiesce config schema | jq '.properties'
      echo '#:schema ./quiesce.schema.json'     # as line 1 of quiesce.toml, for editors

    \b
    Exit codes: 0 printed.
    """
    write(config_schema_text())
    return 0


def looked_for(explicit: str | None) -> Found:
    """Which file is the configuration, from this folder and this environment."""
    return find(explicit, os.environ, Path.cwd(), config_home(os.environ))


def _document(problem: Problem) -> ProblemDocument:
    return ProblemDocument(
        level=problem.level,
        message=problem.message,
        hint=problem.hint,
        key=problem.key,
        line=UNSET if problem.line is None else problem.line,
    )


def _lines(problem: Problem) -> list[str]:
    hints = problem.hint.splitlines()
    return [
        f"{problem.level}: {problem.message}",
        *(f"  {'hint:' if number == 0 else '     '} {hint}" for number, hint in enumerate(hints)),
    ]


def _count(errors: int, problems: int) -> str:
    warnings = problems - errors
    said = [
        f"{number} {noun}{'' if number == 1 else 's'}"
        for number, noun in ((errors, "error"), (warnings, "warning"))
        if number
    ]
    return " and ".join(said) or "nothing wrong"
