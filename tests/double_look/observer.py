"""What the observer of the model does: its plan, and what it makes of each answer."""

from __future__ import annotations

from collections.abc import Iterator

from tests.double_look.states import (
    Case,
    MarkOf,
    RunOf,
    Situation,
    Step,
    changed,
    note,
)


def plan(case: Case) -> tuple[Step, ...]:
    """What the observer does, in order."""
    every = range(len(case.world))
    first = {part: _look_one(case, part) for part in every}
    second = {part: _look_two(case, part) for part in every}
    if case.overlap:
        return (Step(1, "parts"), *(s for part in every for s in (*first[part], *second[part])))
    steps = [Step(1, "parts")]
    if case.reading == "windows, lists":
        lists = [part for part in every if part != case.remembered]
        steps += [first[part][0] for part in lists]
        steps += [step for part in lists for step in first[part][1:]]
        steps += [step for part in every if part == case.remembered for step in first[part]]
    else:
        steps += [step for part in every for step in first[part]]
    steps.append(Step(1, "pause"))
    steps += [Step(2, "parts")] if case.relist else []
    steps += [step for part in every for step in second[part]]
    return tuple(steps)


def _by_ids(case: Case, look: int, part: int) -> list[Step]:
    return [Step(look, "id", part, number=run[0]) for run in case.world[part] or ()]


def _look_one(case: Case, part: int) -> list[Step]:
    if part == case.remembered:
        return _by_ids(case, 1, part)
    lists = [Step(1, "list", part, states) for states in case.queries]
    match case.reading:
        case "mark, list":
            return [Step(1, "mark", part), *lists]
        case "list, mark":
            return [*lists, Step(1, "mark", part)]
        case "one answer":
            return [Step(1, "both", part)]
        case "windows, lists":  # the window is a list of its own, for the runs in it
            return [Step(1, "both", part), *lists]
        case "ids, bodies":
            return [Step(1, "ids", part), Step(1, "bodies", part)]


def _look_two(case: Case, part: int) -> list[Step]:
    if part == case.remembered:
        return _by_ids(case, 2, part)
    if case.reading == "ids, bodies":
        return [Step(2, "ids", part), Step(2, "bodies", part)]
    one_answer = case.reading in ("one answer", "windows, lists")
    mark = Step(2, "both" if one_answer else "mark", part)
    lists = [Step(2, "list", part, states) for states in case.queries]
    return [mark, *lists] if case.second_list else [mark]


def observe(case: Case, steps: tuple[Step, ...], here: Situation) -> Iterator[Situation]:
    """The observer's next step; none where it has seen that all is not quiet."""
    step = steps[here.step]
    # An observation happens at an instant of its own, which counts even if it is the first.
    on = note(here._replace(step=here.step + 1))
    if step.does == "pause":
        yield from _pause(case, on)
    elif step.does == "parts":
        yield from _parts(case, step, on)
    elif step.does == "id":
        yield from _ask_by_id(case, step, on)
    elif here.listed[step.part]:
        yield from _read(case, step, on)
    else:
        yield on


def _pause(case: Case, on: Situation) -> Iterator[Situation]:
    if not (case.wait_for_messages and any(on.old)):
        yield on._replace(previous=on.parts) if case.wait_for_lag else on


def _parts(case: Case, step: Step, on: Situation) -> Iterator[Situation]:
    """The list of parts is read; look 2 goes on only if it is the one of look 1."""
    views = dict.fromkeys((on.parts, on.previous))
    for answer in dict.fromkeys(tuple(part is not None for part in view) for view in views):
        if step.look == 1:
            yield on._replace(listed=answer)
        elif answer == on.listed:
            yield on


def _ask_by_id(case: Case, step: Step, on: Situation) -> Iterator[Situation]:
    """A remembered run: its answer is list and mark at once."""
    place = step.part
    known = {run[0]: run for run in on.parts[place] or ()}
    answers = [(known.get(step.number), on)]
    if on.budget.lies:
        left = on.budget._replace(lies=on.budget.lies - 1)
        answers.append((None, on._replace(budget=left)))
    for run, there in answers:
        if run is None and not case.believes_404:
            continue  # a gap
        if run is not None and run[1] in step.states:
            continue  # seen to be active
        version = None if run is None else run[2]
        told = there.marks[place]
        before = told if isinstance(told, tuple) else ()
        read = there._replace(old=_sent(case, step, there))
        if step.look == 1:
            marks = changed(on.marks, place, (*before, (step.number, version)))
            yield read._replace(marks=marks)
        elif case.mark == "none" or (step.number, version) in before:
            yield read


def _read(case: Case, step: Step, on: Situation) -> Iterator[Situation]:
    place = step.part
    views = dict.fromkeys((on.parts[place], on.previous[place]))
    for part in views:
        if part is None:
            continue
        if step.does == "ids":
            yield on._replace(held=tuple(run[0] for run in part))
            continue
        seen = part
        if step.does == "bodies":
            asked = on.held if isinstance(on.held, tuple) else ()
            seen = tuple(run for run in part if run[0] in asked)
        elif step.does == "both" and case.window is not None:
            seen = _newest(part, case.window)
        if step.does != "mark" and any(run[1] in step.states for run in seen):
            continue  # seen to be active
        read = on._replace(held=None, old=_sent(case, step, on))
        if step.does == "list":
            yield read
            continue
        mark = on.drawn[place] if case.mark == "counter" else _mark(case, seen)
        if step.look == 1:
            yield read._replace(marks=changed(on.marks, place, mark))
        elif mark == on.marks[place]:
            yield read


def _sent(case: Case, step: Step, on: Situation) -> tuple[int, ...]:
    """The messages that were on their way when look 1 ended: what the pause waits for."""
    return on.flying if case.wait_for_messages and step.look == 1 else on.old


def _newest(part: tuple[RunOf, ...], count: int) -> tuple[RunOf, ...]:
    return tuple(sorted(part)[-count:])


def _mark(case: Case, part: tuple[RunOf, ...]) -> MarkOf:
    match case.mark:
        case "count":
            return len(part)
        case "newest":
            return max((run[0] for run in part), default=0)
        case "newest+version":
            return max(((run[0], run[2]) for run in part), default=(0, 0))
        case "digest":
            return tuple(sorted((run[0], run[2]) for run in part))
        case _:
            return 0
