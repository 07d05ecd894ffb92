"""An exhaustive model of the double look: every interleaving of a small world and its observer.

A world has a few parts, and a part holds runs. A run is (id, state, version); its state is
queued, running or finished, and its version grows with every change. The environment moves
in any order, as often as its budgets allow: it starts, finishes, restarts, requeues and
deletes runs, and hands work over by messages that are recorded nowhere while they fly. The
observer takes the steps of its plan, in order: look 1, a pause, look 2. Between any two of
its steps the environment may do anything.

Two properties are checked wherever the observer would say `quiet` of a pair of looks:

*instant*: between its first and its last step there was an instant without an active run.
*flight*: at such an instant, no message was on its way either.

The model has no clocks: a pause that is longer than the longest hand-over is one that ends
when the messages that were sent before it have arrived, and a pause that is longer than the
largest lag is one after which no answer is older than the pause.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from tests.double_look.environment import happen
from tests.double_look.observer import observe, plan
from tests.double_look.states import FINISHED, Case, Situation, Step, note


class Result(NamedTuple):
    """What was found: None, or the shortest way to a `quiet` that was not true."""

    instant: tuple[str, ...] | None
    flight: tuple[str, ...] | None
    situations: int


def explore(case: Case) -> Result:
    """Every situation that can come about, until both properties are broken or all is seen.

    A situation in which both properties are already met is not followed any further:
    whatever comes of it, they stay met.
    """
    steps = plan(case)
    first = _beginning(case)
    came_from: dict[Situation, Situation | None] = {first: None}
    todo = deque([first])
    no_instant: Situation | None = None
    in_flight: Situation | None = None
    while todo and (no_instant is None or in_flight is None):
        here = todo.popleft()
        if here.step == len(steps):
            no_instant = no_instant or (None if here.idle else here)
            in_flight = in_flight or (None if here.calm else here)
            continue
        for there in _onwards(case, steps, here):
            noted = note(there)
            if noted in came_from or (noted.idle and noted.calm):
                continue
            came_from[noted] = here
            todo.append(noted)
    return Result(
        instant=_story(no_instant, came_from, steps),
        flight=_story(in_flight, came_from, steps),
        situations=len(came_from),
    )


def confirms_idle(case: Case) -> bool:
    """Whether the observer says `quiet` of a world in which nothing is active or happens."""
    still = tuple(
        part and tuple((number, FINISHED, version) for number, _, version in part)
        for part in case.world
    )
    steps = plan(case)
    here = [_beginning(case)._replace(parts=still, previous=still)]
    for _ in steps:
        here = [there for one in here for there in observe(case, steps, one)]
    return bool(here)


def _beginning(case: Case) -> Situation:
    nothing = (0,) * len(case.world)
    return Situation(
        parts=case.world,
        previous=case.world,
        drawn=tuple(max((run[0] for run in part or ()), default=0) for part in case.world),
        flying=nothing,
        old=nothing,
        budget=case.budget,
        step=0,
        listed=(False,) * len(case.world),
        marks=(None,) * len(case.world),
        held=None,
        idle=False,
        calm=False,
    )


def _onwards(case: Case, steps: tuple[Step, ...], here: Situation) -> Iterator[Situation]:
    yield from observe(case, steps, here)
    yield from happen(case, here)


def _story(
    end: Situation | None,
    came_from: dict[Situation, Situation | None],
    steps: tuple[Step, ...],
) -> tuple[str, ...] | None:
    """The way to a situation, one line a move, for whoever asks how it can come about."""
    if end is None:
        return None
    way: list[Situation] = []
    here: Situation | None = end
    while here is not None:
        way.append(here)
        here = came_from[here]
    way.reverse()
    lines: list[str] = []
    for before, after in itertools.pairwise(way):
        if after.step > before.step:
            step = steps[before.step]
            lines.append(
                f"look {step.look} reads {step.does} {step.part}".replace("reads pause", "pause")
            )
        else:
            lines.append(f"    {_shown(after)}")
    return (f"    {_shown(way[0])}", *lines)


def _shown(here: Situation) -> str:
    parts = (
        "-" if part is None else " ".join(f"{n}{state}{version}" for n, state, version in part)
        for part in here.parts
    )
    return f"{' | '.join(parts)}   in flight: {sum(here.flying)}"
