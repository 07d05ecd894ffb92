"""What an answer says in plain words: the verdict, the three kinds of nothing, the last line.

`quiet` never says more than was seen: not that nothing will start, nor what to do next.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from quiesce.answer import Answer
from quiesce.model import REST, Look, Question, Run, SourceLook, State
from quiesce.render.beside import counted, waived
from quiesce.render.expected import expected
from quiesce.render.screen import Screen
from quiesce.render.words import (
    begin,
    between,
    brief,
    count,
    duration,
    elapsed,
    listed,
    since,
    where,
)
from quiesce.source import MEMORY, RUN, of_system

_UNCONFIRMED = "not confirmed: "
"""How the judge begins the reason for which a quiet pair of looks proves nothing."""

MOST_SURVIVORS = 20
"""How many addresses `wait` prints of the runs for which it has waited in vain."""

_ACTIVE = re.compile(r"^([0-9]+ runs?) (?:is|are) active$")
"""The judge's reason for `active`, which the sentence need not say twice."""


def parts(sources: Sequence[SourceLook]) -> tuple[int, int]:
    """How many parts were read, and how many there are at least."""
    read = sum(len(source.parts) for source in sources)
    return read, read + sum(of_system(gap) for source in sources for gap in source.gaps)


def active(look: Look) -> list[Run]:
    """The runs of a look that still go on."""
    return [run for run in look.runs if run.state.active]


def breadth(look: Look) -> str:
    """`212 of 212 parts read`; `at least` where nobody knows how many more there are."""
    read, total = parts(look.sources)
    least = "at least " if any(gap.part == REST for gap in look.gaps) else ""
    return f"{read:,} of {least}{count(total, 'part')} read"


def unread(look: Look) -> str:
    """`3 of 212 parts could not be read`, with the sources of which nothing or not all is known.

    What could not be had of what was remembered is no part: it is said after these.
    """
    silent = [source for source in look.sources if _silent(source)]
    heard = [source for source in look.sources if source not in silent]
    said = [f"{listed(source.name for source in silent)} could not be read"] if silent else []
    gaps = [gap for source in heard for gap in source.gaps if of_system(gap)]
    missing = sum(gap.part != REST for gap in gaps)
    if missing:
        said.append(f"{missing:,} of {count(parts(heard)[1], 'part')} could not be read")
    rest = [source.name for source in heard if any(gap.part == REST for gap in source.gaps)]
    if rest:
        said.append(f"the rest of {listed(rest)} could not be read")
    return "; ".join([*said, *_forgotten(look)])


def _silent(source: SourceLook) -> bool:
    return not source.parts and any(map(of_system, source.gaps))


def _forgotten(look: Look) -> list[str]:
    """What could not be had of what was remembered: all of it, or some runs."""
    said: list[str] = []
    blind = [one.name for one in look.sources if any(gap.part == MEMORY for gap in one.gaps)]
    if blind:
        said.append(f"the memory of {listed(blind)} could not be read")
    if lost := sum(gap.part.startswith(RUN) for gap in look.gaps):
        were = "was" if lost == 1 else "were"
        said.append(f"of {count(lost, 'run')} that {were} active before nothing is known now")
    return said


def unfound(look: Look, pipeline: str = "") -> str:
    """That a name was not found, though it may exist where nothing could be read; or nothing.

    `pipeline` is the one that was asked for, if one was. Without gaps a name that nobody
    knows is wrong usage instead.
    """
    read, total = parts(look.sources)
    absents = [source.absent for source in look.sources if source.absent is not None]
    may_exist = look.gaps and not look.runs and (absents or (pipeline and read))
    # Who was read whole and does not say otherwise has it; so has who was read in part, unless
    # it was asked for a pipeline: then its parts are not of that pipeline.
    if not may_exist or any(
        source.absent is None and (not source.gaps or (source.parts and not pipeline))
        for source in look.sources
    ):
        return ""
    what, name = (absents[0].what, absents[0].name) if absents else ("pipeline", pipeline)
    said = f"no {what} named `{brief(name)}`"
    if any(gap.part == REST for gap in look.gaps):
        return f"{said} in what could be read; {unread(look)}, so it may exist"
    missing = [f"{total - read:,} could not be read"] if total > read else []
    why = "; ".join([*missing, *_forgotten(look)])
    return f"{said} in {read:,} of {count(total, 'part')}; {why}, so it may exist"


