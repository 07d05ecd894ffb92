"""Status first, body second: every answer that is not readable JSON is an error with a reason."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from quiesce.errors import Misunderstood, Refused, SourceError, Truncated, Unavailable

if TYPE_CHECKING:
    from tests.http.conftest import Answer, Fails, Make, Serve

JSON = b'[{"name": "eks"}]'


async def test_a_body_is_given_as_it_came(serve: Serve, make: Make) -> None:
    server = await serve((200, {}, JSON))
    assert await make(server).get(["applications"]) == JSON


@pytest.mark.parametrize("body", ['["Straße", "日本"]', '"' + "é𝄞" * 400_000 + '"'])
async def test_any_utf8_is_given(serve: Serve, make: Make, body: str) -> None:
    """A character may lie across the slices in which a long body is checked."""
    server = await serve((200, {}, body.encode()))
    assert await make(server).get(["applications"]) == body.encode()


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP", "deflate", "raw deflate", "identity"])
async def test_a_compressed_body_is_inflated(serve: Serve, make: Make, coding: str) -> None:
    raw = zlib.compressobj(wbits=-15)
    sent = {
        "deflate": zlib.compress(JSON),
        "raw deflate": raw.compress(JSON) + raw.flush(),
        "identity": JSON,
    }.get(coding, gzip.compress(JSON))
    server = await serve((200, {"Content-Encoding": coding.removeprefix("raw ")}, sent))
    assert await make(server).get(["applications"]) == JSON


async def test_a_gzip_body_of_two_members_is_one_body(serve: Serve, make: Make) -> None:
    sent = gzip.compress(JSON[:5]) + gzip.compress(JSON[5:])
    server = await serve((200, {"Content-Encoding": "gzip"}, sent))
    assert await make(server).get(["applications"]) == JSON


async def test_a_long_body_in_many_pieces_is_whole(serve: Serve, make: Make) -> None:
    body = json.dumps([f"{number:020}" for number in range(100_000)]).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in _split(body, 7777)) + b"0\r\n\r\n"
    server = await serve((200, {"Transfer-Encoding": "chunked"}, chunks), (200, {}, body))
    client = make(server)
    assert await client.get(["a"]) == body
    assert await client.get(["b"]) == body


async def test_what_we_say_about_ourselves(serve: Serve, make: Make) -> None:
    server = await serve((200, {}, JSON))
    await make(server).get(["applications", "eks", "pipelines"], {"limit": 5, "statuses": "A,B"})
    assert server.heads[0].startswith(
        "GET /applications/eks/pipelines?limit=5&statuses=A,B HTTP/1.1\r\n"
    )
    assert server.header("Accept") == "application/json"
    assert server.header("Accept-Encoding") == "gzip, deflate"
    assert server.header("Cache-Control") == "no-cache"
    assert (server.header("User-Agent") or "").startswith("quiesce/")
    assert server.header("Authorization") is None


@pytest.mark.parametrize(
    ("answer", "kind", "message", "cause"),
    [
        (
            (401, {}, b'{"message": "Full authentication is required"}'),
            Refused,
            "gate refused /applications: 401 Unauthorized",
            "Full authentication is required",
        ),
        (
            (403, {}, b'{"error": {"message": "Access denied to application eks"}}'),
            Refused,
            "gate refused /applications: 403 Forbidden",
            "Access denied to application eks",
        ),
        (
            (404, {"Content-Type": "text/plain"}, b"no such page"),
            Unavailable,
            "gate answered 404 Not Found to /applications",
            "no such page",
        ),
        ((410, {}, b"[]"), Unavailable, "gate answered 410 Gone to /applications", "[]"),
        ((418, {}, b""), Unavailable, "gate answered 418 I'm a Teapot to /applications", ""),
        (
            (500, {}, b'{"status": 500, "errors": ["the store is away"]}'),
            Unavailable,
            "gate answered 500 Internal Server Error to /applications",
            "the store is away",
        ),
        ((599, {}, b""), Unavailable, "gate answered 599 to /applications", ""),
        (
            (502, {"Content-Type": "text/html"}, b"<html><title>502 Bad Gateway</title><h1>x</h1>"),
            Unavailable,
            "gate answered 502 Bad Gateway to /applications (3 attempts)",
            "502 Bad Gateway",
        ),
        (
            b"HTTP/1.1 204 No Content\r\n\r\n",
            Misunderstood,
            "gate answered 204 No Content to /applications, where only 200 has a meaning",
            "",
        ),
        (
            (206, {}, JSON),
            Misunderstood,
            "gate answered 206 Partial Content to /applications, where only 200 has a meaning",
            '[{"name": "eks"}]',
        ),
        ((200, {}, b""), Misunderstood, "the answer of gate to /applications is empty", ""),
        (
            (200, {"Content-Encoding": "gzip"}, b""),
            Misunderstood,
            "the answer of gate to /applications is empty",
            "",
        ),
        (
            (200, {}, b'["\xff"]'),
            Misunderstood,
            "the answer of gate to /applications is not UTF-8",
            "",
        ),
        (
            (200, {}, '["Grüße'.encode()[:-2]),
            Misunderstood,
            "the answer of gate to /applications is not UTF-8",
            "",
        ),
        (
            (200, {"Content-Type": "text/html"}, b"<html><h1>Sign in</h1> to go on</html>"),
            Refused,
            "gate answered /applications with a web page: this is usually a sign-in page",
            "Sign in to go on",
        ),
        (
            (200, {"Content-Type": "text/html;charset=utf-8"}, b"Please sign in"),
            Refused,
            "gate answered /applications with a web page: this is usually a sign-in page",
            "Please sign in",
        ),
        (
            (200, {}, b" \n<!doctype html><head><style>x{}</style></head>Log in"),
            Refused,
            "gate answered /applications with a web page: this is usually a sign-in page",
            "Log in",
        ),
        (
            (200, {"Age": "31"}, JSON),
            Unavailable,
            "/applications of gate was answered from a cache that is 31 s old",
            "",
        ),
        (
            (200, {"Content-Encoding": "br"}, b"\x8b\x00"),
            Misunderstood,
            "the answer of gate to /applications can't be unpacked",
            "content-encoding br",
        ),
        (
            (200, {"Content-Encoding": "gzip, gzip"}, gzip.compress(gzip.compress(JSON))),
            Misunderstood,
            "the answer of gate to /applications can't be unpacked",
            "content-encoding gzip, gzip",
        ),
        (
            (200, {"Content-Encoding": "gzip"}, JSON),
            Misunderstood,
            "the answer of gate to /applications can't be unpacked",
            "content-encoding gzip: Error -3 while decompressing data: incorrect header check",
        ),
        (
            (200, {"Content-Encoding": "gzip"}, gzip.compress(b"") * 40),
            Misunderstood,
            "the answer of gate to /applications can't be unpacked",
            "content-encoding gzip: more follows its end",
        ),
        (
            (200, {}, b"[" + b"1," * 3000 + b"1]"),
            Truncated,
            "the answer of gate to /applications is larger than `max_body` (5000 bytes)",
            "",
        ),
    ],
)
async def test_what_each_answer_means(
    serve: Serve,
    make: Make,
    fails: Fails,
    answer: Answer,
    kind: type[SourceError],
    message: str,
    cause: str,
) -> None:
    server = await serve(answer)
    error = await fails(kind, make(server, max_body=5000))
    assert error.message == message
    assert error.cause == cause
    assert error.asked == f"GET {server.url}/applications"


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429, 500, 502, 503])
async def test_an_error_names_the_status(
    serve: Serve, make: Make, fails: Fails, status: int
) -> None:
    server = await serve((status, {}, b"{}"))
    kind = Refused if status in {401, 403} else Unavailable
    assert (await fails(kind, make(server))).status == status


@pytest.mark.parametrize("age", ["0", "00", " 0 ", "0, 0", ""])
async def test_an_age_of_nothing_is_no_cache(serve: Serve, make: Make, age: str) -> None:
    server = await serve((200, {"Age": age}, JSON))
    assert await make(server).get(["a"]) == JSON


@pytest.mark.parametrize("age", ["-1", "soon", "1.5", "99, 99", "0, 99", "9" * 4500])
async def test_an_age_that_is_not_nothing_is_a_cache(
    serve: Serve, make: Make, fails: Fails, age: str
) -> None:
    """What can't be read as fresh is not believed to be fresh."""
    server = await serve((200, {"Age": age}, JSON))
    error = await fails(Unavailable, make(server))
    assert "answered from a cache" in error.message
    assert len(error.message) < 200


