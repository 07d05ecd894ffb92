"""What passes by itself is asked again, a few times and never in step; the rest is not."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import struct
import time
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest

from quiesce.errors import Unavailable
from quiesce.http import client as client_module
from quiesce.http.failure import ALWAYS, Failure, failure_of

if TYPE_CHECKING:
    from tests.http.conftest import Answer, Fails, Make, Serve

OK: Answer = (200, {}, b"[]")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


async def reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def reset_in_the_middle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"Content-Length: 1000\r\n\r\n[1,")
    await writer.drain()
    await asyncio.sleep(0.02)
    await reset(reader, writer)


async def leave(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    """The connection is closed without a word."""


def then_leave(sent: bytes) -> Answer:
    async def send(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await writer.drain()
        writer.write_eof()
        await asyncio.sleep(0.02)

    return send


PASSING: dict[str, tuple[Answer, str]] = {
    "429": ((429, {}, b""), "gate answered 429 Too Many Requests to /applications"),
    "502": ((502, {}, b""), "gate answered 502 Bad Gateway to /applications"),
    "503": ((503, {}, b""), "gate answered 503 Service Unavailable to /applications"),
    "504": ((504, {}, b""), "gate answered 504 Gateway Timeout to /applications"),
    "closed": (leave, "gate closed the connection instead of answering /applications"),
    "reset": (reset, "gate closed the connection instead of answering /applications"),
    "reset in the middle": (
        reset_in_the_middle,
        "gate broke off in the middle of its answer to /applications",
    ),
    "shorter than it said": (
        then_leave(HEAD + b"Content-Length: 1000\r\n\r\n[1,"),
        "gate broke off in the middle of its answer to /applications",
    ),
    "no last chunk": (
        then_leave(HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n"),
        "gate broke off in the middle of its answer to /applications",
    ),
    "a broken chunk": (
        then_leave(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n[1,\r\n"),
        "gate did not answer /applications in proper HTTP",
    ),
    "gzip that ends early": (
        (200, {"Content-Encoding": "gzip"}, bytes.fromhex("1f8b0800000000000003ab")),
        "gate broke off in the middle of its answer to /applications",
    ),
    "no HTTP at all": (
        then_leave(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
        "gate did not answer /applications in proper HTTP",
    ),
}


@pytest.mark.parametrize("case", PASSING)
async def test_what_passes_is_asked_again(serve: Serve, make: Make, case: str) -> None:
    server = await serve(PASSING[case][0], PASSING[case][0], OK)
    client = make(server)
    assert await client.get(["applications"]) == b"[]"
    assert len(server.heads) == client.spent.requests == 3


@pytest.mark.parametrize("case", PASSING)
async def test_what_does_not_pass_is_given_up(
    serve: Serve, make: Make, fails: Fails, case: str
) -> None:
    answer, message = PASSING[case]
    server = await serve(answer)
    client = make(server, attempts=4)
    error = await fails(Unavailable, client)
    assert error.message == f"{message} (4 attempts)"
    assert len(server.heads) == client.spent.requests == 4


@pytest.mark.parametrize("case", PASSING)
async def test_one_attempt_is_one_request(
    serve: Serve, make: Make, fails: Fails, case: str
) -> None:
    """Also on a connection that was used before: aiohttp would quietly repeat it."""
    answer, message = PASSING[case]
    server = await serve(OK, answer)
    client = make(server, attempts=1)
    await client.get(["applications"])
    assert (await fails(Unavailable, client)).message == message
    assert len(server.heads) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 500, 501, 505])
async def test_what_is_meant_is_not_asked_again(serve: Serve, make: Make, status: int) -> None:
    server = await serve((status, {}, b""))
    with pytest.raises(Exception, match=str(status)):
        await make(server).get(["applications"])
    assert len(server.heads) == 1


async def test_a_port_that_nobody_listens_on(serve: Serve, make: Make, fails: Fails) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        error = await fails(Unavailable, make(f"http://127.0.0.1:{port}"))
    assert error.message == f"gate refuses connections at 127.0.0.1:{port} (3 attempts)"
    assert error.cause == "Connection refused"
    assert error.hint == "see whether it is up, and the port in `url`"


@pytest.mark.parametrize(
    ("error", "message", "hint"),
    [
        (OSError(5, "x"), "the connection to gate was lost while it answered /a", ""),
        (
            ssl.SSLError(1, "[SSL] odd"),
            "no secure connection to gate for /a",
            "see the scheme and the port in `url`",
        ),
    ],
)
def test_an_error_that_nobody_has_seen_yet_has_a_name(
    error: OSError, message: str, hint: str
) -> None:
    failure = failure_of(error, "gate", "/a", secure=True)
    assert (failure.kind, failure.message, failure.hint) == (Unavailable, message, hint)


async def test_a_time_out_of_the_network_is_not_ours(
    make: Make, fails: Fails, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: object) -> None:
        raise TimeoutError(110, "x")

    client = make("http://127.0.0.1:8084")
    monkeypatch.setattr(client, "_get", fail)
    error = await fails(Unavailable, client)
    assert "`timeout`" not in error.message
    assert error.cause == "Connection timed out"


@pytest.mark.parametrize(
    ("error", "message", "attempts"),
    [
        (TimeoutError(110, "x"), "no connection to gate at 127.0.0.1:8084 (3 attempts)", 3),
        (OSError(113, "x"), "no connection to gate at 127.0.0.1:8084 (3 attempts)", 3),
        (OSError("odd"), "no connection to gate at 127.0.0.1:8084 (3 attempts)", 3),
    ],
)
async def test_a_host_that_is_not_there(
    make: Make,
    fails: Fails,
    monkeypatch: pytest.MonkeyPatch,
    error: OSError,
    message: str,
    attempts: int,
) -> None:
    async def unreachable(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("aiohappyeyeballs.start_connection", unreachable)
    client = make("http://127.0.0.1:8084")
    failed = await fails(Unavailable, client)
    assert failed.message == message
    assert failed.hint.startswith("see whether it is up, and whether a VPN")
    assert failed.cause == (os.strerror(error.errno) if error.errno else "odd")
    assert client.spent.requests == attempts


async def test_a_name_that_does_not_resolve(
    make: Make, fails: Fails, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def unknown(host: str, *_: object, **__: object) -> None:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = await fails(Unavailable, make("http://gate.invalid:8084"))
    assert error.message == ("the host name of gate does not resolve: gate.invalid (2 attempts)")
    assert error.cause == "Name or service not known"
    assert error.hint == "see the host in `url`, and whether a VPN is needed"
    assert asked == ["gate.invalid"] * 2


async def test_retry_after_is_kept(serve: Serve, make: Make) -> None:
    server = await serve((429, {"Retry-After": "1"}, b""), OK)
    began = time.monotonic()
    assert await make(server).get(["applications"]) == b"[]"
    assert 0.99 < time.monotonic() - began < 2


async def test_retry_after_may_be_a_date_by_the_systems_own_clock(serve: Serve, make: Make) -> None:
    """That clock may be an hour off: what counts is how far the date is from its `Date`."""
    then = time.time() + 3600
    date = {"Date": formatdate(then, usegmt=True), "Retry-After": formatdate(then + 1, usegmt=True)}
    server = await serve((503, date, b""), OK)
    began = time.monotonic()
    assert await make(server).get(["applications"]) == b"[]"
    assert 0.99 < time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("61", "for 61 s, longer than `deadline` (60 s)"),
        ("9" * 40, "for 1e+40 s, longer than `deadline` (60 s)"),
        ("9" * 5000, "for inf s, longer than `deadline` (60 s)"),
        ("-5", "for -5 s, which can't be"),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "longer than `deadline` (60 s)"),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_who_asks_for_too_long_is_not_waited_for(
    serve: Serve, make: Make, fails: Fails, status: int, asked: str, said: str
) -> None:
    server = await serve((status, {"Retry-After": asked}, b""))
    began = time.monotonic()
    error = await fails(Unavailable, make(server))
    assert error.message.endswith(said)
    assert "asks to be left alone" in error.message
    assert len(server.heads) == 1
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize(
    "asked", ["soon", "", "1.5", "Sat, 32 Foo 2026", "Sun, 06 Nov 1994 08:49:37 GMT", "0"]
)
async def test_a_retry_after_that_says_nothing_is_no_reason_to_give_up(
    serve: Serve, make: Make, asked: str
) -> None:
    server = await serve((503, {"Retry-After": asked}, b""), OK)
    assert await make(server).get(["applications"]) == b"[]"


def test_pauses_grow_are_spread_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "FIRST_PAUSE", 0.2)
    passing = Failure(kind=Unavailable, message="", attempts=ALWAYS)
    for attempt, middle in ((1, 0.2), (2, 0.4), (3, 0.8), (50, 5.0)):
        pauses = {client_module._pause(passing, attempt) for _ in range(50)}
        assert all(0.5 * middle <= pause <= 1.5 * middle for pause in pauses)
        assert len(pauses) > 40


async def test_cancelling_a_pause_ends_it(serve: Serve, make: Make) -> None:
    server = await serve((503, {"Retry-After": "30"}, b""))
    task = asyncio.create_task(make(server).get(["a"]))
    await server.asked()
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_nothing_is_logged(
    serve: Serve, make: Make, fails: Fails, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    server = await serve((503, {}, b""))
    await fails(Unavailable, make(server))
    assert caplog.records == []
