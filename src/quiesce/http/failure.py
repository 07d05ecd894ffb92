"""What went wrong, in words: from the errors of sockets, TLS and aiohttp to a `Failure`."""

from __future__ import annotations

import errno
import os
import ssl
from collections.abc import Iterator

import aiohttp
from aiohttp import http_exceptions
from msgspec import Struct

from quiesce.errors import SourceError, Unavailable

ALWAYS = 1_000_000


class Failure(Struct, frozen=True, kw_only=True):
    """Why a request gave no body. Its texts are as they came: the client redacts them.

    `attempts` is how many times in all this is worth asking: 1 means never again. `after`
    is how long the system asked to be left alone, in seconds.
    """

    kind: type[SourceError]
    message: str
    cause: str = ""
    hint: str = ""
    status: int | None = None
    attempts: int = 1
    after: float | None = None
    foreign: str = ""

    def __repr__(self) -> str:
        return f"Failure({self.kind.__name__}, status={self.status})"


class Foreign(Exception):
    """Stands in for the error of a library in a traceback: its name and its redacted text.

    The original may hold request headers, or an answer that repeats them.
    """


class Dropped(aiohttp.ClientConnectionError):
    """The connection was lost before an answer; by this name aiohttp does not ask again itself."""


FOREIGN = (aiohttp.ClientError, http_exceptions.HttpProcessingError, OSError)
"""All that a request may raise, time-outs and cancelling aside."""


def failure_of(error: Exception, name: str, where: str, *, secure: bool) -> Failure:
    """What a foreign error means for whoever asked `name` for `where`."""
    causes = list(_chain(error))
    found = (
        _proxy(error, name)
        or next(filter(None, (_tls(cause, name, where) for cause in causes)), None)
        or _connecting(error, name, secure=secure)
        or _talking(error, name, where, secure=secure)
    )
    cause = found.cause or _words(causes[-1])
    foreign = f"{type(error).__name__}: {error}"
    return Failure(
        kind=found.kind,
        message=found.message,
        cause=cause,
        hint=found.hint,
        status=found.status,
        attempts=found.attempts,
        foreign=foreign,
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, what aiohttp wrapped in it, and so on down."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = (
            getattr(following, "certificate_error", None)
            or getattr(following, "os_error", None)
            or following.__cause__
        )


def _words(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno)
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__


def _proxy(error: Exception, name: str) -> Failure | None:
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return Failure(
            kind=Unavailable,
            message=f"the proxy on the way to {name} could not be reached",
            hint="see HTTPS_PROXY and HTTP_PROXY, or add the host to NO_PROXY",
            attempts=ALWAYS,
        )
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return Failure(
            kind=Unavailable,
            message=f"the proxy refused to pass a request on to {name}",
            cause=f"{error.status} {error.message}",
            hint="407 wants a user and a password in HTTPS_PROXY; otherwise the proxy does not"
            " allow this host: add it to NO_PROXY if it can be reached without",
            status=error.status,
        )
    return None


def _tls(error: BaseException, name: str, where: str) -> Failure | None:
    if isinstance(error, aiohttp.ClientError):
        return None  # aiohttp's wrappers are SSLErrors by descent, but hold none of the words
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failure(
            kind=Unavailable,
            message=f"{name} showed a certificate that can't be trusted",
            cause=error.verify_message or str(error),
            hint=_distrust(error.verify_code),
        )
    if not isinstance(error, ssl.SSLError):
        return None
    reason = (getattr(error, "reason", None) or str(error)).upper()
    if "CERTIFICATE_REQUIRED" in reason or "ALERT_BAD_CERTIFICATE" in reason:
        hint = f"{name} wants a client certificate that it knows: see `auth` of this source"
    elif "WRONG_VERSION_NUMBER" in reason or "HTTP_REQUEST" in reason or "RECORD_LAYER" in reason:
        hint = "this port may speak plain http: see the scheme and the port in `url`"
    elif "HANDSHAKE_FAILURE" in reason:
        hint = f"{name} may want a client certificate: see `auth` of this source"
    elif "PROTOCOL_VERSION" in reason or "UNSUPPORTED_PROTOCOL" in reason:
        hint = f"TLS 1.2 is the oldest that is spoken here: {name} must offer it"
    else:
        hint = "see the scheme and the port in `url`"
    return Failure(
        kind=Unavailable,
        message=f"no secure connection to {name} for {where}",
        cause=reason.replace("_", " ").lower(),
        hint=hint,
    )


def _distrust(code: int) -> str:
    if code in {9, 10}:  # not yet valid, expired
        return "the certificate must be renewed there, unless the clock here is wrong"
    if code in {62, 64}:  # host name, IP address
        return "the certificate is for another host: see the host in `url`"
    return "if a private authority signed it, set `ca` to the PEM file of that authority"


def _connecting(error: Exception, name: str, *, secure: bool) -> Failure | None:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Failure(
            kind=Unavailable,
            message=f"the host name of {name} does not resolve: {error.host}",
            hint="see the host in `url`, and whether a VPN is needed",
            attempts=2,  # a resolver that was too busy answers at once the second time
        )
    if not isinstance(error, aiohttp.ClientConnectorError):
        return None
    if error.os_error.errno == errno.ECONNREFUSED:
        message = f"{name} refuses connections at {error.host}:{error.port}"
        hint = "see whether it is up, and the port in `url`"
    elif secure and isinstance(error.os_error, ConnectionError):
        message = f"{name} ended the TLS handshake at {error.host}:{error.port}"
        hint = "see the scheme and the port in `url`, and whether it wants a client certificate"
    else:
        message = f"no connection to {name} at {error.host}:{error.port}"
        hint = "see whether it is up, and whether a VPN or a firewall is in between"
    return Failure(kind=Unavailable, message=message, hint=hint, attempts=ALWAYS)


def _talking(error: Exception, name: str, where: str, *, secure: bool) -> Failure:
    other = "" if secure else "if this port speaks https, say so in `url`"
    if isinstance(error, aiohttp.ClientPayloadError):
        message, hint = f"{name} broke off in the middle of its answer to {where}", ""
    elif isinstance(error, Dropped):
        message, hint = f"{name} closed the connection instead of answering {where}", other
    elif isinstance(error, aiohttp.ClientResponseError | http_exceptions.HttpProcessingError):
        message, hint = f"{name} did not answer {where} in proper HTTP", other
    else:
        message, hint = f"the connection to {name} was lost while it answered {where}", ""
    return Failure(kind=Unavailable, message=message, hint=hint, attempts=ALWAYS)
