"""What a system is to show, in words that are no vendor's: values, from which fakes are fed.

World.of(
    a=Part.of(finished=25, active=1),  # the active run is older than all the finished ones
    b=Part(trouble="refuses"),
    c=Part(trouble="hangs"),
)
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from quiesce.model import State

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
"""The present of every world: a fake's clock stands here, so that nothing grows too old."""

Trouble = Literal["refuses", "fails", "hangs", "babbles"]
"""What a part does instead of answering: 403, 500, nothing at all, or 200 with no sense in it."""


class Past(Struct, frozen=True, kw_only=True):
    """One run. Its `id` names it within its part; a fake makes one of its own out of both.

    `started` and `ended` are seconds before `NOW`; `ended` counts only if it is over. A state of
    `State.UNKNOWN` is to be shown as a word that the system has never used.
    """

    id: str
    state: State = State.RUNNING
    started: float = 600.0
    ended: float = 300.0

    @property
    def started_at(self) -> datetime:
        return NOW - timedelta(seconds=self.started)

    @property
    def ended_at(self) -> datetime | None:
        return None if self.state.active else NOW - timedelta(seconds=self.ended)


class Part(Struct, frozen=True, kw_only=True):
    """What a system can be asked about on its own, with its runs, the oldest first.

    A part has one pipeline, which has the name of the part. If it is not `listed`, no list names
    it or shows its runs any more: they can only be asked for by their ids. Its trouble is met
    there as well.
    """

    runs: tuple[Past, ...] = ()
    trouble: Trouble | None = None
    listed: bool = True

    @classmethod
    def of(cls, *, finished: int = 0, active: int = 0) -> Part:
        """So many active runs, and so many finished ones that all started after them."""
        total = active + finished
        runs = tuple(
            Past(
                id=f"r{number}",
                state=State.RUNNING if number < active else State.SUCCEEDED,
                started=60.0 + 10 * (total - number),
                ended=55.0 + 10 * (total - number),
            )
            for number in range(total)
        )
        return cls(runs=runs)


class World(Struct, frozen=True, kw_only=True):
    """All parts of one system, by name."""

    parts: dict[str, Part]

    @classmethod
    def of(cls, **parts: Part) -> World:
        return cls(parts=parts)

    @property
    def active(self) -> int:
        """How many runs are active in parts that answer."""
        return sum(
            run.state.active
            for part in self.parts.values()
            if part.trouble is None
            for run in part.runs
        )

    def also(self, part: str, run: Past) -> World:
        """The same world with one more run, or with a run of this id as it is now."""
        others = tuple(one for one in self.parts[part].runs if one.id != run.id)
        changed = replace(self.parts[part], runs=(*others, run))
        return World(parts={**self.parts, part: changed})
