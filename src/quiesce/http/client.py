"""The order of it all: one request, what it cost, and whether to ask again."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import hdrs
from msgspec import Struct
from multidict import CIMultiDict

from quiesce import __version__
from quiesce.access import Access
from quiesce.errors import SourceError, Unavailable
from quiesce.http import answer
from quiesce.http.address import Address, Target, proxy_for
from quiesce.http.credentials import credential_of
from quiesce.http.failure import ALWAYS, FOREIGN, Dropped, Failure, Foreign, failure_of
from quiesce.http.redact import Redactor
from quiesce.http.tls import context_for

if TYPE_CHECKING:
    from aiolimiter import AsyncLimiter

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 5.0
SLACK = 1.0
"""Seconds over `timeout` after which we must have been asleep."""


class Spent(Struct, frozen=True):
    """What was asked so far.

    `requests` counts every request that was sent, repeated ones included; `bytes` the
    bodies as they were sent to us, so before they were inflated.
    """

    requests: int
    bytes: int


def awake() -> float:
    """Seconds of a clock that goes on while this machine sleeps, where there is one."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def _limiter(rate: float) -> AsyncLimiter:
    from aiolimiter import AsyncLimiter  # its import costs more than most looks have to spare

    # One at a time, evenly: a bucket of `rate` would let twice as many through at first.
    return AsyncLimiter(1, 1 / rate)


class Client:
    """A `quiesce.source.Fetch` for one source; `ConfigError` where it can't be one.

    Belongs to one event loop. `env` is where proxies are named, `clock` one that runs on
    while the machine sleeps.
    """

    def __init__(
        self,
        access: Access,
        *,
        env: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = awake,
    ) -> None:
        self._access = access
        self._address = Address(access)
        self._proxy = proxy_for(self._address, env)
        self._tls = context_for(access) if self._address.scheme == "https" else None
        self._clock = clock
        credential = credential_of(access)
        self._headers = CIMultiDict(
            {
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
                "Cache-Control": "no-cache",
                "User-Agent": f"quiesce/{__version__}",
            }
        )
        self._headers.update(credential.headers)
        if self._proxy is not None and self._tls is None:
            self._headers.update(self._proxy.headers)  # no tunnel: the proxy reads the request
        proxy_secrets = self._proxy.secrets if self._proxy else ()
        self._redact = Redactor([*credential.secrets, *proxy_secrets])
        self._slots = asyncio.Semaphore(access.concurrency)
        self._limiter = None if access.rate is None else _limiter(access.rate)
        self._session: aiohttp.ClientSession | None = None
        self._closed = False
        self._requests = 0
        self._bytes = 0

    def __repr__(self) -> str:
        return f"Client({self._address.origin})"

    @property
    def spent(self) -> Spent:
        """What was asked so far."""
        return Spent(self._requests, self._bytes)

    async def get(self, path: Sequence[str], query: Mapping[str, str | int] | None = None) -> bytes:
        """The body of a 200 answer, UTF-8 and not empty; see `quiesce.source.Fetch`."""
        target = self._address.target(path, query)
        attempt = 1
        while isinstance(outcome := await self._ask(target), Failure):
            if attempt >= min(self._access.attempts, outcome.attempts):
                raise self._error(outcome, target, attempt) from self._foreign(outcome)
            await asyncio.sleep(_pause(outcome, attempt))
            attempt += 1
        return outcome

    async def aclose(self) -> None:
        """Close every connection; the client can't be used again."""
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _ask(self, target: Target) -> bytes | Failure:
        async with self._slots:
            if self._limiter is not None:
                await self._limiter.acquire()
            began = self._clock()
            outcome = await self._exchange(target)
            took = self._clock() - began
            if took > self._access.timeout + SLACK:
                return Failure(
                    kind=Unavailable,
                    message=f"this machine was asleep for about {took:.0f} s while"
                    f" {self._access.name} was asked for {target.where}",
                    hint="ask again, and keep it awake meanwhile",
                )
            return outcome

    async def _exchange(self, target: Target) -> bytes | Failure:
        response: aiohttp.ClientResponse | None = None
        budget = asyncio.timeout(self._access.timeout)
        try:
            async with budget:
                response = await self._get(target)
                return await answer.read(response, self._access, target.where)
        except TimeoutError as error:
            if not budget.expired():
                return self._failure(error, target)
            did = "answer" if response is None else "finish its answer to"
            return Failure(
                kind=Unavailable,
                message=f"{self._access.name} did not {did} {target.where}"
                f" within {self._access.timeout:g} s (`timeout`)",
                hint="raise `timeout` for this source, or see why it is slow",
            )
        except FOREIGN as error:
            return self._failure(error, target)
        finally:
            if response is not None:
                self._bytes += response.content.total_bytes
                response.close()

    async def _get(self, target: Target) -> aiohttp.ClientResponse:
        """One GET, whose headers go with it: those of a session reach the proxy as well."""
        session = self._open()
        if self._proxy is None:
            return await session.get(target.url, headers=self._headers, allow_redirects=False)
        return await session.get(
            target.url,
            headers=self._headers,
            allow_redirects=False,
            proxy=self._proxy.url,
            proxy_headers=self._proxy.headers,
        )

    def _open(self) -> aiohttp.ClientSession:
        if self._session is not None:
            return self._session
        if self._closed:
            raise RuntimeError("the client is closed")
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._access.concurrency,
                resolver=aiohttp.ThreadedResolver(),  # as every other program on this machine
                ssl=self._tls or True,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
            auto_decompress=False,
            trust_env=False,
            middlewares=(self._send,),
        )
        return self._session

    async def _send(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Count each request, and keep aiohttp from quietly repeating one that was dropped."""
        self._requests += 1
        try:
            return await handler(request)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            raise Dropped(str(error)) from error

    def _failure(self, error: Exception, target: Target) -> Failure:
        return failure_of(
            error, self._access.name, target.where, secure=self._address.scheme == "https"
        )

    def _error(self, failure: Failure, target: Target, attempt: int) -> SourceError:
        """The one door by which words from outside leave."""
        tried = f" ({attempt} attempts)" if attempt > 1 else ""
        return failure.kind(
            self._redact(failure.message + tried),
            asked=self._redact(f"{hdrs.METH_GET} {target.url}"),
            cause=self._redact.brief(failure.cause),
            hint=self._redact(failure.hint),
            status=failure.status,
        )

    def _foreign(self, failure: Failure) -> Foreign | None:
        return Foreign(self._redact.brief(failure.foreign)) if failure.foreign else None


def _pause(failure: Failure, attempt: int) -> float:
    """Seconds until the next attempt: what the system asks for, or ever longer, never in step."""
    if failure.after is not None:
        return failure.after + random.uniform(0, 0.1)  # noqa: S311 - spreads load, hides nothing
    if failure.attempts < ALWAYS:
        return 0.0
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempt - 1))
    return pause * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load, hides nothing
