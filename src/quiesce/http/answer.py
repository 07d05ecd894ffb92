"""Status first, body second: what an answer is worth."""

from __future__ import annotations

import asyncio
import html
import re
import time
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import aiohttp
import msgspec
from aiohttp import hdrs

from quiesce.access import Access, Anonymous
from quiesce.errors import Misunderstood, Refused, Truncated, Unavailable
from quiesce.http import body
from quiesce.http.failure import ALWAYS, Failure

ERROR_BODY = 64 * 1024
"""How much of a body that only explains an error is read."""

ERROR_BODY_SECONDS = 2.0
"""How long such a body is waited for."""

_PASSING = frozenset({429, 502, 503, 504})
_TAG = re.compile(r"<[^<>]*>")
DENSE_FROM = 1024 * 1024
DENSE = 12
"""From so many bytes on, less than this many bytes for each comma is not believed: answers of
real systems have 20 and more."""

_UNSEEN = re.compile(r"<(style|script|head)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title[^<>]*>([^<]*)", re.IGNORECASE)


async def read(response: aiohttp.ClientResponse, access: Access, where: str) -> bytes | Failure:
    """The body of a 200 with JSON in it, or what it is instead."""
    status = response.status
    if status != 200:
        if 300 <= status < 400:
            return _redirected(response, access, where)
        return await _refused(response, access, where)
    headers = response.headers
    ages = ",".join(headers.getall(hdrs.AGE, ()))
    if ages.strip("0, "):  # whatever is no zero, readable or not, is no fresh answer
        old = f" that is {ages} s old" if ages.isdecimal() and len(ages) < 10 else ""
        return Failure(
            kind=Unavailable,
            message=f"{where} of {access.name} was answered from a cache{old}",
            hint="ask an address that no cache stands before, or switch caching off for it",
            status=status,
        )
    try:
        content = await body.whole(response, access.max_body)
    except body.TooLarge:
        return _too_large(access, where)
    except body.Undecodable as undecodable:
        return _unreadable(access, where, "can't be unpacked", f"content-encoding {undecodable}")
    except body.CutShort:
        return _cut_short(access, where)
    return _judged(response, content, access, where)


def _judged(
    response: aiohttp.ClientResponse, content: bytes, access: Access, where: str
) -> bytes | Failure:
    if not content:
        return _unreadable(access, where, "is empty", hint="the account may lack a right to it")
    kind = response.headers.get(hdrs.CONTENT_TYPE, "")
    if "html" in kind or content[:64].lstrip()[:1] == b"<":
        return Failure(
            kind=Refused,
            message=f"{access.name} answered {where} with a web page:"
            " this is usually a sign-in page",
            cause=_said(content),
            hint=_sign_in(access),
            status=response.status,
        )
    if not body.is_utf8(content):
        return _unreadable(access, where, "is not UTF-8")
    if len(content) > DENSE_FROM and content.count(b",") * DENSE > len(content):
        # Each element costs some hundred bytes to hold, so `[1,1,1,…` would fill the memory.
        return _unreadable(access, where, "is a list of almost nothing, again and again")
    return content


def _unreadable(access: Access, where: str, what: str, cause: str = "", hint: str = "") -> Failure:
    return Failure(
        kind=Misunderstood,
        message=f"the answer of {access.name} to {where} {what}",
        cause=cause,
        hint=hint,
        status=200,
    )


def _too_large(access: Access, where: str) -> Failure:
    return Failure(
        kind=Truncated,
        message=f"the answer of {access.name} to {where} is larger than"
        f" `max_body` ({_bytes(access.max_body)})",
        hint="raise `max_body` for this source, or ask it for less",
        status=200,
    )


def _cut_short(access: Access, where: str) -> Failure:
    return Failure(
        kind=Unavailable,
        message=f"{access.name} broke off in the middle of its answer to {where}",
        cause="compressed data ended too early",
        status=200,
        attempts=ALWAYS,
    )


def _redirected(response: aiohttp.ClientResponse, access: Access, where: str) -> Failure:
    """A redirect is never followed: nobody but the configured origin gets a credential."""
    place = _origin(access.url, response.headers.get(hdrs.LOCATION))
    hint = _sign_in(access)
    asked = urlsplit(access.url)
    if asked.scheme == "http" and re.fullmatch(rf"https://{asked.hostname}(:\d+)?", place):
        hint = f"set `url` to {place}, if that is the same system"
    return Failure(
        kind=Refused,
        message=f"{access.name} sent us to {place} instead of answering {where}:"
        " this is usually a sign-in page",
        cause=_line(response.status),
        hint=hint,
        status=response.status,
    )


