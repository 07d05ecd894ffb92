"""Time, bytes and requests side by side are bounded, whatever a system sends."""

from __future__ import annotations

import asyncio
import gzip
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from quiesce.errors import Refused, Truncated, Unavailable
from quiesce.http import Spent
from quiesce.http.client import awake

if TYPE_CHECKING:
    from tests.http.conftest import Fails, Make, Serve

MIB = 1 << 20
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def grown() -> Iterator[list[int]]:
    """Holds the most bytes that Python had in use at once, when the test asks for it."""
    tracemalloc.start()
    yield []
    tracemalloc.stop()


def bomb(coding: str, size: int = 64 * MIB) -> bytes:
    """So many zeros, compressed a thousandfold."""
    wbits = {"gzip": 31, "deflate": 15, "raw": -15}[coding]
    packer = zlib.compressobj(1, wbits=wbits)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(size // MIB)) + packer.flush()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "raw"])
@pytest.mark.parametrize("status", [200, 500])
async def test_a_bomb_is_not_inflated_beyond_the_limit(
    serve: Serve, make: Make, fails: Fails, grown: list[int], coding: str, status: int
) -> None:
    headers = {"Content-Encoding": "gzip" if coding == "gzip" else "deflate"}
    server = await serve((status, headers, bomb(coding)))
    client = make(server, max_body=2 * MIB, attempts=1)
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    error = await fails(Truncated if status == 200 else Unavailable, client)
    _, peak = tracemalloc.get_traced_memory()
    assert peak - before < 10 * MIB
    assert ("`max_body` (2 MiB)" in error.message) == (status == 200)


async def test_an_endless_body_ends_at_the_limit(
    serve: Serve, make: Make, fails: Fails, grown: list[int]
) -> None:
    async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b"1" * 0x10000 + b"\r\n")
            await writer.drain()

    server = await serve(endless)
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    await fails(Truncated, make(server, max_body=MIB))
    assert tracemalloc.get_traced_memory()[1] - before < 10 * MIB


async def test_compressed_bytes_that_become_nothing_count_too(
    serve: Serve, make: Make, fails: Fails
) -> None:
    """A stored block of no bytes can be repeated for ever without inflating to anything."""
    packer = zlib.compressobj(wbits=-15)
    nothing = packer.flush(zlib.Z_SYNC_FLUSH)

    async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n\r\n")
        piece = nothing * 10_000
        while True:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()

    server = await serve(endless)
    await fails(Truncated, make(server, max_body=MIB))


