"""How a system is reached: address, sign-in and budgets, as values.

`config` makes these from words and `http` acts on them; neither knows the other.
"""

from __future__ import annotations

from msgspec import Struct


class Secret(str):
    """A text that never shows itself: not in a repr, a log, a traceback or a format string.

    `reveal()` is the only way to its content, so every use of a secret can be searched for.
    """

    __slots__ = ("_content",)
    _content: str

    def __new__(cls, content: str) -> Secret:
        self = super().__new__(cls, "***")
        self._content = content
        return self

    def reveal(self) -> str:
        return self._content

    def __repr__(self) -> str:
        return "Secret(***)"

    def __reduce__(self) -> str:
        raise TypeError("a secret can't be pickled")


class Anonymous(Struct, frozen=True, tag="none"):
    """No sign-in."""


class Basic(Struct, frozen=True, tag="basic"):
    """HTTP Basic (RFC 7617), in UTF-8.

    Without a password the user name is the secret (Mixpanel's project secret), so neither
    is ever shown.
    """

    username: str
    password: Secret

    def __repr__(self) -> str:
        return "Basic(***)"


class Bearer(Struct, frozen=True, tag="bearer"):
    """An `Authorization: Bearer` token (RFC 6750)."""

    token: Secret


class Headers(Struct, frozen=True, tag="headers"):
    """Any headers; their values are secrets."""

    headers: dict[str, Secret]


class Cookie(Struct, frozen=True, tag="cookie"):
    """A `Cookie` header, e.g. a session copied from a browser."""

    cookie: Secret


class ClientCertificate(Struct, frozen=True, tag="x509"):
    """A client certificate and its key, as PEM files."""

    cert: str
    key: str
    password: Secret | None = None


Auth = Anonymous | Basic | Bearer | Headers | Cookie | ClientCertificate


class Access(Struct, frozen=True, kw_only=True):
    """All that the client needs to know about one source.

    `url` has no user, password, query or fragment and no trailing slash. `ca` is a PEM file
    that replaces the system's authorities. Times are seconds; `rate` is requests per
    second; `max_body` is in bytes, counted after decompression; `attempts` includes the
    first one. `deadline` bounds one look, `timeout` one request with its body.
    """

    name: str
    url: str
    auth: Auth = Anonymous()
    ca: str | None = None
    allow_plaintext: bool = False
    concurrency: int = 32
    rate: float | None = None
    deadline: float = 60.0
    timeout: float = 30.0
    max_body: int = 64 * 1024 * 1024
    attempts: int = 3
