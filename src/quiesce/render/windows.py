"""The best times for a maintenance: a document, and lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from quiesce.past import Window
from quiesce.render.screen import BOLD, Screen
from quiesce.render.shapes import SCHEMA, Time
from quiesce.render.words import brief, duration, listed, rfc3339

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


FEW = 4
"""Of fewer weeks, all of them quiet, the count supports less than one in two (0.1 ** (1 / 3))."""


class WindowDocument(Struct, frozen=True, kw_only=True):
    """A time of the week that was good: its next occurrence, and what it rests on.

    `quiet` of `weeks` such times were quiet for the whole length; that supports a share of
    `claim` at 90 % confidence, and `likely` is what is expected. `waited` is how many seconds
    one would have waited for quiet on average. `runs` is what usually runs then.
    """

    start: Time | None
    end: Time | None
    quiet: int
    weeks: int
    claim: float
    likely: float
    waited: float | None
    runs: list[str]
    words: str


class WindowsDocument(Struct, frozen=True, kw_only=True):
    """What `windows` answers, the best first; none where `weeks` of history are too few.

    `weeks` is how many weeks are known, those parts of them that somebody looked at.
    """

    schema: Literal[1] = SCHEMA
    length: float
    timezone: str
    weeks: float
    windows: list[WindowDocument]


def windows_document(
    windows: Sequence[tuple[Window, str]], length: float, timezone: str, weeks: float
) -> WindowsDocument:
    """The document of `windows`; each comes with its words."""
    return WindowsDocument(
        length=length,
        timezone=timezone,
        weeks=round(weeks, 2),
        windows=[
            WindowDocument(
                start=rfc3339(one.start),
                end=rfc3339(one.end),
                quiet=one.quiet,
                weeks=one.weeks,
                claim=round(one.claim, 4),
                likely=round(one.likely, 4),
                waited=None if one.waited is None else round(one.waited, 3),
                runs=list(one.runs),
                words=words,
            )
            for one, words in windows
        ],
    )


def windows_lines(
    windows: Sequence[tuple[Window, str]], screen: Screen, now: datetime, timezone: str
) -> str:
    """Two lines a window: when it is next, then what it rests on; for screens of any width."""
    lines: list[str] = []
    for one, words in windows:
        start, end = one.start.astimezone(now.tzinfo), one.end.astimezone(now.tzinfo)
        away = duration((one.start - now).total_seconds())
        day = DAYS[start.weekday()]
        when = f"{day} {start:%Y-%m-%d %H:%M} to {end:%H:%M}"
        lines.append(f"{screen.paint(when, BOLD)} {screen.text(timezone)} (in {away})")
        lines.append(f"  {words}")
        said = _waited(one)
        if one.runs:
            said += f"; what runs then: {listed(brief(name) for name in one.runs)}"
        lines.append(f"  {screen.text(said)}")
    return "".join(f"{line}\n" for line in lines)


def remarks(shown: int, weeks: float) -> str:
    """In which order they are, and how little they rest on where few weeks are known."""
    said = ["the surest first, not the soonest"] if shown > 1 else []
    known = max(1, round(weeks))
    if known < FEW:
        are = "week is" if known == 1 else "weeks are"
        said.append(f"about {known} {are} known, which supports little: take it as a hint")
    return "; ".join(said)


def too_little(weeks: float) -> str:
    """Why there is no window: how much is known."""
    known = f"{duration(weeks * 7 * 86400)} of history"
    return (
        f"cannot tell: too little history ({known}): a time of the week is offered when it was"
        " seen in two weeks at least"
    )


def never_quiet(length: float) -> str:
    """Why there is no window although there is history."""
    return f"at no time of the week that is known was it quiet for {duration(length)}"


def _waited(one: Window) -> str:
    if one.waited is None:
        return "how long one would have waited is not known"
    if one.waited < 1:
        return "one would not have waited"
    return f"one would have waited {duration(one.waited)} on average"
