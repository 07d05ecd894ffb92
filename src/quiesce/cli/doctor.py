"""`quiesce doctor`: facts about this installation, made to be pasted into a report.

Addresses are reduced to their scheme and port, the home folder to `~`, and no value of a
variable that may hold a secret is ever shown.
"""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from quiesce import __version__
from quiesce.cli.config import looked_for
from quiesce.cli.loop import complete
from quiesce.cli.report import SCHEMA, form_option, write_json
from quiesce.cli.screen import screen, write
from quiesce.cli.session import store_location_of
from quiesce.config import Config, SourceConfig, load
from quiesce.config import check as problems_in
from quiesce.errors import ConfigError, QuiesceError
from quiesce.sources import KINDS

TEXT = """Facts about this installation, redacted, to paste into a report.

\b
Examples:
  quiesce doctor
  quiesce doctor --ask
  quiesce doctor -o json

Names of hosts, users and secrets are left out; the names of sources are not.

\b
Exit codes: 0 printed, 2 usage."""

SAFE_VARIABLES = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS", "TERM", "LANG", "LC_ALL")
"""Variables whose values say nothing about anybody."""

PROXIES = ("http", "https", "all", "no")

Facts = dict[str, dict[str, Any]]
"""Sections of facts, in their order."""


@click.command("doctor", help=TEXT, short_help="Facts to paste into a report.")
@click.option("--config", "path", metavar="FILE", help="The configuration to use.")
@click.option("--ask", is_flag=True, help="Also ask each source what time it is there.")
@form_option
def command(path: str | None, ask: bool, form: str) -> int:
    facts: Facts = {
        "program": _program(),
        "libraries": _libraries(),
    }
    facts["configuration"], config = _configuration(path)
    if config is not None:
        facts["sources"] = {source.name: _source(source) for source in config.sources}
    facts["store"] = _store(path)
    facts["network"] = _network()
    facts["terminal"] = _terminal()
    facts["environment"] = _environment()
    if ask and config is not None:
        facts["clocks"] = complete(_clocks(config))
    if form == "json":
        write_json({"schema": SCHEMA, **facts})
    else:
        write(_text(facts))
    return 0


def _program() -> dict[str, Any]:
    import platform
    import ssl

    return {
        "quiesce": __version__,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "platform": platform.platform(),
        "executable": private(sys.executable),
        "package": private(str(Path(__file__).parents[1])),
        "openssl": ssl.OPENSSL_VERSION,
    }


def _libraries() -> dict[str, Any]:
    import re
    from importlib.metadata import PackageNotFoundError, requires, version

    try:
        wanted = requires("quiesce") or []
    except PackageNotFoundError:
        return {"quiesce": "not installed as a package"}
    found: dict[str, Any] = {}
    for requirement in wanted:
        name = re.split(r"[^A-Za-z0-9_.-]", requirement, maxsplit=1)[0]
        if "sys_platform ==" in requirement and f"'{sys.platform}'" not in requirement:
            continue  # only wanted elsewhere
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing" if "extra ==" not in requirement else "not installed"
    return found


def _configuration(explicit: str | None) -> tuple[dict[str, Any], Config | None]:
    try:
        found = looked_for(explicit)
    except ConfigError as error:
        return {"problem": private(error.message)}, None
    facts: dict[str, Any] = {
        "path": private(str(found.path)) if found.path else None,
        "rule": found.rule or None,
        "passed_over": [f"{private(name)} ({why})" for name, why in found.passed_over],
    }
    if found.path is None:
        return facts, None
    facts["permissions"] = permissions(found.path)
    problems = problems_in(found.path, KINDS)
    facts["errors"] = sum(problem.level == "error" for problem in problems)
    facts["warnings"] = len(problems) - facts["errors"]
    try:
        return facts, load(found.path, KINDS)
    except QuiesceError:
        return facts, None


def permissions(path: Path) -> str:
    """The mode of a file and whose it is, in words that name nobody."""
    try:
        status = path.stat()
    except OSError as error:
        return (error.strerror or "can't be seen").lower()
    mode = stat.filemode(status.st_mode)
    if not hasattr(os, "geteuid"):
        return mode
    owner = {0: "root's", os.geteuid(): "own"}.get(status.st_uid, "somebody else's")
    return f"{mode} {owner}"


def _source(source: SourceConfig) -> dict[str, Any]:
    secrets = {}
    for key, ref in source.sign_in.secrets.items():
        secrets[key] = private(ref.label) if ref.label else "in the file"
        if ref.label.startswith("env:"):
            secrets[key] += " (set)" if ref.label[4:] in os.environ else " (not set)"
        elif ref.label.startswith("file:"):
            secrets[key] += f" ({permissions(Path(str(getattr(ref, 'path', ''))))})"
    for key, path in source.sign_in.files.items():
        secrets[key] = f"{private(path)} ({permissions(Path(path))})"
    return {
        "kind": source.kind,
        "url": bare(source.access.url),
        "sign_in": source.sign_in.type,
        **({"secrets": secrets} if secrets else {}),
        "authorities": private(source.access.ca) if source.access.ca else "the system's",
        "proxy": _proxy_of(source),
    }


