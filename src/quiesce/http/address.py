"""Where a request goes: the configured origin and nowhere else, straight or by a proxy."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import quote, unquote, urlencode, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # not documented

from msgspec import Struct
from yarl import URL

from quiesce.access import Access, Anonymous
from quiesce.errors import ConfigError, Misunderstood

_PLAIN = re.compile(r"[A-Za-z0-9_*~.-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Address:
    """The configured address of one source, and the URLs below it."""

    __slots__ = ("_name", "_prefix", "host", "origin", "port", "scheme")

    def __init__(self, access: Access) -> None:
        url = _usable(access.url)
        if url is None:
            raise ConfigError(
                f"the `url` of `{access.name}` is not an http or https address",
                hint="write it like https://host:8084, without user, query or fragment",
            )
        self._name = access.name
        self._prefix = str(url).rstrip("/")
        self.origin = str(url.origin())
        self.scheme = url.scheme
        self.host = url.raw_host or ""
        self.port = url.port or 0
        plain = self.scheme == "http" and not isinstance(access.auth, Anonymous)
        if plain and not self.loopback and not access.allow_plaintext:
            raise ConfigError(
                f"`{access.name}` would send its credential unencrypted to {self.origin}",
                hint="use https in `url`, or set `allow_plaintext = true` for this source"
                " if the network in between is trusted",
            )

    @property
    def loopback(self) -> bool:
        """Whether the host is this machine."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def target(self, path: Sequence[str], query: Mapping[str, str | int] | None) -> Target:
        """The URL of some path segments, or `Misunderstood` for one that no name can be.

        A name that comes from a system is hostile: `..` or an empty one would ask for
        something else than what was meant, and a line break has no business in a name.
        """
        where = ""
        for segment in path:
            if not _PLAIN.fullmatch(segment):
                where += f"/{self._quoted(segment)}"
            elif segment in {".", ".."}:
                raise self._no_name(segment)
            else:
                where += f"/{segment}"
        asked = f"?{_query(tuple(query.items()))}" if query else ""
        return Target(URL(f"{self._prefix}{where}{asked}", encoded=True), where or "/")

    def _quoted(self, segment: str) -> str:
        try:
            quoted = quote(segment, safe="*")
        except UnicodeEncodeError as lone:
            raise self._no_name(segment) from lone
        if not quoted or _CONTROL.search(segment):
            raise self._no_name(segment)
        return quoted

    def _no_name(self, segment: str) -> Misunderstood:
        shown = segment.encode("unicode_escape").decode("ascii")
        return Misunderstood(
            f"`{self._name}` has no page for the name `{shown[:80]}`, so it was not asked for",
            hint="a name may not be empty, `.` or `..`, or hold control characters",
        )


def _usable(text: str) -> URL | None:
    try:
        url = URL(text)
        (url.raw_host or "").encode("idna")  # a label of over 63 characters fails here
    except ValueError:
        return None
    whole = url.scheme in {"http", "https"} and url.raw_host and url.port
    extra = url.raw_user or url.raw_password or url.raw_query_string or url.raw_fragment
    return url if whole and not extra and not _CONTROL.search(text) else None


class Target(Struct, frozen=True):
    """One page: its URL, and its path below the configured address as messages show it."""

    url: URL
    where: str


@lru_cache(maxsize=64)
def _query(items: tuple[tuple[str, str | int], ...]) -> str:
    """A look asks every part with the same few parameters."""
    return urlencode(items, quote_via=quote, safe="*,:")


class Proxy(Struct, frozen=True):
    """A proxy without the user that its URL may have named."""

    url: str
    variable: str
    headers: dict[str, str]
    secrets: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Proxy({self.variable})"


def proxy_for(address: Address, env: Mapping[str, str]) -> Proxy | None:
    """The proxy that the environment names for this address, as curl would read it.

    Never for this machine itself. aiohttp's own way (`trust_env`) isn't used, as it would
    also read `~/.netrc` and send what stands there.
    """
    if address.loopback:
        return None
    found = _proxies(env)
    variable, value = found.get(address.scheme) or found.get("all") or ("", "")
    bypassed = {"no": found["no"][1]} if "no" in found else {}
    host = f"[{address.host}]" if ":" in address.host else address.host
    if not value or proxy_bypass_environment(f"{host}:{address.port}", bypassed):
        return None
    return _parse_proxy(variable, value)


def _proxies(env: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """As `urllib.request.getproxies_environment`, for a given environment: lower case wins."""
    found: dict[str, tuple[str, str]] = {}
    for name, value in env.items():
        if name.lower().endswith("_proxy") and value:
            found[name.lower()[:-6]] = (name, value)
    if "REQUEST_METHOD" in env:  # a CGI script: HTTP_PROXY may be a visitor's `Proxy:` header
        found.pop("http", None)
    for name, value in env.items():
        if name.endswith("_proxy"):
            found[name[:-6]] = (name, value)
    return found


def _parse_proxy(variable: str, value: str) -> Proxy:
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigError(
            f"the proxy in the environment variable `{variable}` is not an http or https address"
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    url = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
    if parts.username is None:
        return Proxy(url, variable, {}, ())
    user, password = unquote(parts.username), unquote(parts.password or "")
    token = b64encode(f"{user}:{password}".encode()).decode("ascii")
    secrets = (password, parts.password or "", token)
    return Proxy(url, variable, {"Proxy-Authorization": f"Basic {token}"}, secrets)
