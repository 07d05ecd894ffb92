"""What the store knows of the pipelines of a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct, field

from quiesce.errors import Known
from quiesce.model import FINISHED, Question, Run, State
from quiesce.render.strip import BASIS
from quiesce.summary import matches, newest_first

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Wanted(Struct, frozen=True, kw_only=True):
    """Which runs of the pipelines of a name are wanted.

    `limit` is how many finished ones are shown, of those in one of the `states` where there are
    any. `since` is about their begin.
    """

    pipeline: str
    application: str | None = None
    states: frozenset[State] = frozenset()
    since: datetime | None = None
    limit: int = 200

    @property
    def question(self) -> Question:
        """What the systems are asked: enough for a glance at each pipeline, in every state."""
        return Question(
            application=self.application, pipeline=self.pipeline, limit=max(self.limit, BASIS)
        )

    def begun(self, run: Run) -> bool:
        """Whether a run began since; one that is active counts whenever it did."""
        began = run.started_at or run.created_at or run.ended_at
        since = self.since
        return since is None or run.state.active or (began is not None and began >= since)


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
    wanted: Wanted,
    *,
    live: Sequence[Run] | None = None,
) -> Kept:
    """What is kept of these sources; `names` are theirs by key.

    The runs are the newest of all together, the newest of each pipeline, and all that are active.
    `live` are the runs that were seen just now, whose states counts are to follow; None where
    no counts are asked for.
    """
    from quiesce.store.reading import read
    from quiesce.store.reading.known import known
    from quiesce.store.reading.lookup import last_looks

    question = wanted.question
    active = [
        one.run
        for those in read.remembered(connection, names).values()
        for one in those
        if matches(one.run, question)
    ]
    runs = [
        *_newest_of_each(connection, names, wanted),
        *_newest_of_all(connection, names, wanted, wanted.limit + len(active)),
    ]
    return Kept(
        runs=newest_first({(run.source, run.id): run for run in (*runs, *active)}.values()),
        counts=None if live is None else _counts(connection, names, wanted, live),
        known=()
        if runs or active
        else tuple(
            Known(key.pipeline, f"{key.application}, {names[key.source]}")
            for key in known(connection, names)
        ),
        as_of=last_looks(connection, names, wanted.pipeline),
    )


def _newest_of_each(
    connection: Connection, names: Mapping[str, str], wanted: Wanted
) -> Iterable[Run]:
    """So many of each pipeline that a glance at it depends neither on the limit nor on others."""
    from quiesce.store.reading.lookup import newest_of_each

    return newest_of_each(
        connection,
        names,
        pipeline=wanted.pipeline,
        application=wanted.application,
        since=wanted.since,
        count=BASIS,
    )


def _newest_of_all(
    connection: Connection, names: Mapping[str, str], wanted: Wanted, limit: int
) -> Iterable[Run]:
    """The finished ones that may be shown; none where only active ones are wanted."""
    from quiesce.store.reading import read

    states = wanted.states & FINISHED
    if wanted.states and not states:
        return []
    return read.recent(
        connection,
        names,
        pipeline=wanted.pipeline,
        application=wanted.application,
        states=states,
        since=wanted.since,
        limit=limit,
    )


def _counts(
    connection: Connection,
    names: Mapping[str, str],
    wanted: Wanted,
    live: Sequence[Run],
) -> dict[State, int]:
    """How many runs there are in each state, as if what was seen just now were kept already."""
    from quiesce.store.reading import read

    counts = read.counts(
        connection,
        names,
        pipeline=wanted.pipeline,
        application=wanted.application,
        since=wanted.since,
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
    from quiesce.store.reading.lookup import states

    return {
        (name, each): state
        for key, name in names.items()
        for each, state in states(
            connection, key, [run.id for run in live if run.source == name]
        ).items()
    }
