"""How long to pause between two looks at one source: pure."""

from __future__ import annotations

from datetime import datetime, time

from msgspec import Struct

JITTER = 0.1
"""By how much of itself a pause is longer or shorter, so that no two collectors march in step."""


class Pace(Struct, frozen=True, kw_only=True):
    """How often a source is looked at, in seconds.

    `night` is in local time, and may pass midnight.
    """

    every: float
    every_active: float
    every_night: float | None = None
    night: tuple[time, time] | None = None


def pause(
    pace: Pace, *, active: bool, wanted: bool, at: datetime, took: float, chance: float
) -> float:
    """Seconds from the end of a look to the begin of the next.

    `at` is local time, `took` how long the look was, `chance` from 0 to 1. The pause is never
    shorter than the look was: at most half of the time a system is being asked.
    """
    seconds = pace.every
    if active:
        seconds = min(seconds, pace.every_active)
    if pace.every_night is not None and is_night(pace.night, at.timetz().replace(tzinfo=None)):
        seconds = pace.every_night
    if wanted:
        seconds = min(seconds, pace.every_active)
    return max(seconds * (1 - JITTER + 2 * JITTER * chance), took)


def is_night(night: tuple[time, time] | None, at: time) -> bool:
    """Whether a time of the day is in the night, its begin included."""
    if night is None:
        return False
    begin, end = night
    return begin <= at < end if begin < end else at >= begin or at < end
