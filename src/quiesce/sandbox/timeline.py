"""What was true when: values with their past, and the spans in which nothing was active.

The past is kept because a stale replica shows it, and because the truth must be known for an
instant that is over: whoever tests a verdict asks what was active while it was reached.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

V = TypeVar("V")


class Timeline(Generic[V]):
    """Values by key, each with the instants (epoch milliseconds) from which it held."""

    def __init__(self) -> None:
        self._versions: dict[str, list[tuple[int, V | None]]] = {}

    def __len__(self) -> int:
        return len(self._versions)

    def put(self, at: int, key: str, value: V | None) -> None:
        """From `at` on `key` has this value; None means that it no longer exists.

        Instants of one key must not go backwards.
        """
        self._versions.setdefault(key, []).append((at, value))

    def get(self, at: int, key: str) -> V | None:
        for since, value in reversed(self._versions.get(key, ())):
            if since <= at:
                return value
        return None

    def values(self, at: int) -> Iterator[V]:
        for key in self._versions:
            value = self.get(at, key)
            if value is not None:
                yield value

    def forget(self, key: str) -> None:
        """Let go of a key and of its past, as a clean-up job does."""
        self._versions.pop(key, None)


class Activity:
    """Which keys are active, and when none was.

    What happens within one millisecond happens at once: where one run ends and the next one
    starts in the same millisecond there is no idle instant in between. `whole` is told too.
    """

    def __init__(self, whole: Activity | None = None) -> None:
        self._whole = whole
        self._active: set[str] = set()
        self._flips: list[tuple[int, bool]] = [(0, False)]

    def note(self, at: int, key: str, *, active: bool) -> None:
        """From `at` on `key` is active or not; instants must not go backwards."""
        if self._whole is not None:
            self._whole.note(at, key, active=active)
        if active:
            self._active.add(key)
        else:
            self._active.discard(key)
        self._flip(at, busy=bool(self._active))

    def _flip(self, at: int, *, busy: bool) -> None:
        if self._flips[-1][1] == busy:
            return
        if self._flips[-1][0] < at:
            self._flips.append((at, busy))
            return
        self._flips.pop()
        if not self._flips:
            self._flips.append((at, busy))

    def idle(self, since: int, until: int) -> list[tuple[int, int]]:
        """The spans, in order, in which nothing was active: `[(first, last)]`, both within."""
        spans = []
        for number, (at, busy) in enumerate(self._flips):
            following = self._flips[number + 1][0] if number + 1 < len(self._flips) else until + 1
            first, last = max(at, since), min(following - 1, until)
            if not busy and first <= last:
                spans.append((first, last))
        return spans
