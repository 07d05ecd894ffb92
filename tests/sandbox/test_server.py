"""The sandbox itself: quick to start, on loopback only, swapped while it serves, gone at once."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from quiesce.sandbox import SCENARIOS, Fault, Sandbox, serve_in_thread


def port(url: str) -> int:
    found = urlsplit(url).port
    assert found is not None
    return found


async def test_both_systems_are_served_on_loopback_only() -> None:
    async with Sandbox("quiet") as box, aiohttp.ClientSession() as session:
        async with session.get(f"{box.gate_url}/health") as answer:
            assert await answer.json(content_type=None) == {"status": "UP"}
        jobs = f"{box.mixpanel_url}/api/2.0/nessie/pipeline/jobs?project_id=1234567"
        async with session.get(jobs) as answer:
            assert answer.status == 200
        assert urlsplit(box.gate_url).hostname == "127.0.0.1"
        listening = [runner.addresses[0][0] for runner in box._runners]
        assert listening == ["127.0.0.1", "127.0.0.1"]


async def test_ports_can_be_chosen() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        wanted = free.getsockname()[1]
    async with Sandbox("quiet", gate_port=wanted) as box:
        assert port(box.gate_url) == wanted
        assert port(box.mixpanel_url) not in {0, wanted}


async def test_closing_does_not_wait_for_what_hangs() -> None:
    box = Sandbox("quiet")
    await box.start()
    box.faults.add(Fault(kind="hang", path="/applications"))
    async with aiohttp.ClientSession() as session:
        asking = asyncio.create_task(session.get(f"{box.gate_url}/applications"))
        await session.get(f"{box.gate_url}/health")
        began = time.monotonic()
        await box.aclose()
        assert time.monotonic() - began < 1
        with pytest.raises(aiohttp.ClientError):
            await asking
    assert len(box.requests) == 2
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port(box.gate_url)), timeout=1)


def test_it_starts_quickly() -> None:
    """In this process's own time, as the machine may be busy with other tests."""
    took = []
    for _ in range(3):
        began = time.process_time()
        with serve_in_thread(Sandbox("busy")):
            took.append(time.process_time() - began)
    assert min(took) < 0.2


def test_another_world_is_shown_at_the_same_address(box: Sandbox, gate: Callable[..., Any]) -> None:
    box.faults.add(Fault(kind="status"))
    gate("/applications")
    address = box.gate_url
    box.load("orca-down")
    assert box.requests == []
    assert box.gate_url == address
    assert gate("/applications").status == 200
    assert gate("/applications/eks/pipelines").status == 500
    box.load("login-page")
    assert gate("/applications").status == 302
    assert b"<html>" in gate("/applications/eks/pipelines").raw
    box.load("restarted-gate")
    assert (gate("/applications").status, gate("/applications").body) == (200, [])
    assert gate("/applications/*/executions/search").status == 500


def test_what_was_asked_is_logged(
    box: Sandbox, gate: Callable[..., Any], mixpanel: Callable[..., Any]
) -> None:
    gate("/applications/demo/tasks?limit=1", User_Agent="x/1")
    mixpanel("/api/2.0/nessie/pipeline/jobs")
    first, second = box.requests
    assert (first.system, first.method) == ("gate", "GET")
    assert first.path_qs == "/applications/demo/tasks?limit=1"
    assert first.headers["user-agent"] == "x/1"
    assert second.system == "mixpanel"


def test_worlds_move_between_two_requests(box: Sandbox, gate: Callable[..., Any]) -> None:
    box.load("busy", speed=2000.0)
    search = "/applications/*/executions/search?size=5000"
    first = {run["id"]: run["status"] for run in gate(search).body}
    deadline = time.monotonic() + 5
    while {run["id"]: run["status"] for run in gate(search).body} == first:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_slow_is_slow(box: Sandbox, gate: Callable[..., Any]) -> None:
    box.load("slow", speed=10.0)
    began = time.monotonic()
    gate("/applications")
    assert 0.14 < time.monotonic() - began < 1.5


async def test_tls_is_served_with_a_given_context(
    tmp_path: Any,
) -> None:
    certificate = tmp_path / "box.pem"
    certificate.write_bytes(self_signed())
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    client = ssl.create_default_context(cafile=str(certificate))
    async with (
        Sandbox("quiet", ssl_context=server) as box,
        aiohttp.ClientSession() as session,
        session.get(f"{box.gate_url}/health", ssl=client) as answer,
    ):
        assert box.gate_url.startswith("https://")
        assert answer.status == 200


def self_signed() -> bytes:
    """A key and a certificate for 127.0.0.1, valid now."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sandbox")])
    now = datetime.datetime.now(datetime.UTC)
    host = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([host]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(pem)


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_every_scenario_says_what_it_is(name: str) -> None:
    scenario = SCENARIOS[name](seed=1)
    assert scenario.name == name
    assert scenario.verdict in {scenario.truth, "unknown"}
    assert (SCENARIOS[name].__doc__ or "").strip()