def _store(path: str | None) -> dict[str, Any]:
    """Where the store is and of which version, or why it can't be used."""
    try:
        location = store_location_of(path)
        if location is None:
            return {"location": "none"}
        from quiesce.store.upkeep.maintain import info

        found = info(location)
    except QuiesceError as error:
        return {"problem": private(error.message)}
    facts: dict[str, Any] = {
        "location": private(found.location),
        "version": found.version,
        "needed": found.current,
        "bytes": found.bytes,
    }
    if found.dialect == "sqlite":
        facts["permissions"] = permissions(Path(location))
    return facts


def _proxy_of(source: SourceConfig) -> str:
    from quiesce.http.address import Address, proxy_for

    try:
        proxy = proxy_for(Address(source.access), os.environ)
    except QuiesceError as error:
        return f"can't be used: {error.message}"
    return f"{bare(proxy.url)} ({proxy.variable})" if proxy else "none"


def _network() -> dict[str, Any]:
    import ssl

    facts: dict[str, Any] = {}
    for name, value in os.environ.items():
        word = name.lower().removesuffix("_proxy")
        if name.lower().endswith("_proxy") and word in PROXIES and value:
            entries = len([one for one in value.split(",") if one.strip()])
            facts[name] = f"set, {entries} hosts" if word == "no" else bare(value)
    if not facts:
        facts["proxy"] = "none in the environment"
    paths = ssl.get_default_verify_paths()
    facts["SSL_CERT_FILE"] = "set" if "SSL_CERT_FILE" in os.environ else "not set"
    facts["SSL_CERT_DIR"] = "set" if "SSL_CERT_DIR" in os.environ else "not set"
    facts["authorities_file"] = private(paths.cafile) if paths.cafile else None
    facts["authorities_folder"] = private(paths.capath) if paths.capath else None
    return facts


def _terminal() -> dict[str, Any]:
    out, err = screen(sys.stdout), screen(sys.stderr)
    return {
        "stdin_terminal": sys.stdin.isatty() if sys.stdin else False,
        "stdout_terminal": sys.stdout.isatty(),
        "stderr_terminal": sys.stderr.isatty(),
        "width": out.width or err.width,
        "color": out.color,
        "unicode": out.unicode,
        "encoding": sys.stdout.encoding,
    }


def _environment() -> dict[str, Any]:
    facts: dict[str, Any] = {
        name: os.environ[name] for name in SAFE_VARIABLES if name in os.environ
    }
    names = sorted(name for name in os.environ if name.startswith("QUIESCE_"))
    return facts | dict.fromkeys([*names, *_given("CREDENTIALS_DIRECTORY", "BROWSER")], "set")


def _given(*names: str) -> list[str]:
    return [name for name in names if name in os.environ]


async def _clocks(config: Config) -> dict[str, Any]:
    """How far each source's clock is ahead of ours, from its `Date`; nobody signs in."""
    told = await asyncio.gather(*(_clock(source, os.environ) for source in config.sources))
    return dict(zip((source.name for source in config.sources), told, strict=True))


async def _clock(source: SourceConfig, env: Mapping[str, str]) -> str:
    from quiesce.cli.reach import Line, clock_skew, connect, secured

    try:
        line = Line.to(source.access, env)
        try:
            await connect(line)
            if line.secure:
                await secured(line, source.access)
            skew = await clock_skew(line)
        finally:
            line.close()
    except QuiesceError as error:
        return (
            f"not known ({type(error).__name__.lower()}); see: quiesce sources test {source.name}"
        )
    return f"{skew:+.0f} s"


def private(text: str) -> str:
    """A path without the name of whose home it is in."""
    home = os.path.expanduser("~")  # noqa: PTH111 - Path's raises without a home
    return text.replace(home, "~") if len(home) > 1 else text


def bare(url: str) -> str:
    """The scheme and the port of an address: all of it that is nobody's secret."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "unusable"
    host = parts.hostname or ""
    shown = host if host in {"localhost", "127.0.0.1", "::1"} else "***"
    return f"{parts.scheme}://{shown}{port}"


def _text(facts: Facts) -> str:
    lines: list[str] = []
    for title, section in facts.items():
        lines += [title, *_lines(section, "  ")]
    return "".join(f"{_kept(line)}\n" for line in lines)


def _kept(line: str) -> str:
    """A line cleaned, with the blanks at its begin."""
    body = line.lstrip(" ")
    return " " * (len(line) - len(body)) + screen(sys.stdout).text(body)


def _lines(section: Mapping[str, Any], indent: str) -> list[str]:
    lines: list[str] = []
    for key, value in section.items():
        if isinstance(value, dict):
            lines += [f"{indent}{key}:", *_lines(value, indent + "  ")]
        elif isinstance(value, list):
            lines += [f"{indent}{key}:", *(f"{indent}  {each}" for each in value)]
        else:
            lines.append(f"{indent}{key}: {_word(value)}")
    return lines


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
