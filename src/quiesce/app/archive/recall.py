"""The recent runs of a pipeline: what the systems show now, and what the store knows beyond."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from quiesce.errors import ConfigError, Known
from quiesce.model import REST, Gap, Look, Run, SourceLook, State
from quiesce.render.complaint import nearest_hint
from quiesce.source import part_of
from quiesce.summary import matches, newest_first

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from quiesce.model import Question

_TOGETHER = 500
"""Ids of one statement."""


class Kept(Struct, frozen=True, kw_only=True):
    """What the store knows of the pipelines of a name.

    `known` are all pipelines' names, from which the nearest are offered where there is nothing.
    `as_of` says by source when it was last looked at. `counts` is None where none were asked for.
    """

    runs: tuple[Run, ...] = ()
    counts: Mapping[State, int] | None = None
    known: tuple[Known, ...] = ()
    as_of: Mapping[str, datetime] = field(default_factory=dict)


def kept(
    connection: Connection,
    names: Mapping[str, str],
    question: Question,
    *,
    since: datetime | None = None,
    live: Sequence[Run] | None = None,
) -> Kept:
    """What is kept of these sources; `names` are theirs by key.

    `live` are the runs that were seen just now, whose states counts are to follow; None where
    no counts are asked for.
    """
    from quiesce.store import read
    from quiesce.store.known import known

    pipeline = question.pipeline or ""
    runs = read.recent(
        connection,
        names,
        pipeline=pipeline,
        application=question.application,
        states=question.states,
        since=since,
        limit=question.limit,
    )
    active = [
        one.run
        for those in read.remembered(connection, names).values()
        for one in those
        if matches(one.run, question)
    ]
    return Kept(
        runs=newest_first({(run.source, run.id): run for run in (*runs, *active)}.values()),
        counts=None
        if live is None
        else _counts(connection, names, question, since=since, live=live),
        known=()
        if runs or active
        else tuple(
            Known(key.pipeline, f"{key.application}, {names[key.source]}")
            for key in known(connection, names)
        ),
        as_of=_as_of(connection, names, pipeline),
    )


def together(look: Look, stored: Sequence[Run], question: Question) -> tuple[list[Run], Look]:
    """The runs of a look and those of the store, each once, the newest first; what was seen
    just now wins.

    What the store has as active and the look does not account for stays as it was, and is a
    gap: nobody knows whether it still is.
    """
    ended = [run for source in look.sources for run in (*source.ended, *source.gone)]
    seen = [run for run in (*ended, *look.runs) if matches(run, question)]
    found = {(run.source, run.id): run for run in (*stored, *seen)}
    shown = {(run.source, run.id) for run in seen}
    unseen = [run for run in stored if run.state.active and (run.source, run.id) not in shown]
    sources = tuple(_accounted(source, unseen) for source in look.sources)
    return list(newest_first(found.values())), replace(look, sources=sources)


def must_be_known(pipeline: str, look: Look, stored: Kept) -> None:
    """Raises `ConfigError` where neither a system nor the store knows the name."""
    absents = [source.absent for source in look.sources if source.absent is not None]
    if stored.runs or not absents or look.gaps or len(absents) < len(look.sources):
        return
    known = [*(name for absent in absents for name in absent.known), *stored.known]
    count = f"{len(look.sources)} {'source' if len(look.sources) == 1 else 'sources'}"
    raise ConfigError(
        f"no {absents[0].what} named `{absents[0].name}` in {count}, and all of it was read",
        hint=nearest_hint(pipeline if absents[0].what == "pipeline" else absents[0].name, known),
    )


def must_be_kept(pipeline: str, stored: Kept) -> None:
    """The same where nobody was asked."""
    if not stored.runs:
        raise ConfigError(
            f"the store knows no run of a pipeline named `{pipeline}`",
            hint=nearest_hint(pipeline, stored.known) or "ask the systems: leave --offline out",
        )


def vanished(look: Look, stored: Sequence[Run]) -> bool:
    """Whether only the store knows the name: it was deleted, or renamed."""
    absents = [source.absent for source in look.sources]
    return bool(stored) and bool(absents) and all(absents) and not look.runs and not look.gaps


def _accounted(source: SourceLook, unseen: Iterable[Run]) -> SourceLook:
    """The look at a source, with a gap for each run of it that nothing was said of."""
    told = {gap.part for gap in source.gaps}
    if REST in told:
        return source
    gaps = [
        Gap(
            part=part_of(run),
            error="unavailable",
            why=f"{run.reference} was active when it was last seen, and nothing is said of it now",
        )
        for run in unseen
        if run.source == source.name and part_of(run) not in told
    ]
    return replace(source, gaps=(*source.gaps, *gaps))


def _counts(
    connection: Connection,
    names: Mapping[str, str],
    question: Question,
    *,
    since: datetime | None,
    live: Sequence[Run],
) -> dict[State, int]:
    """How many runs there are in each state, as if what was seen just now were kept already."""
    from quiesce.store import read

    counts = read.counts(
        connection,
        names,
        pipeline=question.pipeline or "",
        application=question.application,
        since=since,
    )
    before = _states(connection, names, live)
    for run in live:
        old = before.get((run.source, run.id))
        if old is not None:
            counts[old] = counts.get(old, 0) - 1
        counts[run.state] = counts.get(run.state, 0) + 1
    return {state: counts[state] for state in State if counts.get(state, 0) > 0}


def _states(
    connection: Connection, names: Mapping[str, str], live: Sequence[Run]
) -> dict[tuple[str, str], State]:
    from sqlalchemy import select

    from quiesce.store.rows import state_of
    from quiesce.store.schema import runs

    found: dict[tuple[str, str], State] = {}
    for key, name in names.items():
        ids = [run.id for run in live if run.source == name]
        for begin in range(0, len(ids), _TOGETHER):
            those = runs.c.id.in_(ids[begin : begin + _TOGETHER])
            rows = connection.execute(
                select(runs.c.id, runs.c.state).where(runs.c.source == key, those)
            )
            found |= {(name, row.id): state_of(row.state) for row in rows}
    return found


def _as_of(connection: Connection, names: Mapping[str, str], pipeline: str) -> dict[str, datetime]:
    """When each source was last looked at in a way that has shown this pipeline."""
    from sqlalchemy import func, select

    from quiesce.store.rows import moment
    from quiesce.store.schema import looks

    found: dict[str, datetime] = {}
    shown = looks.c.scope.is_(None) | (looks.c.scope == f"pipeline {pipeline}")
    for key, name in names.items():
        last = select(func.max(looks.c.began_at)).where(looks.c.source == key, shown)
        began = connection.execute(last).scalar()
        if began is not None:
            found[name] = moment(began)
    return found