def _origin(base: str, location: str | None) -> str:
    """Scheme and host of a redirect; its path and query may hold what must not be shown."""
    if location is None:
        return "another page"
    try:
        there = urlsplit(urljoin(base, location))
        port = f":{there.port}" if there.port else ""
    except ValueError:
        return "another page"
    host = there.hostname
    if not host:
        return "another page"
    return f"{there.scheme}://[{host}]{port}" if ":" in host else f"{there.scheme}://{host}{port}"


async def _refused(response: aiohttp.ClientResponse, access: Access, where: str) -> Failure:
    status, line = response.status, _line(response.status)
    content = b""
    try:
        async with asyncio.timeout(ERROR_BODY_SECONDS):
            content = await body.beginning(response, ERROR_BODY)
    except TimeoutError:
        pass  # the status has already said what matters
    cause = _said(content)
    if status in {401, 403}:
        return Failure(
            kind=Refused,
            message=f"{access.name} refused {where}: {line}",
            cause=cause,
            hint=_sign_in(access) if status == 401 else _right(access),
            status=status,
        )
    if status < 300:
        return Failure(
            kind=Misunderstood,
            message=f"{access.name} answered {line} to {where}, where only 200 has a meaning",
            cause=cause,
            status=status,
        )
    return _unavailable(response, access, where, cause)


def _unavailable(
    response: aiohttp.ClientResponse, access: Access, where: str, cause: str
) -> Failure:
    status = response.status
    message = f"{access.name} answered {_line(status)} to {where}"
    attempts = ALWAYS if status in _PASSING else 1
    after = _retry_after(response) if status in {429, 503} else None
    hint = ""
    if after is not None and not 0 <= after <= access.deadline:
        message += f" and asks to be left alone for {after:.9g} s,"
        message += " which can't be" if after < 0 else " longer than `deadline`"
        message += "" if after < 0 else f" ({access.deadline:g} s)"
        attempts = 1
    if status == 429:
        hint = "lower `concurrency` or set `rate` for this source"
    elif status == 400 and re.search(r"https port|requires tls", cause, re.IGNORECASE):
        hint = "this port speaks https: say so in `url`"
    elif status == 407:
        hint = "the proxy wants a user and a password: put them into HTTP_PROXY"
    elif status in {404, 410}:
        hint = "if every page is missing, see the path in `url`"
    return Failure(
        kind=Unavailable,
        message=message,
        cause=cause,
        hint=hint,
        status=status,
        attempts=attempts,
        after=after,
    )


def _retry_after(response: aiohttp.ClientResponse) -> float | None:
    """Seconds to wait, by the system's own clock if it shows one; None if it does not say.

    A date that has passed means now.
    """
    asked = response.headers.get(hdrs.RETRY_AFTER, "").strip()
    if re.fullmatch(r"-?\d+", asked):
        return float(asked)
    try:
        then = parsedate_to_datetime(asked).timestamp()
        date = response.headers.get(hdrs.DATE)
        now = parsedate_to_datetime(date).timestamp() if date else time.time()
    except (ValueError, OverflowError):
        return None
    return max(0.0, then - now)


def _sign_in(access: Access) -> str:
    if isinstance(access.auth, Anonymous):
        return "no credential was sent, as this source has no `auth`"
    return f"the credential in `auth` of `{access.name}` was sent: it may be wrong or have expired"


def _right(access: Access) -> str:
    if isinstance(access.auth, Anonymous):
        return _sign_in(access)
    return f"ask the owner of {access.name} to let this account read it"


def _line(status: int) -> str:
    """The status with its standard name; what the system calls it is of no use."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _bytes(count: int) -> str:
    return f"{count >> 20} MiB" if count % (1 << 20) == 0 else f"{count} bytes"


def _said(content: bytes) -> str:
    """The system's own words about an error: a field of its JSON, a page's title, or its text."""
    try:
        told = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        told = None
    words = _message(told)
    if words:
        return words
    text = content.decode("utf-8", "replace")
    if "<" not in text[:64]:
        return text
    page = text[:8192]
    title = _TITLE.search(page)
    seen = " ".join(_TAG.sub(" ", _UNSEEN.sub(" ", page)).split())
    return html.unescape(title[1] if title and title[1].strip() else seen)


def _message(told: object, depth: int = 3) -> str:
    """The first text under the names that errors go by, also within one another."""
    if isinstance(told, str):
        return told
    if isinstance(told, list) and told and depth:
        return _message(told[0], depth - 1)
    if isinstance(told, dict) and depth:
        for name in ("message", "error_description", "detail", "error", "errors", "title"):
            if words := _message(told.get(name), depth - 1):
                return words
    return ""
