"""What the last runs of a pipeline say at a glance: a strip, a usual length, what is unusual."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from statistics import median

from msgspec import Struct

from quiesce.model import Run, State
from quiesce.render.screen import COLORS, Screen
from quiesce.render.words import begin, count, duration

LONGEST = 20
"""So many runs are in a strip."""

BASIS = 50
"""So many of a pipeline's newest runs are looked at: as many as `pipelines` has it from."""

ENOUGH = 20
"""Of fewer runs less than one has taken longer than 95 %, so nothing can be said of one more."""

_FAILED = frozenset({State.FAILED, State.TIMED_OUT})
_TRIED = _FAILED | {State.SUCCEEDED}
"""Ends that say whether it works. A cancel was somebody's wish."""


class Glance(Struct, frozen=True, kw_only=True):
    """The last runs of one pipeline, their states with the newest last.

    `typical` is the median duration in seconds of the `ended` runs that it rests on.
    """

    source: str
    application: str
    name: str
    strip: tuple[State, ...]
    ended: int = 0
    typical: float | None = None
    unusual: tuple[str, ...] = ()


class Told(Struct, frozen=True, kw_only=True):
    """What `status` knows beside the runs that it shows.

    `counts` are over all that is known, None where only the shown ones can be counted. `as_of`
    says by source when it was last looked at, where nobody was asked now. `remarks` are
    sentences. `all` are the runs of every state, the newest first, from which a glance is made.
    `more` is whether some that were asked for are not shown, as they are more than the limit.
    """

    counts: Mapping[State, int] | None = None
    as_of: Mapping[str, datetime | None] | None = None
    remarks: tuple[str, ...] = ()
    all: tuple[Run, ...] = ()
    more: bool = False


def glances(runs: Iterable[Run], now: datetime) -> list[Glance]:
    """One for each pipeline among these runs, which come the newest first."""
    groups: dict[tuple[str, str, str], list[Run]] = {}
    for run in runs:
        groups.setdefault((run.source, run.application, run.pipeline), []).append(run)
    return [_glance(group[:BASIS], now) for group in groups.values()]


def newest_first(groups: Mapping[State, Sequence[Run]]) -> tuple[Run, ...]:
    """All runs of these groups; those whose begin is not known come last."""
    runs = [run for group in groups.values() for run in group]
    dated = [run for run in runs if begin(run) is not None]
    dated.sort(key=lambda run: (begin(run), run.source, run.id), reverse=True)
    return (*dated, *(run for run in runs if begin(run) is None))


def counts_of(groups: Mapping[State, Sequence[Run]], told: Told) -> dict[State, int]:
    """How many runs each of these states has: of all that are known where that is known."""
    if told.counts is None:
        return {state: len(runs) for state, runs in groups.items()}
    return {state: told.counts.get(state, 0) for state in groups}


def strip(states: Sequence[State], screen: Screen) -> str:
    """A shape for each run, the newest last; colours say it again."""
    return "".join(
        screen.paint(screen.glyph(state), COLORS.get(state, "")) for state in states[-LONGEST:]
    )


def glance_lines(found: Sequence[Glance], screen: Screen) -> str:
    """`gate/eks:  last 4: ✔✔✖●  usually 35 min (40 runs)  unusual: 2 failures in a row`."""
    if not found:
        return ""
    alone = len(found) == 1
    lines = []
    for one in found:
        said = [] if alone else [screen.text(f"{one.source}/{one.application}:")]
        said.append(f"last {len(one.strip)}: {strip(one.strip, screen)}")
        if one.typical is not None:
            said.append(f"usually {duration(one.typical)} ({count(one.ended, 'run')})")
        if one.unusual:
            said.append(f"unusual: {'; '.join(one.unusual)}")
        lines.append("  ".join(said))
    return "".join(f"{line}\n" for line in lines)


def _glance(newest_first: Sequence[Run], now: datetime) -> Glance:
    first = newest_first[0]
    taken = [seconds for run in newest_first if (seconds := took_seconds(run)) is not None]
    return Glance(
        source=first.source,
        application=first.application,
        name=first.pipeline,
        strip=tuple(run.state for run in reversed(newest_first[:LONGEST])),
        ended=len(taken),
        typical=median(taken) if taken else None,
        unusual=(*_length(newest_first, now), *_end(newest_first)),
    )


def took_seconds(run: Run) -> float | None:
    """How long a run that has ended took; None where that is not known."""
    if run.state.active or run.ended_at is None or run.started_at is None:
        return None
    seconds = (run.ended_at - run.started_at).total_seconds()
    return seconds if seconds >= 0 else None


def _length(newest_first: Sequence[Run], now: datetime) -> Iterable[str]:
    """Whether the newest run is longer, or was shorter, than 95 % of those before it."""
    newest, *others = newest_first
    before = [seconds for run in others if (seconds := took_seconds(run)) is not None]
    if len(before) < ENOUGH:
        return
    began = begin(newest)
    if newest.state.active and began is not None:
        taken: float | None = (now - began).total_seconds()
    else:
        taken = took_seconds(newest)
    if taken is None:
        return
    longer = sum(one < taken for one in before) / len(before)
    shorter = sum(one > taken for one in before) / len(before)
    verb = "has taken" if newest.state.active else "took"
    if longer > 0.95:
        share = f"{int(100 * longer)} % of {len(before)} earlier runs"
        yield f"the newest {verb} {duration(taken)}, longer than {share}"
    elif shorter > 0.95 and newest.state is State.SUCCEEDED:
        share = f"{int(100 * shorter)} % of {len(before)} earlier runs"
        yield f"the newest took {duration(taken)}, shorter than {share}"


def _end(newest_first: Sequence[Run]) -> Iterable[str]:
    """How the newest end differs from those before it."""
    ends = [run.state for run in newest_first if run.state in _TRIED]
    if not ends:
        return
    failed = len(list(takewhile(lambda state: state in _FAILED, ends)))
    if failed > 1:
        yield f"{failed} failures in a row"
    elif failed == 1:
        well = len(list(takewhile(lambda state: state is State.SUCCEEDED, ends[1:])))
        if well > 1:
            yield f"first failure after {well} successes"
    else:
        before = list(takewhile(lambda state: state in _FAILED, ends[1:]))
        if before:
            yield f"succeeded after {count(len(before), 'failure')}"
