"""What a configuration becomes: frozen values that hold references to secrets, never secrets.

A text that stands in the file as it is (`config.secret.Inline`) is the one exception, and is
kept as a `Secret`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Literal

from msgspec import Struct, field

from quiesce.access import Access
from quiesce.config.secret import Reference
from quiesce.errors import ConfigError

DEFAULT = "default"
"""The origin of a value that nobody has set."""


class SignIn(Struct, frozen=True, kw_only=True):
    """The `auth` table: its type, its secrets by key (`headers.X-Auth`), its files by key."""

    type: str = "none"
    secrets: Mapping[str, Reference] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


class SourceConfig(Struct, frozen=True, kw_only=True):
    """One source as it is configured.

    `access` has no sign-in yet: `resolve` adds it when the source is opened. `own` is a value
    of its kind's `config`. `settle` is None where the kind's own is meant; `max_lag` is how
    old its system's lists may be. Times are seconds. `section` is how messages call it, and
    `origins` says where each key was set, by its dotted name. `every`, `every_active` and
    `every_night` are how often it is collected.
    """

    name: str
    kind: str
    access: Access
    sign_in: SignIn
    own: Struct
    expect_at_least: int | None = None
    settle: float | None = None
    max_lag: float = 0.0
    every: float = 30.0
    every_active: float = 10.0
    every_night: float | None = None
    section: str = ""
    origins: Mapping[str, str] = field(default_factory=dict)

    def origin(self, key: str) -> str:
        """Where a key was set (`quiesce.toml:14`, `env QUIESCE_TOKEN`), or `default`."""
        return self.origins.get(key, DEFAULT)


class Config(Struct, frozen=True, kw_only=True):
    """All sources, and what holds for all of them.

    `max_age` is how old a look may be when its verdict is printed, `retention` how long the
    collector keeps what has ended (seconds). `store` is None where nothing is said about it.
    """

    sources: tuple[SourceConfig, ...]
    path: Path | None = None
    warnings: tuple[str, ...] = ()
    max_age: float = 2.0
    store: Reference | None = None
    retention: float = 400 * 86_400.0
    night: tuple[time, time] | None = None
    origins: Mapping[str, str] = field(default_factory=dict)


class Problem(Struct, frozen=True, kw_only=True):
    """Something to repair in a configuration. `message` is a sentence that names the place."""

    message: str
    hint: str = ""
    file: str = ""
    line: int | None = None
    key: str = ""
    level: Literal["error", "warning"] = "error"


def first_of(problems: list[Problem]) -> ConfigError:
    """The first problem as an error, and how many more there are."""
    first, *more = problems
    rest = ""
    if more:
        some = "1 more problem" if len(more) == 1 else f"{len(more)} more problems"
        rest = f"{some}, see: quiesce config check" + (f" {first.file}" if first.file else "")
    return ConfigError(first.message, hint="\n".join(text for text in (first.hint, rest) if text))


class Setting(Struct, frozen=True, kw_only=True):
    """One line of `config show`: the value as text, with secrets as `***`."""

    key: str
    value: str
    origin: str


class Found(Struct, frozen=True, kw_only=True):
    """Which file is the configuration, by which rule, and which ones are not, and why."""

    path: Path | None
    rule: str
    passed_over: tuple[tuple[str, str], ...] = ()
