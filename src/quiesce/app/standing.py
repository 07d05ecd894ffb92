"""What an answer is worth when it is printed, and what to say where there is none."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from quiesce.answer import Answer
from quiesce.app.system import Clock, System
from quiesce.errors import ConfigError
from quiesce.model import Look, Verdict
from quiesce.render.complaint import nearest_hint
from quiesce.survey import awake_clock
from quiesce.verdict import judge


def unseen(reason: str) -> Answer:
    """The answer of who has seen nothing: unknown, and why."""
    now = datetime.now(UTC)
    verdict = Verdict(verdict="unknown", at=now, reasons=(reason,), sources=())
    return Answer(
        verdict=verdict, look=Look(sources=(), began_at=now, ended_at=now), costs={}, looks=0
    )


def complete(answer: Answer, system: System) -> bool:
    """Whether everything that was asked was seen, be it active or not."""
    active = {run.reference: "" for run in answer.look.runs}
    finished = answer.look.finished
    beside = judge([answer.look], system.expectation, active, finished, answer.verdict.at)
    return beside.verdict == "quiet"


def still_fresh(
    answer: Answer,
    max_age: float,
    *,
    clock: Clock = awake_clock,
    stopped_at: float = float("-inf"),
) -> Answer:
    """The same answer, or unknown where a quiet has grown old before it could be said.

    `stopped_at` is when this process last went on after it had been stopped: an answer that
    lay in a buffer meanwhile is as old as the stop was long, and nobody knows how long.
    """
    if answer.verdict.verdict != "quiet":
        return answer
    if stopped_at >= answer.look.started:
        return doubted(answer, ("this process was stopped while it looked",))
    age = clock() - answer.look.finished
    if 0 <= age <= max_age:
        return answer
    return doubted(answer, (f"the last answer was {age:.1f} s old before it could be printed",))


def doubted(answer: Answer, reasons: tuple[str, ...]) -> Answer:
    """The answer with a quiet taken back, and all that it claimed."""
    verdict = replace(
        answer.verdict,
        verdict="unknown",
        reasons=reasons,
        confirmed=False,
        settled=False,
        idle_for=None,
        instant=None,
    )
    return replace(answer, verdict=verdict)


def must_exist_in(answer: Answer) -> None:
    """`must_exist`, but a name that vanishes between two looks is unknown, and not wrong."""
    if answer.looks == 1:
        must_exist(answer.look)


def must_exist(look: Look) -> None:
    """Raises `ConfigError` when no source knows the name that was asked for.

    Only if everything was seen: while there are gaps the name may exist all the same, and
    the verdict is unknown instead.
    """
    absents = [source.absent for source in look.sources if source.absent is not None]
    if not absents or look.gaps or look.runs or len(absents) < len(look.sources):
        return
    known = [name for absent in absents for name in absent.known]
    count = f"{len(look.sources)} {'source' if len(look.sources) == 1 else 'sources'}"
    raise ConfigError(
        f"no {absents[0].what} named `{absents[0].name}` in {count}, and all of it was read",
        hint=nearest_hint(absents[0].name, known),
    )


def by_source(answer: Answer) -> list[Answer]:
    """The same answer for each source on its own, with the verdict on that one."""
    verdicts = {each.name: each for each in answer.verdict.sources}
    return [
        replace(
            answer,
            verdict=replace(
                answer.verdict,
                verdict=verdicts[source.name].verdict,
                reasons=verdicts[source.name].reasons,
            ),
            look=replace(answer.look, sources=(source,)),
            costs={name: cost for name, cost in answer.costs.items() if name == source.name},
            waived={
                name: one
                for name, one in answer.waived.items()
                if name.startswith(f"{source.name}/")
            },
        )
        for source in answer.look.sources
    ]
