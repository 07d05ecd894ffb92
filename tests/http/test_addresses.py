"""Names become path segments and nothing else; only the configured origin is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiesce.access import Access
from quiesce.errors import ConfigError, Misunderstood
from quiesce.http import Client
from quiesce.http.address import Address

if TYPE_CHECKING:
    from tests.http.conftest import Make, Serve

BASE = Address(Access(name="gate", url="https://gate.test:8084/gate"))


@pytest.mark.parametrize(
    ("path", "query", "target"),
    [
        ([], None, "/"),
        (["applications"], None, "/applications"),
        (["applications", "*", "executions"], {"size": 5}, "/applications/*/executions?size=5"),
        (["a/b?c#d%e;f"], None, "/a%2Fb%3Fc%23d%25e%3Bf"),
        (["Straße 1"], {"q": "a b&c=d+é"}, "/Stra%C3%9Fe%201?q=a%20b%26c%3Dd%2B%C3%A9"),
        (["..a", "..."], None, "/..a/..."),
        (["%2e%2e"], None, "/%252e%252e"),
        (["@evil.test", ":80", "\\\\x"], None, "/%40evil.test/%3A80/%5C%5Cx"),
    ],
)
async def test_segments_are_quoted_one_by_one(
    serve: Serve, make: Make, path: list[str], query: dict[str, str | int] | None, target: str
) -> None:
    server = await serve((200, {}, b"[]"))
    await make(server).get(path, query)
    assert server.heads[0].split("\r\n")[0] == f"GET {target} HTTP/1.1"


async def test_a_path_in_the_address_stays_in_front(serve: Serve, make: Make) -> None:
    server = await serve((200, {}, b"[]"))
    await make(f"{server.url}/gate/v1").get(["a"])
    assert server.heads[0].startswith("GET /gate/v1/a HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a\nb", "a\r\nHost: evil", "\0", "\x7f", "\x1b[2J", "\ud800"]
)
async def test_what_is_no_name_is_not_asked_for(serve: Serve, make: Make, name: str) -> None:
    server = await serve((200, {}, b"[]"))
    with pytest.raises(Misunderstood) as caught:
        await make(server).get(["applications", name, "pipelines"])
    assert "so it was not asked for" in caught.value.message
    assert caught.value.message.isprintable()
    assert server.opened == 0


@given(st.lists(st.text(), max_size=4))
def test_no_name_leads_away_from_the_address(path: list[str]) -> None:
    try:
        target = BASE.target(path, None)
    except Misunderstood:
        return
    assert str(target.url.origin()) == "https://gate.test:8084"
    assert target.url.raw_path.startswith("/gate/") or not path
    segments = target.url.raw_path.removeprefix("/gate").split("/")[1:]
    assert [unquote(segment) for segment in segments] == path
    assert target.url.raw_query_string == target.url.raw_fragment == ""


@pytest.mark.parametrize(
    "url",
    [
        "",
        "gate.test",
        "/applications",
        "ftp://gate.test",
        "file:///etc/passwd",
        "https://",
        "https://u:hunter22@gate.test",
        "https://hunter22@gate.test",
        "https://gate.test?token=hunter22",
        "https://gate.test#hunter22",
        "https://gate.test:99999",
        "https://gate.test:0",
        "https://[::1",
        "https://" + "a" * 64 + ".test",
        "https://gate.test\n.evil.test",
    ],
)
def test_an_address_that_is_none_is_an_error_that_does_not_repeat_it(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Client(Access(name="prod", url=url), env={})
    assert "`url` of `prod`" in caught.value.message
    assert "hunter22" not in str(caught.value) + caught.value.hint


def test_a_client_shows_its_origin_only() -> None:
    client = Client(Access(name="prod", url="https://gate.test:8084/path"), env={})
    assert repr(client) == str(client) == "Client(https://gate.test:8084)"
