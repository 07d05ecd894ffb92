"""Which predictions are kept: a process that looks every few seconds would keep them all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

AGAIN_AFTER = timedelta(minutes=1)
"""A prediction about the same is not kept more often than this."""

OVER_AFTER = timedelta(minutes=10)
"""What has not been seen for so long is over, also where a gap may hide it."""


class _Times(Struct):
    """When it was foretold first and last, and when it was last seen to go on."""

    first: datetime
    last: datetime
    seen: datetime


class Told:
    """What was foretold of what goes on: of runs, by reference, and of all of some sources.

    What is over is forgotten. So a collector that runs for months holds no more than what is
    active, and each time that it takes until all is quiet is foretold as often as the first.
    """

    def __init__(self) -> None:
        self._told: dict[str, _Times] = {}

    def __len__(self) -> int:
        return len(self._told)

    def due(self, name: str, at: datetime) -> bool:
        """Whether it is to be kept, which is taken as done.

        It is kept anew when as much time has passed again as since the first.
        """
        if name not in self._told:
            self._told[name] = _Times(first=at, last=at, seen=at)
            return True
        known = self._told[name]
        if at - known.last < max(known.last - known.first, AGAIN_AFTER):
            return False
        known.last = at
        return True

    def over(
        self, sources: Sequence[str], going_on: Collection[str], at: datetime, *, all_seen: bool
    ) -> None:
        """What goes on in these sources at a time, by reference: all, or what could be seen."""
        theirs = tuple(f"{source}/" for source in sources)
        still = {*going_on, together(sources)} if going_on else set()
        for name, known in [*self._told.items()]:
            if name != together(sources) and not name.startswith(theirs):
                continue
            if name in still:
                known.seen = at
            elif all_seen or at - known.seen >= OVER_AFTER:
                del self._told[name]


def together(sources: Sequence[str]) -> str:
    """What stands for all of these sources together: no run's reference is like it."""
    return " ".join(sources)
