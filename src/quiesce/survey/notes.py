"""What a source has found, as it finds it."""

from __future__ import annotations

from msgspec import Struct

from quiesce.errors import SourceError
from quiesce.model import Gap, Mark, Run


class Progress(Struct):
    """What has been seen so far, for who looks on: written by the survey, read by a display."""

    sources: int = 0
    done: int = 0
    parts: int = 0
    gaps: int = 0
    active: int = 0


class Notes:
    """The `Findings` that a survey hands to a source."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.runs: dict[str, Run] = {}
        self.parts: dict[str, Mark | None] = {}
        self.gaps: dict[str, Gap] = {}

    def run(self, run: Run) -> None:
        known = self.runs.get(run.id)
        if known is None:
            self._progress.active += run.state.active
        self.runs[run.id] = run if known is None else max(known, run, key=weight)

    def read(self, part: str, mark: Mark | None) -> None:
        if part in self.gaps:
            return
        if part in self.parts and self.parts[part] != mark:
            # Two answers for one part that differ: whichever is right, it did not hold still.
            mark = None
        self._progress.parts += part not in self.parts
        self.parts[part] = mark

    def gap(self, part: str, why: SourceError) -> None:
        self.note(as_gap(part, why))

    def note(self, gap: Gap) -> None:
        """A gap that is a value already; the first one of a part is kept."""
        if self.parts.pop(gap.part, self) is not self:
            self._progress.parts -= 1
        self._progress.gaps += gap.part not in self.gaps
        self.gaps.setdefault(gap.part, gap)


def as_gap(part: str, why: SourceError) -> Gap:
    """The value that an error becomes in a look."""
    return Gap(
        part=part,
        error=why.name,
        why=why.message,
        asked=why.asked,
        cause=why.cause,
        hint=why.hint,
    )


def weight(run: Run) -> tuple[bool, str, str, str]:
    """Orders sightings of one run so that the result depends on no order: active wins."""
    ended = run.ended_at.isoformat() if run.ended_at else ""
    return run.state.active, ended, run.native_state, repr(run)
