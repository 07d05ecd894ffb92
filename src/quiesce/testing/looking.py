"""One look at a fake, through the real client and the real survey."""

from __future__ import annotations

import base64
import gc
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from quiesce.access import Basic
from quiesce.http.client import Client
from quiesce.model import Look, Question, SourceLook, Verdict, VerdictName
from quiesce.past import Remembered
from quiesce.survey import Subject, awake_clock, survey
from quiesce.testing.fake import Fake
from quiesce.verdict import Expectation, judge

PATIENCE = 60.0
"""How old a look may be before a test judges it: tests run side by side."""


class Seen(Struct, frozen=True):
    """What one look at one source showed."""

    whole: Look

    @property
    def source(self) -> SourceLook:
        return self.whole.sources[0]

    @property
    def verdict(self) -> VerdictName:
        return judged(self.whole).verdict

    @property
    def gaps(self) -> dict[str, str]:
        """The kind of error of each part that was not seen."""
        return {gap.part: gap.error for gap in self.source.gaps}

    def parts_of(self, name: str) -> dict[str, Any]:
        """What was read of one part of the world, by the names that the source gives."""
        return {part: mark for part, mark in self.source.parts.items() if belongs(part, name)}

    def gaps_of(self, name: str) -> list[str]:
        return [part for part in self.gaps if belongs(part, name)]


def belongs(part: str, name: str) -> bool:
    """Whether a source's part is of this part of the world: `a`, or `a/…`."""
    return part == name or part.startswith(f"{name}/")


def judged(*looks: Look, settle: float = 0.0) -> Verdict:
    """The verdict on one look, or on a pair of them."""
    expectation = Expectation(max_age=PATIENCE, settle=settle)
    return judge(looks, expectation, {}, awake_clock(), datetime.now(UTC))


@asynccontextmanager
async def subject(
    fake: Fake, *, deadline: float = 10.0, config: Struct | None = None, **access: Any
) -> AsyncIterator[Subject]:
    """A real source on a real client, to be asked more than once.

    Further arguments replace fields of the fake's `Access`: `timeout=0.2`, `attempts=1`, ….
    """
    client = Client(replace(fake.access(), deadline=deadline, **access), env={})
    source = fake.kind.open("fake", config or fake.config(), client)
    try:
        yield Subject(
            name="fake",
            kind=fake.kind.name,
            source=source,
            deadline=deadline,
            spent=lambda: (client.spent.requests, client.spent.bytes),
        )
    finally:
        await source.aclose()
        await client.aclose()


async def look(
    fake: Fake,
    question: Question | None = None,
    remembered: Sequence[Remembered] = (),
    **how: Any,
) -> Seen:
    """One look at the world that the fake shows; `how` is as for `subject`."""
    async with subject(fake, **how) as asked:
        return await seen(asked, question, remembered)


async def seen(
    asked: Subject, question: Question | None = None, remembered: Sequence[Remembered] = ()
) -> Seen:
    """One more look at a subject that is open, with a memory of what was active."""

    async def remember(_: str) -> Sequence[Remembered]:
        return remembered

    return Seen(await survey([asked], question or Question(), remembered=remember))


def sockets_to(url: str) -> int:
    """How many sockets of this process are connected to a fake."""
    port = urlsplit(url).port
    return sum(type(one) is socket.socket and _peer(one) == port for one in gc.get_objects())


def _peer(one: socket.socket) -> int | None:
    try:
        return int(one.getpeername()[1])
    except (OSError, IndexError, ValueError):
        return None


def forms(fake: Fake) -> tuple[str, ...]:
    """The secret as it stands and as it is sent."""
    auth = fake.access().auth
    if not isinstance(auth, Basic):
        return (fake.secret,)
    pair = f"{auth.username}:{auth.password.reveal()}".encode()
    return fake.secret, base64.b64encode(pair).decode()