async def test_a_list_of_almost_nothing_is_not_held(serve: Serve, make: Make, fails: Fails) -> None:
    """Two kilobytes of gzip become millions of elements, of a hundred bytes each in memory."""
    body = b"[" + b"1," * (2 * 1024 * 1024) + b"1]"
    server = await serve((200, {}, body))
    assert "almost nothing" in (await fails(Misunderstood, make(server))).message


@pytest.mark.parametrize(
    ("status", "headers", "body", "hint"),
    [
        (401, {}, b"", "no credential was sent, as this source has no `auth`"),
        (404, {}, b"", "if every page is missing, see the path in `url`"),
        (429, {}, b"", "lower `concurrency` or set `rate` for this source"),
        (
            400,
            {"Content-Type": "text/html"},
            b"<html><title>400 The plain HTTP request was sent to HTTPS port</title>",
            "this port speaks https: say so in `url`",
        ),
        (
            400,
            {"Content-Type": "text/plain"},
            b"Bad Request\nThis combination of host and port requires TLS.\n",
            "this port speaks https: say so in `url`",
        ),
    ],
)
async def test_a_hint_says_what_to_do(
    serve: Serve,
    make: Make,
    fails: Fails,
    status: int,
    headers: dict[str, str],
    body: bytes,
    hint: str,
) -> None:
    server = await serve((status, headers, body))
    kind = Refused if status == 401 else Unavailable
    assert (await fails(kind, make(server, attempts=1))).hint == hint


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (
            b'{"message": "a\\u001b[31mred\\u001b[0m\\u202e and\\n\\ttwo\\r\\nlines"}',
            "ared and two lines",
        ),
        ("\x1b]8;;http://evil\x07click\x1b]8;;\x07 \x9b2J\x00me".encode(), "click me"),
        (b"x" * 500, "x" * 199 + "…"),
        (
            b'{"error": {"errors": [{"detail": "deep"}]}}',
            '{"error": {"errors": [{"detail": "deep"}]}}',
        ),
        (b"[" * 5000, "[" * 199 + "…"),
        (b"\xff\xfe", "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"),
        (b'{"message": 7, "error": "Forbidden"}', "Forbidden"),
        (b'{"timestamp": 1}', '{"timestamp": 1}'),
    ],
)
async def test_the_systems_own_words_are_short_and_tame(
    serve: Serve, make: Make, fails: Fails, body: bytes, cause: str
) -> None:
    server = await serve((500, {}, body))
    shown = (await fails(Unavailable, make(server))).cause
    assert shown == cause
    assert shown.isprintable()
    assert len(shown) <= 200


async def test_one_error_does_not_spoil_the_next_request(serve: Serve, make: Make) -> None:
    server = await serve((404, {}, b"{}"), (200, {}, JSON))
    client = make(server)
    with pytest.raises(Unavailable):
        await client.get(["a"])
    assert await client.get(["b"]) == JSON
    assert server.opened == 1, "the connection is kept"


def _split(body: bytes, size: int) -> list[Any]:
    return [body[at : at + size] for at in range(0, len(body), size)]
