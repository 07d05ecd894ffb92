"""When a waiver ends: pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

from quiesce.config import duration
from quiesce.errors import ConfigError

MOST = timedelta(days=90)
"""No waiver is longer: whoever still wants it then says so again."""

_FORMS = "give a date (2026-12-01), a time (2026-12-01T18:00), or a duration (4h, 3d)"
_LENGTH = re.compile(r"[0-9.]+[a-zµμ]")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def until(text: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The end that a text means, in UTC.

    A time without an offset is one of `zone`, or of the machine's where that is None. A date
    alone is where that day begins: the earliest that it can mean, as a waiver that ends too
    early asks again, and one that ends too late hides a run. Raises `ConfigError` for what is
    past, too far, or no time.
    """
    text = text.strip()
    end = now + _length(text) if _LENGTH.match(text) else _time(text, zone)
    if end <= now:
        past = "that day has begun" if _DATE.fullmatch(text) else "that is past"
        raise ConfigError(f"a waiver can't end at `{text[:40]}`: {past}", hint=_FORMS)
    if end - now > MOST:
        raise ConfigError(
            f"a waiver until `{text[:40]}` is too long: {MOST.days} days are the most",
            hint="say so again when it ends",
        )
    return end.astimezone(UTC)


def _length(text: str) -> timedelta:
    try:
        return min(timedelta(seconds=duration(text)), MOST * 2)
    except OverflowError:
        return MOST * 2


def _time(text: str, zone: tzinfo | None) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
        return (found.astimezone() if zone is None else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise ConfigError(f"`{text[:40]}` is no time for a waiver to end", hint=_FORMS) from None
