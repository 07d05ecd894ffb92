"""One source from its table, whether it stands in the file or in an address after `-s`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from quiesce.access import Access
from quiesce.config import own
from quiesce.config.auth import sign_in
from quiesce.config.keys import BY_NAME, KEYS, REACH, SOURCE_KEYS, kind_name
from quiesce.config.lines import KeyPath
from quiesce.config.values import Problem, SignIn, SourceConfig
from quiesce.config.wording import Wrong, code, nearest, sentences
from quiesce.source import Kind

TIMES = ("max_lag", "every", "every_active", "every_night")
"""Keys whose values a source carries as they are."""

SEE_SCHEMA = "see: quiesce config schema"


class Section:
    """One table of the file, or one `-s`: collects what is wrong with it, and says where."""

    def __init__(
        self,
        name: str,
        path: KeyPath,
        *,
        file: str = "",
        folder: Path,
        lines: Mapping[KeyPath, int] | None = None,
    ) -> None:
        self.name = name
        self.path = path
        self.file = file
        self.folder = folder
        self.lines = lines or {}
        self.problems: list[Problem] = []

    def line(self, key: str) -> int | None:
        """The line of a dotted key, or of the nearest table around it."""
        path = (*self.path, *key.split(".")) if key else self.path
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)

    def origin(self, key: str) -> str:
        if not self.file:
            return "-s"
        line = self.line(key)
        return f"{self.file}:{line}" if line else self.file

    def complain(self, key: str, what: Wrong | str, hint: str = "") -> None:
        inside = f" in {self.name}" if self.name else ""
        if isinstance(what, Wrong):
            sentence = f"{code(key)}{inside} must be {what.expected}, not {what.got}"
            hint = what.hint or hint
        else:
            sentence = f"{what}{inside}"
        at = f", {self.origin(key)}" if self.file else ""
        self.problems.append(
            Problem(
                message=f"{sentence}{at}",
                hint=hint,
                file=self.file,
                line=self.line(key) if self.file else None,
                key=".".join((*self.path, key)) if key else ".".join(self.path),
            )
        )


def build(
    name: str,
    table: Mapping[str, Any],
    kinds: Mapping[str, Kind],
    section: Section,
    *,
    lax: bool = False,
    auth: SignIn | None = None,
) -> SourceConfig | None:
    """One source from its table; what is wrong is collected by `section`.

    `auth` takes the place of the table's, and `lax` is for an address (see `own.read`).
    """
    kind = _kind(table, kinds, section)
    values = _common(table, section, lax=lax)
    auth = auth or SignIn()
    if "auth" in table:
        auth = sign_in(table["auth"], section.folder, section.complain)
    _plaintext(values, auth, section)
    if kind is None:
        return None
    own_names = own.names(kind.config)
    if clash := set(own_names) & set(SOURCE_KEYS):
        raise ValueError(f"the kind {kind.name} redefines {sorted(clash)}")
    for key in table:
        if key not in SOURCE_KEYS and key not in own_names:
            near = nearest(key, (*SOURCE_KEYS, *own_names))
            section.complain(key, f"unknown key {code(key)}", sentences((near, SEE_SCHEMA)))
    mine = own.read(kind.config, table, section.complain, lax=lax)
    if section.problems or mine is None:
        return None
    return SourceConfig(
        name=name,
        kind=kind.name,
        access=Access(name=name, **{key: values[key] for key in values if key in REACH}),
        sign_in=auth,
        own=mine,
        expect_at_least=values.get("expect_at_least"),
        settle=values.get("settle"),
        **{name: values.get(name, BY_NAME[name].default) for name in TIMES},
        section=section.name,
        origins=_origins(table, auth, section),
    )


def _kind(table: Mapping[str, Any], kinds: Mapping[str, Kind], section: Section) -> Kind | None:
    if "kind" not in table:
        section.complain("", f"{code('kind')} is missing", f"one of: {', '.join(sorted(kinds))}")
        return None
    given = table["kind"]
    try:
        return kinds[kind_name(given, list(kinds))]
    except Wrong as wrong:
        if isinstance(given, str) and given:
            hint = wrong.hint or f"there is {wrong.expected}"
            section.complain("kind", f"unknown kind {code(given)}", hint)
        else:
            section.complain("kind", wrong)
        return None


def _common(table: Mapping[str, Any], section: Section, *, lax: bool) -> dict[str, Any]:
    """The values of the keys that every kind has, as far as they can be used."""
    values = {}
    for key in KEYS:
        if key.name == "kind":
            continue
        if key.name not in table:
            if key.required:
                hint = f'add {key.name} = "https://…"'
                section.complain("", f"{code(key.name)} is missing", hint)
            continue
        value = table[key.name]
        if lax and key.number and isinstance(value, str):
            value = _loosened(value)
        try:
            values[key.name] = key.read(value, section.folder)
        except Wrong as wrong:
            section.complain(key.name, wrong)
    return values


def _loosened(text: str) -> Any:
    """The number or the truth value that a text of an address stands for, else the text."""
    if text in {"true", "false"}:
        return text == "true"
    if re.fullmatch(r"[0-9]{1,18}", text, re.ASCII):
        return int(text)
    return float(text) if re.fullmatch(r"[0-9]{1,18}\.[0-9]{1,18}", text, re.ASCII) else text


def _plaintext(values: Mapping[str, Any], auth: SignIn, section: Section) -> None:
    """A sign-in goes over http:// only to this machine, or where that was asked for."""
    url = values.get("url", "")
    if auth.type == "none" or not url.startswith("http:") or values.get("allow_plaintext"):
        return
    if not _is_this_machine(urlsplit(url).hostname or ""):
        section.complain(
            "url",
            Wrong("https://, as it is asked with a sign-in", "http://"),
            "allow_plaintext = true sends the sign-in readable for everyone on the way",
        )


def _is_this_machine(host: str) -> bool:
    from ipaddress import ip_address

    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _origins(table: Mapping[str, Any], auth: SignIn, section: Section) -> dict[str, str]:
    keys = [key for key in table if key != "auth"]
    inside = ["type", *auth.secrets, *auth.files] if "auth" in table else []
    return {key: section.origin(key) for key in [*keys, *(f"auth.{name}" for name in inside)]}