def scopes(look: Look, filters: Question | None = None) -> list[str]:
    """In which ways the answer is about less than everything."""
    said = [f"{source.name}: {source.scope}" for source in look.sources if source.scope]
    if filters is not None and filters.application is not None:
        said.append(f"application {brief(filters.application)} only")
    return said


def finding(answer: Answer, runs: Sequence[Run], filters: Question | None, screen: Screen) -> str:
    """What `ls` says when it has no run to show; empty when it has.

    Nothing active, nothing that matches, and not being able to tell are three sentences.
    """
    if runs:
        return ""
    look = answer.look
    hidden = len(active(look))
    if answer.verdict.verdict == "unknown":
        return screen.text("cannot tell: " + (unfound(look) or "; ".join(reasons(answer))))
    if hidden and look.gaps:
        others = f"{count(hidden, 'run', 'is')} active that these filters leave out"
        return screen.text(f"cannot tell: {unread(look)} ({others})")
    if hidden:
        others = f"{count(hidden, 'run', 'is')} active without them"
        return screen.text(f"nothing matches these filters ({others})")
    narrowed = "".join(f", {scope}" for scope in scopes(look, filters))
    asked = count(len(look.sources), "source")
    return screen.text(f"nothing is active: {breadth(look)}, {asked}{narrowed}")


def conclusion(
    answer: Answer,
    now: datetime,
    screen: Screen,
    filters: Question | None = None,
    *,
    foresee: bool = True,
) -> str:
    """The verdict in one sentence, with when it will be quiet where that was estimated."""
    verdict = answer.verdict
    if verdict.verdict == "active":
        why = [_ACTIVE.sub(r"\1", reason) for reason in reasons(answer)]
        said = "active: " + "; ".join(
            [*why, *_oldest(answer, now), *(expected(answer, now) if foresee else ())]
        )
        narrowed = scopes(answer.look, filters)
        return screen.text(f"{said} ({'; '.join(narrowed)})" if narrowed else said)
    if verdict.verdict == "unknown":
        return screen.text("cannot tell: " + "; ".join(reasons(answer)))
    return screen.text(_quiet(answer, filters))


def progress(answer: Answer, now: datetime, screen: Screen) -> str:
    """The verdict in one sentence, then how much was read, and where the oldest run is seen."""
    said = [conclusion(answer, now, screen), screen.text(breadth(answer.look))]
    run = oldest(answer)
    if run is not None and run.url:
        said.append(screen.text(run.url))
    return screen.dot.join(said)


def reasons(answer: Answer) -> list[str]:
    """The verdict's reasons; a lone source's name says nothing in front of each."""
    sources = answer.look.sources
    lone = f"{sources[0].name}: " if len(sources) == 1 else ""
    said = [reason.removeprefix(lone) for reason in answer.verdict.reasons]
    return said or [unread(answer.look) or "no reason was given"]


