"""Serves a simulated world on loopback, and lets it be swapped while it serves."""

from __future__ import annotations

import asyncio
import base64
import hmac
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from quiesce.sandbox import gate, mixpanel
from quiesce.sandbox.faults import Faults, System
from quiesce.sandbox.faulty import login_page, middleware
from quiesce.sandbox.scenarios import SCENARIOS, Scenario
from quiesce.sandbox.site import SITE, Asked, Login, Site
from quiesce.sandbox.world import Clock, World, wall_clock

HOST = "127.0.0.1"


class Sandbox:
    """A Gate and a Mixpanel on 127.0.0.1 that show one world.

        async with Sandbox("busy", seed=1, speed=10.0) as box:
            ...  # ask box.gate_url and box.mixpanel_url

    What is shown is a scenario's name, a `Scenario` or a `World`. `speed` is how much faster
    than in reality things happen; times in answers are the clock's own. A port of 0 is any
    free one. `requests` holds what was asked, `faults` is where to plant what goes wrong,
    `world` knows the truth. `load` swaps what is shown and clears the log.
    """

    def __init__(
        self,
        show: str | Scenario | World = "busy",
        *,
        seed: int = 1,
        speed: float = 1.0,
        clock: Clock = wall_clock,
        gate_port: int = 0,
        mixpanel_port: int = 0,
        login: Login | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self.seed, self.speed, self.clock = seed, speed, clock
        self._ports: dict[System, int] = {"gate": gate_port, "mixpanel": mixpanel_port}
        self._tls = ssl_context
        self._runners: list[web.AppRunner] = []
        self._site = Site(World(clock), Faults(), login)
        self.load(show)

    def load(
        self, show: str | Scenario | World, *, seed: int | None = None, speed: float | None = None
    ) -> World:
        """Show something else from now on, without its predecessor's faults; gives its world."""
        if isinstance(show, str):
            speed, seed = speed or self.speed, self.seed if seed is None else seed
            show = SCENARIOS[show](seed=seed, clock=self.clock, speed=speed)
        world, faults = (show, ()) if isinstance(show, World) else (show.world, show.faults)
        with self._site.world.lock:
            self._site.requests.clear()
            self._site.faults = Faults(*faults)
            self._site.world = world
        return world

    @property
    def world(self) -> World:
        return self._site.world

    @property
    def faults(self) -> Faults:
        return self._site.faults

    @property
    def requests(self) -> list[Asked]:
        return list(self._site.requests)

    @property
    def login(self) -> Login | None:
        return self._site.login

    @login.setter
    def login(self, login: Login | None) -> None:
        self._site.login = login

    @property
    def gate_url(self) -> str:
        return self._url("gate")

    @property
    def mixpanel_url(self) -> str:
        """The base that a client is configured with: everything below `/api/2.0` is served."""
        return self._url("mixpanel")

    async def start(self) -> None:
        """Listen. Nothing else is started: a world moves when it is asked."""
        await self._serve("gate", gate.routes())
        await self._serve("mixpanel", mixpanel.routes())

    async def aclose(self) -> None:
        """Stop listening, and cut off whatever still hangs."""
        while self._runners:
            await self._runners.pop().cleanup()

    async def __aenter__(self) -> Sandbox:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def _url(self, system: System) -> str:
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://{HOST}:{self._ports[system]}"

    async def _serve(self, system: System, routes: list[web.RouteDef]) -> None:
        layers: list[Middleware] = [middleware(system)]
        if system == "gate":
            layers.append(_signed_in)
            routes = [web.get("/login", _login), *routes]
        app = web.Application(middlewares=layers, client_max_size=1024 * 1024)
        app[SITE] = self._site
        app.add_routes(routes)
        runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.05
        )
        await runner.setup()
        self._runners.append(runner)
        site = web.TCPSite(runner, HOST, self._ports[system], ssl_context=self._tls)
        await site.start()
        self._ports[system] = int(runner.addresses[0][1])


async def _login(_: web.Request) -> web.StreamResponse:
    return login_page()


@web.middleware
async def _signed_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Lets only those in who have signed in, if anybody must; health is for everyone."""
    login = request.app[SITE].login
    if login is None or request.path in {"/health", "/login"} or _knows(login, request):
        return await handler(request)
    if login.page is not None:
        return web.Response(status=302, headers={"Location": login.page})
    challenge = 'Basic realm="Spinnaker"' if login.username is not None else "Bearer"
    return web.Response(status=401, headers={"WWW-Authenticate": challenge})


def _knows(login: Login, request: web.Request) -> bool:
    given = request.headers.get("Authorization", "").encode()
    expected = []
    if login.username is not None:
        pair = base64.b64encode(f"{login.username}:{login.password}".encode()).decode()
        expected.append(f"Basic {pair}")
    if login.token is not None:
        expected.append(f"Bearer {login.token}")
    return any(hmac.compare_digest(given, one.encode()) for one in expected)


@contextmanager
def serve_in_thread(box: Sandbox) -> Iterator[Sandbox]:
    """Serve from a thread of its own, for tests that block and for programs under test.

    with serve_in_thread(Sandbox("quiet")) as box: ...
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="sandbox", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(box.start(), loop).result(10)
        yield box
    finally:
        asyncio.run_coroutine_threadsafe(box.aclose(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
