"""Stretches of time in order, and what is known of a moment: quiet, busy, or not seen."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

Stretch = tuple[float, float]
"""From (inclusive) and until (exclusive), in seconds since the epoch."""


class Stretches:
    """A set of moments: overlapping and touching stretches are one."""

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        merged: list[Stretch] = []
        for since, until in sorted(each for each in stretches if each[0] < each[1]):
            if merged and since <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(merged[-1][1], until)
            else:
                merged.append((since, until))
        self._begins = [since for since, _ in merged]
        self._ends = [until for _, until in merged]

    def __iter__(self) -> Iterator[Stretch]:
        return zip(self._begins, self._ends, strict=True)

    def touch(self, since: float, until: float) -> bool:
        """Whether any moment in between is one of these."""
        place = bisect_right(self._ends, since)
        return place < len(self._begins) and self._begins[place] < until

    def hold(self, since: float, until: float) -> bool:
        """Whether all of it is."""
        place = bisect_right(self._begins, since) - 1
        return place >= 0 and self._ends[place] >= until

    def free(self, since: float, length: float) -> float:
        """From when on, `since` at the earliest, none of these comes for so long."""
        place = bisect_right(self._ends, since)
        while place < len(self._begins) and self._begins[place] < since + length:
            since = max(since, self._ends[place])
            place += 1
        return since

    def within(self, other: Stretches) -> list[Stretch]:
        """What of these is in the others as well."""
        found: list[Stretch] = []
        for since, until in zip(self._begins, self._ends, strict=True):
            place = bisect_right(other._ends, since)
            stop = bisect_left(other._begins, until)
            found += [
                (max(since, other._begins[each]), min(until, other._ends[each]))
                for each in range(place, stop)
            ]
        return found


class Observed:
    """What was seen of the past.

    `seen` are the stretches in which somebody looked, `busy` those of them in which something
    was active. What is in neither is unknown, and never counts as quiet.
    """

    def __init__(self, seen: Stretches, busy: Stretches) -> None:
        self.seen = seen
        self.busy = Stretches(busy.within(seen))

    def quiet(self, since: float, length: float) -> bool | None:
        """Whether it was quiet for all of it; None where that was not seen."""
        if self.busy.touch(since, since + length):
            return False
        return True if self.seen.hold(since, since + length) else None

    def waited(self, since: float, length: float, most: float) -> float | None:
        """For how long one would have waited for so long a quiet; None where it was not seen."""
        begin = self.busy.free(since, length)
        wait = min(begin - since, most)
        covered = begin + length if wait < most else since + most
        return wait if self.seen.hold(since, covered) else None
