"""What a server of the sandbox shows, and what it was asked: swapped as a whole while it serves."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from aiohttp import web
from msgspec import Struct

from quiesce.sandbox.faults import Faults, System
from quiesce.sandbox.world import World


class Asked(Struct, frozen=True):
    """One request as it came: for tests that hold what a client sends."""

    system: System
    method: str
    path_qs: str
    headers: Mapping[str, str]


class Login(Struct, frozen=True, kw_only=True):
    """How one signs in to Gate: a user with a password, a token, or either.

    Whoever does not is answered 401, or sent to `page` (302) as OAuth2 and SAML do.
    """

    username: str | None = None
    password: str = ""
    token: str | None = None
    page: str | None = None


class Site:
    """The world that is shown, the faults that are planted, and who may look."""

    def __init__(self, world: World, faults: Faults, login: Login | None = None) -> None:
        self.world = world
        self.faults = faults
        self.login = login
        self.requests: deque[Asked] = deque(maxlen=100_000)


SITE = web.AppKey("SITE", Site)
LAG = web.RequestKey("LAG", int)
"""How old the state is that this request is shown, in milliseconds."""
