"""One look: every source is asked at the same time, each under its own deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from quiesce.errors import Absent, SourceError, StoreError, Unavailable
from quiesce.model import REST, Look, Question, Run, SourceLook
from quiesce.source import MEMORY, Recalls, Scoped, Source
from quiesce.survey.haste import Haste
from quiesce.survey.memory import NOT_READ, WITHOUT, Recollected, Remember, bears_on
from quiesce.survey.notes import Notes, Progress


class Subject(Struct, frozen=True, kw_only=True):
    """One source to ask: with its deadline in seconds and a count of what it has cost.

    `spent` returns (requests, bytes) since the source was opened.
    """

    name: str
    kind: str
    source: Source
    deadline: float
    spent: Callable[[], tuple[int, int]]


async def survey(
    subjects: Sequence[Subject],
    question: Question,
    *,
    clock: Callable[[], float] | None = None,
    progress: Progress | None = None,
    remembered: Remember | None = None,
    haste: Haste | None = None,
) -> Look:
    """One look: every subject is asked at the same time, each under its own deadline.

    `clock` gives monotonic seconds that go on while the machine sleeps. `remembered` is asked,
    within the deadline, for what was last seen active: what of it no list shows is asked for by
    its id. Both looks of a pair must be given the same. `haste` may cut the look short.
    """
    clock = clock or awake_clock
    haste = haste or Haste()
    progress = progress if progress is not None else Progress()
    progress.sources = len(subjects)
    began_at = datetime.now(UTC)
    sources = await asyncio.gather(
        *(
            _ask(subject, question, clock, progress, remembered=remembered, haste=haste)
            for subject in subjects
        )
    )
    return Look(sources=tuple(sources), began_at=began_at, ended_at=datetime.now(UTC))


async def _ask(
    subject: Subject,
    question: Question,
    clock: Callable[[], float],
    progress: Progress,
    *,
    remembered: Remember | None,
    haste: Haste,
) -> SourceLook:
    notes = Notes(progress)
    recollected = Recollected(subject.name, question, notes)
    requests, size = subject.spent()
    started = clock()
    absent = await _look_up(
        subject, question, notes, recollected, remembered=remembered, haste=haste
    )
    recalled = recollected.settled()
    finished = clock()
    requests_after, size_after = subject.spent()
    progress.done += 1
    source = subject.source
    return SourceLook(
        name=subject.name,
        kind=subject.kind,
        started=started,
        finished=finished,
        runs=tuple(
            run
            for run in notes.runs.values()
            if _asked_for(run, question) or (run.state.active and run.id in recollected.asked)
        ),
        parts=notes.parts,
        gaps=tuple(notes.gaps.values()),
        absent=absent,
        ended=recalled.ended + _met(notes, question, recollected),
        lost=recalled.lost,
        gone=recalled.gone,
        memory=recalled.memory,
        scope=source.scope() if isinstance(source, Scoped) else None,
        requests=requests_after - requests,
        bytes=size_after - size,
    )


async def _look_up(
    subject: Subject,
    question: Question,
    notes: Notes,
    recollected: Recollected,
    *,
    remembered: Remember | None,
    haste: Haste,
) -> Absent | None:
    """Lists first, then by their ids what no list has shown; all of it under one deadline."""
    absent: Absent | None = None
    listed = False
    recalls = subject.source if isinstance(subject.source, Recalls) else None
    if remembered is not None and recalls is not None:
        # Ends that lists show anyway are not asked for: in both looks of a pair, or in neither.
        question = replace(question, past=True)
    try:
        async with haste.within(subject.deadline):
            try:
                await subject.source.survey(question, notes)
            except Absent as error:
                absent = error
            except Exception as error:  # noqa: BLE001 - the edge of foreign code: a defect in one source is its gap
                notes.gap(REST, _told(subject, error))
            listed = True
            if remembered is not None and recalls is not None:
                await _recall(subject, recalls, notes, recollected, remembered)
    except TimeoutError:
        late = Unavailable("the look was cut short") if haste.made else _late(subject)
        if listed:
            recollected.failed(late)
        else:
            notes.gap(REST, late)
    return absent


async def _recall(
    subject: Subject,
    source: Recalls,
    notes: Notes,
    recollected: Recollected,
    remembered: Remember,
) -> None:
    try:
        known = await remembered(subject.name)
    except StoreError as error:
        hint = f"{error.hint}; or {WITHOUT}" if error.hint else WITHOUT
        message = f"{NOT_READ.format(subject.name)}: {error.message}"
        notes.gap(MEMORY, Unavailable(message, hint=hint))
        return
    except asyncio.CancelledError:  # the time is up: say what was not done
        late = f"{NOT_READ.format(subject.name)} within {subject.deadline:g} s"
        notes.gap(MEMORY, Unavailable(late, hint=WITHOUT))
        raise
    except Exception as error:  # noqa: BLE001 - a defect in the memory must not cost what was seen
        defect = f"{NOT_READ.format(subject.name)} ({_name_of(error)})"
        notes.gap(MEMORY, SourceError(defect, hint=WITHOUT))
        return
    missing = recollected.expect(known)
    if not missing:
        return
    try:
        await source.recall(missing, recollected)
    except Exception as error:  # noqa: BLE001 - the edge of foreign code: a defect in one source is its gap
        recollected.failed(_told(subject, error))


def _told(subject: Subject, error: Exception) -> SourceError:
    """What a source has raised, in words for its gap."""
    if isinstance(error, SourceError):
        return error
    if isinstance(error, TimeoutError):
        return _late(subject)
    defect = f"{subject.name} failed in a way that was not foreseen ({_name_of(error)})"
    return SourceError(defect, hint="this is a defect in quiesce: please report it")


def _late(subject: Subject) -> Unavailable:
    return Unavailable(
        f"{subject.name} did not answer everything within {subject.deadline:g} s",
        hint=f"raise `deadline` of [sources.{subject.name}], or ask for less",
    )


def _asked_for(run: Run, question: Question) -> bool:
    """The question is only a hint to a source, so what it gave is filtered again."""
    return bears_on(run, question) and (question.pipeline is not None or run.state.active)


def _met(notes: Notes, question: Question, recollected: Recollected) -> tuple[Run, ...]:
    """Finished runs that were met on the way, or those among them that were remembered.

    Those of a pipeline that was asked for by its name are its runs.
    """
    if question.pipeline is not None:
        return ()
    return tuple(
        run
        for run in notes.runs.values()
        if not run.state.active
        and bears_on(run, question)
        and (question.past or run.id in recollected.met)
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
