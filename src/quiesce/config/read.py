"""From the text of quiesce.toml to a `Config`, or to all that is wrong with it at once."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from quiesce.config.auth import is_private
from quiesce.config.build import SEE_SCHEMA, Section, build
from quiesce.config.keys import NAME
from quiesce.config.lines import KeyPath, key_lines
from quiesce.config.secret import FromFile, Inline, loose_files, why
from quiesce.config.top import TOP
from quiesce.config.values import Config, Problem, SourceConfig, first_of
from quiesce.config.wording import Wrong, code, got, nearest, sentences, shown
from quiesce.errors import ConfigError
from quiesce.source import Kind

LARGEST = 1024 * 1024


def load(path: Path, kinds: Mapping[str, Kind]) -> Config:
    """The configuration in a file; raises `ConfigError` with the first problem and a count."""
    config, problems = _examine(path, kinds)
    if problems or config is None:
        raise first_of(problems)
    return config


def check(path: Path, kinds: Mapping[str, Kind]) -> list[Problem]:
    """All that is wrong with a file, in its order, warnings last. Asks and runs nothing."""
    config, problems = _examine(path, kinds)
    file = shown(path)
    warnings = config.warnings if config else ()
    missing = [text for source in (config.sources if config else ()) for text in _missing(source)]
    return problems + [
        Problem(message=text, file=file, level="warning") for text in (*warnings, *missing)
    ]


def _examine(path: Path, kinds: Mapping[str, Kind]) -> tuple[Config | None, list[Problem]]:
    file = shown(path)
    try:
        text = _text(path, file)
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [_not_toml(error, file)]
    except (ValueError, RecursionError):  # a number of 5000 digits, lists nested absurdly
        message = f"{file} is not a usable TOML file: a value is too long or nested too deep"
        return None, [Problem(message=message, file=file)]
    except ConfigError as error:
        return None, [Problem(message=error.message, hint=error.hint, file=file)]
    return _document(document, path, key_lines(text), kinds)


def _text(path: Path, file: str) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        hint = "see which files are looked for: quiesce config path"
        if isinstance(error, FileNotFoundError):
            hint = "write one with: quiesce init"
        raise ConfigError(f"{file} can't be read: {why(error)}", hint=hint) from error
    if len(content) > LARGEST:
        raise ConfigError(f"{file} is larger than 1 MiB, so it is no quiesce.toml")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{file}:{line} is not UTF-8 text", hint="save it as UTF-8") from None


def _not_toml(error: tomllib.TOMLDecodeError, file: str) -> Problem:
    words = str(error)
    found = re.fullmatch(r"(?s)(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", words)
    reason = found[1] if found else words
    line = int(found[2]) if found and found[2] else None
    at = f"{file}:{line}:{found[3]}" if found and line else f"at the end of {file}"
    reason = "".join(char if char.isprintable() else "·" for char in reason[:120])
    message = f"this is not TOML: {reason[:1].lower()}{reason[1:]}, {at}"
    return Problem(message=message, hint="https://toml.io shows the format", file=file, line=line)


def _document(
    document: dict[str, Any],
    path: Path,
    lines: Mapping[KeyPath, int],
    kinds: Mapping[str, Kind],
) -> tuple[Config | None, list[Problem]]:
    file = shown(path)
    folder = Path(os.path.abspath(path)).parent  # noqa: PTH100 - links stay as they are named
    top = Section("", (), file=file, folder=folder, lines=lines)
    origins: dict[str, str] = {}
    keys = {key.name: key for key in TOP}
    values: dict[str, Any] = {}
    for key, value in document.items():
        if key in keys:
            origins[key] = top.origin(key)
            try:
                values[key] = keys[key].read(value, folder)
            except Wrong as wrong:
                top.complain(key, wrong)
        elif key != "sources":
            top.complain(key, f"unknown key {code(key)}", _top_hint(key, value))
    problems = top.problems
    sources: list[SourceConfig] = []
    for name, table in _tables(document, top).items():
        section = Section(
            f"[sources.{_toml_name(name)}]",
            ("sources", name),
            file=file,
            folder=folder,
            lines=lines,
        )
        if not re.fullmatch(NAME, name):
            hint = "letters, digits, `-`, `_` and `.`, at most 64 of them"
            section.complain("", f"{code(name)} can't be the name of a source", hint)
        source = build(name, table, kinds, section)
        problems += section.problems
        if source is not None:
            sources.append(source)
    if problems:
        return None, sorted(problems, key=lambda problem: problem.line or 0)
    config = Config(
        sources=tuple(sources),
        path=path,
        warnings=tuple(_permissions(path, file, sources)),
        origins=origins,
        **values,
    )
    return config, []


def _toml_name(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else f'"{code(name)[1:-1]}"'


def _top_hint(key: str, value: Any) -> str:
    tables, values = ("sources",), ("sources", *(each.name for each in TOP))
    near = nearest(key, tables if isinstance(value, dict) else values)
    if not near and isinstance(value, dict) and {"kind", "url"} & set(value):
        near = f"did you mean [sources.{_toml_name(key)}]?"
    return sentences((near, SEE_SCHEMA))


def _tables(document: dict[str, Any], top: Section) -> dict[str, dict[str, Any]]:
    """The tables below `sources` that can be read on."""
    example = '[sources.prod] with kind = "…" and url = "https://…"; or: quiesce init'
    tables = document.get("sources", {})
    if not isinstance(tables, dict):
        top.complain("sources", Wrong("tables such as [sources.prod]", got(tables)))
        return {}
    if not tables and not top.problems:
        # A misspelt `sources` has been said already, and says more.
        top.problems.append(
            Problem(message=f"no source in {top.file}", hint=f"add {example}", file=top.file)
        )
    good = {}
    for name, table in tables.items():
        if isinstance(table, dict):
            good[name] = table
        else:
            wrong = Wrong("a table", got(table), f"a source is a table: {example}")
            top.complain(f"sources.{name}", wrong)
    return good


def _permissions(path: Path, file: str, sources: list[SourceConfig]) -> list[str]:
    """What others may do with the file that they should not."""
    warnings = loose_files([ref for source in sources for ref in source.sign_in.secrets.values()])
    if os.name != "posix":
        return warnings
    try:
        mode = path.stat().st_mode
    except OSError:
        return warnings
    if mode & 0o002:
        warnings.append(f"{file} can be changed by everyone: chmod go-w {code(file)}")
    if mode & 0o004:
        warnings += [
            f"{file} can be read by everyone and holds a secret, {code(f'auth.{key}')}"
            f" in {source.section}: chmod 600 {code(file)}, or write env:, file: or cmd: instead"
            for source in sources
            for key, ref in source.sign_in.secrets.items()
            if isinstance(ref, Inline) and ref.content.reveal() and is_private(source.sign_in, key)
        ]
    return warnings


def _missing(source: SourceConfig) -> list[str]:
    """Files that are named and not there: perhaps they are where the source is asked from."""
    named = {"ca": source.access.ca}
    named |= {f"auth.{key}": path for key, path in source.sign_in.files.items()}
    for name, ref in source.sign_in.secrets.items():
        if isinstance(ref, FromFile):
            named[f"auth.{name}"] = str(ref.path)
    return [
        f"the file of {code(key)} in {source.section} is not there, {source.origin(key)}"
        for key, path in named.items()
        if path is not None and "\0" not in path and not os.path.exists(path)  # noqa: PTH110
    ]
