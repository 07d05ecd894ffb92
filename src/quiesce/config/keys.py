"""The keys that a source of any kind has: one row says all about each.

Reading, `config show` and the JSON Schema are made from these rows. What only one kind has
is in that kind's own `config` (see `quiesce.config.own`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from quiesce.access import Access
from quiesce.config import units
from quiesce.config.wording import Wrong, at_home, got, nearest, one_of

DAY = 86_400.0
NAME = r"\w[\w.-]{0,63}"
"""What a source may be called: it stands in front of `/application/pipeline/id`."""


class Key(Struct, frozen=True, kw_only=True):
    """One key: how its value is read and shown, and what the schema says of it.

    `read` takes the value and the folder that paths are relative to, and raises `Wrong`.
    `unset` is what no value means, in words. `number` marks the keys whose text in an address
    stands for a number or a truth value.
    """

    name: str
    about: str
    read: Callable[[Any, Path], Any]
    show: Callable[[Any], str] = str
    schema: dict[str, Any]
    default: Any = None
    unset: str = "none"
    required: bool = False
    number: bool = False


def _url(value: Any, _: Path) -> str:
    """An address without a trailing slash. Its parts are never in a message: see `user:pass@`."""
    expected = "an address such as https://gate.example.com:8084"
    if not isinstance(value, str):
        raise Wrong(expected, got(value))
    if re.search(r"[\s\x00-\x1f\x7f\\]", value):
        raise Wrong(expected, "a text with a space, a backslash or a control character in it")
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise Wrong(expected, "another text") from None
    if parts.scheme.lower() not in {"http", "https"}:
        hint = 'begin it with "https://"' if value else ""
        raise Wrong(expected, "a text without https:// or http://" if value else got(value), hint)
    if parts.username is not None or parts.password is not None:
        hint = "give the user name and the password in `auth`, or in QUIESCE_USERNAME and"
        raise Wrong(
            f"{expected}, without a user name and password",
            "one with them",
            f"{hint} QUIESCE_PASSWORD with -s",
        )
    if not host:
        raise Wrong(expected, "one without a host")
    if "?" in value or "#" in value:
        raise Wrong(f"{expected}, without ? and #", "one with them")
    return f"{parts.scheme.lower()}://{parts.netloc}{parts.path.rstrip('/')}"


def _whole(low: int, high: int) -> Callable[[Any, Path], int]:
    def read(value: Any, _: Path) -> int:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not low <= value <= high:
            raise Wrong(f"a whole number from {low} to {high}", got(value))
        return int(value)

    return read


def duration(low: float, high: float = DAY) -> Callable[[Any, Path], float]:
    """Reads a time between two limits, in seconds."""

    def read(value: Any, _: Path) -> float:
        seconds = units.read_duration(value)
        if not low <= seconds <= high:
            limits = f"from {units.duration_text(low)} to {units.duration_text(high)}"
            raise Wrong(f"{units.A_DURATION}, {limits}", units.duration_text(seconds))
        return seconds

    return read


def _size(value: Any, _: Path) -> int:
    low, high = 1024, 4 * units.BYTES["GiB"]
    count = units.size(value)
    if not low <= count <= high:
        limits = f"from {units.size_text(low)} to {units.size_text(high)}"
        raise Wrong(f"{units.A_SIZE}, {limits}", got(value) if count > high else f"{count}B")
    return count


def _truth(value: Any, _: Path) -> bool:
    if not isinstance(value, bool):
        raise Wrong("true or false", got(value))
    return value


def path_text(value: Any, folder: Path) -> str:
    """A path, relative to the configuration's folder; `~` is the home folder."""
    if not isinstance(value, str) or not value or "\0" in value:
        raise Wrong("the path of a PEM file", got(value))
    return str(folder / at_home(value))


def _rate(value: Any, _: Path) -> float:
    if isinstance(value, float) and not math.isfinite(value):
        raise Wrong(units.A_RATE, got(value))
    return units.rate(value)


def _text(value: Any, _: Path) -> str:
    if not isinstance(value, str):
        raise Wrong("a text", got(value))
    return value


def kind_name(value: Any, kinds: list[str]) -> str:
    """The name of a kind that exists; raises `Wrong`."""
    if isinstance(value, str) and value in kinds:
        return value
    hint = nearest(value, kinds) if isinstance(value, str) else ""
    raise Wrong(one_of(sorted(kinds)), got(value), hint)


def _shown(value: Any) -> str:
    """A value as TOML has it."""
    return msgspec.json.encode(value).decode()


