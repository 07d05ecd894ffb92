"""The `auth` table, and turning it into a sign-in when a source is opened."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from quiesce.access import (
    Access,
    Anonymous,
    Auth,
    Basic,
    Bearer,
    ClientCertificate,
    Cookie,
    Headers,
    Secret,
)
from quiesce.config.keys import path_text
from quiesce.config.secret import Inline, Reference, fetch, reference, why
from quiesce.config.values import SignIn, SourceConfig
from quiesce.config.wording import Wrong, code, got, nearest, one_of
from quiesce.errors import ConfigError

TYPES: Mapping[str, Mapping[str, bool]] = {
    "none": {},
    "basic": {"username": True, "password": True},
    "bearer": {"token": True},
    "headers": {"headers": True},
    "cookie": {"cookie": True},
    "x509": {"cert": True, "key": True, "password": False},
}
"""The keys of each type of sign-in, and whether it needs them."""

FILES = ("cert", "key")
HEADER = re.compile(r"[!#$%&'*+.^_|~0-9A-Za-z-]+", re.ASCII)

Complain = Callable[[str, Wrong | str, str], None]
"""Takes the dotted key, what is wrong (or a sentence that is ready), and a hint."""


def sign_in(table: Any, folder: Path, complain: Complain) -> SignIn:
    """The sign-in of an `auth` table; what is wrong goes to `complain`, all of it."""
    if not isinstance(table, dict):
        example = 'a table such as { type = "bearer", token = "env:GATE_TOKEN" }'
        complain("auth", Wrong(example, got(table)), "")
        return SignIn()
    kind = table.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        if kind is None:
            complain("auth", f"{code('auth.type')} is missing", f"it is one of {one_of(TYPES)}")
        else:
            hint = nearest(kind, TYPES) if isinstance(kind, str) else ""
            complain("auth.type", Wrong(one_of(TYPES), got(kind), hint), "")
        return SignIn()
    _complain_of_keys(table, kind, complain)
    secrets: dict[str, Reference] = {}
    files: dict[str, str] = {}
    for key in TYPES[kind]:
        if key not in table:
            continue
        values = {key: table[key]}
        if key == "headers":
            values = _headers(table[key], complain)
        for name, value in values.items():
            try:
                if key in FILES:
                    files[name] = path_text(value, folder)
                else:
                    secrets[name] = reference(value, folder)
            except Wrong as wrong:
                complain(f"auth.{name}", wrong, "")
    return SignIn(type=kind, secrets=secrets, files=files)


def _complain_of_keys(table: dict[str, Any], kind: str, complain: Complain) -> None:
    keys = TYPES[kind]
    valid = ["type", *keys]
    for key in table:
        if key not in valid:
            hint = nearest(key, valid) or f"{code(kind)} takes {one_of(valid)}"
            complain(f"auth.{key}", f"unknown key {code(f'auth.{key}')}", hint)
    for key, required in keys.items():
        if required and key not in table:
            hint = f'{code(kind)} needs it; an empty one is written {key} = ""'
            complain("auth", f"{code(f'auth.{key}')} is missing", hint if key == "password" else "")


def _headers(table: Any, complain: Complain) -> dict[str, Any]:
    if not isinstance(table, dict) or not table:
        example = 'a table such as { X-Auth = "env:GATE_TOKEN" }'
        complain("auth.headers", Wrong(example, got(table) if table else "an empty one"), "")
        return {}
    for name in table:
        if not HEADER.fullmatch(name):
            sentence = f"{code(f'auth.headers.{name}')} is not the name of a header"
            complain(f"auth.headers.{name}", sentence, "")
    return {f"headers.{name}": value for name, value in table.items()}


def is_private(sign_in: SignIn, key: str) -> bool:
    """Whether a value that stands in the file is a secret.

    A user name is none, unless it stands in for the password, as a project's API secret does.
    """
    if key != "username":
        return True
    password = sign_in.secrets.get("password")
    return isinstance(password, Inline) and not password.content.reveal()


def resolve(source: SourceConfig, env: Mapping[str, str]) -> Access:
    """The access with its sign-in: reads files, runs commands; raises `ConfigError`.

    For the moment when the source is opened, and not before. May take ten seconds per `cmd`.
    """
    for key, path in {"ca": source.access.ca, **_files(source)}.items():
        if path is not None:
            _readable(source, key, path)
    got = {name: _fetch(source, name, env) for name in source.sign_in.secrets}
    return msgspec.structs.replace(source.access, auth=_auth(source.sign_in, got))


def _files(source: SourceConfig) -> dict[str, str]:
    return {f"auth.{key}": path for key, path in source.sign_in.files.items()}


def _readable(source: SourceConfig, key: str, path: str) -> None:
    try:
        with Path(path).open("rb") as file:
            file.read(1)
    except (OSError, ValueError) as error:
        message = f"the file of {code(key)}{place(source, key)} can't be read: {why(error)}"
        raise ConfigError(message, hint=f"it should be a PEM file: {code(path)}") from error


def _fetch(source: SourceConfig, name: str, env: Mapping[str, str]) -> Secret:
    key = f"auth.{name}"
    try:
        return fetch(source.sign_in.secrets[name], env)
    except ConfigError as error:
        message = f"{error.message}, wanted for {code(key)}{place(source, key)}"
        raise ConfigError(message, hint=error.hint) from error.__cause__


def place(source: SourceConfig, key: str) -> str:
    """Where a key of a source stands, for the end of a sentence."""
    origin = source.origin(key)
    return f" in {source.section}" + (f", {origin}" if ":" in origin else "")


def _auth(sign_in: SignIn, got: Mapping[str, Secret]) -> Auth:
    match sign_in.type:
        case "basic":
            return Basic(got["username"].reveal(), got["password"])
        case "bearer":
            return Bearer(got["token"])
        case "headers":
            return Headers({name.removeprefix("headers."): got[name] for name in got})
        case "cookie":
            return Cookie(got["cookie"])
        case "x509":
            files = sign_in.files
            return ClientCertificate(files["cert"], files["key"], got.get("password"))
        case _:
            return Anonymous()
