"""Choosing, ordering, grouping and counting runs: pure.

A `Question` says what is wanted. It was only a hint to the sources, so it is applied here again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from quiesce.model import Question, Run, State

_NEVER = datetime.max.replace(tzinfo=UTC)
_EVER = datetime.min.replace(tzinfo=UTC)


def matches(run: Run, question: Question) -> bool:
    """Whether a run is one that was asked for: by application, pipeline and state.

    Applications are compared without regard to case, as no system has two that differ in it.
    """
    if (
        question.application is not None
        and run.application.casefold() != question.application.casefold()
    ):
        return False
    if question.pipeline is not None and run.pipeline != question.pipeline:
        return False
    return not question.states or run.state in question.states


def select(runs: Iterable[Run], question: Question) -> tuple[Run, ...]:
    """The runs that were asked for, the oldest first."""
    return oldest_first(run for run in runs if matches(run, question))


def oldest_first(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Ordered by their begin, those without one last; the order of the input does not matter."""
    return tuple(sorted(runs, key=lambda run: (_begin(run, _NEVER), _identity(run))))


def newest_first(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Ordered by their begin from the latest on, those without one last."""
    by_identity = sorted(runs, key=_identity)
    return tuple(sorted(by_identity, key=lambda run: _begin(run, _EVER), reverse=True))


def by_state(runs: Iterable[Run], wanted: Iterable[State] = ()) -> dict[State, tuple[Run, ...]]:
    """Runs grouped by state, in the order of `State`, the newest first in each group.

    A state without runs has no group, unless it is one of those that were asked for
    (`wanted`): then its group is empty, which says that it was looked for.
    """
    groups: dict[State, list[Run]] = {}
    for run in runs:
        groups.setdefault(run.state, []).append(run)
    asked = frozenset(wanted)
    return {
        state: newest_first(groups.get(state, ()))
        for state in State
        if state in groups or state in asked
    }


def latest(runs: Iterable[Run], limit: int) -> tuple[Run, ...]:
    """All that are active and the newest `limit` of the others, the newest first."""
    ordered = newest_first(runs)
    finished = [run for run in ordered if not run.state.active]
    return newest_first([*(run for run in ordered if run.state.active), *finished[:limit]])


def count(runs: Sequence[Run], wanted: Iterable[State] = ()) -> dict[State, int]:
    """How many runs there are in each state, in the order of `State`."""
    return {state: len(group) for state, group in by_state(runs, wanted).items()}


def _begin(run: Run, missing: datetime) -> datetime:
    return run.started_at or run.created_at or missing


def _identity(run: Run) -> tuple[str, str, str, str]:
    return run.source, run.application, run.pipeline, run.id
