"""From looks to a verdict: all the reasoning, and nothing else.

`judge` takes one look, or a pair of looks (the double look). The theorem behind the pair, its
assumptions and how each can fail are in `docs/double-look.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field

from quiesce.model import REST, Look, Run, SourceLook, SourceVerdict, Verdict, VerdictName
from quiesce.source import LAST_SEEN, MEMORY, RUN, of_system
from quiesce.words import some

NAMED = 20
"""Runs that are gone which reasons name one by one: each look keeps its reasons."""

ORDER: tuple[VerdictName, ...] = ("quiet", "unknown", "active")
"""From the quietest on: whatever is added to a look may only move its verdict to the right."""


class Expectation(Struct, frozen=True, kw_only=True):
    """What must be true of a look before `quiet` may be said.

    `at_least` is the smallest number of parts per source. `max_age` is how many seconds may
    pass between the last answer and the verdict. `lag` is how old an answer may be (replicas,
    caches), in seconds: a pair that is not further apart confirms nothing. `settle` is how
    long it must have been idle to be settled: the longest hand-over plus the largest lag.
    """

    at_least: Mapping[str, int] = field(default_factory=dict)
    max_age: float = 2.0
    lag: float = 0.0
    settle: float = 0.0


def judge(
    looks: Sequence[Look],
    expectation: Expectation,
    waived: Mapping[str, str],
    now: float,
    at: datetime,
) -> Verdict:
    """The verdict on one look, or on a pair of looks.

    `waived` holds references (`source/id`) of active runs that don't count, each with words that
    say until when, by whom and why: they stand in the reasons, also of what is confirmed. It
    never hides a gap. `now` is the monotonic clock that the looks' times were read from, in
    seconds; `at` is the wall clock's time, for people. Active beats unknown, unknown beats quiet.
    """
    if not 1 <= len(looks) <= 2:
        raise ValueError("a verdict takes one look or a pair of looks")
    last = looks[-1]
    earlier = {source.name: source for source in looks[0].sources} if len(looks) == 2 else None
    asked = [source for source in last.sources if _has_a_say(source, earlier)]
    counted = {source.name: _counted(source, earlier, waived) for source in asked}
    doubts = {source.name: _doubts(source, earlier, expectation, waived) for source in asked}
    changed = {source.name: _changed(source, earlier) for source in asked}
    restless = [part for parts in changed.values() for part in parts]
    by_source = tuple(
        SourceVerdict(
            name=source.name,
            verdict=_worst(
                "active" if counted.get(source.name) or changed.get(source.name) else "quiet",
                "unknown" if doubts.get(source.name) else "quiet",
            ),
            reasons=(
                *_active_reasons(counted.get(source.name, 0), changed.get(source.name, ())),
                *doubts.get(source.name, ()),
                *_waived_reasons(looks, waived, source.name),
                *_gone_reasons(looks, source.name),
            ),
        )
        for source in last.sources
    )
    verdict = _worst(*(source.verdict for source in by_source))
    reasons = _active_reasons(sum(counted.values()), restless)
    reasons += [doubt for source in asked for doubt in doubts[source.name]]
    for name in sorted((earlier or {}).keys() - {source.name for source in last.sources}):
        verdict = _worst(verdict, "unknown")
        reasons.append(f"{name} was not asked in the second look")
    for source in last.sources:
        if source not in asked and asked and source.absent is not None:
            reasons.append(f"{source.name} has {source.absent.message}")
    if not asked:
        verdict = _worst(verdict, "unknown")
        reasons.append("no source was asked")
    age = now - last.finished
    if verdict == "quiet" and not 0 <= age <= expectation.max_age:
        verdict = "unknown"
        reasons.append(f"the last answer was {age:.1f} s old before it could be judged")
    spared = _waived_reasons(looks, waived)
    reasons += spared
    reasons += _gone_reasons(looks)
    doubt = "one look only" if len(looks) == 1 else _unproven(looks[0], last, expectation.lag)
    confirmed = verdict == "quiet" and doubt == ""
    if verdict == "quiet" and len(looks) == 2 and doubt:
        reasons.append(f"not confirmed: {doubt}")
    idle_for = last.started - looks[0].finished if confirmed else None
    return Verdict(
        verdict=verdict,
        at=at,
        reasons=tuple(reasons),
        sources=by_source,
        confirmed=confirmed,
        settled=idle_for is not None and idle_for >= expectation.settle,
        idle_for=idle_for,
        instant=(looks[0].ended_at, last.began_at) if confirmed else None,
        restless=bool(restless),
        waived=tuple(spared),
    )


def _has_a_say(source: SourceLook, earlier: Mapping[str, SourceLook] | None) -> bool:
    """Whether a source counts: one that does not have what was asked for does not.

    Unless it was not read whole, or had it a moment ago: then it has not said so for sure.
    """
    looks = [source, (earlier or {}).get(source.name, source)]
    return any(look.absent is None or look.runs or look.gaps for look in looks)


def _counted(
    source: SourceLook, earlier: Mapping[str, SourceLook] | None, waived: Mapping[str, str]
) -> int:
    """How many runs count in either look: the second one may have read marks alone."""
    looks = [source, (earlier or {}).get(source.name, source)]
    active = {run.reference for look in looks for run in look.runs if run.state.active}
    return len(active.difference(waived))


def _waived_reasons(
    looks: Sequence[Look], waived: Mapping[str, str], source: str | None = None
) -> list[str]:
    """One for each run that is active and does not count, so that none is dropped silently.

    Of one source, or of all.
    """
    runs = {
        run.reference
        for look in looks
        for run in look.runs
        if run.state.active and source in {None, run.source}
    }
    untold = {
        f"{each.name}/{name}"
        for look in looks
        for each in look.sources
        for name in _untold(each)
        if source in {None, each.name}
    } - runs
    said = [(name, "is active") for name in runs] + [(name, "can't be told") for name in untold]
    return [
        f"{name} {what} and waived {waived[name]}".rstrip()
        for name, what in sorted(said)
        if name in waived
    ]


def _untold(source: SourceLook) -> list[str]:
    """The ids of the remembered runs of which nothing could be told."""
    return [gap.part.removeprefix(RUN) for gap in source.gaps if gap.part.startswith(RUN)]


def _gone_reasons(looks: Sequence[Look], source: str | None = None) -> list[str]:
    """One for each run whose end nobody saw: not active, and not to be passed over either.

    Of one source, or of all; of thousands the first are named, and the rest counted.
    """
    gone = {run.reference: run for look in looks for each in look.sources for run in each.gone}
    for look in looks:
        for run in look.runs:
            gone.pop(run.reference, None)  # it was found after all
    named = [
        f"{run.pipeline} ({run.application}) {run.id} is gone:"
        f" active at {_last_seen(run)}, its end was not seen"
        for _, run in sorted(gone.items())
        if source in {None, run.source}
    ]
    more = len(named) - NAMED
    if more <= 0:
        return named
    return [*named[:NAMED], f"{more:,} more {'run is' if more == 1 else 'runs are'} gone, too"]


def _last_seen(run: Run) -> str:
    try:
        time = datetime.fromisoformat(run.details.get(LAST_SEEN) or "")
    except ValueError:
        return "a time that is not known"
    return f"{time:%Y-%m-%d %H:%M} UTC"


def _doubts(
    source: SourceLook,
    earlier: Mapping[str, SourceLook] | None,
    expectation: Expectation,
    waived: Mapping[str, str],
) -> list[str]:
    """Why this source can't be called quiet even if it shows nothing active."""
    before = (earlier or {}).get(source.name)
    if before is not None and (before.absent is None) != (source.absent is None):
        return [f"{source.name} had what was asked for in one of the two looks only"]
    doubts: list[str] = []
    gaps = [gap for gap in source.gaps if of_system(gap)]
    total = len(source.parts) + len(gaps)
    if gaps and not source.parts:
        doubts.append(gaps[0].why)
    elif gaps:
        doubts.append(f"{source.name}: {len(gaps)} of {total} parts could not be read")
    elif not source.parts:
        doubts.append(f"{source.name} showed no parts at all: an empty list is not an answer")
    doubts += _forgotten(source, waived)
    wanted = expectation.at_least.get(source.name, 0)
    if len(source.parts) < wanted:
        shown = f"{len(source.parts)} {'part' if len(source.parts) == 1 else 'parts'}"
        doubts.append(f"{source.name} showed {shown}, and at least {wanted} are expected")
    if before is not None:
        doubts += _part_doubts(source, before, waived)
    elif earlier is not None:
        doubts.append(f"{source.name} was not asked in the first look")
    return doubts


