"""The store of one command: read beside the first look, written when the answer is out.

Everything of the store runs in one thread of its own, as a database may be slow and a look must
not wait for it. Reading opens nothing that is not there; writing makes it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, field

from quiesce.app.told import Told, together
from quiesce.config import Config, store_location
from quiesce.errors import StoreError
from quiesce.model import Look, Run, Verdict
from quiesce.past import Outlook, Remembered, Waiver
from quiesce.sources import KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from quiesce.config import SourceConfig
    from quiesce.store import Store
    from quiesce.store.identity import Identity

Result = TypeVar("Result")

ANSWERS = 40.0
"""Seconds after which a database is given up that neither answers nor fails: it waits for other
writers for 30 s, and needs less than one by itself."""

GONE_AFTER = timedelta(seconds=10)
"""A system that says for so long that it does not have a run is believed. What it says for a
moment, while something behind it is restarted or fails over, is not."""

NOTHING_KEPT = "what was seen is not remembered"


class Recalled(Struct, frozen=True, kw_only=True):
    """What the store knows that bears on a verdict: what was active, by source, and waivers."""

    remembered: Mapping[str, Sequence[Remembered]] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()


class Seen(Struct, frozen=True, kw_only=True):
    """A look that is still to be kept, with the verdict on it; `waived` are references."""

    survey: str
    look: Look
    verdict: Verdict
    scope: str | None
    waived: frozenset[str]


class Foretold(Struct, frozen=True, kw_only=True):
    """A prediction that is still to be kept: when it was made, and about which sources."""

    at: datetime
    sources: tuple[str, ...]
    outlook: Outlook


class Notes(Struct):
    """What is still to be written."""

    looks: list[Seen] = field(default_factory=list)
    outlooks: list[Foretold] = field(default_factory=list)
    wanted_until: datetime | None = None


class Memory:
    """What one command reads from the store and leaves in it."""

    def __init__(self, location: str, identities: Mapping[str, Identity]) -> None:
        self._location = location
        self._identities = identities
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._store: Store | None = None
        self._notes = Notes()
        self._told = Told()

    async def recall(self, sources: Collection[str]) -> Recalled:
        """What was active in these sources when it was last seen, and the waivers.

        Raises `StoreError`.
        """
        return await _answered(self._worker.submit(self._recall, sources))

    async def outlook(self, runs: Sequence[Run], now: datetime) -> Outlook | None:
        """What is to be expected of these runs; None without a store. Raises `StoreError`."""
        return await _answered(self._worker.submit(self._outlook, runs, now))

    def note(
        self, look: Look, verdict: Verdict, *, scope: str | None, waived: Iterable[str] = ()
    ) -> None:
        """Keep a look at the next `flush`; `waived` are the runs that don't count, by reference."""
        at = int(look.began_at.timestamp() * 1e6)
        survey = f"{at:015x}-{secrets.token_hex(4)}"  # in the order of time, and never twice
        self._notes.looks.append(
            Seen(survey=survey, look=look, verdict=verdict, scope=scope, waived=frozenset(waived))
        )

    def foretold(self, outlook: Outlook, at: datetime, sources: Sequence[str]) -> None:
        """Keep a prediction at the next `flush`, to be held against what happens.

        A process that looks every few seconds would keep the same one again and again: see `Told`.
        """
        fresh = {name: one for name, one in outlook.runs.items() if self._told.due(name, at)}
        quiet = outlook.quiet if self._told.due(together(sources), at) else None
        if fresh or quiet is not None:
            kept = Outlook(runs=fresh, quiet=quiet)
            self._notes.outlooks.append(Foretold(at=at, sources=tuple(sources), outlook=kept))

    def over(
        self, sources: Sequence[str], going_on: Collection[str], at: datetime, *, all_seen: bool
    ) -> None:
        """What goes on in these sources, by reference: all that was foretold of others is over."""
        self._told.over(sources, going_on, at, all_seen=all_seen)

    def want(self, seconds: float) -> None:
        """At the next `flush`, tell a collector that somebody waits for the next seconds."""
        self._notes.wanted_until = datetime.now(UTC) + timedelta(seconds=seconds)

    def flush(self) -> None:
        """Write what was noted, in one transaction. Raises `StoreError`; it is then given up."""
        _waited(self._worker.submit(self._write, self._taken()), ANSWERS)

    async def flushed(self) -> None:
        """The same, without holding up the loop."""
        await _answered(self._worker.submit(self._write, self._taken()))

    def _taken(self) -> Notes:
        """What was noted, which is not noted any more: taken by who notes, written by another."""
        notes, self._notes = self._notes, Notes()
        return notes

    async def asking(self, ask: Callable[[Connection, Mapping[str, str]], Result]) -> Result:
        """What a function reads of these sources; their keys are given with their names."""

        def read(store: Store) -> Result:
            with store.reading() as connection:
                return ask(connection, self._names(connection, self._identities))

        return await self.reading(read)

    async def reading(self, ask: Callable[[Store], Result]) -> Result:
        """What a function reads from the store; raises `StoreError`, `NoStore` where none is."""
        return await _answered(self._worker.submit(lambda: ask(self._opened(create=False))))

    async def prune(self, before: datetime) -> None:
        """Remove what was over before a time; takes its time, and holds up nothing else."""
        await asyncio.to_thread(self._prune, before)

    def _prune(self, before: datetime) -> None:
        from quiesce.store import open_store
        from quiesce.store.upkeep.maintain import prune

        with open_store(self._location, create=False) as store:
            prune(store, before)

    def hurry(self) -> None:
        """Wait for no other writer any longer: what can't be written at once is given up."""
        if self._store is not None:
            self._store.hurry()

    def close(self, seconds: float = ANSWERS) -> None:
        """Let go of the database; raises `StoreError` if that takes longer."""
        closing = self._worker.submit(self._close)
        self._worker.shutdown(wait=False)
        _waited(closing, seconds)

    def _opened(self, *, create: bool) -> Store:
        from quiesce.store import open_store  # SQLAlchemy costs more than all the rest

        if self._store is None:
            self._store = open_store(self._location, create=create)
        return self._store

    def _close(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            store.close()

    def _recall(self, sources: Collection[str]) -> Recalled:
        from quiesce.store import NoStore
        from quiesce.store.reading import chronicle, read

        try:
            store = self._opened(create=False)
        except NoStore:
            return Recalled()  # nothing was ever seen
        with store.reading() as connection:
            return Recalled(
                remembered=read.remembered(
                    connection,
                    self._names(connection, sources),
                    told_by=datetime.now(UTC) - GONE_AFTER,
                ),
                waivers=tuple(chronicle.waivers(connection)),
            )

    def _outlook(self, runs: Sequence[Run], now: datetime) -> Outlook | None:
        from quiesce.app.outlook import foreseen
        from quiesce.store import NoStore

        try:
            store = self._opened(create=False)
        except NoStore:
            return None
        with store.reading() as connection:
            names = self._names(connection, self._identities)
            return foreseen(connection, names, runs, now)

    def _write(self, notes: Notes) -> None:
        from quiesce.store import NoStore

        if not notes.looks and not notes.outlooks and notes.wanted_until is None:
            return
        try:
            self._keep(self._opened(create=True), notes)
        except NoStore:  # it was opened to be read, and has been removed since
            self._close()
            self._keep(self._opened(create=True), notes)

    def _keep(self, store: Store, notes: Notes) -> None:
        from quiesce.store.writing import wanted, write
        from quiesce.store.writing.write import Surveyed

        with store.writing() as connection:
            keys = write.keys(connection, list(self._identities.values()))
            by_name = {name: keys[one] for name, one in self._identities.items()}
            for seen in notes.looks:
                verdicts = {each.name: each for each in seen.verdict.sources}
                parts = [
                    Surveyed(
                        key=by_name[source.name],
                        look=source,
                        began_at=seen.look.began_at,
                        ended_at=seen.look.ended_at,
                        scope=seen.scope,
                        verdict=verdicts[source.name].verdict,
                        confirmed=seen.verdict.confirmed,
                        settled=seen.verdict.settled,
                        reasons=verdicts[source.name].reasons,
                        waived=sum(run.reference in seen.waived for run in source.runs),
                    )
                    for source in seen.look.sources
                ]
                write.record(connection, seen.survey, parts)
            for one in notes.outlooks:
                asked = {name: by_name[name] for name in one.sources}
                write.predicted(connection, asked, one.outlook, one.at)
            if notes.wanted_until is not None:
                wanted.want(connection, by_name.values(), notes.wanted_until)

    def _names(self, connection: Connection, sources: Collection[str]) -> dict[str, str]:
        """The keys of these sources, as far as they are known, and their names."""
        from quiesce.store.reading import read

        known = read.keys(connection, [self._identities[name] for name in sources])
        return {key: identity.name for identity, key in known.items()}


async def _answered(asked: Future[Result]) -> Result:
    try:
        async with asyncio.timeout(ANSWERS):
            return await asyncio.wrap_future(asked)
    except TimeoutError:
        raise _silent(ANSWERS) from None


def _waited(asked: Future[Result], seconds: float) -> Result:
    try:
        return asked.result(seconds)
    except TimeoutError:
        asked.cancel()
        raise _silent(seconds) from None


def _silent(seconds: float) -> StoreError:
    return StoreError(
        f"the store has not answered within {seconds:g} s",
        hint="see whether its disk or its server is stuck",
    )


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
    if own and not rest:  # the sign-in alone tells then which of several it is
        rest = f"name={source.name}"
    address = f"{source.access.url}?{rest}" if rest else source.access.url
    return Identity(name=source.name, kind=source.kind, address=address)


def not_kept(error: StoreError) -> StoreError:
    """The same error as a warning: the answer stands, and is not remembered."""
    return StoreError(f"{NOTHING_KEPT}: {error.message}", hint=error.hint)
