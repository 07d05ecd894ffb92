"""What a forecast says in words: lengths of time, and why there is no number."""

from __future__ import annotations

from collections.abc import Iterable

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def length(seconds: float) -> str:
    """`12 s`, `41 min`, `2 h 14 min`: two units at most, rounded down."""
    whole = max(0, int(seconds))
    for place, (size, unit) in enumerate(_UNITS):
        if whole >= size:
            rest = whole % size
            if place + 1 == len(_UNITS):
                return f"{whole // size} {unit}"
            smaller, name = _UNITS[place + 1]
            return f"{whole // size} {unit}" + (
                f" {rest // smaller} {name}" if rest >= smaller else ""
            )
    return f"{whole} s"


def span(shortest: float, longest: float) -> str:
    """`5 to 40 min`, `40 s to 3 min`; one length where both read the same."""
    first, last = length(shortest), length(longest)
    if first == last:
        return first
    (number, unit), *more = [part.rsplit(" ", 1) for part in (first, last)]
    same = first.count(" ") == last.count(" ") == 1 and unit == more[0][1]
    return f"{number if same else first} to {last}"


def counted(number: int, noun: str = "run") -> str:
    """`no runs`, `1 run`, `14 runs`."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def some(names: Iterable[str], most: int = 3) -> str:
    """The first few names, and how many more there are."""
    listed = list(names)
    shown = ", ".join(listed[:most])
    return shown if len(listed) <= most else f"{shown} and {len(listed) - most} more"


def sentence(parts: Iterable[str]) -> str:
    """What there is to say, in one line without a full stop."""
    return "; ".join(part for part in parts if part)
