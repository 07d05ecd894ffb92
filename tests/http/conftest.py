"""Servers on real loopback sockets, a certificate authority, and clients that are closed."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from quiesce.access import Access
from quiesce.errors import SourceError
from quiesce.http import Client

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Answer = bytes | tuple[int, dict[str, str], bytes] | Script
"""What to send for a request: bytes as they are, (status, headers, body), or whatever one does."""


@dataclass
class Server:
    """What a server was asked, and how many connections it has."""

    port: int = 0
    scheme: str = "http"
    heads: list[str] = field(default_factory=list)
    opened: int = 0
    open: int = 0
    busy: int = 0
    busiest: int = 0
    arrivals: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    async def asked(self, times: int = 1) -> None:
        """Returns once so many more requests have come."""
        for _ in range(times):
            await self.arrivals.get()

    def header(self, name: str, request: int = -1) -> str | None:
        """A header of a request, the last one by default."""
        for line in self.heads[request].split("\r\n")[1:]:
            key, _, value = line.partition(": ")
            if key.lower() == name.lower():
                return value
        return None


class Serve(Protocol):
    async def __call__(
        self, *answers: Answer, tls: ssl.SSLContext | None = None, delay: float = 0
    ) -> Server: ...


class Make(Protocol):
    def __call__(self, server: Server | str, **settings: Any) -> Client: ...


class Fails(Protocol):
    async def __call__(
        self, kind: type[SourceError], client: Client, *path: str
    ) -> SourceError: ...


def packed(answer: tuple[int, dict[str, str], bytes]) -> bytes:
    status, headers, body = answer
    named = {name.lower() for name in headers}
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Odd"
    lines = [f"HTTP/1.1 {status} {phrase}"]
    if not named & {"content-length", "transfer-encoding"}:
        lines.append(f"Content-Length: {len(body)}")
    if "content-type" not in named:
        lines.append("Content-Type: application/json")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts a server that gives its answers in turn, and the last one for ever."""
    servers: list[asyncio.Server] = []
    tasks: set[asyncio.Task[Any]] = set()

    async def start(
        *answers: Answer, tls: ssl.SSLContext | None = None, delay: float = 0
    ) -> Server:
        record = Server(scheme="https" if tls else "http")

        async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                record.heads.append(head)
                record.arrivals.put_nowait(None)
                answer = answers[min(len(record.heads), len(answers)) - 1]
                record.busy += 1
                record.busiest = max(record.busiest, record.busy)
                try:
                    await asyncio.sleep(delay)
                    if callable(answer):
                        await answer(reader, writer)
                        return
                finally:
                    record.busy -= 1
                writer.write(answer if isinstance(answer, bytes) else packed(answer))
                await writer.drain()

        async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            record.opened += 1
            record.open += 1
            try:
                await converse(reader, writer)
            except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                pass
            finally:
                record.open -= 1
                tasks.discard(task)
                writer.transport.abort()

        server = await asyncio.start_server(serve_one, "127.0.0.1", 0, ssl=tls)
        servers.append(server)
        record.port = server.sockets[0].getsockname()[1]
        return record

    yield start
    for server in servers:
        server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def make(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Make]:
    """Makes clients of the source `gate` that hardly pause, and closes them."""
    monkeypatch.setattr("quiesce.http.client.FIRST_PAUSE", 0.002)
    clients: list[Client] = []

    def new(server: Server | str, **settings: Any) -> Client:
        url = server if isinstance(server, str) else server.url
        about: dict[str, Any] = {"env": settings.pop("env", {})}
        if "clock" in settings:
            about["clock"] = settings.pop("clock")
        given: dict[str, Any] = {"name": "gate", "url": url, "timeout": 5.0} | settings
        clients.append(client := Client(Access(**given), **about))
        return client

    yield new
    for client in clients:
        await client.aclose()
    mine = ("serve_one", "pump", "current_task")
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not [task for task in left if not any(n in repr(task) for n in mine)], "a task was left"


@pytest.fixture
def fails() -> Fails:
    """Asks for `applications` (or the path) and gives the error that must come."""

    async def ask(kind: type[SourceError], client: Client, *path: str) -> SourceError:
        with pytest.raises(SourceError) as caught:
            await client.get(path or ("applications",))
        assert type(caught.value) is kind, repr(caught.value)
        return caught.value

    return ask


@dataclass
class Authority:
    """Certificates of every sort, as PEM files."""

    folder: Path

    def path(self, name: str) -> str:
        return str(self.folder / f"{name}.pem")

    def server(self, name: str, *, wants_client: bool = False) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path(name), self.path(f"{name}-key"))
        if wants_client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.path("ca"))
        return context


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A private authority with good, expired and misnamed servers, and a client."""
    made = Authority(tmp_path_factory.mktemp("tls"))
    now = dt.datetime.now(dt.UTC)

    def write(name: str, content: bytes) -> None:
        (made.folder / f"{name}.pem").write_bytes(content)

    def pem(key: ec.EllipticCurvePrivateKey, password: bytes | None = None) -> bytes:
        sealed: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if password:
            sealed = serialization.BestAvailableEncryption(password)
        form = serialization.PrivateFormat.PKCS8
        return key.private_bytes(serialization.Encoding.PEM, form, sealed)

    def issue(
        name: str,
        hosts: list[x509.GeneralName],
        *,
        signer: tuple[x509.Name, ec.EllipticCurvePrivateKey] | None,
        ends: dt.timedelta = dt.timedelta(days=1),
        is_ca: bool = False,
    ) -> tuple[x509.Name, ec.EllipticCurvePrivateKey]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer, issuer_key = signer or (subject, key)
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=2))
            .not_valid_after(now + ends)
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        )
        if hosts:
            builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        if not is_ca:
            builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        certificate = builder.sign(issuer_key, hashes.SHA256())
        write(name, certificate.public_bytes(serialization.Encoding.PEM))
        write(f"{name}-key", pem(key))
        return subject, key

    here: list[x509.GeneralName] = [
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.DNSName("gate.test"),
    ]
    ca = issue("ca", [], signer=None, is_ca=True)
    issue("good", here, signer=ca)
    issue("expired", here, signer=ca, ends=-dt.timedelta(days=1))
    issue("elsewhere", [x509.DNSName("elsewhere.test")], signer=ca)
    issue("selfsigned", here, signer=None)
    _, client_key = issue("client", [], signer=ca)
    write("client-sealed-key", pem(client_key, b"open sesame"))
    return made
