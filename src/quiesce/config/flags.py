"""Sources from the command line: `-s KIND+URL`, and `-s NAME` for one of the file.

An address is seen by everyone on the machine, in the history and in logs, so it never holds a
secret: those come from QUIESCE_USERNAME and QUIESCE_PASSWORD, or QUIESCE_TOKEN, or from the
files that the same names with `_FILE` name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from quiesce.access import Secret
from quiesce.config.build import Section, build
from quiesce.config.find import find, nothing_found
from quiesce.config.keys import NAME, kind_name
from quiesce.config.read import load
from quiesce.config.secret import FromEnv, FromFile, Inline, Reference, loose_files
from quiesce.config.values import Config, SignIn, SourceConfig, first_of
from quiesce.config.wording import Wrong, at_home, code, nearest, one_of, sentences
from quiesce.errors import ConfigError
from quiesce.source import Kind

ADDRESS = re.compile(
    rf"(?:(?P<name>{NAME})=)?(?P<kind>[A-Za-z][\w-]*)\+(?P<url>[^?#]*)(?P<rest>.*)"
)
EXAMPLE = "-s spinnaker+https://gate.example.com:8084"
USERNAME, PASSWORD, TOKEN = "QUIESCE_USERNAME", "QUIESCE_PASSWORD", "QUIESCE_TOKEN"


def is_address(text: str) -> bool:
    """Whether a `-s` holds an address rather than the name of a source of the file."""
    return "://" in text or "+" in text


def configure(
    flags: Sequence[str],
    *,
    explicit: str | Path | None,
    env: Mapping[str, str],
    cwd: Path,
    config_home: Path | None,
    kinds: Mapping[str, Kind],
) -> Config:
    """The configuration that a command line asks for; raises `ConfigError`.

    Addresses alone need no file, and names pick sources of the file. With both, both are asked.
    """
    addresses = [text for text in flags if is_address(text)]
    names = [text for text in flags if not is_address(text)]
    given = from_flags(addresses, kinds, env) if addresses else None
    if given is not None and not names and explicit is None:
        return given
    found = find(explicit, env, cwd, config_home)
    if found.path is None:
        raise nothing_found(found)
    config = load(found.path, kinds)
    if given is None:
        return select(config, names)
    return _both(select(config, names) if names else config, given)


def _both(config: Config, given: Config) -> Config:
    taken = {source.name for source in config.sources}
    for source in given.sources:
        if source.name in taken:
            message = f"-s {source.name} and {source.name} in the file have the same name"
            raise ConfigError(message, hint=f"name it: -s other={source.kind}+https://…")
    return msgspec.structs.replace(
        config,
        sources=(*config.sources, *given.sources),
        warnings=(*config.warnings, *given.warnings),
    )


def select(config: Config, names: Iterable[str]) -> Config:
    """Only the sources of these names, in the file's order; all of them for no names."""
    wanted = set(names)
    known = [source.name for source in config.sources]
    for name in sorted(wanted - set(known)):
        hint = nearest(name, known) or f"there is {one_of(known)}"
        file = f" in {config.path.name}" if config.path else ""
        raise ConfigError(
            f"no source named {code(name)}{file}",
            hint=sentences((hint, f"a system that is not in the file: {EXAMPLE}")),
        )
    if not wanted:
        return config
    chosen = tuple(source for source in config.sources if source.name in wanted)
    return msgspec.structs.replace(config, sources=chosen)


def from_flags(texts: Sequence[str], kinds: Mapping[str, Kind], env: Mapping[str, str]) -> Config:
    """Sources from `KIND+URL` or `NAME=KIND+URL`; raises `ConfigError`.

    The URL's parameters are the kind's own keys. Nothing of an address but its kind and name
    is ever repeated in a message: people do put secrets into them.
    """
    auth, origins = _sign_in(env)
    sources: list[SourceConfig] = []
    explicit = {found["name"] for found in map(ADDRESS.fullmatch, texts) if found}
    for text in texts:
        sources.append(_source(text, kinds, auth, {s.name for s in sources}, explicit))
    hosts = {(urlsplit(source.access.url).hostname, source.kind) for source in sources}
    warnings = loose_files(list(auth.secrets.values()))
    if auth.type != "none" and len(hosts) > 1:
        names = one_of(sorted({str(host) for host, _ in hosts})).replace(" or ", " and ")
        variable = next(iter(origins.values())).removeprefix("env ")
        warnings.append(f"the sign-in of {variable} is sent to {names}: use a file to part them")
    return Config(
        sources=tuple(
            msgspec.structs.replace(source, origins={**source.origins, **origins})
            for source in sources
        ),
        warnings=tuple(warnings),
    )


