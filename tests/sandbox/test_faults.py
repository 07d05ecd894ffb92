"""Each planted fault does to the bytes on the socket what it says."""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from quiesce.sandbox import Fault, Faults, Sandbox
from quiesce.sandbox.faults import BESIDE

PATH = "/applications"


class Raw:
    """What came over the socket until it closed, fell silent or broke."""

    def __init__(self, url: str, path: str = PATH, *, wait: float = 2.0) -> None:
        parts = urlsplit(url)
        self.bytes, self.end = b"", "closed"
        with socket.create_connection((parts.hostname, parts.port), timeout=wait) as connection:
            request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            connection.sendall(request.encode())
            try:
                while piece := connection.recv(1 << 16):
                    self.bytes += piece
            except TimeoutError:
                self.end = "silent"
            except ConnectionResetError:
                self.end = "reset"
        head, _, self.body = self.bytes.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(first.split(" ")[1]) if first else 0
        self.headers = dict(line.lower().split(": ", 1) for line in lines)


@pytest.fixture
def right(box: Sandbox) -> bytes:
    """The body without a fault."""
    return Raw(box.gate_url).body


def plant(box: Sandbox, **more: Any) -> Fault:
    return box.faults.add(Fault(path=PATH, **more))


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429, 500, 502, 503])
def test_a_status(status: int, box: Sandbox) -> None:
    plant(box, kind="status", status=status)
    raw = Raw(box.gate_url)
    assert raw.status == status
    assert json.loads(raw.body)["status"] == status
    assert "retry-after" not in raw.headers
    assert ("www-authenticate" in raw.headers) == (status == 401)


def test_a_status_with_retry_after_and_a_body(box: Sandbox) -> None:
    plant(box, kind="status", status=429, retry_after="7", body=b"slow down")
    raw = Raw(box.gate_url)
    assert (raw.headers["retry-after"], raw.body) == ("7", b"slow down")


def test_a_redirect_to_another_host_or_to_the_same(box: Sandbox) -> None:
    other = plant(box, kind="redirect", times=1)
    plant(box, kind="redirect", location="/login", times=1)
    first, second = Raw(box.gate_url), Raw(box.gate_url)
    assert (first.status, second.status) == (302, 302)
    assert first.headers["location"] == other.location.lower()
    assert second.headers["location"] == "/login"
    assert b"<html>" in Raw(box.gate_url, "/login").body


def test_a_login_page(box: Sandbox) -> None:
    plant(box, kind="login-page")
    raw = Raw(box.gate_url)
    assert raw.status == 200
    assert raw.headers["content-type"].startswith("text/html")
    assert raw.body.startswith(b"<!DOCTYPE html>")


def test_an_empty_body(box: Sandbox) -> None:
    plant(box, kind="empty")
    raw = Raw(box.gate_url)
    assert (raw.status, raw.body, raw.headers["content-length"]) == (200, b"", "0")


def test_json_of_another_shape(box: Sandbox) -> None:
    plant(box, kind="body", body=b'{"applications": 3}')
    assert json.loads(Raw(box.gate_url).body) == {"applications": 3}


