"""The words of a complaint: what was found, what is nearest, and which file it stands in."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

LONGEST = 60


class Wrong(ValueError):
    """A value that can't be used: what was expected, what came, and what to write instead.

    `got` never holds a value that may be a secret.
    """

    def __init__(self, expected: str, got: str, hint: str = "") -> None:
        super().__init__(expected)
        self.expected = expected
        self.got = got
        self.hint = hint


def code(name: str) -> str:
    """A name between back-ticks, without control characters and of a length that fits a line."""
    text = "".join(char if char.isprintable() and char != "`" else "·" for char in name)
    return f"`{text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}`"


def one_of(names: Iterable[str]) -> str:
    """The names in a sentence: `a`, `b` or `c`."""
    *most, last = [code(name) for name in names] or ["nothing"]
    return f"{', '.join(most)} or {last}" if most else last


def nearest(name: str, valid: Iterable[str]) -> str:
    """A question after the nearest valid names, or nothing when none is near."""
    from difflib import get_close_matches

    by_lower = {each.lower(): each for each in sorted(valid)}
    near = get_close_matches(name.lower(), by_lower, n=3, cutoff=0.6)
    return f"did you mean {one_of(by_lower[each] for each in near)}?" if near else ""


def got(value: object) -> str:
    """What a value is, in a word. Numbers are shown; a text never is: it may be a secret."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            shown = format(value, "g") if isinstance(value, float) else _digits(value)
            return shown if len(shown) <= 24 else "so long a number"
        case str():
            return "a text" if value else "an empty text"
        case list():
            return "a list"
        case dict():
            return "a table"
        case datetime.date() | datetime.time():
            return "a date or time"
        case _:
            return "a value of another type"


def _digits(number: int) -> str:
    """The digits of a whole number, unless there are absurdly many, which `str` refuses."""
    return str(number) if abs(number) < 10**24 else "9" * 25


def at_home(path: str) -> Path:
    """The path with `~` as the home folder; as it is, where nobody knows of a home."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path's raises without a home


def sentences(parts: Sequence[str]) -> str:
    """The parts that say something, as one hint."""
    said = [part for part in parts if part]
    return " ".join(part if part.endswith("?") else f"{part};" for part in said).rstrip(";")


def shown(path: Path) -> str:
    """A path as people name it from where they are: relative below the current folder."""
    text = str(path)
    try:
        here = os.path.relpath(text)
    except (OSError, ValueError):  # the current folder is gone, or on another drive
        return code(text)[1:-1] if not text.isprintable() else text
    chosen = here if not here.startswith("..") else text
    return "".join(char if char.isprintable() else "·" for char in chosen)
