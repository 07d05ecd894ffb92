"""What a source is: read this before you add a system.

A source has one verb. It reports what it saw and what it could not see; the core judges.
It may not send anything but reads, keep state between looks, sleep, retry or time out (the
client does), catch broadly, log, read the clock, or know the store, the command line or
another source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct

from quiesce.errors import SourceError
from quiesce.model import Gap, Mark, Question, Run


class Findings(Protocol):
    """Where a source puts what it sees, as soon as it sees it.

    An accumulator, so that what was found before a deadline or an error is kept. A gap wins
    over a read: no part is ever both.
    """

    def run(self, run: Run) -> None:
        """A run was seen. Seeing it twice is fine: the active sighting wins."""

    def read(self, part: str, mark: Mark | None) -> None:
        """A part was read to its end; `mark` was read before its list, or with it."""

    def gap(self, part: str, why: SourceError) -> None:
        """A part, or a piece of it, was asked for and not seen."""


class Fetch(Protocol):
    """The one way for a source to ask its system. `quiesce.http.Client` is one."""

    async def get(self, path: Sequence[str], query: Mapping[str, str | int] | None = None) -> bytes:
        """The body of a 200 answer; every other outcome is raised as a `SourceError`.

        `path` holds the segments below the configured address, unescaped. The budgets for
        time, bytes, side-by-side requests and retries are the client's.
        """


class Source(Protocol):
    """One configured system."""

    async def survey(self, question: Question, findings: Findings) -> None:
        """Report every run, part and gap that bears on the question.

        Raises `SourceError` only when nothing at all could be had, and `Absent` when the
        question names an application or a pipeline that this source does not have.
        """

    async def aclose(self) -> None:
        """Let go of whatever is open."""


@runtime_checkable
class Scoped(Protocol):
    """An optional power: a source that was told to look at less than everything."""

    def scope(self) -> str | None:
        """What is left out, in words (`only pipelines are asked`), or None."""


class Recollection(Protocol):
    """Where a source puts what it is told of runs that were asked for by their ids.

    As with `Findings`, an active sighting wins over all else, and a gap over `lost`; the order
    does not matter.
    """

    def run(self, run: Run) -> None:
        """The run as it is now, active or finished; others that were met on the way, too."""

    def lost(self, run: Run) -> None:
        """The system says plainly that it has no such run. Whether it is over is not said."""

    def gap(self, run: Run, why: SourceError) -> None:
        """The run, or what belongs to it, was asked for, and could not be had or read whole."""


@runtime_checkable
class Recalls(Protocol):
    """An optional power: a source that can ask for runs that no list of it shows any more."""

    async def recall(self, runs: Sequence[Run], recollection: Recollection) -> None:
        """Report each of these runs, all of which were active when they were last seen.

        Called after `survey`, under the same deadline. One that is not reported at all is a gap.
        Raises `SourceError` only when nothing could be had. May also report active runs that
        nobody has asked for. Only a plain word of the system itself is `lost`: a 404 that might
        be a proxy's, or come of a wrong address, is a gap.
        """


RUN = "run "
"""How the part of a gap begins that is about one remembered run, which was asked for by its id."""

MEMORY = "memory"
"""The part of a gap that stands for all that was remembered, where the memory can't be read."""

LAST_SEEN = "last_seen"
"""Where `details` of a run that is `State.GONE` say when it was last seen active (ISO 8601)."""


def part_of(run: Run) -> str:
    """The part that a gap names which is about one remembered run."""
    return f"{RUN}{run.id}"


def of_system(gap: Gap) -> bool:
    """Whether a gap is about a part of the system, and not about what was remembered of it."""
    return gap.part != MEMORY and not gap.part.startswith(RUN)


class Kind(Struct, frozen=True, kw_only=True):
    """What a system is, in one value: the only thing the registry knows of it.

    `config` is a msgspec Struct whose fields are the keys that only this kind has, each
    with a default unless it is required. `open(name, config, fetch)` makes a source.
    `settle` is the longest hand-over between its own runs that is known, in seconds.
    `identity` names those keys of its own that tell two systems at one address apart.
    """

    name: str
    title: str
    config: type[Struct]
    open: Callable[[str, Any, Fetch], Source]
    settle: float
    identity: tuple[str, ...] = ()
