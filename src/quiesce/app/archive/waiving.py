"""What a waiver would be about: from the words of a person to a pattern, and what it covers."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from quiesce.app.archive.finding import exactly, find_runs, only
from quiesce.errors import ConfigError
from quiesce.model import Run
from quiesce.past import Waiver
from quiesce.render.names import parse_name
from quiesce.waivers import covers, full_name, in_force

if TYPE_CHECKING:
    from sqlalchemy import Connection

LONGEST = 1000
"""Of a pattern and of a reason, in characters."""

_WILD = re.compile(r"[*?\[]")

_NOWHERE = "\x01 a name that nothing has \x01"
"""What matches this as an application, a pipeline and an id matches whatever there will be."""

Standing = Literal["in force", "expired", "taken back"]


class Meant(Struct, frozen=True, kw_only=True):
    """A pattern, the known active runs that it covers, and remarks for who waives."""

    pattern: str
    runs: tuple[Run, ...] = ()
    remarks: tuple[str, ...] = ()


class Listed(Struct, frozen=True, kw_only=True):
    """A waiver, how it stands, and the known active runs that it covers."""

    waiver: Waiver
    standing: Standing
    runs: tuple[Run, ...] = ()


def meant(connection: Connection, words: str, *, force: bool = False) -> Meant:
    """What `RUN|PATTERN` is about; raises `ConfigError` for what can't be made out.

    A pattern that covers all of a source needs `force`: it would hide what nobody has seen yet.
    """
    from quiesce.app.archive.opening import named
    from quiesce.store.reading import read
    from quiesce.store.reading.known import known

    if not words.strip() or len(words) > LONGEST:
        raise ConfigError(f"a pattern has 1 to {LONGEST:,} characters")
    names = named(connection)
    active = [one.run for those in read.remembered(connection, names).values() for one in those]
    if not _WILD.search(words):
        return _one(connection, words, names, active)
    pipelines = [
        (names[key.source], key.application, key.pipeline) for key in known(connection, names)
    ]
    if not force and (broad := _broad(words, sorted(set(names.values())), pipelines)):
        raise ConfigError(
            f"this pattern covers every run of {broad}, also those that nobody has seen yet",
            hint="say which application or pipeline is meant, or add --force",
        )
    runs = tuple(run for run in active if fnmatchcase(full_name(run), words))
    return Meant(pattern=words, runs=runs, remarks=_doubts(words, runs, pipelines))


def waivers_of(connection: Connection, now: datetime) -> list[Listed]:
    """All waivers in the order in which they were made, with how each stands."""
    from quiesce.app.archive.opening import named
    from quiesce.store.reading import chronicle, read

    names = named(connection)
    active = [one.run for those in read.remembered(connection, names).values() for one in those]
    there = chronicle.waivers(connection)
    kept, biting = {one.id for one in there}, {one.id for one in in_force(there, now)}
    return [
        _listed(waiver, "in force" if waiver.id in biting else _over(waiver, kept), active)
        for waiver in chronicle.waivers(connection, removed=True)
    ]


def _over(waiver: Waiver, kept: Collection[int]) -> Standing:
    return "expired" if waiver.id in kept else "taken back"


def _listed(waiver: Waiver, standing: Standing, active: Sequence[Run]) -> Listed:
    runs = tuple(run for run in active if standing == "in force" and covers(waiver, run))
    return Listed(waiver=waiver, standing=standing, runs=runs)


def _one(connection: Connection, words: str, names: dict[str, str], active: Sequence[Run]) -> Meant:
    """The one run that is named: whole, by `source/id`, or by the begin of its id."""
    name = parse_name(words)
    found = find_runs(connection, words, names, active)
    if not found and name is not None:
        return Meant(
            pattern=exactly("/".join(name)),
            remarks=("the store knows no active run of this name",),
        )
    run = only(found, words, active, "quiesce waive")
    ended = () if run.state.active else (f"this run has ended already ({run.state})",)
    return Meant(
        pattern=exactly(full_name(run)), runs=(run,) if run.state.active else (), remarks=ended
    )


def _broad(pattern: str, sources: Sequence[str], pipelines: Sequence[tuple[str, str, str]]) -> str:
    """The source of which a pattern covers everything; empty where it covers less."""
    nothing = (_NOWHERE, _NOWHERE, _NOWHERE)
    if fnmatchcase("/".join((_NOWHERE, *nothing)), pattern):
        return "every source"
    for source in sources:
        if fnmatchcase("/".join((source, *nothing)), pattern):
            return source
        own = [one for one in pipelines if one[0] == source]
        if len(own) > 1 and all(_may_match(pattern, one) for one in own):
            return source
    return ""


def _doubts(
    pattern: str, runs: Sequence[Run], pipelines: Sequence[tuple[str, str, str]]
) -> tuple[str, ...]:
    if runs:
        return ()
    about = sum(_may_match(pattern, one) for one in pipelines)
    if not about:
        return ("nothing that the store knows matches this pattern",)
    what = "1 known pipeline" if about == 1 else f"{about:,} known pipelines"
    return (f"no active run matches it now; it is about {what}",)


def _may_match(pattern: str, pipeline: tuple[str, str, str]) -> bool:
    """Whether some run of a pipeline may match: its id is made of what the pattern ends in."""
    ident = re.sub(r"[*?\[\]!]", "", pattern.rpartition("/")[2]) or "0"
    return fnmatchcase("/".join((*pipeline, ident)), pattern)
