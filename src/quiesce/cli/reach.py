"""A bare line to a source, to see how far one gets: name, connection, TLS, its clock.

Nothing secret is ever sent here, but for what a proxy asks: the one request is a HEAD without
a sign-in. The client (`quiesce.http`) opens its own connections.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from quiesce import __version__
from quiesce.access import Access
from quiesce.errors import Unavailable
from quiesce.http.address import Address, Proxy, proxy_for
from quiesce.http.failure import failure_of
from quiesce.http.redact import clean
from quiesce.http.tls import context_for

PATIENCE = 10.0
"""Seconds for each step; what takes longer is as good as not there."""


class Line:
    """Where to connect to, and the connection once there is one."""

    def __init__(self, name: str, address: Address, proxy: Proxy | None, patience: float) -> None:
        self.name = name
        self.address = address
        self.proxy = proxy
        self.patience = patience
        self.secure = address.scheme == "https"
        self.host, self.port = address.host, address.port
        self.proxy_secure = False
        if proxy is not None:
            parts = urlsplit(proxy.url)
            self.proxy_secure = parts.scheme == "https"
            self.host = parts.hostname or ""
            self.port = parts.port or (443 if self.proxy_secure else 80)
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    @classmethod
    def to(cls, access: Access, env: Mapping[str, str]) -> Line:
        """Raises `ConfigError` for an address or a proxy that can't be used."""
        address = Address(access)
        return cls(access.name, address, proxy_for(address, env), min(PATIENCE, access.timeout))

    def peer(self) -> str:
        """The address and port that was reached."""
        found: Any = self.writer.get_extra_info("peername") if self.writer else None
        return f"{found[0]} port {found[1]}" if found else ""

    def streams(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.reader is None or self.writer is None:
            raise RuntimeError("not connected")
        return self.reader, self.writer

    def close(self) -> None:
        if self.writer is not None:
            self.writer.transport.abort()

    def slow(self, what: str) -> Unavailable:
        return Unavailable(
            f"{self.name}: {what} took longer than {self.patience:g} s",
            hint="see whether a VPN or a firewall is in between",
        )


async def resolve_name(line: Line) -> list[str]:
    """The addresses of the host (or of the proxy); `Unavailable` when it has none."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(line.patience):
            found = await loop.getaddrinfo(line.host, line.port, type=socket.SOCK_STREAM)
    except TimeoutError:
        raise line.slow("looking its name up") from None
    except (OSError, UnicodeError) as error:
        words = error.strerror if isinstance(error, OSError) else None
        raise Unavailable(
            f"the host name of {line.name} does not resolve: {line.host}",
            cause=words or "not a usable name",
            hint="see the host in `url`, and whether a VPN is needed",
        ) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def connect(line: Line) -> None:
    """Connect, and ask the proxy for a tunnel where there is one and TLS is spoken behind it."""
    context = ssl.create_default_context() if line.proxy_secure else None
    try:
        async with asyncio.timeout(line.patience):
            line.reader, line.writer = await asyncio.open_connection(
                line.host, line.port, ssl=context
            )
            if line.proxy is not None and line.secure:
                await _tunnel(line, line.proxy)
    except TimeoutError:
        raise line.slow("connecting") from None
    except OSError as error:
        who = "the proxy on the way" if line.proxy else line.name
        refused = error.errno == errno.ECONNREFUSED
        what = "refuses connections" if refused else "can't be reached"
        raise Unavailable(
            f"{who} {what} at {line.host}:{line.port}",
            cause=_words(error),
            hint="see whether it is up, and the port in `url`"
            if refused and not line.proxy
            else "see whether it is up, and whether a VPN or a firewall is in between",
        ) from error


async def _tunnel(line: Line, proxy: Proxy) -> None:
    host = f"[{line.address.host}]" if ":" in line.address.host else line.address.host
    target = f"{host}:{line.address.port}"
    extra = "".join(f"{name}: {value}\r\n" for name, value in proxy.headers.items())
    reader, writer = line.streams()
    writer.write(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{extra}\r\n".encode())
    head = await _head(reader)
    status = head.split(" ", 2)[1:2]
    if status != ["200"]:
        raise Unavailable(
            f"the proxy refused to pass a request on to {line.name}",
            cause=clean(head.split("\r\n", 1)[0])[:200],
            hint="407 wants a user and a password in HTTPS_PROXY; otherwise the proxy does not"
            " allow this host: add it to NO_PROXY if it can be reached without",
        )


async def secured(line: Line, access: Access) -> None:
    """Speak TLS as the client would: the same authorities, the same client certificate."""
    context = context_for(access)
    _, writer = line.streams()
    try:
        async with asyncio.timeout(line.patience):
            await writer.start_tls(context, server_hostname=line.address.host)
    except TimeoutError:
        raise line.slow("the TLS handshake") from None
    except OSError as error:
        found = failure_of(error, line.name, "/", secure=True)
        raise found.kind(found.message, cause=clean(found.cause)[:200], hint=found.hint) from error


def certificate_of(line: Line, now: datetime) -> str:
    """Whose certificate it is, who signed it, and for how long it is good yet."""
    _, writer = line.streams()
    shown: Any = writer.get_extra_info("peercert") or {}
    tls: Any = writer.get_extra_info("ssl_object")
    subject = _common_name(shown.get("subject", ())) or next(
        (value for _, value in shown.get("subjectAltName", ())), "without a name"
    )
    issuer = _common_name(shown.get("issuer", ())) or "nobody"
    ends = shown.get("notAfter")
    days = ""
    if ends:
        left = ssl.cert_time_to_seconds(ends) - now.timestamp()
        days = f", {int(left // 86400)} days left"
    version = f", {tls.version()}" if tls is not None else ""
    return clean(f"{subject}, signed by {issuer}{days}{version}")[:200]


def _common_name(name: Any) -> str:
    fields = {key: value for each in name for key, value in each}
    return str(fields.get("commonName") or fields.get("organizationName") or "")


async def clock_skew(line: Line) -> float:
    """Seconds that the clock there is ahead of ours, to about a second."""
    reader, writer = line.streams()
    host = line.address.origin.partition("://")[2]
    path = "/"
    extra = ""
    if line.proxy is not None and not line.secure:
        path = f"{line.address.origin}/"
        extra = "".join(f"{name}: {value}\r\n" for name, value in line.proxy.headers.items())
    before = time.time()
    try:
        async with asyncio.timeout(line.patience):
            writer.write(
                f"HEAD {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: quiesce/{__version__}\r\n"
                f"Accept: */*\r\n{extra}Connection: close\r\n\r\n".encode()
            )
            head = await _head(reader)
    except TimeoutError:
        raise line.slow("a first answer") from None
    except OSError as error:
        raise Unavailable("not known: no answer without a sign-in") from error
    halfway = (before + time.time()) / 2
    return _date(head) - halfway


def _date(head: str) -> float:
    """The time in a `Date` header, as seconds; half a second in, as it names no fraction."""
    for header in head.split("\r\n")[1:]:
        name, _, value = header.partition(":")
        if name.strip().lower() == "date":
            try:
                told = parsedate_to_datetime(value.strip())
                return told.replace(tzinfo=told.tzinfo or UTC).timestamp() + 0.5
            except (ValueError, OverflowError, TypeError):
                break
    raise Unavailable("not known: no usable Date header in the answer")


async def _head(reader: asyncio.StreamReader) -> str:
    """Status line and headers of an answer; `Unavailable` if that is not what comes."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise Unavailable("not known: what came back is not HTTP") from error
    return head.decode("latin-1")


def _words(error: OSError) -> str:
    if error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno)
    return clean(str(error))[:200]
