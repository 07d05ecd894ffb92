"""The nouns of the model: a case, a step of the observer, and a situation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

T = TypeVar("T")

RunOf = tuple[int, str, int]
"""(id, state, version)."""

PartOf = tuple[RunOf, ...] | None
"""The runs of a part, or None while the part does not exist."""

View = object
MarkOf = object

QUEUED, RUNNING, FINISHED = "Q", "R", "F"
ACTIVE = (QUEUED, RUNNING)

MarkName = Literal["none", "count", "newest", "newest+version", "digest", "counter"]
Reading = Literal["mark, list", "list, mark", "one answer", "windows, lists", "ids, bodies"]


class Budget(NamedTuple):
    """How often the environment may still do what makes the world grow."""

    starts: int = 0
    restarts: int = 0
    deletes: int = 0
    messages: int = 0
    requeues: int = 0
    creations: int = 0
    lies: int = 0  # answers that say of a run that it is not there, though it is


NOTHING = Budget()


@dataclass(frozen=True, kw_only=True)
class Case:
    """One world and one way of looking at it, with what is known to come of it.

    `mark` is what the observer compares, over the `window` newest runs where that is set.
    `reading` is the order of its requests in look 1. `queries` are the states that one
    list request asks for. `second_list` makes look 2 read the lists too. `overlap` lets
    look 2 of a part begin before look 1 of the next one. `relist` reads the list of parts
    again at the start of look 2. `stale` lets any answer be one change of its part old.

    The part `remembered` is in no list: each of its runs is asked for by its id, in both looks. A
    run that is not there is a gap, unless the observer `believes_404`, and takes it for an end.
    """

    name: str
    instant: bool
    flight: bool
    world: tuple[PartOf, ...] = (((1, FINISHED, 0),), ((1, RUNNING, 0),))
    budget: Budget = NOTHING
    mark: MarkName = "digest"
    window: int | None = None
    reading: Reading = "mark, list"
    queries: tuple[tuple[str, ...], ...] = (ACTIVE,)
    second_list: bool = False
    overlap: bool = False
    relist: bool = True
    stale: bool = False
    late_ids: bool = False
    wait_for_lag: bool = False
    wait_for_messages: bool = False
    remembered: int | None = None
    believes_404: bool = False

    @property
    def holds(self) -> bool:
        return self.instant and self.flight


class Step(NamedTuple):
    """One thing that the observer does, at one instant."""

    look: int
    does: Literal["parts", "mark", "list", "both", "ids", "bodies", "pause", "id"]
    part: int = 0
    states: tuple[str, ...] = ACTIVE
    number: int = 0  # the run that is asked for by its id


class Situation(NamedTuple):
    """The world, the observer's place and memory, and what has been true meanwhile."""

    parts: tuple[PartOf, ...]
    previous: tuple[PartOf, ...]  # each part one change ago: what a stale answer shows
    drawn: tuple[int, ...]  # the highest id that each part has given
    flying: tuple[int, ...]  # messages on their way to each part
    old: tuple[int, ...]  # of these, how many were sent before look 1 had ended
    budget: Budget
    step: int
    listed: tuple[bool, ...]  # which parts look 1 knew
    marks: tuple[MarkOf, ...]  # what look 1 read
    held: View  # ids whose bodies are still to be read
    idle: bool  # there was an instant without an active run …
    calm: bool  # … and one that had no message on its way either


def busy(parts: tuple[PartOf, ...]) -> bool:
    return any(run[1] != FINISHED for part in parts for run in part or ())


def note(here: Situation) -> Situation:
    """Remembers an idle instant, once the observer has begun."""
    if here.step == 0 or busy(here.parts):
        return here
    return here._replace(idle=True, calm=here.calm or not any(here.flying))


def changed(items: tuple[T, ...], index: int, item: T) -> tuple[T, ...]:
    return (*items[:index], item, *items[index + 1 :])
