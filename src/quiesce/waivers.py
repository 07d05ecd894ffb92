"""Which active runs people have decided not to count, and for how long: pure.

A waiver names one run (`source/id`, or all of `source/application/pipeline/id`) or a pattern
with shell wildcards over the latter. It covers that run also while its system tells nothing of it,
and nothing else that could not be seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fnmatch import fnmatchcase

from quiesce.model import Run
from quiesce.past import Waiver
from quiesce.words import decision


def full_name(run: Run) -> str:
    """What patterns are matched against."""
    return f"{run.source}/{run.application}/{run.pipeline}/{run.id}"


def covers(waiver: Waiver, run: Run) -> bool:
    """Whether a waiver is about a run, whatever the time is."""
    name = full_name(run)
    return waiver.pattern in {name, run.reference} or fnmatchcase(name, waiver.pattern)


def in_force(waivers: Iterable[Waiver], at: datetime) -> tuple[Waiver, ...]:
    """Those that have not ended yet: an expired one bites again."""
    return tuple(waiver for waiver in waivers if at < waiver.until)


def waived(runs: Iterable[Run], waivers: Iterable[Waiver], at: datetime) -> dict[str, Waiver]:
    """By reference: the waiver of each active run that has one; of several, the longest."""
    longest_first = sorted(in_force(waivers, at), key=lambda one: (one.until, one.id), reverse=True)
    found: dict[str, Waiver] = {}
    for run in runs:
        if not run.state.active:
            continue
        waiver = next((one for one in longest_first if covers(one, run)), None)
        if waiver is not None:
            found[run.reference] = waiver
    return found


def words(waiver: Waiver) -> str:
    """`until 2026-12-01 08:00 UTC by bob: known zombie`."""
    return decision(f"{waiver.until:%Y-%m-%d %H:%M} UTC", waiver.by, waiver.reason)