def _source(
    text: str,
    kinds: Mapping[str, Kind],
    auth: SignIn,
    taken: set[str],
    explicit: set[str | None],
) -> SourceConfig:
    found = ADDRESS.fullmatch(text)
    if not found:
        raise ConfigError(
            "an address after -s must be KIND+URL",
            hint=f"such as {EXAMPLE}; the kinds are {', '.join(sorted(kinds))}",
        )
    try:
        kind = kind_name(found["kind"], list(kinds))
    except Wrong as wrong:
        hint = wrong.hint or f"there is {wrong.expected}"
        raise ConfigError(f"unknown kind {code(found['kind'])} after -s", hint=hint) from None
    name = found["name"] or _free(kind, taken | {each for each in explicit if each})
    if name in taken:
        raise ConfigError(f"two sources after -s are named {code(name)}")
    section = Section(f"-s {name}", (), folder=Path())
    table: dict[str, Any] = {"kind": kind, "url": found["url"], **_parameters(found, section)}
    source = build(name, table, kinds, section, lax=True, auth=auth)
    if source is None:
        raise first_of(section.problems)
    return source


def _parameters(found: re.Match[str], section: Section) -> dict[str, str]:
    """The parameters of an address as keys; a list may be given as `a,b` or by repeating."""
    rest = found["rest"]
    if "#" in rest:
        section.complain("", "there is a # in the address", "write %23 if it belongs to a value")
        return {}
    values: dict[str, str] = {}
    for key, value in parse_qsl(rest.removeprefix("?"), keep_blank_values=True):
        if key in {"auth", "kind", "url"}:
            hint = f"a sign-in comes from {USERNAME} and {PASSWORD}, or {TOKEN}"
            section.complain("", f"{code(key)} can't stand in an address", hint)
        elif key in values:
            values[key] += f",{value}"
        else:
            values[key] = value
    return values


def _free(kind: str, taken: set[str]) -> str:
    """The kind's name, or that with the first number that is free."""
    if kind not in taken:
        return kind
    return next(name for number in range(2, 10_000) if (name := f"{kind}-{number}") not in taken)


def _sign_in(env: Mapping[str, str]) -> tuple[SignIn, dict[str, str]]:
    """The sign-in of the environment, and which variable each part of it comes from."""
    given = {name: _variable(name, env) for name in (USERNAME, PASSWORD, TOKEN)}
    username, password, token = given.values()
    if token and (username or password):
        other = username or password
        raise ConfigError(
            f"both {token[0]} and {other[0] if other else USERNAME} are set",
            hint="unset one: a source after -s signs in with a token or with a user name",
        )
    if token:
        secrets: dict[str, Reference] = {"token": token[1]}
        return SignIn(type="bearer", secrets=secrets), _env_origins({"token": token[0]})
    if not username:
        if password:
            raise ConfigError(f"{password[0]} is set and {USERNAME} is not")
        return SignIn(), {}
    secrets = {"username": username[1], "password": Inline(Secret(""))}
    names = {"username": username[0], "password": username[0]}
    if password:
        secrets["password"], names["password"] = password[1], password[0]
    return SignIn(type="basic", secrets=secrets), _env_origins(names)


def _env_origins(names: Mapping[str, str]) -> dict[str, str]:
    origins = {f"auth.{key}": f"env {name}" for key, name in names.items()}
    return {"auth.type": next(iter(origins.values())), **origins}


def _variable(name: str, env: Mapping[str, str]) -> tuple[str, Reference] | None:
    """The variable, or the one with `_FILE`, that is set and not empty."""
    file = f"{name}_FILE"
    if env.get(name) and env.get(file):
        raise ConfigError(f"both {name} and {file} are set", hint="unset one of them")
    if env.get(file):
        return file, FromFile(at_home(env[file]))
    return (name, FromEnv(name)) if env.get(name) else None
