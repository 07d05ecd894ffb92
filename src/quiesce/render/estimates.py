"""What an estimate says beside its numbers: why one is missing, and what to make of the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from quiesce.model import Run, State
from quiesce.past import Estimate, Lack, Outlook
from quiesce.render.beside import likely_at
from quiesce.render.words import begin, brief, count, duration, span
from quiesce.words import some

NO_ESTIMATE = "no estimate of when all is quiet"

_WORTH_SAYING = 0.1
"""From which change on it is said that earlier predictions have corrected a bound."""

_LACKS: Mapping[Lack, str] = {
    "state": "it is not known what its state means",
    "resuming": "paused until somebody resumes it",
    "begin": "its begin is not known",
}

_STATES: Mapping[State, str] = {
    State.WAITING: (
        "waits on a person: earlier waits are in its history, this one ends when they act"
    ),
    State.STOPPING: "is being stopped: may end sooner",
}


def run_note(run: Run, estimate: Estimate) -> str:
    """What is to be said of the estimate for one run, in one line without a full stop."""
    return "; ".join(_run_words(run, estimate))


def quiet_note(outlook: Outlook, runs: Iterable[Run], *, late_told: bool = False) -> str:
    """The same of all together; `runs` has those that the outlook is about.

    `late_told` leaves out which of them are late: that has been said.
    """
    quiet, known = outlook.quiet, {run.reference: run for run in runs}
    if quiet is None:
        return ""
    said = [*_quiet_words(outlook, quiet, known, late_told=late_told), *_correction(outlook, quiet)]
    return "; ".join(said)


def late_words(estimate: Estimate) -> list[str]:
    """Why a run is called overdue, and stuck; nothing for one that is not."""
    said = []
    if estimate.overdue and estimate.longest and estimate.typical is not None:
        said.append(f"overdue: usually {duration(estimate.typical)}")
    elif estimate.overdue and estimate.like:
        percent = int(100 * estimate.shorter)
        said.append(f"overdue: longer than {percent} % of {count(estimate.like, 'earlier run')}")
    elif estimate.overdue:
        said.append("overdue")
    if estimate.stuck:
        still = estimate.still
        said.append("stuck" if still is None else f"stuck: no change for {duration(still)}")
    return said


def _run_words(run: Run, estimate: Estimate) -> Iterator[str]:
    if estimate.lacks is not None:
        yield f"no estimate: {_lack(estimate, estimate.lacks)}"
        return
    if estimate.unstarted:
        yield f"not started: {_takes(estimate)}, no bound on its wait"
    elif estimate.longest:
        yield f"longer than all {count(estimate.runs, 'earlier run')}, no reliable bound"
    yield from late_words(estimate)
    if estimate.bound is None and not estimate.longest and not estimate.unstarted:
        yield "no reliable bound"
    if estimate.beyond is not None and not estimate.unstarted:
        yield _beyond(estimate.beyond)
    if estimate.rough:
        yield f"rough: {_so_far(estimate)}"
    if estimate.unstarted:
        return
    began = begin(run)
    if began is not None and (seconds := (began - estimate.at).total_seconds()) > 1:
        yield f"begins in {duration(seconds)}"
    if run.started_at is None:
        yield "counted from its creation: its start is not known"
    if run.state in _STATES:
        yield _STATES[run.state]


def _lack(estimate: Estimate, lacks: Lack) -> str:
    if lacks != "runs":
        return _LACKS[lacks]
    similar = estimate.similar
    return _so_far(estimate) + (f" (similar pipelines: {span(*similar)})" if similar else "")


def _so_far(estimate: Estimate) -> str:
    return f"{count(estimate.runs, 'run') if estimate.runs else 'no runs'} so far"


def _takes(estimate: Estimate) -> str:
    if estimate.beyond is not None:
        return f"{_beyond(estimate.beyond)} once it starts"
    if estimate.takes is None:
        return "no bound on its length"
    return f"takes {span(*estimate.takes)} once it starts"


def _beyond(seconds: float) -> str:
    return f"may take more than {duration(seconds)}"


def _quiet_words(
    outlook: Outlook, quiet: Estimate, known: Mapping[str, Run], *, late_told: bool
) -> Iterator[str]:
    lone = len(outlook.runs) == 1
    if likely_at(quiet) is None:
        without = [name for name, each in outlook.runs.items() if each.lacks is not None]
        if without and lone:
            yield from _own_words(outlook, quiet, known)
            yield from _starting(outlook)
            return
        why = [*_have_none(without, outlook, known), *_starting(outlook)]
        yield f"{NO_ESTIMATE}: {'; '.join(why)}" if why else NO_ESTIMATE
        if why:
            return
    if lone and not late_told:
        yield from _own_words(outlook, quiet, known)
    elif lone:
        # Its own words have been said, but what it may start is in none of them.
        own = any(each.beyond is not None for each in outlook.runs.values())
        yield from () if own or quiet.beyond is None else (_beyond(quiet.beyond),)
    else:
        yield from _words_of_many(outlook, quiet, known, late_told=late_told)


def _own_words(outlook: Outlook, quiet: Estimate, known: Mapping[str, Run]) -> Iterator[str]:
    """The words of the only run there is; how far off its end may be, with what it may start."""
    for reference, own in outlook.runs.items():
        if reference in known:
            yield from _run_words(known[reference], replace(own, beyond=quiet.beyond or own.beyond))


def _words_of_many(
    outlook: Outlook, quiet: Estimate, known: Mapping[str, Run], *, late_told: bool
) -> Iterator[str]:
    runs = outlook.runs.items()
    late = [name for name, each in runs if each.overdue]
    rough = [name for name, each in runs if each.rough]
    if quiet.bound is None:
        unbounded = [name for name, each in runs if each.bound is None]
        why = "".join(_have_none(unbounded, outlook, known))
        yield f"no reliable bound: {why}" if why else "no reliable bound"
    old = [name for name, each in runs if each.longest and each.bound is None]
    if old and quiet.bound is not None:
        yield f"{len(old):,} longer than all earlier runs: {_named(old, known)}"
    if quiet.beyond is not None:
        yield _beyond(quiet.beyond)
    if late and not late_told:
        yield f"{len(late):,} overdue: {_named(late, known)}"
    if rough:
        yield f"rough: little history of {_named(rough, known)}"


def _have_none(those: Sequence[str], outlook: Outlook, known: Mapping[str, Run]) -> Iterator[str]:
    """`8 of 28 active runs have none (Canary (search), …)`; nothing where all have."""
    if those:
        have = "has" if len(those) == 1 else "have"
        all_of_them = count(len(outlook.runs), "active run")
        yield f"{len(those):,} of {all_of_them} {have} none ({_named(those, known)})"


def _starting(outlook: Outlook) -> Iterator[str]:
    if outlook.unknown:
        names = some("/".join(map(brief, key)) for key in outlook.unknown)
        yield f"likely to start {names}, of which no run has ended yet"


def _correction(outlook: Outlook, quiet: Estimate) -> Iterator[str]:
    if abs(quiet.factor - 1) >= _WORTH_SAYING:
        yield f"corrected by {count(outlook.learnt, 'earlier prediction')}"
    if outlook.slower > 1:
        yield f"slower than usual now: {outlook.slower:.1f} times"


def _named(references: Iterable[str], known: Mapping[str, Run]) -> str:
    """The pipelines of runs, each once: a reader knows those, and not ids."""
    names = (_name(known[one]) if one in known else brief(one) for one in references)
    return some(dict.fromkeys(names))


def _name(run: Run) -> str:
    application = f" ({brief(run.application)})" if run.application else ""
    return brief(run.pipeline or run.id) + application
