"""Once active, active until its end is seen: what no list shows any more is asked for by its id.

What a source is told of a remembered run is one of four things:

    active            it is in the answer, like every other active run
    finished          its end is kept, for the memory
    there is none     a gap at first; told so again in a later look, it is `State.GONE`
    anything else     a gap: refused, late, unreadable, or not answered for at all
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from hashlib import blake2b

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from quiesce.errors import SourceError, Unavailable
from quiesce.model import REST, Mark, Question, Run, State
from quiesce.past import Remembered
from quiesce.source import LAST_SEEN, part_of
from quiesce.survey.notes import Notes, as_gap, weight

Remember = Callable[[str], Awaitable[Sequence[Remembered]]]
"""What was active when it was last seen, of the source of that name. May raise `StoreError`."""

NOT_READ = "the memory of {} could not be read, so what was active before was not asked for"
WITHOUT = "use --no-store to do without"


class Recalled(Struct, frozen=True, kw_only=True):
    """What has come of asking for remembered runs: see `SourceLook`."""

    ended: tuple[Run, ...] = ()
    lost: tuple[str, ...] = ()
    gone: tuple[Run, ...] = ()
    memory: Mark | None = None


class Recollected:
    """The `Recollection` that a survey hands to a source.

    Active runs go to the notes at once; the rest is decided by `settled`, when nothing more
    can come, so that the order of what a source says does not matter.
    """

    def __init__(self, source: str, question: Question, notes: Notes) -> None:
        self._source = source
        self._question = question
        self._notes = notes
        self._finished: dict[str, Run] = {}
        self._lost: set[str] = set()
        self._failed: dict[str, tuple[Run, SourceError]] = {}
        self._whole = True
        self.met: set[str] = set()
        self.asked: dict[str, Remembered] = {}

    def expect(self, remembered: Iterable[Remembered]) -> tuple[Run, ...]:
        """Those that bear on the question and that the notes don't show: they are asked for."""
        for one in remembered:
            if not bears_on(one.run, self._question):
                continue
            if one.run.id in self._notes.runs:
                self.met.add(one.run.id)
            else:
                self.asked[one.run.id] = one
        return tuple(one.run for one in self.asked.values())

    def run(self, run: Run) -> None:
        if run.state.active or run.id not in self.asked:
            self._notes.run(run)
        else:
            known = self._finished.get(run.id, run)
            self._finished[run.id] = max(known, run, key=weight)

    def lost(self, run: Run) -> None:
        self._lost.add(run.id)

    def gap(self, run: Run, why: SourceError) -> None:
        _, known = self._failed.setdefault(run.id, (run, why))
        if (why.name, why.message) < (known.name, known.message):
            self._failed[run.id] = run, why

    def failed(self, why: SourceError) -> None:
        """Nothing more comes, for this reason: all that was not answered for is a gap."""
        for name, one in self.asked.items():
            if not self._answered(name):
                self.gap(one.run, why)

    def _answered(self, name: str) -> bool:
        return (
            name in self._finished
            or name in self._lost
            or name in self._failed
            or self._is_active(name)
        )

    def _is_active(self, name: str) -> bool:
        seen = self._notes.runs.get(name)
        return seen is not None and seen.state.active

    def settled(self) -> Recalled:
        """What is to be made of it all; what is not known becomes a gap of the notes."""
        # Whether the source answers otherwise: only then does a 404 mean anything.
        answers = bool(self._notes.parts) and REST not in self._notes.gaps
        self.failed(Unavailable("nothing was said of it"))
        for run, why in self._failed.values():
            self._gap(run, f"asking for it failed: {why.message}", why)
        ended: list[Run] = []
        lost: list[str] = []
        gone: list[Run] = []
        versions: list[bytes] = []
        for name, one in self.asked.items():
            if self._is_active(name):
                continue
            if finished := self._finished.get(name):
                ended.append(finished)
                versions.append(_version(finished))
            elif name in self._lost and name not in self._failed:
                versions.append(msgspec.json.encode((name, "lost")))
                if one.missing and answers:
                    gone.append(_gone(one))
                    continue
                if answers:
                    lost.append(name)
                self._gap(one.run, self._not_there(answers=answers), _NOT_THERE)
        return Recalled(
            ended=tuple(ended),
            lost=tuple(lost),
            gone=tuple(gone),
            memory=_mark(versions) if self._whole else None,
        )

    def _not_there(self, *, answers: bool) -> str:
        said = f"{self._source} says that it does not have it"
        if answers:
            return f"{said}; told so again in another look, it is taken for gone"
        return f"{said}; as little else is answered, that is not believed"

    def _gap(self, run: Run, what: str, why: SourceError) -> None:
        self._whole = False  # a mark over what was told only in part would differ for no reason
        told = f"{_named(run)}: {what}"
        if one := self.asked.get(run.id):
            told = f"{_named(run)} was active at {shown(one.seen_at)} and is in no list; {what}"
        self._notes.note(replace(as_gap(part_of(run), why), why=told))


_NOT_THERE = Unavailable("", hint="look again")


def bears_on(run: Run, question: Question) -> bool:
    """Whether a run is of the application and the pipeline that the question is about."""
    if question.application and run.application.lower() != question.application.lower():
        return False
    return question.pipeline is None or run.pipeline == question.pipeline


def shown(time: datetime) -> str:
    """A time for people who may be anywhere."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _named(run: Run) -> str:
    pipeline = run.pipeline or run.id
    return f"{pipeline} ({run.application})" if run.application else pipeline


def _gone(one: Remembered) -> Run:
    details = {**one.run.details, LAST_SEEN: one.seen_at.astimezone(UTC).isoformat()}
    return replace(one.run, state=State.GONE, details=details, raw=b"")


def _version(run: Run) -> bytes:
    """All that is known of a run that has ended: it differs once it has run again."""
    return msgspec.json.encode((run.id, replace(run, raw=b"")))


def _mark(versions: list[bytes]) -> Mark | None:
    """A digest over what was told of the runs that are not active; None where there are none.

    Active ones need none: they count by themselves in whichever look they are seen, and a
    waived one may be in a list of one look and be asked for by its id in the other.
    """
    if not versions:
        return None
    digest = blake2b(b"memory 1", digest_size=16)
    for version in sorted(versions):
        digest.update(version)
        digest.update(b"\n")  # which no JSON text holds
    return Mark(digest.hexdigest())
