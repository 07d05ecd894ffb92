"""Proxies come from the environment, see nothing of what is inside TLS, and keep their secret."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from quiesce.access import Access, Bearer, Secret
from quiesce.errors import ConfigError, Unavailable
from quiesce.http import Client
from quiesce.http.address import Address, proxy_for

if TYPE_CHECKING:
    from tests.http.conftest import Authority, Fails, Make, Script, Serve, Server


def to(server: Server, refused: bytes = b"") -> Script:
    """A proxy's answer to CONNECT: whatever comes goes to the server, and back."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()

    async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if refused:
            writer.write(refused)
            await writer.drain()
            return
        there = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))
        finally:
            there[1].transport.abort()

    return tunnel


def chosen(url: str, env: dict[str, str]) -> str | None:
    proxy = proxy_for(Address(Access(name="gate", url=url)), env)
    return proxy.url if proxy else None


@pytest.mark.parametrize(
    ("url", "env", "proxy"),
    [
        ("https://gate.test", {}, None),
        ("https://gate.test", {"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ("https://gate.test", {"https_proxy": "p:1"}, "http://p:1"),
        ("https://gate.test", {"HTTPS_PROXY": "http://a", "https_proxy": "http://b"}, "http://b"),
        ("https://gate.test", {"HTTPS_PROXY": "http://a", "https_proxy": ""}, None),
        ("https://gate.test", {"HTTP_PROXY": "http://p:1"}, None),
        ("http://gate.test", {"HTTP_PROXY": "http://p:1"}, "http://p:1"),
        ("http://gate.test", {"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, None),
        ("http://gate.test", {"ALL_PROXY": "http://p:1"}, "http://p:1"),
        ("https://gate.test", {"all_proxy": "https://[::1]:1"}, "https://[::1]:1"),
        ("https://gate.test", {"ALL_PROXY": "http://p", "NO_PROXY": "gate.test"}, None),
        ("https://a.gate.test", {"ALL_PROXY": "http://p", "no_proxy": ".gate.test"}, None),
        ("https://a.gate.test", {"ALL_PROXY": "http://p", "NO_PROXY": "x, gate.test"}, None),
        ("https://gate.test:8084", {"ALL_PROXY": "http://p", "NO_PROXY": "gate.test:8084"}, None),
        ("https://gate.test", {"ALL_PROXY": "http://p", "NO_PROXY": "other.test"}, "http://p"),
        ("https://gate.test", {"ALL_PROXY": "http://p", "NO_PROXY": "*"}, None),
        ("https://localhost", {"ALL_PROXY": "http://p"}, None),
        ("https://127.0.0.9", {"ALL_PROXY": "http://p"}, None),
        ("https://[::1]:8084", {"ALL_PROXY": "http://p"}, None),
        ("https://[2001:db8::1]:8084", {"ALL_PROXY": "http://p"}, "http://p"),
    ],
)
def test_which_proxy(url: str, env: dict[str, str], proxy: str | None) -> None:
    assert chosen(url, env) == proxy


@pytest.mark.parametrize("value", ["socks5://u:hunter22@p:1", "http://u:hunter22@p:x", "http://"])
def test_a_proxy_that_cannot_be_used_is_an_error_without_its_password(value: str) -> None:
    with pytest.raises(ConfigError, match="`HTTPS_PROXY`") as caught:
        Client(Access(name="gate", url="https://gate.test"), env={"HTTPS_PROXY": value})
    assert "hunter22" not in str(caught.value)


async def test_plain_http_by_a_proxy(serve: Serve, make: Make) -> None:
    proxy = await serve((200, {}, b"[]"))
    env = {"http_proxy": f"http://user:p%40ss@127.0.0.1:{proxy.port}"}
    assert await make("http://gate.test:8084", env=env).get(["a"]) == b"[]"
    assert proxy.heads[0].startswith("GET http://gate.test:8084/a HTTP/1.1\r\n")
    assert proxy.header("Host") == "gate.test:8084"
    assert proxy.header("Proxy-Authorization") == "Basic dXNlcjpwQHNz"


async def test_https_by_a_proxy_keeps_the_two_credentials_apart(
    serve: Serve, make: Make, authority: Authority
) -> None:
    server = await serve((200, {}, b"[]"), tls=authority.server("good"))
    proxy = await serve(to(server))
    env = {"HTTPS_PROXY": f"http://user:word@127.0.0.1:{proxy.port}"}
    client = make(
        f"https://gate.test:{server.port}",
        env=env,
        ca=authority.path("ca"),
        auth=Bearer(Secret("token0")),
    )
    assert await client.get(["a"]) == b"[]"
    await client.get(["b"])
    assert proxy.heads[0].startswith(f"CONNECT gate.test:{server.port} HTTP/1.1\r\n")
    assert proxy.header("Proxy-Authorization") == "Basic dXNlcjp3b3Jk"
    assert proxy.header("Authorization") is None
    assert server.header("Authorization") == "Bearer token0"
    assert server.header("Proxy-Authorization") is None
    assert (len(proxy.heads), len(server.heads)) == (1, 2)
    await client.aclose()


@pytest.mark.parametrize("status", [407, 403, 502])
async def test_a_proxy_that_refuses(serve: Serve, make: Make, fails: Fails, status: int) -> None:
    refusal = f"HTTP/1.1 {status} Go away\r\nContent-Length: 0\r\n\r\n".encode()
    proxy = await serve(to(await serve((200, {}, b"")), refusal))
    env = {"HTTPS_PROXY": f"http://user:hunter22@127.0.0.1:{proxy.port}"}
    error = await fails(Unavailable, make("https://gate.test", env=env))
    assert error.message == "the proxy refused to pass a request on to gate"
    assert error.cause == f"{status} Go away"
    assert error.status == status
    assert "HTTPS_PROXY" in error.hint
    assert len(proxy.heads) == 1, "not asked again"


async def test_a_proxy_that_wants_a_password_for_plain_http(
    serve: Serve, make: Make, fails: Fails
) -> None:
    proxy = await serve((407, {}, b""))
    env = {"HTTP_PROXY": proxy.url}
    error = await fails(Unavailable, make("http://gate.test", env=env))
    assert error.hint == "the proxy wants a user and a password: put them into HTTP_PROXY"


async def test_a_proxy_that_is_away(make: Make, fails: Fails) -> None:
    env = {"HTTPS_PROXY": "http://user:hunter22@127.0.0.1:1"}
    error = await fails(Unavailable, make("https://gate.test", env=env))
    assert error.message == "the proxy on the way to gate could not be reached (3 attempts)"
    assert error.cause == "Connection refused"


async def test_this_machine_is_asked_without_a_proxy(serve: Serve, make: Make) -> None:
    server = await serve((200, {}, b"[]"))
    env = {"HTTP_PROXY": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1"}
    assert await make(server, env=env).get(["a"]) == b"[]"


async def test_only_the_given_environment_counts(
    serve: Serve, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = await serve((200, {}, b"[]"))
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert await make("http://gate.test", env={"HTTP_PROXY": proxy.url}).get(["a"]) == b"[]"