def _forgotten(source: SourceLook, waived: Mapping[str, str]) -> list[str]:
    """What was active, is in no list, and can't be told to be over; or what may have been.

    One that is waived would not count if it were active, so that it need not be told.
    """
    doubts: list[str] = []
    if any(gap.part == MEMORY for gap in source.gaps):
        unread = f"the memory of {source.name} could not be read"
        doubts.append(f"{source.name}: {unread}, so what was active before is not known")
    if count := sum(f"{source.name}/{name}" not in waived for name in _untold(source)):
        runs = "1 run that was" if count == 1 else f"{count} runs that were"
        doubts.append(f"{source.name}: of {runs} active before nothing is known now")
    return doubts


def _part_doubts(source: SourceLook, before: SourceLook, waived: Mapping[str, str]) -> list[str]:
    """A part that only one of the two looks has read proves nothing about the other."""
    doubts: list[str] = []
    if count := sum(of_system(gap) for gap in before.gaps):
        doubts.append(f"{source.name}: {count} parts could not be read in the first look")
    doubts += [f"{doubt} (in the first look)" for doubt in _forgotten(before, waived)]
    failed = {gap.part for gap in (*source.gaps, *before.gaps)}
    if REST in failed:
        return doubts  # which parts there were is not known then
    if lost := sorted(before.parts.keys() - source.parts.keys() - failed):
        doubts.append(f"{source.name}: {some(lost)} vanished between the two looks")
    if new := sorted(source.parts.keys() - before.parts.keys() - failed):
        doubts.append(f"{source.name}: {some(new)} appeared between the two looks")
    return doubts


