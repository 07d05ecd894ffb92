"""What may happen in a world of the model, at any time and in any order."""

from __future__ import annotations

from collections.abc import Iterator

from tests.double_look.states import (
    ACTIVE,
    FINISHED,
    QUEUED,
    RUNNING,
    Case,
    PartOf,
    RunOf,
    Situation,
    changed,
)


def happen(case: Case, here: Situation) -> Iterator[Situation]:
    for place, part in enumerate(here.parts):
        if part is None:
            if here.budget.creations:
                yield _spend(_put(case, here, place, ()), "creations")
            continue
        if place != case.remembered:  # what starts there is not remembered, and no list shows it
            yield from _starts(case, here, place, part)
            yield from _arrivals(case, here, place, part)
        for index in range(len(part)):
            yield from _changes(case, here, place, part, index)


def _starts(
    case: Case, here: Situation, place: int, part: tuple[RunOf, ...]
) -> Iterator[Situation]:
    if not here.budget.starts:
        return
    new = here.drawn[place] + 1
    spent = _spend(here, "starts")
    states = ACTIVE if len(case.queries) > 1 or here.budget.requeues else (RUNNING,)
    for state in states:
        there = _put(case, spent, place, (*part, (new, state, 0)))
        yield there._replace(drawn=changed(here.drawn, place, new))
        if case.late_ids:  # an id that was drawn earlier is committed only now
            for free in sorted(set(range(1, new - 1)) - {run[0] for run in part}):
                yield _put(case, spent, place, (*part, (free, state, 0)))


def _arrivals(
    case: Case, here: Situation, place: int, part: tuple[RunOf, ...]
) -> Iterator[Situation]:
    if not here.flying[place]:
        return
    new = here.drawn[place] + 1
    there = _put(case, here, place, (*part, (new, RUNNING, 0)))
    there = there._replace(
        drawn=changed(here.drawn, place, new),
        flying=changed(here.flying, place, here.flying[place] - 1),
    )
    if here.old[place]:
        yield there._replace(old=changed(here.old, place, here.old[place] - 1))
    if here.flying[place] > here.old[place]:
        yield there


def _changes(
    case: Case, here: Situation, place: int, part: tuple[RunOf, ...], index: int
) -> Iterator[Situation]:
    number, state, version = part[index]

    def becomes(new: str, onwards: Situation = here) -> Situation:
        later = (number, new, version + 1)
        return _put(case, onwards, place, (*part[:index], later, *part[index + 1 :]))

    if state == QUEUED:
        yield becomes(RUNNING)
    elif state == RUNNING:
        yield becomes(FINISHED)
        if here.budget.requeues:
            yield becomes(QUEUED, _spend(here, "requeues"))
        if here.budget.messages:  # it ends, and a message that starts another run sets off
            for to in range(len(here.parts)):
                if to == case.remembered:
                    continue
                sent = changed(here.flying, to, here.flying[to] + 1)
                yield becomes(FINISHED, _spend(here, "messages"))._replace(flying=sent)
    else:
        if here.budget.restarts:
            yield becomes(RUNNING, _spend(here, "restarts"))
        if here.budget.deletes:
            gone = (*part[:index], *part[index + 1 :])
            yield _put(case, _spend(here, "deletes"), place, gone)


def _put(case: Case, here: Situation, place: int, part: PartOf) -> Situation:
    parts = changed(here.parts, place, part)
    if not case.stale:  # nobody will ask what was there before
        return here._replace(parts=parts, previous=parts)
    return here._replace(parts=parts, previous=changed(here.previous, place, here.parts[place]))


def _spend(here: Situation, what: str) -> Situation:
    left: int = getattr(here.budget, what) - 1
    return here._replace(budget=here.budget._replace(**{what: left}))
