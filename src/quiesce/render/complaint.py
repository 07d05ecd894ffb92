"""Errors for people and for programs: what, asked, cause, hint, in this order.

Plain lines: nothing is wrapped, boxed or coloured, so that they can be searched and copied.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from quiesce.errors import ConfigError, ErrorName, Known, QuiesceError, SourceError
from quiesce.render.clean import clean

ComplaintName = Literal[ErrorName, "config"]

MOST_CAUSE = 200
"""Of a system's own words no more than this is shown."""

_COMPARED = 100
"""Names are compared by this many characters, so that a giant one costs no more than others."""


class Complaint(Struct, frozen=True, kw_only=True):
    """One error as it is shown. `hint` may have several lines, written by quiesce."""

    what: str
    error: ComplaintName
    source: str | None = None
    asked: str = ""
    cause: str = ""
    hint: str = ""


class ErrorLine(Struct, frozen=True, kw_only=True, tag="error", tag_field="type"):
    """The line on standard error that goes with `-o json`; `code` is the exit code."""

    code: int
    error: ComplaintName
    source: str | None
    message: str
    hint: str


def complaint(error: QuiesceError, source: str | None = None) -> Complaint:
    """How an error is shown; `source` names the one that it came from."""
    return Complaint(
        what=error.message,
        error=_name(error),
        source=source,
        asked=error.asked if isinstance(error, SourceError) else "",
        cause=error.cause if isinstance(error, SourceError) else "",
        hint=error.hint,
    )


def _name(error: QuiesceError) -> ComplaintName:
    match error:
        case SourceError():
            return error.name
        case ConfigError():
            return "config"
        case _:
            return "unexpected"


def nearest_hint(name: str, known: Iterable[Known]) -> str:
    """``nearest: `Deploy Prod` (eks), `Deploy QA` ``, or nothing."""
    places: dict[str, dict[str, None]] = {}
    for one in known:
        places.setdefault(one.name, {})[one.where] = None
    shown = [
        f"`{close}` ({where})" if where else f"`{close}`"
        for close in nearest(name, places)
        for where in list(places[close])[:3]
    ]
    return f"nearest: {', '.join(shown[:3])}" if shown else ""


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """At most three known names that may have been meant, the nearest first."""
    from difflib import get_close_matches

    folded: dict[str, str] = {}
    for one in known:
        folded.setdefault(one[:_COMPARED].casefold(), one)
    wanted = name[:_COMPARED].casefold()
    close = get_close_matches(wanted, folded, n=3, cutoff=0.6)
    if len(close) < 3 and len(wanted) >= 3:
        close += [one for one in folded if wanted in one and one not in close][: 3 - len(close)]
    return [folded[one] for one in close]


def to_text(shown: Complaint) -> str:
    """The lines for people, each ending in a newline."""
    lines = [f"error: {clean(shown.what)}"]
    lines += detail_lines(shown.asked, shown.cause, shown.hint)
    return "".join(f"{line}\n" for line in lines)


def detail_lines(asked: str, cause: str, hint: str) -> list[str]:
    """The lines below an error; a hint's further lines stand under its first."""
    lines = []
    if asked:
        lines.append(f"  asked: {clean(asked)}")
    if cause:
        words = cause if len(cause) <= MOST_CAUSE else f"{cause[:MOST_CAUSE]}..."
        lines.append(f'  cause: "{clean(words)}"')
    for number, line in enumerate(hint.splitlines()):
        lines.append(f"  {'hint: ' if number == 0 else '      '}{clean(line)}")
    return lines


def to_line(shown: Complaint, code: int) -> str:
    """The JSON line for programs, ending in a newline; `code` is the exit code."""
    from quiesce.render.encode import to_json

    line = ErrorLine(
        code=code, error=shown.error, source=shown.source, message=shown.what, hint=shown.hint
    )
    return to_json(line, ascii_only=True) + "\n"
