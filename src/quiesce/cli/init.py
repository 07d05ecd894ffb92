"""`quiesce init`: writes a quiesce.toml, from spin's file, from `-s`, or by asking.

No secret is asked for, copied or shown: the file gets references to where it is.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from msgspec.structs import replace

from quiesce.cli import spin
from quiesce.cli.draft import SCHEMA_FILE, Draft, drafts_of, exists, place, text, toml
from quiesce.cli.screen import remark, write
from quiesce.config import check as problems_in
from quiesce.config import from_flags
from quiesce.errors import ConfigError
from quiesce.sources import KINDS

TEXT = """Write a commented quiesce.toml, from ~/.spin/config if it is there, -s, or by asking.

\b
Examples:
  quiesce init
  quiesce init -s spinnaker+https://gate.example.com:8084
  quiesce init --spin ~/.spin/staging --output ~/.config/quiesce/quiesce.toml

No secret is copied or asked for: the file says where it is (an environment variable, a file,
or a command). A file that is there is never overwritten without --force.

\b
Exit codes: 0 written, 2 usage, or nothing to write it from, 130 interrupted.
With --test the code of the first look: 0 all was seen, 3 there are gaps."""

SIGN_INS = ("none", "bearer", "basic", "x509", "cookie")


@click.command("init", help=TEXT, short_help="Write a quiesce.toml.")
@click.option(
    "--output", "target", default="quiesce.toml", show_default=True, metavar="FILE", help="Where."
)
@click.option("--force", is_flag=True, help="Overwrite a file that is there.")
@click.option("--spin", "spin_file", metavar="FILE", help="Another file of spin's to read.")
@click.option(
    "-s",
    "--source",
    "sources",
    multiple=True,
    metavar="KIND+URL",
    help="A system to write down, e.g. spinnaker+https://gate.example.com:8084. Repeatable.",
)
@click.option("--test/--no-test", default=None, help="Show the first answer, or don't.")
def command(
    target: str, force: bool, spin_file: str | None, sources: tuple[str, ...], test: bool | None
) -> int:
    path = Path(os.path.expanduser(target))  # noqa: PTH111 - Path's raises without a home
    if path.is_dir():
        raise ConfigError(f"{path} is a folder", hint=f"name a file: {path / 'quiesce.toml'}")
    if not force and os.path.lexists(path):
        raise exists(path)
    terminal = sys.stdin.isatty() and sys.stderr.isatty()
    drafts, origin = _drafts(sources, spin_file, terminal=terminal)
    there = (path.parent / SCHEMA_FILE).is_file()
    place(path, text(drafts, origin, schema_there=there), force=force)
    _tell(path, drafts)
    wanted = terminal and sys.stdout.isatty() if test is None else test
    code = _first_look(path) if wanted else 0
    return code if test else 0


def _drafts(
    sources: Sequence[str], spin_file: str | None, *, terminal: bool
) -> tuple[list[Draft], str]:
    """What to write, and from where it is."""
    if sources and spin_file is not None:
        raise ConfigError("both -s and --spin were given", hint="leave one out")
    if sources:
        return drafts_of(from_flags(sources, KINDS, os.environ)), ""
    named = Path(os.path.expanduser(spin_file)) if spin_file is not None else None  # noqa: PTH111
    found = named or spin.default_path(os.environ)
    if found is not None and (named is not None or found.is_file()):
        read = spin.read(found, os.environ)
        return [_from_spin(read)], f" from {_home(read.path)}"
    if terminal:
        return [_asked()], ""
    raise ConfigError(
        "there is no ~/.spin/config to read, and no terminal to ask on",
        hint="quiesce init -s spinnaker+https://gate.example.com:8084",
    )


def _from_spin(read: spin.Spin) -> Draft:
    keys = {"kind": toml("spinnaker"), "url": toml(read.endpoint)}
    auth: dict[str, str] = {}
    above: list[str] = []
    match read.sign_in:
        case "basic":
            auth = {"type": toml("basic"), "username": toml(_plain(read.username))}
            auth["password"], above = _secret(read, "password", "GATE_PASSWORD")
        case "bearer":
            auth = {"type": toml("bearer")}
            auth["token"], above = _secret(read, "token", "GATE_TOKEN")
        case "x509":
            auth = {
                "type": toml("x509"),
                "cert": toml(_home(Path(read.cert))),
                "key": toml(_home(Path(read.key))),
            }
            above = _inline(read) if read.inline else []
        case _:
            above = ["Nobody signs in. If Gate asks for it:"]
            above += ['auth = { type = "bearer", token = "env:GATE_TOKEN" }']
    notes = list(read.notes)
    if read.assumed:
        notes.insert(0, "There is no gate.endpoint in spin's file: this is where spin asks then.")
    return Draft(
        name="spinnaker",
        kind="spinnaker",
        keys=keys,
        auth=auth,
        above_auth=tuple(above),
        notes=tuple(notes),
    )


def _plain(username: str) -> str:
    """A user name that would be taken for a reference is kept from being one."""
    if username.startswith(("env:", "file:", "cred:", "cmd:")):
        raise ConfigError(
            "the user name in spin's file begins like a reference to a secret",
            hint='write the file by hand, with username = "env:NAME": quiesce help config',
        )
    return username


def _secret(read: spin.Spin, what: str, variable: str) -> tuple[str, list[str]]:
    """A reference to a secret of spin's file, and the comment above it."""
    if read.variable:
        return toml(f"env:{read.variable}"), [
            f"spin's file takes the {what} from this variable, and so does this one."
        ]
    argv = [sys.executable, "-m", "quiesce.cli.spin", _home(read.path), read.secret]
    return f"{{ cmd = {toml(argv)} }}", [
        f"The {what} stays in {_home(read.path)}: it is read from there when it is needed.",
        f'Where spin is not set up, write instead: {what} = "env:{variable}"',
    ]


