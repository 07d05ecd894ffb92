"""What a source's test provides: something that serves a `World` as the system would.

`Fake` is all that the contract asks for. `FakeServer` is the quickest way to one: it listens on
loopback, signs in, keeps a log and makes trouble; you say what an answer looks like.
"""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from aiohttp import web
from msgspec import Struct

from quiesce.access import Access, Basic, Secret
from quiesce.model import State
from quiesce.source import Kind
from quiesce.testing.world import Part, Trouble, World


class Asked(Struct, frozen=True):
    """One request as the system saw it; `path` is without its query."""

    method: str
    path: str


class Fake(Protocol):
    """One system on a real loopback socket. It is served once and shows one world after another.

    `states` are the states that this system can show; `State.UNKNOWN` is always tried. `marks`
    says whether the kind gives marks, which a double look needs. `secret` is a password that
    must be sent, and never be seen again.
    """

    kind: Kind
    states: frozenset[State]
    marks: bool
    secret: str

    def access(self) -> Access:
        """How to reach it, with a credential that holds `secret`."""

    def config(self) -> Struct:
        """The kind's own configuration. Make its limits small, so that paging is met."""

    def show(self, world: World) -> None:
        """Serve this world from now on, and forget what was asked."""

    def asked(self) -> Sequence[Asked]:
        """Every request since `show`."""


class FakeServer:
    """A `Fake` to inherit: set the class's attributes and write `answer`.

    Basic authentication is asked for, with the user `quiesce` and `secret`. `serve` and `close`
    (or a `with` block) begin and end it; it runs in a thread of its own.
    """

    kind: Kind
    states: frozenset[State] = frozenset({State.RUNNING, State.SUCCEEDED})
    marks: bool = True
    secret: str = "correct-horse-battery"  # noqa: S105 - made up

    def __init__(self) -> None:
        self.world = World(parts={})
        self._log: list[Asked] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runner: web.AppRunner | None = None
        self._url = ""

    def answer(self, path: str, query: Mapping[str, str]) -> Any:
        """What is sent as JSON for a path; a `Part` in trouble is that trouble, None is a 404."""
        raise NotImplementedError

    def config(self) -> Struct:
        return self.kind.config()

    def access(self) -> Access:
        auth = Basic(username="quiesce", password=Secret(self.secret))
        return Access(name="fake", url=self._url, auth=auth)

    def show(self, world: World) -> None:
        self.world = world
        self._log.clear()

    def asked(self) -> Sequence[Asked]:
        return tuple(self._log)

    def __enter__(self) -> FakeServer:
        self.serve()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def serve(self) -> None:
        """Listen on a free port of loopback."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(10)

    def close(self) -> None:
        """Stop listening, and let go of whoever still hangs."""
        if self._runner is not None:
            asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _serve(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._handle)
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.05
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _handle(self, request: web.Request) -> web.Response:
        self._log.append(Asked(request.method, request.path))
        token = base64.b64encode(f"quiesce:{self.secret}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {token}":
            return web.json_response({"error": "sign in"}, status=401)
        found = self.answer(request.path, request.query)
        if isinstance(found, Part):
            return await self._trouble(found.trouble or "fails")
        if found is None:
            return web.json_response({"error": "no such thing"}, status=404)
        return web.Response(text=json.dumps(found), content_type="application/json")

    async def _trouble(self, trouble: Trouble) -> web.Response:
        """Careless systems repeat what was sent to them: the secret is in every refusal."""
        said = {"error": f"{trouble}: quiesce:{self.secret} may not"}
        match trouble:
            case "refuses":
                return web.json_response(said, status=403)
            case "fails":
                return web.json_response(said, status=500)
            case "babbles":
                return web.json_response("neither here nor there")
            case "hangs":
                await asyncio.Event().wait()
        return web.Response(status=500)
