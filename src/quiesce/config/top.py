"""The keys of the file itself, above its tables of sources: one row says all about each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Any

import msgspec

from quiesce.access import Secret
from quiesce.config import units
from quiesce.config.keys import DAY, Key, duration, duration_schema, quoted
from quiesce.config.secret import Inline, Reference, fetch, reference
from quiesce.config.wording import Wrong, at_home, got
from quiesce.errors import ConfigError

OFF = "none"
"""What stands for no store at all."""

Night = tuple[time, time]

A_STORE = 'the path of a file, "postgresql+psycopg://…", a reference such as "env:NAME", or "none"'
A_NIGHT = 'two times of the day such as "22:00-06:00"'
_PUBLIC = frozenset({"host", "hostaddr", "port", "user", "dbname", "sslmode", "connect_timeout"})
"""The parameters of an address whose values are shown."""

_NO_ADDRESS = re.compile(r"(postgres|sqlite)[a-z0-9+]*:(?!//)")
"""An address in which the slashes were forgotten: as a path it would be shown whole."""

_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"


def _store(value: Any, folder: Path) -> Reference:
    if not isinstance(value, (str, dict)) or not value:
        raise Wrong(A_STORE, got(value))
    found = reference(value, folder)
    if isinstance(found, Inline):
        return Inline(Secret(_located(found.content.reveal(), folder)))
    return found


def _located(text: str, folder: Path) -> str:
    """A path is relative to the folder of the file that names it; an address is as it is."""
    if text == OFF or "://" in text:
        return text
    if "\0" in text:
        raise Wrong(A_STORE, "a text with a NUL in it")
    if _NO_ADDRESS.match(text):
        raise Wrong(A_STORE, "an address without `//`")
    return str(folder / at_home(text))


def _shown_store(value: Reference) -> str:
    if not isinstance(value, Inline):
        return f"*** ({value.label})"
    return msgspec.json.encode(without_password(value.content.reveal())).decode()


def without_password(location: str) -> str:
    """The location of a store as it may be shown: of an address only what can't be a secret.

    All from the first colon to the last `@` is taken for a password, as user names may have an
    `@`, and passwords anything. Of the parameters only plain values of known names are shown.
    """
    scheme, separator, rest = location.partition("://")
    if not separator:
        return location
    login, at, there = rest.rpartition("@")
    if "?" in login:
        return f"{scheme}://***"  # whether the `@` is one of a parameter can't be told
    user, colon, _ = login.partition(":")
    place, mark, query = there.partition("?")
    parameters = "&".join(_shown_parameter(each) for each in query.split("&"))
    return f"{scheme}://{user}{colon and ':***'}{at}{place}{mark}{parameters}"


def _shown_parameter(text: str) -> str:
    name, _, value = text.partition("=")
    if name in _PUBLIC and re.fullmatch(r"[\w./,:%+-]*", value):
        return text
    return f"{re.sub('[^a-z_]', '', name)}=***" if text else ""


def _night(value: Any, _: Path) -> Night:
    found = re.fullmatch(rf"({_TIME})-({_TIME})", value) if isinstance(value, str) else None
    if not found or found[1] == found[2]:
        raise Wrong(A_NIGHT, got(value))
    return time.fromisoformat(found[1]), time.fromisoformat(found[2])


def _shown_night(value: Night) -> str:
    return f'"{value[0]:%H:%M}-{value[1]:%H:%M}"'


MAX_AGE = Key(
    name="max_age",
    about="How old a look may be when its verdict is printed.",
    read=duration(0.1, 3600),
    show=quoted(units.duration_text),
    schema=duration_schema(),
    default=2.0,
)

TOP: tuple[Key, ...] = (
    MAX_AGE,
    Key(
        name="store",
        about="Where what was seen is remembered: a file, a PostgreSQL address, or none.",
        unset="in the XDG state folder",
        read=_store,
        show=_shown_store,
        schema={"$ref": "#/$defs/secret"},
    ),
    Key(
        name="retention",
        about="For how long `quiesce collect` keeps runs that ended, and looks.",
        read=duration(DAY, 36_500 * DAY),
        show=quoted(units.duration_text),
        schema=duration_schema(),
        default=400 * DAY,
    ),
    Key(
        name="night",
        about="The hours in which `every_night` holds, in the machine's own time zone.",
        read=_night,
        show=_shown_night,
        schema={"type": "string", "pattern": f"^{_TIME}-{_TIME}$"},
    ),
)


def state_home(env: Mapping[str, str]) -> Path | None:
    """The folder for what programs remember, by the XDG rules, on every system."""
    named = env.get("XDG_STATE_HOME", "")
    if named.startswith("/") or Path(named).is_absolute():
        return Path(named)
    home = env.get("HOME") or env.get("USERPROFILE") or ""
    return Path(home, ".local", "state") if home else None


def store_location(store: Reference | None, env: Mapping[str, str], cwd: Path) -> str | None:
    """Where the store is: QUIESCE_STORE, the configuration, or the XDG state folder.

    None where it is switched off, or where there is no home. The location may hold a password.
    Raises `ConfigError` when a reference can't be followed.
    """
    named = env.get("QUIESCE_STORE", "")
    try:
        if named:
            store = _store(named, cwd)
        if store is None:
            home = state_home(env)
            return None if home is None else str(home / "quiesce" / "quiesce.db")
        found = fetch(store, env).reveal()
        if not isinstance(store, Inline):  # whose path is made out already
            found = _located(found, cwd)
    except Wrong as wrong:
        what = "QUIESCE_STORE" if named else "`store`"
        raise ConfigError(f"{what} must be {wrong.expected}, not {wrong.got}") from None
    return None if found == OFF else found
