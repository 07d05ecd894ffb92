"""What is to be expected of everything that is active."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from quiesce.forecast.known import Key, Known
from quiesce.forecast.logged import Calibration, recalibrated
from quiesce.forecast.single import Judged, judged, sane
from quiesce.forecast.together import Everything, Starts, Tree
from quiesce.forecast.words import sentence, some
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
    return Outlook(
        runs={reference: each.estimate for reference, each in found.items()},
        quiet=recalibrated(_together(active, found, known, now), learnt or Calibration(), slower),
    )


def _together(
    active: Mapping[str, Run],
    found: Mapping[str, Judged],
    known: Mapping[Key, Known],
    now: datetime,
) -> Estimate:
    """One run without an estimate leaves the whole without: its end is part of the answer."""
    starts = Starts(known)
    without = [reference for reference, each in found.items() if each.remaining is None]
    pipelines = dict.fromkeys(_key(run) for run in active.values())
    lost = sorted({"/".join(child) for key in pipelines for child in starts.unknown(key)})
    runs = min(each.estimate.runs for each in found.values())
    if without or lost:
        return Estimate(at=now, runs=runs, note=sentence(_none(active, found, without, lost)))
    loose = [reference for reference, each in found.items() if not each.bounded]
    together = Everything(
        [
            Tree(each.remaining, starts.after(_key(active[reference])))
            for reference, each in found.items()
            if each.remaining is not None
        ]
    )
    late = [reference for reference, each in found.items() if each.estimate.overdue]
    return Estimate(
        at=now,
        likely=sane(together.likely),
        bound=None if loose else sane(together.bound),
        basis="pipeline",
        runs=runs,
        rough=any(each.estimate.rough for each in found.values()),
        overdue=bool(late),
        stuck=any(each.estimate.stuck for each in found.values()),
        note=sentence(_notes(active, found, loose, late)),
    )


def _none(
    active: Mapping[str, Run],
    found: Mapping[str, Judged],
    without: Sequence[str],
    lost: Sequence[str],
) -> Iterable[str]:
    if len(without) == 1 == len(found):
        yield found[without[0]].estimate.note
    elif without:
        those = _named(active, without)
        yield f"no estimate: {len(without)} of {_these(len(found))} without one: {those}"
    if lost:
        yield f"no estimate: likely to start {some(lost)}, of which no run has ended yet"


def _notes(
    active: Mapping[str, Run],
    found: Mapping[str, Judged],
    loose: Sequence[str],
    late: Sequence[str],
) -> Iterable[str]:
    if len(found) == 1:
        yield from (each.estimate.note for each in found.values())
        return
    if loose:
        those = _named(active, loose)
        yield f"no reliable bound: {len(loose)} of {_these(len(found))} without one: {those}"
    if late:
        yield f"{len(late)} overdue: {_named(active, late)}"
    rough = [reference for reference, each in found.items() if each.estimate.rough]
    if rough:
        yield f"rough: little history of {_named(active, rough)}"


def _named(active: Mapping[str, Run], references: Iterable[str]) -> str:
    """The pipelines of runs, each once: a reader knows those, and not ids."""
    those = (active[reference] for reference in references)
    names = (
        f"{run.pipeline or run.id}{f' ({run.application})' if run.application else ''}"
        for run in those
    )
    return some(dict.fromkeys(names))


def _these(count: int) -> str:
    return f"{count} active runs"


def _key(run: Run) -> Key:
    return run.source, run.application, run.pipeline
