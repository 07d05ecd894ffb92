"""Numbers and times in words: durations, ages, clock times, counts that agree, sizes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from quiesce.model import Run

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_CLOCK_ERROR = 60.0
"""Up to how many seconds in the future a begin is taken for two clocks that differ a little."""

LONGEST_NAME = 100
"""A name longer than this is cut in a sentence; tables in a pipe and documents have all of it."""

_IRREGULAR = {"is": "are", "was": "were", "has": "have", "counts": "count"}


def count(number: int, noun: str, verb: str = "") -> str:
    """`1 run is`, `2 runs are`: a number with its noun, and a verb that agrees."""
    plural = number != 1
    words = f"{number:,} {noun}{'s' if plural else ''}"
    if not verb:
        return words
    return f"{words} {_IRREGULAR.get(verb, verb) if plural else verb}"


def duration(seconds: float) -> str:
    """`12 s`, `41 min`, `2 h 14 min`, `3 d 2 h`: two units at most, rounded down."""
    if not math.isfinite(seconds):
        return "?"
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min"
    if whole < _DAY:
        return _two(whole // _HOUR, "h", whole % _HOUR // _MINUTE, "min")
    return _two(whole // _DAY, "d", whole % _DAY // _HOUR, "h")


def span(shortest: float, longest: float) -> str:
    """`5 to 40 min`, `40 s to 3 min`; one length where both read the same."""
    first, last = duration(shortest), duration(longest)
    if first == last:
        return first
    (number, *unit), (_, *other) = first.split(" "), last.split(" ")
    return f"{number if len(unit) == 1 and unit == other else first} to {last}"


def _two(first: int, unit: str, second: int, smaller: str) -> str:
    return f"{first} {unit} {second} {smaller}" if second else f"{first} {unit}"


def elapsed(seconds: float) -> str:
    """How long something has taken: `0.8 s` when it was short."""
    if math.isfinite(seconds) and seconds < 9.95:
        return f"{max(0.0, seconds):.1f} s"
    return duration(seconds)


def size(number: int) -> str:
    """`91 B`, `91.2 kB`, `4.0 MB`: units of 1,000."""
    amount = float(number)
    if number < 1000:
        return f"{number} B"
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.95:
            return f"{amount:.1f} {unit}"
    return f"{amount / 1000:,.1f} TB"


def listed(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *most, last = list(words) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def brief(name: str) -> str:
    """A name short enough for a sentence."""
    half = LONGEST_NAME // 2
    return name if len(name) <= LONGEST_NAME else f"{name[:half]}...{name[-half:]}"


def where(run: Run) -> str:
    """`eks, gate`: the application and the source of a run."""
    return ", ".join(brief(name) for name in (run.application, run.source) if name)


def begin(run: Run) -> datetime | None:
    """Since when a run counts as going on."""
    return run.started_at or run.created_at


def age(run: Run, now: datetime) -> str:
    """How long ago a run began, `?` where its system does not say."""
    began = begin(run)
    if began is None:
        return "?"
    seconds = (now - began).total_seconds()
    return duration(seconds) if seconds > -_CLOCK_ERROR else f"in {duration(-seconds)}"


def since(run: Run, now: datetime) -> str:
    """`began 41 min ago`, `created 41 min ago`, or `begins in 12 min` where a system says so."""
    known = age(run, now)
    if known.startswith("in "):
        return f"begins {known}"
    return f"{'created' if run.started_at is None else 'began'} {known} ago"


def took(run: Run) -> str:
    """How long a finished run has taken."""
    if run.ended_at is None or run.started_at is None:
        return ""
    return duration((run.ended_at - run.started_at).total_seconds())


def clock(time: datetime, now: datetime) -> str:
    """`14:20 (in 12 min)`, in the zone of `now`, with the date when that is another day."""
    local = time.astimezone(now.tzinfo)
    day = "" if local.date() == now.date() else f"{local:%Y-%m-%d} "
    seconds = (time - now).total_seconds()
    away = f"in {duration(seconds)}" if seconds >= 0 else f"{duration(-seconds)} ago"
    return f"{day}{local:%H:%M} ({away})"


def rfc3339(time: datetime | None) -> str | None:
    """`2026-11-22T08:00:00.123Z`, or None for none and for years that no calendar date has."""
    if time is None:
        return None
    try:
        utc = _utc(time)
    except OverflowError:
        return None
    return (
        f"{utc.year:04d}-{utc.month:02d}-{utc.day:02d}T"
        f"{utc.hour:02d}:{utc.minute:02d}:{utc.second:02d}.{utc.microsecond // 1000:03d}Z"
    )


def between(first: datetime, last: datetime) -> str:
    """`between 10:00:03.1 and 10:00:07.9 UTC on 2026-11-22`, in tenths of a second.

    Rounded outwards, so that the instant that is meant lies within.
    """
    one = _utc(first)
    one = one.replace(microsecond=one.microsecond // 100_000 * 100_000)
    two = _utc(last) + timedelta(microseconds=99_999)
    two = two.replace(microsecond=two.microsecond // 100_000 * 100_000)
    if one.date() == two.date():
        return f"between {_tenths(one)} and {_tenths(two)} UTC on {one:%Y-%m-%d}"
    return f"between {one:%Y-%m-%d} {_tenths(one)} and {two:%Y-%m-%d} {_tenths(two)} UTC"


def _tenths(time: datetime) -> str:
    return f"{time:%H:%M:%S}.{time.microsecond // 100_000}"


def _utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
