"""Each way to sign in, and that a credential goes to nobody but the configured origin."""

from __future__ import annotations

from base64 import b64decode, b64encode
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quiesce.access import Access, Auth, Basic, Bearer, ClientCertificate, Cookie, Headers, Secret
from quiesce.errors import ConfigError, Refused
from quiesce.http import Client

if TYPE_CHECKING:
    from tests.http.conftest import Fails, Make, Serve

WORD = Secret("p:ä sswörd")


async def test_basic_is_in_utf8(serve: Serve, make: Make) -> None:
    server = await serve((200, {}, b"[]"))
    await make(server, auth=Basic("jürgen", WORD)).get(["a"])
    scheme, _, token = (server.header("Authorization") or "").partition(" ")
    assert (scheme, b64decode(token).decode()) == ("Basic", "jürgen:p:ä sswörd")


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (Bearer(Secret("abc.def-_~")), "Authorization", "Bearer abc.def-_~"),
        (Cookie(Secret('SESSION="1"; a=b')), "Cookie", 'SESSION="1"; a=b'),
        (Headers({"X-Api-Key": Secret("k e y"), "X-Two": Secret("2")}), "X-Api-Key", "k e y"),
        (Headers({"Authorization": Secret("Token t0")}), "Authorization", "Token t0"),
        (Headers({"accept": Secret("application/hal+json")}), "Accept", "application/hal+json"),
    ],
)
async def test_what_is_sent(serve: Serve, make: Make, auth: Auth, header: str, value: str) -> None:
    server = await serve((200, {}, b"[]"))
    await make(server, auth=auth).get(["a"])
    assert server.header(header) == value
    assert server.heads[0].lower().count(f"\r\n{header.lower()}:") == 1


async def test_the_system_cannot_make_us_keep_a_cookie(serve: Serve, make: Make) -> None:
    """State between two requests would make a look depend on the one before."""
    server = await serve((200, {"Set-Cookie": "SESSION=theirs"}, b"[]"))
    client = make(server)
    await client.get(["a"])
    await client.get(["a"])
    assert server.header("Cookie") is None


async def test_netrc_is_never_read(
    serve: Serve, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("default login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    server = await serve((200, {}, b"[]"))
    await make(server).get(["a"])
    assert server.header("Authorization") is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_and_carries_nothing_away(
    serve: Serve, make: Make, fails: Fails, status: int
) -> None:
    other = await serve((200, {}, b"[]"))
    location = f"http://u:p@127.0.0.1:{other.port}/login?token=deadbeef#x"
    server = await serve((status, {"Location": location}, b""))
    error = await fails(Refused, make(server, auth=Bearer(Secret("deadbeef00"))))
    assert error.message == (
        f"gate sent us to http://127.0.0.1:{other.port} instead of answering /applications:"
        " this is usually a sign-in page"
    )
    assert error.hint == (
        "the credential in `auth` of `gate` was sent: it may be wrong or have expired"
    )
    assert error.status == status
    assert (other.opened, other.heads) == (0, [])
    assert len(server.heads) == 1


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("/login?next=%2F", "{url}"),
        ("//elsewhere.test/login", "http://elsewhere.test"),
        ("https://[::1]:8443/login", "https://[::1]:8443"),
        ("http://169.254.169.254/latest/meta-data", "http://169.254.169.254"),
        ("file:///etc/passwd", "another page instead"),
        ("http://[oops/", "another page"),
        ("http://host:99999/", "another page"),
        ("http://evil\x7f\u202e.test/".encode().decode("latin-1"), "http://"),
    ],
)
async def test_wherever_it_points_nobody_else_is_asked(
    serve: Serve, make: Make, fails: Fails, location: str, place: str
) -> None:
    answer = f"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: {location}\r\n\r\n"
    server = await serve(answer.encode("latin-1"))
    error = await fails(Refused, make(server))
    assert f"gate sent us to {place.format(url=server.url)}" in error.message
    assert error.message.isprintable()
    assert len(server.heads) == 1