def _changed(source: SourceLook, earlier: Mapping[str, SourceLook] | None) -> list[str]:
    """The parts whose marks were read in both looks and are not equal, and so the memory."""
    before = (earlier or {}).get(source.name)
    if before is None:
        return []
    changed = [
        f"{part} of {source.name}"
        for part, mark in source.parts.items()
        if mark is not None and before.parts.get(part) not in (None, mark)
    ]
    if source.memory is not None and before.memory not in (None, source.memory):
        changed.append(f"a remembered run of {source.name}")
    return changed


def _active_reasons(active: int, restless: Sequence[str]) -> list[str]:
    reasons = [f"{active} {'run is' if active == 1 else 'runs are'} active"] if active else []
    if restless:
        reasons.append(f"something keeps starting: {some(restless)} changed between two looks")
    return reasons


def _unproven(first: Look, second: Look, lag: float) -> str:
    """Which condition of the theorem the pair does not meet; empty when it meets all."""
    if first.finished > second.started:
        return "the second look began before the first had ended"
    if second.started - first.finished < lag:
        return f"answers may be {lag:g} s old, and the two looks were not that far apart"
    before = {source.name: source for source in first.sources}
    for source in second.sources:
        earlier = before.get(source.name)
        for part, mark in source.parts.items():
            if mark is None or earlier is None or earlier.parts.get(part) is None:
                return f"{source.name} gives no mark for {part}"
        if _untold(source) or (earlier is not None and _untold(earlier)):
            return f"{source.name} tells nothing of a run that is waived"
        if earlier is not None and (earlier.memory is None) != (source.memory is None):
            return f"{source.name} was asked for remembered runs in one of the two looks only"
    return ""


def _worst(*verdicts: VerdictName) -> VerdictName:
    return max(verdicts, key=ORDER.index, default="unknown")
