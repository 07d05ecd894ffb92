"""The middleware that lets planted faults happen, down to the bytes on the socket."""

from __future__ import annotations

import asyncio
import zlib
from functools import lru_cache

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from quiesce.sandbox.faults import BESIDE, Fault, System
from quiesce.sandbox.site import LAG, SITE, Asked

LOGIN_PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>"
    b'<form method="post" action="/login"><input name="username"/>'
    b'<input name="password" type="password"/><button>Sign in</button></form></body></html>\n'
)
_MB = 1024 * 1024
_CHUNK = b" " * (64 * 1024)


def middleware(system: System) -> Middleware:
    """Logs each request, and lets happen to it what is planted for its path."""

    @web.middleware
    async def faulty(request: web.Request, handler: Handler) -> web.StreamResponse:
        site = request.app[SITE]
        headers = request.headers.copy()
        site.requests.append(Asked(system, request.method, request.path_qs, headers))
        faults = site.faults.for_request(
            system, request.method, f"{request.path}?{request.query_string}"
        )
        beside = [fault for fault in faults if fault.kind in BESIDE]
        for fault in beside:
            if fault.kind == "latency":
                await asyncio.sleep(fault.seconds)
            elif fault.kind == "stale":
                request[LAG] = round(fault.seconds * 1000)
        instead = next((fault for fault in faults if fault.kind not in BESIDE), None)
        if instead is None:
            answer = await handler(request)
        else:
            answer = await _happen(instead, request, handler)
        for fault in beside:
            if fault.kind == "age" and not answer.prepared:
                answer.headers["Age"] = str(round(fault.seconds))
        return answer

    return faulty


def login_page() -> web.Response:
    """What a proxy in front of Gate shows to whom it does not know."""
    return web.Response(body=LOGIN_PAGE, headers={"Content-Type": "text/html;charset=UTF-8"})


async def _happen(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    match fault.kind:
        case "status":
            return _status(fault)
        case "redirect":
            return web.Response(status=302, headers={"Location": fault.location})
        case "login-page":
            return login_page()
        case "empty":
            return web.Response()
        case "body":
            return web.Response(body=fault.body, headers={"Content-Type": fault.content_type})
        case "hang":
            await _for_ever()
        case "reset":
            return await _reset(request)
        case "huge":
            return await _huge(request, fault.size or 80 * _MB)
        case "gzip-bomb":
            return _bomb(fault.size or 128 * _MB)
    answer = await handler(request)
    body = answer.body if isinstance(answer, web.Response) else None
    whole = bytes(body) if isinstance(body, (bytes, bytearray)) else b""
    kept = whole[: len(whole) // 2 if fault.size is None else fault.size]
    headers = {"Content-Type": answer.headers.get("Content-Type", fault.content_type)}
    if fault.kind == "truncated":
        return web.Response(status=answer.status, body=kept, headers=headers)
    if fault.kind == "not-utf8":
        spoilt = whole.replace(b'"', b'"\xff\xfe', 1)
        return web.Response(status=answer.status, body=spoilt, headers=headers)
    return await _unfinished(fault, request, kept, len(whole) or 1, headers)


def _status(fault: Fault) -> web.Response:
    headers = {"Content-Type": fault.content_type}
    if fault.retry_after is not None:
        headers["Retry-After"] = fault.retry_after
    if fault.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="Spinnaker"'
    body = fault.body or b'{"status":%d,"message":"planted by the sandbox"}' % fault.status
    return web.Response(status=fault.status, body=body, headers=headers)


async def _for_ever() -> None:
    """Until the client goes away or the sandbox closes: both cancel the handler."""
    await asyncio.Event().wait()


async def _reset(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _unfinished(
    fault: Fault, request: web.Request, kept: bytes, length: int, headers: dict[str, str]
) -> web.StreamResponse:
    """Promise `length` bytes, send fewer, and hang or hang up."""
    answer = web.StreamResponse(headers=headers)
    answer.content_length = max(length, len(kept) + 1)
    await answer.prepare(request)
    await answer.write(kept)
    if fault.kind == "hang-mid-body":
        await _for_ever()
    if request.transport is not None:
        request.transport.close()
    return answer


async def _huge(request: web.Request, size: int) -> web.StreamResponse:
    """Valid JSON in which nothing but its size is wrong, in little pieces and not all at once."""
    answer = web.StreamResponse(headers={"Content-Type": "application/json;charset=UTF-8"})
    await answer.prepare(request)
    await answer.write(b"[")
    for _ in range(size // len(_CHUNK)):
        await answer.write(_CHUNK)
    await answer.write(b"]")
    await answer.write_eof()
    return answer


def _bomb(size: int) -> web.Response:
    headers = {"Content-Type": "application/json;charset=UTF-8", "Content-Encoding": "gzip"}
    return web.Response(body=_packed(size), headers=headers)


@lru_cache(maxsize=4)
def _packed(size: int) -> bytes:
    """So many spaces, packed a thousandfold: every full flush makes the same bytes again."""
    megabyte = b" " * _MB
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(megabyte) + packer.flush(zlib.Z_FULL_FLUSH)
    count = max(1, size // _MB)
    checksum = 0
    for _ in range(count):
        checksum = zlib.crc32(megabyte, checksum)
    length = count * _MB & 0xFFFFFFFF
    header = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    trailer = checksum.to_bytes(4, "little") + length.to_bytes(4, "little")
    return header + block * count + packer.flush() + trailer
