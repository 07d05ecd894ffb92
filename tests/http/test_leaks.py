"""A planted secret is found in no text of any error, whoever repeats it where."""

from __future__ import annotations

import gzip
import logging
import traceback
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from quiesce.access import Auth, Basic, Bearer, Cookie, Headers, Secret
from quiesce.errors import SourceError

if TYPE_CHECKING:
    from tests.http.conftest import Answer, Make, Serve

WORD = 'hunter22/"ü %+'
PLAIN = "hunter22-plain"
TOKEN = b64encode(f"jo:{WORD}".encode()).decode()

AUTH: list[Auth] = [
    Basic("jo", Secret(WORD)),
    Bearer(Secret(PLAIN)),
    Headers({"X-Api-Key": Secret(f"Key {PLAIN}")}),
    Cookie(Secret(f"SESSION={PLAIN}; theme=dark")),
]

ECHO = f"you sent {WORD} or {quote(WORD)} or {TOKEN} or {PLAIN}"
ANSWERS: dict[str, Answer] = {
    "401": (401, {}, ('{"message": "' + ECHO.replace('"', '\\"') + '"}').encode()),
    "403 text": (403, {"Content-Type": "text/plain"}, ECHO.encode()),
    "404 html": (404, {"Content-Type": "text/html"}, f"<title>{PLAIN} {TOKEN}</title>".encode()),
    "500 gzip": (500, {"Content-Encoding": "gzip"}, gzip.compress(ECHO.encode())),
    "503": (503, {}, ECHO.encode()),
    "302": (302, {"Location": f"https://jo:{PLAIN}@{PLAIN}.test/{TOKEN}?t={PLAIN}"}, b""),
    "302 odd": (302, {"Location": f"https://[{PLAIN}"}, b""),
    "200 html": (200, {}, f"<html>{PLAIN} {TOKEN}".encode()),
    "encoding": (200, {"Content-Encoding": PLAIN}, b"x"),
    "reason": f"HTTP/1.1 401 {PLAIN} {TOKEN}\r\nContent-Length: 0\r\n\r\n".encode(),
    "status line": f"{PLAIN} {TOKEN}\r\n\r\n".encode(),
    "header": f"HTTP/1.1 200 OK\r\n{PLAIN} {TOKEN}\r\n\r\n".encode(),
    "chunk": f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{PLAIN}\r\n".encode(),
    "retry": (429, {"Retry-After": PLAIN}, TOKEN.encode()),
    "reset in the middle": b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + PLAIN.encode(),
}


@pytest.mark.parametrize("case", ANSWERS)
@pytest.mark.parametrize("auth", AUTH, ids=lambda auth: type(auth).__name__)
async def test_no_error_shows_a_secret(
    serve: Serve, make: Make, caplog: pytest.LogCaptureFixture, auth: Auth, case: str
) -> None:
    caplog.set_level(logging.DEBUG)
    server = await serve(ANSWERS[case])
    client = make(server, auth=auth, timeout=0.3, attempts=2)
    with pytest.raises(SourceError) as caught:
        await client.get(["a"])
    shown = [*texts(caught.value), *(record.getMessage() for record in caplog.records)]
    shown += [repr(client), str(client), repr(auth), repr(client._access)]
    assert not [text for text in shown for form in forms(auth) if form.lower() in text.lower()]


def forms(auth: Auth) -> list[str]:
    """How this credential must not be seen: the others' are nothing to this client."""
    return [WORD, TOKEN, quote(WORD)] if isinstance(auth, Basic) else [PLAIN]


def texts(error: BaseException) -> list[str]:
    """Everything that a person or a log may show of an error, also with the frames' locals."""
    assert isinstance(error, SourceError)
    shown = [str(error), repr(error), error.message, error.hint, error.cause, error.asked]
    shown += traceback.format_exception(error)
    following: BaseException | None = error
    while following is not None:
        shown += [repr(following), repr(following.args), repr(vars(following))]
        for frame, _ in traceback.walk_tb(following.__traceback__):
            if "quiesce" in frame.f_code.co_filename and "tests" not in frame.f_code.co_filename:
                shown += [repr(local) for local in frame.f_locals.values()]
        following = following.__cause__ or following.__context__
    return shown


async def test_a_secret_in_a_name_is_not_shown_either(serve: Serve, make: Make) -> None:
    server = await serve((404, {}, b"{}"))
    with pytest.raises(SourceError) as caught:
        await make(server, auth=AUTH[1]).get(["a", PLAIN], {"q": PLAIN})
    error = caught.value
    assert error.message == "gate answered 404 Not Found to /a/***"
    assert error.asked == f"GET {server.url}/a/***?q=***"


async def test_the_proxys_password_is_a_secret_too(serve: Serve, make: Make) -> None:
    proxy = await serve((502, {}, f"user:{PLAIN} {TOKEN}".encode()))
    env = {"HTTP_PROXY": f"http://jo:{quote(WORD, safe='')}@127.0.0.1:{proxy.port}"}
    client: Any = make("http://gate.test", env=env)
    with pytest.raises(SourceError) as caught:
        await client.get(["a"])
    shown = [*texts(caught.value), repr(client), repr(client._proxy)]
    assert not [text for text in shown for form in (WORD, TOKEN, quote(WORD)) if form in text]
