"""When it will be quiet, in words, and which runs don't count: what `ls`, `check`, `wait` add."""

from __future__ import annotations

from datetime import datetime, timedelta

from quiesce.answer import Answer
from quiesce.model import Run
from quiesce.past import Estimate, Waiver
from quiesce.render.beside import beside, bound_at, counted, likely_at, waived
from quiesce.render.estimates import quiet_note, run_note
from quiesce.render.screen import Screen
from quiesce.render.words import brief, clock, count, where
from quiesce.words import decision

MOST_LATE = 3
"""So many runs that take too long are named in a sentence; the table marks all of them."""

MOST_WAIVED = 20


def hour(time: datetime, now: datetime, *, up: bool = False) -> str:
    """`14:20`, in the zone of `now`, with the date when that is another day.

    To the nearest minute, or to the next one: a bound that is rounded down is not one.
    """
    return moment(time + timedelta(seconds=59.999999 if up else 30), now)


def moment(time: datetime, now: datetime) -> str:
    """`14:20`, in the zone of `now`, with the date when that is another day; rounded down."""
    local = time.astimezone(now.tzinfo)
    return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%Y-%m-%d %H:%M}"


def eta(estimate: Estimate | None, now: datetime, *, short: bool) -> str:
    """What the table says of a run's end: `14:20 (in 12 min)`, `14:20`, `overdue`, `stuck`."""
    if estimate is None:
        return ""
    likely = likely_at(estimate)
    word = "stuck" if estimate.stuck else "overdue" if estimate.overdue else ""
    if word:
        return word if short or likely is None else f"{word}, {hour(likely, now)}"
    if likely is None:
        return "-" if short else "no estimate"
    return hour(likely, now) if short else clock(likely + timedelta(seconds=30), now)


def expected(answer: Answer, now: datetime) -> list[str]:
    """`quiet at about 14:20, 90 % by 14:50`, or why there is no number; and what is late."""
    outlook = answer.outlook
    if outlook is None:
        return []
    known = beside(answer)
    late = [
        (run, estimate)
        for run in counted(answer)
        if (estimate := known.estimate(run)) is not None and (estimate.overdue or estimate.stuck)
    ]
    said = [_late(run, estimate) for run, estimate in late[:MOST_LATE]]
    if len(late) > MOST_LATE:
        said.append(f"{len(late) - MOST_LATE:,} more overdue")
    if outlook.quiet is not None:
        note = quiet_note(outlook, answer.look.runs, late_told=bool(late))
        said.append(_quiet(outlook.quiet, now, note))
    return said


def outlook_line(answer: Answer, screen: Screen, now: datetime) -> str:
    """The same as a line of its own; empty where nobody has estimated anything."""
    said = expected(answer, now)
    return f"expected: {screen.text('; '.join(said))}\n" if said else ""


def _late(run: Run, estimate: Estimate) -> str:
    return f"{brief(run.pipeline)} ({where(run)}) {run_note(run, estimate)}"


def _quiet(estimate: Estimate, now: datetime, note: str) -> str:
    likely, bound = likely_at(estimate), bound_at(estimate)
    if likely is None:
        return note
    said = f"quiet at about {hour(likely, now)}"
    if bound is not None:
        said += f", 90 % by {hour(bound, now, up=True)}"
    return f"{said} ({note})" if note else said


def waiver_words(waiver: Waiver, now: datetime) -> str:
    """`until 18:00 (in 9 h 40 min) by bob: known zombie`."""
    return decision(clock(waiver.until, now), brief(waiver.by), brief(waiver.reason))


def waived_lines(answer: Answer, screen: Screen, now: datetime) -> str:
    """A line for each run that doesn't count: which, until when, by whom and why."""
    runs = waived(answer)
    known = beside(answer)
    lines = [
        f"waived: {brief(run.pipeline)} ({where(run)}) {brief(run.id)} {waiver_words(waiver, now)}"
        for run in runs[:MOST_WAIVED]
        if (waiver := known.waiver(run)) is not None
    ]
    if len(runs) > MOST_WAIVED:
        lines.append(f"and {count(len(runs) - MOST_WAIVED, 'more run')} that are waived")
    return "".join(f"{screen.text(line)}\n" for line in lines)