@pytest.mark.parametrize("status", [300, 304, 302])
async def test_a_redirect_to_nowhere_is_refused_too(
    serve: Serve, make: Make, fails: Fails, status: int
) -> None:
    server = await serve(f"HTTP/1.1 {status} Odd\r\nContent-Length: 0\r\n\r\n".encode())
    assert "gate sent us to another page" in (await fails(Refused, make(server))).message


async def test_a_redirect_to_https_of_the_same_host_says_what_to_set(
    serve: Serve, make: Make, fails: Fails
) -> None:
    server = await serve((301, {"Location": "https://127.0.0.1:8443/applications"}, b""))
    error = await fails(Refused, make(server))
    assert error.hint == "set `url` to https://127.0.0.1:8443, if that is the same system"


@pytest.mark.parametrize(
    "auth",
    [
        Basic("u", WORD),
        Bearer(WORD),
        Headers({"X-Key": WORD}),
        Cookie(WORD),
        ClientCertificate("c.pem", "k.pem"),
    ],
    ids=lambda auth: type(auth).__name__,
)
@pytest.mark.parametrize(
    "host", ["gate.example", "10.0.0.1", "127.0.0.1.evil.test", "localhost.evil.test", "[::2]"]
)
def test_a_credential_never_travels_in_the_clear(auth: Auth, host: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Client(Access(name="prod", url=f"http://{host}:8084", auth=auth), env={})
    assert caught.value.message == (
        f"`prod` would send its credential unencrypted to http://{host}:8084"
    )
    assert "allow_plaintext = true" in caught.value.hint


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "[::1]"])
def test_this_machine_may_be_asked_in_the_clear(host: str) -> None:
    Client(Access(name="prod", url=f"http://{host}:8084", auth=Bearer(Secret("abcd"))), env={})


def test_the_clear_is_allowed_where_it_is_said_or_nothing_is_sent() -> None:
    url = "http://gate.example"
    Client(Access(name="prod", url=url), env={})
    Client(Access(name="prod", url=url, auth=Cookie(Secret("a")), allow_plaintext=True), env={})


@pytest.mark.parametrize(
    "auth",
    [
        Bearer(Secret("secret\n")),
        Bearer(Secret("secret\r\nX-Evil: 1")),
        Bearer(Secret(" secret")),
        Cookie(Secret("secret\0")),
        Headers({"X-Key": Secret("secret\x7f")}),
        Headers({"X-Key": Secret("secret\n")}),
        Headers({"X Key": Secret("secret")}),
        Headers({"X-Key\r\nX": Secret("secret")}),
        Headers({"": Secret("secret")}),
        Headers({"Content-Length": Secret("secret")}),
        Headers({"transfer-encoding": Secret("secret")}),
        Basic("a:b", Secret("secret")),
    ],
)
def test_what_no_header_can_carry_is_an_error_that_does_not_repeat_it(auth: Auth) -> None:
    with pytest.raises(ConfigError) as caught:
        Client(Access(name="prod", url="https://gate.example", auth=auth), env={})
    assert "`prod`" in str(caught.value)
    assert "secret" not in str(caught.value) + caught.value.hint + repr(caught.value)


async def test_a_refusal_with_a_right_missing_says_whom_to_ask(
    serve: Serve, make: Make, fails: Fails
) -> None:
    server = await serve((403, {}, b""))
    error = await fails(Refused, make(server, auth=Bearer(Secret("abcdef"))))
    assert error.hint == "ask the owner of gate to let this account read it"
    assert (await fails(Refused, make(server))).hint.startswith("no credential was sent")


def test_basic_sends_what_curl_sends() -> None:
    """RFC 7617, section 2: the well-known example."""
    from quiesce.http.credentials import credential_of

    auth = Basic("Aladdin", Secret("open sesame"))
    credential = credential_of(Access(name="a", url="https://a", auth=auth))
    assert credential.headers == {"Authorization": "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}
    assert b64encode(b"Aladdin:open sesame").decode() in credential.secrets
    assert "sesame" not in repr(credential)
