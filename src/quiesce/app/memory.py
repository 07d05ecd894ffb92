"""The store of one command: read beside the first look, written when the answer is out.

Everything of the store runs in one thread of its own, as a database may be slow and a look must
not wait for it. Reading opens nothing that is not there; writing makes it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, field

from quiesce.config import Config, store_location
from quiesce.errors import StoreError
from quiesce.model import Look, Run, Verdict
from quiesce.past import Outlook, Remembered, Waiver
from quiesce.sources import KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from quiesce.config import SourceConfig
    from quiesce.store import Identity, Store

Result = TypeVar("Result")

NOTHING_KEPT = "what was seen is not remembered"


class Recalled(Struct, frozen=True, kw_only=True):
    """What the store knows that bears on a verdict: what was active, by source, and waivers."""

    remembered: Mapping[str, Sequence[Remembered]] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()


class Seen(Struct, frozen=True, kw_only=True):
    """A look that is still to be kept, with the verdict on it."""

    survey: str
    look: Look
    verdict: Verdict
    scope: str | None
    waived: int


class Memory:
    """What one command reads from the store and leaves in it."""

    def __init__(self, location: str, identities: Mapping[str, Identity]) -> None:
        self._location = location
        self._identities = identities
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._store: Store | None = None
        self._seen: list[Seen] = []
        self._outlooks: list[tuple[datetime, Outlook]] = []
        self._wanted_until: datetime | None = None

    async def recall(self) -> Recalled:
        """What was active when it was last seen, and the waivers; raises `StoreError`."""
        return await asyncio.wrap_future(self._worker.submit(self._recall))

    async def outlook(self, runs: Sequence[Run], now: datetime) -> Outlook | None:
        """What is to be expected of these runs; None without a store. Raises `StoreError`."""
        return await asyncio.wrap_future(self._worker.submit(self._outlook, runs, now))

    def note(self, look: Look, verdict: Verdict, *, scope: str | None, waived: int) -> None:
        """Keep a look at the next `flush`."""
        at = int(look.began_at.timestamp() * 1e6)
        survey = f"{at:015x}-{secrets.token_hex(4)}"  # in the order of time, and never twice
        self._seen.append(
            Seen(survey=survey, look=look, verdict=verdict, scope=scope, waived=waived)
        )

    def foretold(self, outlook: Outlook, at: datetime) -> None:
        """Keep a prediction at the next `flush`, to be held against what happens."""
        self._outlooks.append((at, outlook))

    def want(self, seconds: float) -> None:
        """At the next `flush`, tell a collector that somebody waits for the next seconds."""
        self._wanted_until = datetime.now(UTC) + timedelta(seconds=seconds)

    def flush(self) -> None:
        """Write what was noted, in one transaction. Raises `StoreError`; it is then given up."""
        self._worker.submit(self._flush).result()

    async def flushed(self) -> None:
        """The same, without holding up the loop."""
        await asyncio.wrap_future(self._worker.submit(self._flush))

    async def reading(self, ask: Callable[[Store], Result]) -> Result:
        """What a function reads from the store; raises `StoreError`, `NoStore` where none is."""
        return await asyncio.wrap_future(
            self._worker.submit(lambda: ask(self._opened(create=False)))
        )

    def close(self) -> None:
        """Let go of the database."""
        self._worker.submit(self._close).result()
        self._worker.shutdown(wait=False)

    def _opened(self, *, create: bool) -> Store:
        from quiesce.store import open_store  # SQLAlchemy costs more than all the rest

        if self._store is None:
            self._store = open_store(self._location, create=create)
        return self._store

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    def _recall(self) -> Recalled:
        from quiesce.store import NoStore, read

        try:
            store = self._opened(create=False)
        except NoStore:
            return Recalled()  # nothing was ever seen
        with store.reading() as connection:
            return Recalled(
                remembered=read.remembered(connection, self._names(connection)),
                waivers=tuple(read.waivers(connection)),
            )

    def _outlook(self, runs: Sequence[Run], now: datetime) -> Outlook | None:
        from quiesce.app.outlook import foreseen
        from quiesce.store import NoStore

        try:
            store = self._opened(create=False)
        except NoStore:
            return None
        with store.reading() as connection:
            return foreseen(connection, self._names(connection), runs, now)

    def _flush(self) -> None:
        from quiesce.store import wanted, write
        from quiesce.store.write import Surveyed

        seen, self._seen = self._seen, []
        outlooks, self._outlooks = self._outlooks, []
        wanted_until, self._wanted_until = self._wanted_until, None
        if not seen and not outlooks and wanted_until is None:
            return
        with self._opened(create=True).writing() as connection:
            keys = write.keys(connection, list(self._identities.values()))
            by_name = {name: keys[one] for name, one in self._identities.items()}
            for one in seen:
                verdicts = {each.name: each.verdict for each in one.verdict.sources}
                parts = [
                    Surveyed(
                        key=by_name[source.name],
                        look=source,
                        began_at=one.look.began_at,
                        ended_at=one.look.ended_at,
                        scope=one.scope,
                        verdict=verdicts.get(source.name, "unknown"),
                        confirmed=one.verdict.confirmed,
                        settled=one.verdict.settled,
                        reasons=one.verdict.reasons,
                        waived=one.waived,
                    )
                    for source in one.look.sources
                ]
                write.record(connection, one.survey, parts)
            for at, outlook in outlooks:
                write.predicted(connection, by_name, outlook, at)
            if wanted_until is not None:
                wanted.want(connection, by_name.values(), wanted_until)

    def _names(self, connection: object) -> dict[str, str]:
        """The keys of the sources that are asked, as far as they are known, and their names."""
        from quiesce.store import read

        known = read.keys(connection, list(self._identities.values()))
        return {key: identity.name for identity, key in known.items()}


def memory_of(config: Config, environment: Mapping[str, str], cwd: Path) -> Memory | None:
    """The memory that a configuration asks for; None where it is switched off.

    Raises `ConfigError` when its location can't be made out.
    """
    location = store_location(config.store, environment, cwd)
    if location is None:
        return None
    return Memory(location, {source.name: identity_of(source) for source in config.sources})


def identity_of(source: SourceConfig) -> Identity:
    """What tells this system from all others that may have its name."""
    from quiesce.store.identity import Identity

    own = [(key, getattr(source.own, key)) for key in KINDS[source.kind].identity]
    rest = "&".join(f"{key}={value}" for key, value in own if value is not None)
    address = f"{source.access.url}?{rest}" if rest else source.access.url
    return Identity(name=source.name, kind=source.kind, address=address)


def not_kept(error: StoreError) -> StoreError:
    """The same error as a warning: the answer stands, and is not remembered."""
    return StoreError(f"{NOTHING_KEPT}: {error.message}", hint=error.hint)