def test_json_that_ends_too_early_with_the_right_length(box: Sandbox, right: bytes) -> None:
    plant(box, kind="truncated", times=1)
    plant(box, kind="truncated", size=5)
    half, five = Raw(box.gate_url), Raw(box.gate_url)
    assert (half.body, five.body) == (right[: len(right) // 2], right[:5])
    assert five.headers["content-length"] == "5"


def test_a_body_that_is_cut_off(box: Sandbox, right: bytes) -> None:
    plant(box, kind="cut", size=5)
    raw = Raw(box.gate_url)
    assert raw.end in {"closed", "reset"}
    assert raw.body == right[:5]
    assert int(raw.headers["content-length"]) == len(right)


def test_bytes_that_are_no_utf8(box: Sandbox, right: bytes) -> None:
    plant(box, kind="not-utf8")
    raw = Raw(box.gate_url)
    with pytest.raises(UnicodeDecodeError):
        raw.body.decode()
    assert raw.body.replace(b"\xff\xfe", b"") == right


def test_a_huge_body_is_valid_json(box: Sandbox) -> None:
    plant(box, kind="huge", size=3_000_000)
    raw = Raw(box.gate_url)
    assert raw.headers["transfer-encoding"] == "chunked"
    assert 2_900_000 < len(raw.body) < 3_100_000


def test_a_gzip_bomb_is_small_and_valid(box: Sandbox) -> None:
    plant(box, kind="gzip-bomb", size=20 * 1024 * 1024)
    raw = Raw(box.gate_url)
    assert raw.headers["content-encoding"] == "gzip"
    assert len(raw.body) < 100_000
    assert len(gzip.decompress(raw.body)) == 20 * 1024 * 1024


def test_nothing_comes(box: Sandbox) -> None:
    plant(box, kind="hang")
    raw = Raw(box.gate_url, wait=0.2)
    assert (raw.end, raw.bytes) == ("silent", b"")


def test_half_of_the_body_comes_and_then_nothing(box: Sandbox, right: bytes) -> None:
    plant(box, kind="hang-mid-body")
    raw = Raw(box.gate_url, wait=0.2)
    assert (raw.end, raw.body) == ("silent", right[: len(right) // 2])
    assert int(raw.headers["content-length"]) == len(right)


def test_a_reset_before_any_answer(box: Sandbox) -> None:
    plant(box, kind="reset")
    raw = Raw(box.gate_url)
    assert raw.bytes == b""
    assert raw.end in {"reset", "closed"}


def test_latency_age_and_another_fault_add_up(box: Sandbox, right: bytes) -> None:
    plant(box, kind="latency", seconds=0.15)
    plant(box, kind="age", seconds=42)
    began = time.monotonic()
    raw = Raw(box.gate_url)
    assert time.monotonic() - began >= 0.15
    assert (raw.body, raw.headers["age"]) == (right, "42")
    plant(box, kind="status", status=503)
    assert Raw(box.gate_url).status == 503


def test_a_stale_answer_shows_what_was(box: Sandbox, gate: Callable[..., Any]) -> None:
    """Lists and single runs come from the same old state; the truth does not."""
    config = box.world.spinnaker.config(box.world.now(), "cfg-child")
    assert config is not None
    lists = "/applications/other/pipelines?statuses=RUNNING"
    before = len(gate(lists).body)
    stale = box.faults.add(Fault(kind="stale", seconds=60))
    run = box.world.start(config)
    assert len(gate(lists).body) == before
    assert gate(f"/pipelines/{run.id}").status == 404
    box.faults.remove(stale)
    assert len(gate(lists).body) == before + 1


def test_how_often_and_after_how_many(box: Sandbox) -> None:
    fault = plant(box, kind="status", status=500, after=1, times=2)
    assert [Raw(box.gate_url).status for _ in range(5)] == [200, 500, 500, 200, 200]
    assert box.faults.met(fault) == 5
    box.faults.clear()
    assert Raw(box.gate_url).status == 200


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/applications/*/pipelines", "/applications/eks/pipelines", True),
        ("/applications/*/pipelines", "/applications/eks/x/pipelines", False),
        ("/applications/[*]/executions/search", "/applications/*/executions/search", True),
        ("/applications/[*]/executions/search", "/applications/eks/executions/search", False),
        ("/applications/**", "/applications/eks/executions/search", True),
        ("/a.c", "/abc", False),
        ("**", "/anything/at/all", True),
        ("/a/*", "/a/b?c=/d", True),
        ("/status?*name=a*", "/status?project_id=1&name=ab", True),
        ("/status?*name=a*", "/status?project_id=1&name=b", False),
    ],
)
def test_where_a_fault_happens(pattern: str, path: str, fits: bool) -> None:
    assert Fault(kind="hang", path=pattern).fits("gate", "GET", path) is fits


def test_a_fault_may_be_meant_for_one_system_or_method() -> None:
    fault = Fault(kind="hang", system="gate", method="POST")
    assert fault.fits("gate", "POST", "/x")
    assert not fault.fits("mixpanel", "POST", "/x")
    assert not fault.fits("gate", "GET", "/x")


def test_the_first_fault_wins_and_the_second_follows_when_it_is_used_up() -> None:
    first, second = Fault(kind="status", times=1), Fault(kind="empty")
    beside = Fault(kind="age")
    faults = Faults(first, second, beside)
    assert faults.for_request("gate", "GET", "/") == [first, beside]
    assert faults.for_request("gate", "GET", "/") == [second, beside]
    assert {beside.kind} <= BESIDE


def test_mixpanel_has_faults_too(box: Sandbox) -> None:
    box.faults.add(Fault(kind="status", status=503, system="mixpanel"))
    assert Raw(box.mixpanel_url, "/api/2.0/nessie/pipeline/jobs").status == 503
    assert Raw(box.gate_url).status == 200
