"""Asks every source at once and keeps everything that was found.

The one place that turns errors into gaps: a source that raises, hangs or breaks costs its
own gap and nothing else. It knows what a source is, not which ones exist.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from quiesce.errors import Absent, SourceError, Unavailable
from quiesce.model import REST, Gap, Look, Mark, Question, Run, SourceLook
from quiesce.source import Scoped, Source


class Subject(Struct, frozen=True, kw_only=True):
    """One source to ask: with its deadline in seconds and a count of what it has cost.

    `spent` returns (requests, bytes) since the source was opened.
    """

    name: str
    kind: str
    source: Source
    deadline: float
    spent: Callable[[], tuple[int, int]]


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
        self.runs[run.id] = run if known is None else max(known, run, key=_weight)

    def read(self, part: str, mark: Mark | None) -> None:
        if part in self.gaps:
            return
        if part in self.parts and self.parts[part] != mark:
            # Two answers for one part that differ: whichever is right, it did not hold still.
            mark = None
        self._progress.parts += part not in self.parts
        self.parts[part] = mark

    def gap(self, part: str, why: SourceError) -> None:
        if self.parts.pop(part, self) is not self:
            self._progress.parts -= 1
        self._progress.gaps += part not in self.gaps
        self.gaps.setdefault(part, as_gap(part, why))


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


def _asked_for(run: Run, question: Question) -> bool:
    """The question is only a hint to a source, so what it gave is filtered again."""
    if question.application and run.application.lower() != question.application.lower():
        return False
    if question.pipeline is None:
        return run.state.active
    return run.pipeline == question.pipeline


def _weight(run: Run) -> tuple[bool, str, str, str]:
    """Orders sightings of one run so that the result depends on no order: active wins."""
    ended = run.ended_at.isoformat() if run.ended_at else ""
    return run.state.active, ended, run.native_state, repr(run)


async def survey(
    subjects: Sequence[Subject],
    question: Question,
    *,
    clock: Callable[[], float] | None = None,
    progress: Progress | None = None,
) -> Look:
    """One look: every subject is asked at the same time, each under its own deadline.

    `clock` gives monotonic seconds that go on while the machine sleeps.
    """
    clock = clock or awake_clock
    progress = progress if progress is not None else Progress()
    progress.sources = len(subjects)
    began_at = datetime.now(UTC)
    sources = await asyncio.gather(
        *(_ask(subject, question, clock, progress) for subject in subjects)
    )
    return Look(sources=tuple(sources), began_at=began_at, ended_at=datetime.now(UTC))


async def _ask(
    subject: Subject, question: Question, clock: Callable[[], float], progress: Progress
) -> SourceLook:
    notes = Notes(progress)
    absent: Absent | None = None
    requests, size = subject.spent()
    started = clock()
    try:
        async with asyncio.timeout(subject.deadline):
            await subject.source.survey(question, notes)
    except Absent as error:
        absent = error
    except SourceError as error:
        notes.gap(REST, error)
    except TimeoutError:
        late = f"{subject.name} did not answer everything within {subject.deadline:g} s"
        hint = f"raise `deadline` of [sources.{subject.name}], or ask for less"
        notes.gap(REST, Unavailable(late, hint=hint))
    except Exception as error:  # noqa: BLE001 - the edge of foreign code: a defect in one source is its gap
        defect = f"{subject.name} failed in a way that was not foreseen ({_name_of(error)})"
        notes.gap(REST, SourceError(defect, hint="this is a defect in quiesce: please report it"))
    finished = clock()
    requests_after, size_after = subject.spent()
    progress.done += 1
    source = subject.source
    return SourceLook(
        name=subject.name,
        kind=subject.kind,
        started=started,
        finished=finished,
        runs=tuple(run for run in notes.runs.values() if _asked_for(run, question)),
        parts=notes.parts,
        gaps=tuple(notes.gaps.values()),
        absent=absent,
        scope=source.scope() if isinstance(source, Scoped) else None,
        requests=requests_after - requests,
        bytes=size_after - size,
    )


def _name_of(error: Exception) -> str:
    """What went wrong, without the wrapping of a task group; never its text, which may leak."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__


def awake_clock() -> float:
    """Monotonic seconds that also count while the machine is suspended, where it can tell."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)