def duration_schema() -> dict[str, Any]:
    """What the schema says of a time."""
    return {"type": "string", "pattern": f"^{units.DURATION}$", "examples": ["90s", "2h30m"]}


def quoted(show: Callable[[Any], str]) -> Callable[[Any], str]:
    """The same between quotes, as TOML has a text."""
    return lambda value: f'"{show(value)}"'


REACH = {field.name: field.default for field in msgspec.structs.fields(Access)}

KEYS: tuple[Key, ...] = (
    Key(
        name="kind",
        about="Which system this is.",
        read=_text,
        show=_shown,
        schema={"type": "string"},
        required=True,
    ),
    Key(
        name="url",
        about="The address of the system, without user name, query and fragment.",
        read=_url,
        show=_shown,
        schema={"type": "string", "pattern": "^[hH][tT][tT][pP][sS]?://[^\\s?#@\\\\]+$"},
        required=True,
    ),
    Key(
        name="ca",
        about="A PEM file with the authorities to trust instead of the system's.",
        unset="the system's",
        read=path_text,
        show=_shown,
        schema={"type": "string", "minLength": 1},
    ),
    Key(
        name="allow_plaintext",
        about="Send the sign-in over http:// too, where everybody on the way can read it.",
        read=_truth,
        show=_shown,
        schema={"type": "boolean"},
        default=REACH["allow_plaintext"],
        number=True,
    ),
    Key(
        name="expect_at_least",
        about="How many parts there are at least: when fewer are seen, the verdict is unknown.",
        read=_whole(0, 1_000_000),
        show=_shown,
        schema={"type": "integer", "minimum": 0, "maximum": 1_000_000},
        number=True,
    ),
    Key(
        name="concurrency",
        about="How many requests may be under way at the same time.",
        read=_whole(1, 1024),
        show=_shown,
        schema={"type": "integer", "minimum": 1, "maximum": 1024},
        default=REACH["concurrency"],
        number=True,
    ),
    Key(
        name="rate",
        about="How many requests per second may be begun, as a number or a text such as 60/h.",
        unset="unlimited",
        read=_rate,
        show=_shown,
        schema={
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "maximum": 10_000},
                {"type": "string", "pattern": f"^{units.RATE}$"},
            ]
        },
        default=REACH["rate"],
        number=True,
    ),
    Key(
        name="deadline",
        about="How long one look at this source may take.",
        read=duration(0.1),
        show=quoted(units.duration_text),
        schema=duration_schema(),
        default=REACH["deadline"],
    ),
    Key(
        name="timeout",
        about="How long one request may take, with its body.",
        read=duration(0.1),
        show=quoted(units.duration_text),
        schema=duration_schema(),
        default=REACH["timeout"],
    ),
    Key(
        name="max_body",
        about="How large one answer may be, after decompression.",
        read=_size,
        show=quoted(units.size_text),
        schema={
            "anyOf": [
                {"type": "integer", "minimum": 1024},
                {"type": "string", "pattern": f"^{units.SIZE}$"},
            ]
        },
        default=REACH["max_body"],
        number=True,
    ),
    Key(
        name="attempts",
        about="How often a request is tried, the first time included.",
        read=_whole(1, 10),
        show=_shown,
        schema={"type": "integer", "minimum": 1, "maximum": 10},
        default=REACH["attempts"],
        number=True,
    ),
    Key(
        name="settle",
        about="How long it must have been idle to count as settled, instead of the kind's own.",
        unset="the kind's own",
        read=duration(0),
        show=quoted(units.duration_text),
        schema=duration_schema(),
    ),
    Key(
        name="max_lag",
        about="How old the system's lists may be, where it answers from replicas or caches.",
        read=duration(0),
        show=quoted(units.duration_text),
        schema=duration_schema(),
        default=0.0,
    ),
    Key(
        name="every",
        about="How often `quiesce collect` looks at it.",
        read=duration(1),
        show=quoted(units.duration_text),
        schema=duration_schema(),
        default=30.0,
    ),
    Key(
        name="every_active",
        about="How often while something is active in it, or somebody waits for it.",
        read=duration(1),
        show=quoted(units.duration_text),
        schema=duration_schema(),
        default=10.0,
    ),
    Key(
        name="every_night",
        about="How often in the hours of `night`.",
        unset="as by day",
        read=duration(1),
        show=quoted(units.duration_text),
        schema=duration_schema(),
    ),
)

BY_NAME = {key.name: key for key in KEYS}
SOURCE_KEYS = ("kind", "url", "auth", *(key.name for key in KEYS if not key.required))
