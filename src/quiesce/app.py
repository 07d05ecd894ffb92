"""The composition root: the only place that wires configuration, client, sources and judge.

`look`, `check`, `wait` and `status` are what the command line (and every other front) calls.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct, ValidationError, convert
from msgspec.structs import asdict, replace

from quiesce.answer import Answer, Cost
from quiesce.config import Config, SourceConfig, resolve
from quiesce.errors import ConfigError
from quiesce.model import Look, Question, Verdict
from quiesce.render.complaint import nearest_hint
from quiesce.source import Fetch
from quiesce.sources import KINDS
from quiesce.survey import Progress, Subject, awake_clock, survey
from quiesce.verdict import Expectation, judge, reference

if TYPE_CHECKING:
    from quiesce.http import Client

PAIRS = 3
"""How many double looks are taken before marks that never hold still are called active."""

Clock = Callable[[], float]


class System(Struct, frozen=True, kw_only=True):
    """Everything that is asked, opened: what `opened` hands to the commands."""

    subjects: tuple[Subject, ...]
    expectation: Expectation
    clock: Clock = awake_clock
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@asynccontextmanager
async def opened(
    config: Config,
    environment: Mapping[str, str],
    *,
    narrowed: bool = False,
    through: Callable[[Fetch], Fetch] = lambda fetch: fetch,
) -> AsyncIterator[System]:
    """Every configured source with its client, until the block ends.

    Raises `ConfigError` when a secret or a certificate can't be had. `narrowed` says that
    less than everything will be asked, which lifts `expect_at_least`. `through` may wrap
    how each source asks, to look on.
    """
    from quiesce.http import Client  # aiohttp costs more than the rest: only when we ask

    async with AsyncExitStack() as stack:
        subjects: list[Subject] = []
        for source_config in config.sources:
            access = resolve(source_config, environment)
            client = Client(access, env=environment)
            stack.push_async_callback(client.aclose)
            kind = KINDS[source_config.kind]
            source = kind.open(source_config.name, source_config.own, through(client))
            stack.push_async_callback(source.aclose)
            subjects.append(
                Subject(
                    name=source_config.name,
                    kind=source_config.kind,
                    source=source,
                    deadline=access.deadline,
                    spent=_spent(client),
                )
            )
        yield System(
            subjects=tuple(subjects),
            expectation=expectation(config, narrowed=narrowed),
        )


def _spent(client: Client) -> Callable[[], tuple[int, int]]:
    def spent() -> tuple[int, int]:
        cost = client.spent
        return cost.requests, cost.bytes

    return spent


def expectation(config: Config, *, narrowed: bool = False) -> Expectation:
    """What the configuration asks of a quiet look."""
    at_least = {
        source.name: source.expect_at_least
        for source in config.sources
        if source.expect_at_least is not None and not narrowed
    }
    return Expectation(
        at_least=at_least,
        max_age=config.max_age,
        settle=max((settle_of(source) for source in config.sources), default=0.0),
        lag=max((source.max_lag for source in config.sources), default=0.0),
    )


def settle_of(source: SourceConfig) -> float:
    """How long a source must have been idle: its longest hand-over and its largest lag."""
    settle = source.settle if source.settle is not None else KINDS[source.kind].settle
    return settle + source.max_lag


async def look(system: System, question: Question, progress: Progress | None = None) -> Answer:
    """One look, judged: it never claims more than that."""
    return await _Inspection(system, question, progress).once()


async def check(
    system: System,
    question: Question,
    progress: Progress | None = None,
    *,
    settled: bool = False,
) -> Answer:
    """The double look: confirmed, or settled where that is asked for.

    A pair whose marks differ is followed by another, at most `PAIRS` of them.
    """
    return await _Inspection(system, question, progress).confirmed(settled=settled)


async def wait(
    system: System,
    question: Question,
    progress: Progress | None = None,
    *,
    timeout: float,
    interval: float = 10.0,
    on_answer: Callable[[Answer], None] = lambda _: None,
) -> Answer:
    """Looks again and again until it is settled, or until `timeout` seconds have passed.

    `on_answer` sees every answer on the way. When the time runs out, the last answer is
    given back; a quiet that had no time to settle is unknown.
    """
    inspection = _Inspection(system, question, progress)
    last = unseen("the time ran out before the first look was done")
    try:
        async with asyncio.timeout(timeout):
            while True:
                last = await inspection.confirmed(settled=True, on_first=on_answer)
                must_exist_in(last)  # a wrong name will not turn up by waiting
                on_answer(last)
                if last.verdict.settled:
                    return last
                await system.sleep(interval * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret
    except TimeoutError:
        latest = inspection.latest or last
        if latest.verdict.verdict != "quiet":
            return latest
        short = "the time ran out before it had been idle for long enough"
        return _doubted(latest, (short, *latest.verdict.reasons))


async def recent(system: System, question: Question, progress: Progress | None = None) -> Look:
    """The recent runs of the pipelines that the question names, from every source."""
    return await survey(system.subjects, question, clock=system.clock, progress=progress)


def unseen(reason: str) -> Answer:
    """The answer of who has seen nothing: unknown, and why."""
    now = datetime.now(UTC)
    verdict = Verdict(verdict="unknown", at=now, reasons=(reason,), sources=())
    return Answer(
        verdict=verdict, look=Look(sources=(), began_at=now, ended_at=now), costs={}, looks=0
    )


def complete(answer: Answer, system: System) -> bool:
    """Whether everything that was asked was seen, be it active or not."""
    active = {reference(run) for run in answer.look.runs}
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
        return _doubted(answer, ("this process was stopped while it looked",))
    age = clock() - answer.look.finished
    if 0 <= age <= max_age:
        return answer
    return _doubted(answer, (f"the last answer was {age:.1f} s old before it could be printed",))


def _doubted(answer: Answer, reasons: tuple[str, ...]) -> Answer:
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
    if not absents or look.gaps or len(absents) < len(look.sources):
        return
    known = [name for absent in absents for name in absent.known]
    count = f"{len(look.sources)} {'source' if len(look.sources) == 1 else 'sources'}"
    raise ConfigError(
        f"no {absents[0].what} named `{absents[0].name}` in {count}, and all of it was read",
        hint=nearest_hint(absents[0].name, known),
    )


def narrowed(config: Config, parts: Sequence[str]) -> Config:
    """The configuration with only these parts asked, in every source that has parts.

    Raises `ConfigError` for a part that none of them has.
    """
    sources: list[SourceConfig] = []
    for source in config.sources:
        if "parts" not in source.own.__struct_fields__:
            message = f"{source.name} has no parts that `--parts` could choose from"
            raise ConfigError(message, hint="leave it out with `-s NAME` of the others")
        fields = asdict(source.own) | {"parts": list(parts)}
        try:
            own = convert(fields, type(source.own))
        except ValidationError as error:
            raise ConfigError(f"`--parts {','.join(parts)}` can't be used: {error}") from error
        sources.append(replace(source, own=own))
    return replace(config, sources=tuple(sources))


class _Inspection:
    """Looks at one system, and remembers what all of it has cost."""

    def __init__(self, system: System, question: Question, progress: Progress | None) -> None:
        self._system = system
        self._question = question
        self._progress = progress
        self._costs: dict[str, Cost] = {}
        self._looks = 0
        self.latest: Answer | None = None

    async def once(self) -> Answer:
        return self._answer([await self._look(self._question)])

    async def confirmed(
        self, *, settled: bool, on_first: Callable[[Answer], None] = lambda _: None
    ) -> Answer:
        answer = unseen("nothing was asked")
        for _ in range(PAIRS):
            first = await self._look(replace(self._question, marks=True))
            answer = self._answer([first])
            if answer.verdict.verdict != "quiet":
                return answer
            expected = self._system.expectation
            if settled:
                on_first(answer)
            if pause := expected.settle if settled else expected.lag:
                await self._system.sleep(pause)
            second = await self._look(replace(self._question, marks=True, lists=False))
            answer = self._answer([first, second])
            if not answer.verdict.restless:
                return answer
        return answer

    async def _look(self, question: Question) -> Look:
        system = self._system
        if self._progress is not None:  # it tells of this look, not of all of them together
            self._progress.done = self._progress.parts = 0
            self._progress.gaps = self._progress.active = 0
        taken = await survey(system.subjects, question, clock=system.clock, progress=self._progress)
        self._looks += 1
        for source in taken.sources:
            before = self._costs.get(source.name, Cost(requests=0, bytes=0, seconds=0.0))
            self._costs[source.name] = Cost(
                requests=before.requests + source.requests,
                bytes=before.bytes + source.bytes,
                seconds=before.seconds + source.seconds,
            )
        return taken

    def _answer(self, looks: Sequence[Look]) -> Answer:
        system = self._system
        verdict = judge(looks, system.expectation, (), system.clock(), datetime.now(UTC))
        self.latest = Answer(
            verdict=verdict, look=looks[-1], costs=dict(self._costs), looks=self._looks
        )
        return self.latest