def _quiet(answer: Answer, filters: Question | None) -> str:
    verdict, look = answer.verdict, answer.look
    read = parts(look.sources)[0]
    where = f"in any of {count(read, 'part')}" if read != 1 else "in the one part"
    narrowed = scopes(look, filters)
    where += f" ({'; '.join(narrowed)})" if narrowed else ""
    doubts = [reason for reason in verdict.reasons if reason.startswith(_UNCONFIRMED)]
    others = [reason for reason in verdict.reasons if reason not in doubts]
    if verdict.confirmed and verdict.instant is not None:
        but = " but what is waived" if verdict.waived else ""
        said = (
            f"quiet: at some instant {between(*verdict.instant)} no run that these systems show"
            f" was active{but}, {where}"
        )
        if verdict.settled and verdict.idle_for is not None:
            idle = duration(verdict.idle_for)
            said += (
                f", and it had been so for {idle}, longer than the longest hand-over that is known"
            )
        return "; ".join([said, *others])  # what is waived, and what is gone
    counted = "no run that counts" if active(look) else "no run that these systems show"
    once = ", in one look only" if answer.looks == 1 else ""
    why = "; ".join(doubt.removeprefix(_UNCONFIRMED) for doubt in doubts)
    said = f"quiet, not confirmed{f' ({why})' if why else ''}: {counted} was active {where}{once}"
    return "; ".join([said, *others])


def time_waited(answer: Answer, seen: Sequence[Run], seconds: float, screen: Screen) -> str:
    """`waited 41 min for 3 runs, the last: Deploy (eks)`; `seen` are all that were active."""
    said = f"waited {elapsed(seconds)}"
    if not seen:
        return screen.text(f"{said}, and saw no active run")
    said += f" for {count(len(seen), 'run')}"
    left = len(counted(answer))
    if left:
        return screen.text(f"{said}, and {left:,} {'is' if left == 1 else 'are'} still active")
    last = seen[-1]
    where = f" ({brief(last.application)})" if last.application else ""
    return screen.text(f"{said}, the last: {brief(last.pipeline)}{where}")


def survivors(answer: Answer, screen: Screen) -> list[str]:
    """`still active: Deploy (eks, gate) https://…`, for each run that counts and has an address."""
    left = [run for run in counted(answer) if run.url]
    lines = [
        f"still active: {brief(run.pipeline)} ({where(run)}) {run.url}"
        for run in left[:MOST_SURVIVORS]
    ]
    if len(left) > MOST_SURVIVORS:
        lines.append(f"and {len(left) - MOST_SURVIVORS:,} more: see them all with -o wide")
    return [screen.text(line) for line in lines]


def oldest(answer: Answer) -> Run | None:
    """The run that began first, of those that count and whose system says when."""
    dated = [(began, run.id, run) for run in counted(answer) if (began := begin(run)) is not None]
    return min(dated, key=lambda one: one[:2])[2] if dated else None


def _oldest(answer: Answer, now: datetime) -> list[str]:
    run = oldest(answer)
    if run is None:
        return []
    waits = f' on "{brief(run.waiting_on)}"' if run.waiting_on else ""
    what = f"{brief(run.pipeline)} ({where(run)}) {run.state}{waits}"
    return [f"oldest: {what}, {since(run, now)}, {brief(run.id)}"]


def tally(runs: Iterable[Run], word: str) -> str:
    """`2 active (1 running, 1 paused)`."""
    counts = Counter(run.state for run in runs)
    states = ", ".join(f"{counts[state]:,} {state}" for state in State if counts[state])
    return f"{counts.total():,} {word}{f' ({states})' if states else ''}"


def footer(
    answer: Answer,
    screen: Screen,
    filters: Question | None = None,
) -> str:
    """The last line: how many, how broad, how long."""
    look = answer.look
    spared = len(waived(answer))
    number = tally(counted(answer), "active") + (f", {spared:,} waived" if spared else "")
    said = [number, *coverage(look, scopes(look, filters))]
    if answer.looks > 1:
        said.append(count(answer.looks, "look"))
    spent = (cost.seconds for cost in answer.costs.values())
    said.append(elapsed(max(spent, default=look.finished - look.started)))
    return screen.dot.join(screen.text(one) for one in said)


def coverage(look: Look, narrowed: Sequence[str] = ()) -> list[str]:
    """Of how many sources how many parts were read, and what was left out on purpose."""
    silent = sum(map(_silent, look.sources))
    asked = count(len(look.sources), "source")
    said = f"{len(look.sources) - silent} of {asked} read" if silent else asked
    return [said, breadth(look), *narrowed]
