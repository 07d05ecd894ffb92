"""One sandbox for all tests of a process, swapped between them; asked over a real socket."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from msgspec import Struct

from quiesce.sandbox import Sandbox, serve_in_thread


class Answer(Struct):
    """What came back: the body is JSON where that was sent, text otherwise."""

    status: int
    content_type: str | None
    headers: dict[str, str]
    body: Any
    raw: bytes


Ask = Callable[..., Answer]


@pytest.fixture(scope="session")
def served() -> Iterator[Sandbox]:
    with serve_in_thread(Sandbox("quiet")) as box:
        yield box


@pytest.fixture
def box(served: Sandbox) -> Sandbox:
    served.login = None
    served.load("measured")
    return served


def _ask(
    url: str, path: str, *, method: str = "GET", body: str | None = None, **headers: str
) -> Answer:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    try:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body, headers=names)
        response = connection.getresponse()
        raw = response.read()
    finally:
        connection.close()
    content_type = response.headers.get("Content-Type")
    parsed = json.loads(raw) if raw and "json" in (content_type or "") else raw.decode("latin-1")
    return Answer(response.status, content_type, dict(response.headers), parsed, raw)


@pytest.fixture
def gate(box: Sandbox) -> Ask:
    return lambda path, **more: _ask(box.gate_url, path, **more)


@pytest.fixture
def mixpanel(box: Sandbox) -> Ask:
    return lambda path, **more: _ask(box.mixpanel_url, path, **more)
