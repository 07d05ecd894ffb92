"""What is to be expected of everything that is active."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec.structs import replace

from quiesce.forecast.known import Key, Known
from quiesce.forecast.logged import Calibration, recalibrated
from quiesce.forecast.single import Judged, beyond, judged, sane
from quiesce.forecast.together import Everything, Starts, Tree
from quiesce.model import Run
from quiesce.past import Estimate, Outlook


def outlook(
    runs: Iterable[Run],
    known: Mapping[Key, Known],
    *,
    now: datetime,
    changed: Mapping[str, datetime | None] | None = None,
    learnt: Calibration | None = None,
    slower: float = 1.0,
) -> Outlook:
    """An estimate for each active run, and for all of them together.

    `known` is by source, application and pipeline, and has the pipelines that these may start
    as well. `changed` says by reference (`source/id`) when a stage of a run changed last.
    What has ended is left out; so should be what is waived.

    `learnt` is what the earlier predictions for the same set came to (`calibration`), and
    `slower` how many times their usual length runs take just now (`pace`).
    """
    active = {run.reference: run for run in runs if run.state.active}
    if not active:
        return Outlook()
    found = {
        reference: judged(run, known.get(_key(run)), now, (changed or {}).get(reference))
        for reference, run in active.items()
    }
    starts = Starts(known)
    pipelines = {_key(run) for run in active.values()}
    unknown = frozenset[Key]().union(*(starts.unknown(key) for key in pipelines))
    learnt = learnt or Calibration()
    quiet = (
        _without(found, now)
        if unknown or any(each.remaining is None for each in found.values())
        else recalibrated(_together(active, found, starts, now), learnt, slower)
    )
    usual = (each.estimate.typical for each in found.values())
    return Outlook(
        runs={reference: each.estimate for reference, each in found.items()},
        quiet=replace(quiet, beyond=beyond(quiet.bound, quiet.likely, *usual)),
        unknown=tuple(sorted(unknown)),
        learnt=learnt.count,
        slower=slower,
    )


def _without(found: Mapping[str, Judged], now: datetime) -> Estimate:
    """One run without an estimate leaves the whole without: its end is part of the answer."""
    return Estimate(at=now, runs=_fewest(found))


def _together(
    active: Mapping[str, Run], found: Mapping[str, Judged], starts: Starts, now: datetime
) -> Estimate:
    together = Everything(
        [
            Tree(each.remaining, starts.after(_key(active[reference])))
            for reference, each in found.items()
            if each.remaining is not None
        ]
    )
    return Estimate(
        at=now,
        likely=sane(together.likely),
        bound=sane(together.bound) if _bounded(found) else None,
        basis="pipeline",
        runs=_fewest(found),
        rough=any(each.estimate.rough for each in found.values()),
        overdue=any(each.estimate.overdue for each in found.values()),
        stuck=any(each.estimate.stuck for each in found.values()),
    )


def _bounded(found: Mapping[str, Judged]) -> bool:
    """Whether the bound of all can be told.

    A run that has outlived all earlier ones of its pipeline has no bound by itself. With a
    hundred active there is nearly always one, and of all together the bound holds nonetheless,
    as measured: were it not told, it could not be corrected by what came of it either. What waits
    to begin is another matter: nobody knows for how long.
    """
    several = len(found) > 1
    return all(each.bounded or (several and each.estimate.longest) for each in found.values())


def _fewest(found: Mapping[str, Judged]) -> int:
    return min(each.estimate.runs for each in found.values())


def _key(run: Run) -> Key:
    return run.source, run.application, run.pipeline
