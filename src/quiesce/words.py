"""Words that rooms which don't know each other must say alike."""

from __future__ import annotations

from collections.abc import Iterable


def some(names: Iterable[str], most: int = 3) -> str:
    """`a, b, c and 2 more`: the first few names, and how many more there are."""
    listed = list(names)
    shown = ", ".join(listed[:most])
    return shown if len(listed) <= most else f"{shown} and {len(listed) - most:,} more"


def decision(until: str, by: str, reason: str) -> str:
    """`until 2026-12-01 08:00 UTC by bob: known zombie`: what there is to say of a waiver."""
    return f"until {until}{f' by {by}' if by else ''}: {reason}"
