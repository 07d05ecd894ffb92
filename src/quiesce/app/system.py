"""Opening what is asked: configuration, client and source of each system, wired."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from msgspec import Struct, ValidationError, convert
from msgspec.structs import asdict, replace

from quiesce.app.memory import Memory
from quiesce.config import Config, SourceConfig, resolve
from quiesce.errors import ConfigError
from quiesce.source import Fetch
from quiesce.sources import KINDS
from quiesce.survey import Subject, awake_clock
from quiesce.verdict import Expectation

if TYPE_CHECKING:
    from quiesce.http import Client

Clock = Callable[[], float]


class System(Struct, frozen=True, kw_only=True):
    """Everything that is asked, opened: what `opened` hands to the commands.

    `memory` is None where the store is left alone. `scope` says in words to what a command has
    narrowed the question, or is None.
    """

    subjects: tuple[Subject, ...]
    expectation: Expectation
    memory: Memory | None = None
    scope: str | None = None
    clock: Clock = awake_clock
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@asynccontextmanager
async def opened(
    config: Config,
    environment: Mapping[str, str],
    *,
    narrowed: bool = False,
    memory: Memory | None = None,
    scope: str | None = None,
    through: Callable[[Fetch], Fetch] = lambda fetch: fetch,
) -> AsyncIterator[System]:
    """Every configured source with its client, until the block ends.

    Raises `ConfigError` when a secret or a certificate can't be had. `narrowed` says that
    less than everything will be asked, which lifts `expect_at_least`; `scope` says so in words.
    `through` may wrap how each source asks, to look on.
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
            memory=memory,
            scope=scope,
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