async def test_a_body_that_says_it_is_too_large_is_not_read(
    serve: Serve, make: Make, fails: Fails
) -> None:
    async def boast(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Length: 99999999\r\n\r\n[1,")
        await reader.read()

    server = await serve(boast)
    client = make(server, max_body=MIB)
    await fails(Truncated, client)
    assert client.spent.bytes < 100


@pytest.mark.parametrize("size", [1000, 1001])
@pytest.mark.parametrize("packed", [False, True])
async def test_the_limit_itself_is_allowed(
    serve: Serve, make: Make, fails: Fails, size: int, packed: bool
) -> None:
    body = b"1" * size
    headers = {"Content-Encoding": "gzip"} if packed else {}
    server = await serve((200, headers, gzip.compress(body) if packed else body))
    client = make(server, max_body=1000)
    if size == 1000:
        assert await client.get(["a"]) == body
    else:
        await fails(Truncated, client)


async def test_a_million_tiny_chunks_are_one_body(serve: Serve, make: Make) -> None:
    body = b"1\r\n1\r\n" * 200_000 + b"0\r\n\r\n"
    server = await serve((200, {"Transfer-Encoding": "chunked"}, body))
    assert await make(server).get(["a"]) == b"1" * 200_000


@pytest.mark.parametrize(
    ("sent", "did"),
    [
        (b"", "answer"),
        (b"HTTP/1.1 200 OK\r\nContent-", "answer"),
        (HEAD + b"Content-Length: 10\r\n\r\n[1,", "finish its answer to"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n", "finish its answer to"),
    ],
)
async def test_a_system_that_hangs_is_given_up(
    serve: Serve, make: Make, fails: Fails, sent: bytes, did: str
) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await reader.read()

    server = await serve(hang)
    began = time.monotonic()
    error = await fails(Unavailable, make(server, timeout=0.15))
    assert error.message == f"gate did not {did} /applications within 0.15 s (`timeout`)"
    assert 0.14 < time.monotonic() - began < 1
    assert len(server.heads) == 1, "a time-out is not repeated"


async def test_a_slow_drip_is_given_up(serve: Serve, make: Make, fails: Fails) -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1\r\n1\r\n")
            await writer.drain()
            await asyncio.sleep(0.01)

    server = await serve(drip)
    await fails(Unavailable, make(server, timeout=0.2))
    await asyncio.sleep(0.05)
    assert server.open == 0, "the connection was closed"


async def test_an_error_whose_body_hangs_is_still_that_error(
    serve: Serve, make: Make, fails: Fails, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quiesce.http.answer.ERROR_BODY_SECONDS", 0.05)

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 10\r\n\r\nhm")
        await reader.read()

    server = await serve(hang)
    assert (await fails(Refused, make(server))).status == 401


async def test_an_error_whose_body_breaks_off_is_still_that_error(
    serve: Serve, make: Make, fails: Fails
) -> None:
    async def leave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 10\r\n\r\nhm")

    server = await serve(leave)
    assert (await fails(Refused, make(server))).status == 403


async def test_who_slept_meanwhile_knows_nothing(serve: Serve, make: Make, fails: Fails) -> None:
    """An answer that was read 90 s after it was asked for may be 90 s old."""
    times = iter([100.0, 190.0])
    server = await serve((200, {}, b"[]"))
    error = await fails(Unavailable, make(server, clock=lambda: next(times)))
    assert error.message == (
        "this machine was asleep for about 90 s while gate was asked for /applications"
    )


def test_the_clock_goes_on_while_the_machine_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    if hasattr(time, "CLOCK_BOOTTIME"):
        assert abs(awake() - time.clock_gettime(time.CLOCK_BOOTTIME)) < 1
        monkeypatch.delattr(time, "CLOCK_BOOTTIME")
    assert abs(awake() - time.monotonic()) < 1


async def test_a_second_over_the_time_is_no_sleep(serve: Serve, make: Make) -> None:
    times = iter([100.0, 105.9])
    server = await serve((200, {}, b"[]"))
    assert await make(server, clock=lambda: next(times)).get(["a"]) == b"[]"


async def test_so_many_requests_at_once_and_no_more(serve: Serve, make: Make) -> None:
    server = await serve((200, {}, b"[]"), delay=0.02)
    client = make(server, concurrency=3)
    await asyncio.gather(*(client.get([f"a{n}"]) for n in range(12)))
    assert server.busiest == 3
    assert server.opened == 3, "connections are used again"


async def test_waiting_for_ones_turn_is_not_counted_as_time(serve: Serve, make: Make) -> None:
    """Or the last of 500 applications would time out because of the others."""
    server = await serve((200, {}, b"[]"), delay=0.1)
    client = make(server, concurrency=1, timeout=0.4)
    assert await asyncio.gather(*(client.get([f"a{n}"]) for n in range(6))) == [b"[]"] * 6


async def test_who_pauses_before_a_retry_lets_others_go(serve: Serve, make: Make) -> None:
    server = await serve((503, {"Retry-After": "1"}, b""), (200, {}, b"[]"))
    client = make(server, concurrency=1)
    waiting = asyncio.create_task(client.get(["a"]))
    await server.asked()
    began = time.monotonic()
    assert await client.get(["b"]) == b"[]"
    assert time.monotonic() - began < 0.5
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


async def test_a_rate_is_kept_from_the_first_request_on(serve: Serve, make: Make) -> None:
    server = await serve((200, {}, b"[]"))
    client = make(server, rate=50.0)
    began = time.monotonic()
    await asyncio.gather(*(client.get([f"a{n}"]) for n in range(11)))
    assert 0.19 < time.monotonic() - began < 1


async def test_a_rate_below_one_a_second_is_a_rate(serve: Serve, make: Make) -> None:
    server = await serve((200, {}, b"[]"))
    client = make(server, rate=0.5)
    await client.get(["a"])
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client.get(["b"])
    assert len(server.heads) == 1


async def test_what_was_spent(serve: Serve, make: Make) -> None:
    body = gzip.compress(b"1" * 10_000)
    server = await serve(
        (503, {}, b"later"), (200, {}, b"[]"), (200, {"Content-Encoding": "gzip"}, body)
    )
    client = make(server)
    assert client.spent == Spent(requests=0, bytes=0)
    await client.get(["a"])
    assert client.spent == Spent(requests=2, bytes=len(b"later") + len(b"[]"))
    await client.get(["b"])
    assert client.spent == Spent(requests=3, bytes=len(b"later") + len(b"[]") + len(body))


async def test_cancelling_leaves_no_connection_and_no_task(serve: Serve, make: Make) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Content-Length: 10\r\n\r\n[1")
        await reader.read()

    server = await serve(hang)
    client = make(server, concurrency=4)
    tasks = [asyncio.create_task(client.get([f"a{n}"])) for n in range(8)]
    await server.asked(4)
    for task in tasks:
        task.cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in done)
    await asyncio.sleep(0.05)
    assert server.open == 0
    client_tasks = [
        t for t in asyncio.all_tasks() if "quiesce" in repr(t) and "tests" not in repr(t)
    ]
    assert not client_tasks


async def test_closing_closes_every_connection_for_good(serve: Serve, make: Make) -> None:
    server = await serve((200, {}, b"[]"))
    client = make(server)
    await client.get(["a"])
    await client.aclose()
    await client.aclose()
    await asyncio.sleep(0.05)
    assert (server.opened, server.open) == (1, 0)
    with pytest.raises(RuntimeError, match="closed"):
        await client.get(["a"])


async def test_a_client_that_never_asked_opens_nothing(serve: Serve, make: Make) -> None:
    server = await serve((200, {}, b"[]"))
    await make(server).aclose()
    assert server.opened == 0