def _inline(read: spin.Spin) -> list[str]:
    """How to get the certificate out of spin's file, as it must be a file of its own."""
    program = shlex.join([sys.executable, "-m", "quiesce.cli.spin", str(read.path)])
    return [
        "The certificate and its key stand in spin's file itself. Here they must be files:",
        f"(umask 077; {program} auth.x509.cert > {shlex.quote(read.cert)})",
        f"(umask 077; {program} auth.x509.key > {shlex.quote(read.key)})",
    ]


def _asked() -> Draft:
    """At most four questions, none of them for a secret."""
    names = sorted(KINDS, reverse=True)
    kind = click.prompt("Which system", type=click.Choice(names), default=names[0], err=True)
    own = ", ".join(KINDS[kind].config.__struct_fields__)
    address = f"Its address (after a `?` its own keys: {own})"
    draft: Draft = click.prompt(address, value_proc=lambda url: _address(kind, url), err=True)
    sign_in = click.prompt("How to sign in", type=click.Choice(SIGN_INS), default="none", err=True)
    stem = draft.name.upper().replace("-", "_").replace(".", "_")
    match sign_in:
        case "basic":
            user = click.prompt("User name (or env:NAME, where it is a secret itself)", err=True)
            auth = {"username": toml(user), "password": toml(f"env:{stem}_PASSWORD")}
        case "bearer" | "cookie":
            key = "token" if sign_in == "bearer" else "cookie"
            question = f"The variable that holds the {key} (its name, not its value)"
            variable = click.prompt(
                question, default=f"{stem}_{key.upper()}", value_proc=_variable, err=True
            )
            auth = {key: toml(f"env:{variable}")}
        case "x509":
            cert = click.prompt("The PEM file of the certificate (its key: .key)", err=True)
            auth = {"cert": toml(cert), "key": toml(str(Path(cert).with_suffix(".key")))}
        case _:
            return draft
    return replace(draft, auth={"type": toml(sign_in), **auth})


def _address(kind: str, url: str) -> Draft:
    try:
        (draft,) = drafts_of(from_flags([f"{kind}+{url.strip()}"], KINDS, {}))
    except ConfigError as error:
        raise click.UsageError(
            f"{error.message}{f' ({error.hint})' if error.hint else ''}"
        ) from None
    return draft


def _variable(name: str) -> str:
    if not name.isidentifier() or not name.isascii():
        # Not repeated: it may be the secret itself.
        raise click.UsageError("the name of an environment variable is letters, digits and _")
    return name


def _tell(path: Path, drafts: Sequence[Draft]) -> None:
    named = ", ".join(draft.name for draft in drafts)
    write(f"wrote {path}: {named}\n")
    for draft in drafts:
        for note in draft.notes:
            remark(f"note: {note}\n")
        for value in draft.auth.values():
            variable = value.strip('"').removeprefix("env:") if value.startswith('"env:') else ""
            if variable and variable not in os.environ:
                remark(f"next: read -rs {variable} && export {variable}\n")
        if any("quiesce.cli.spin" in line for line in draft.above_auth):
            remark("next: take the certificate out of spin's file, as the comments say\n")
    for problem in problems_in(path, KINDS):
        remark(f"warning: {problem.message}\n")
        remark("".join(f"  hint: {line}\n" for line in problem.hint.splitlines()))
    found = "" if path == Path("quiesce.toml") else f" --config {path}"
    remark(f"next: quiesce sources test{found}\n")


def _first_look(path: Path) -> int:
    """What `quiesce ls` says with the new file."""
    from quiesce import app
    from quiesce.cli.judged import judged
    from quiesce.cli.ls import seen_all
    from quiesce.cli.output import Output
    from quiesce.cli.session import Selection

    remark("\n")
    output = Output.of("table", None, stats=False, color="auto", progress="auto")
    return judged(Selection(path=str(path)), output, app.look, code=seen_all)


def _home(path: Path) -> str:
    """The path with `~` for the home folder, as it is the same on every machine of its owner."""
    home = os.environ.get("HOME", "")
    text = str(path)
    if len(home) > 1 and text.startswith(home.rstrip("/") + "/"):
        return "~" + text[len(home.rstrip("/")) :]
    return text
