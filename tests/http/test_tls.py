"""Certificates are always checked; ours is shown where one is asked for."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from quiesce.access import Access, ClientCertificate, Secret
from quiesce.errors import ConfigError, Unavailable
from quiesce.http import Client
from quiesce.http.tls import context_for

if TYPE_CHECKING:
    from tests.http.conftest import Authority, Fails, Make, Serve

OK = (200, dict[str, str](), b"[]")


@contextlib.contextmanager
def handshakes(context: ssl.SSLContext) -> Iterator[str]:
    """The URL of a server that ends a failed handshake with an alert, as most do."""

    def serve(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = listener.accept()
                with context.wrap_socket(peer, True, do_handshake_on_connect=False) as wrapped:
                    with contextlib.suppress(ssl.SSLError):
                        wrapped.do_handshake()
                    while os.read(wrapped.fileno(), 65536):
                        pass  # else what was sent already would turn the alert into a reset

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


async def test_a_private_authority_is_believed(
    serve: Serve, make: Make, authority: Authority
) -> None:
    server = await serve(OK, tls=authority.server("good"))
    assert await make(server, ca=authority.path("ca")).get(["a"]) == b"[]"


@pytest.mark.parametrize(
    ("certificate", "cause", "hint"),
    [
        ("expired", "certificate has expired", "the certificate must be renewed there"),
        ("elsewhere", "IP address mismatch", "the certificate is for another host"),
        ("selfsigned", "self-signed certificate", "if a private authority signed it, set `ca`"),
    ],
)
async def test_a_certificate_that_does_not_fit_is_refused(
    serve: Serve,
    make: Make,
    fails: Fails,
    authority: Authority,
    certificate: str,
    cause: str,
    hint: str,
) -> None:
    server = await serve(OK, tls=authority.server(certificate))
    error = await fails(Unavailable, make(server, ca=authority.path("ca")))
    assert error.message == "gate showed a certificate that can't be trusted"
    assert cause in error.cause
    assert error.hint.startswith(hint)
    assert server.heads == [], "nothing was sent"


async def test_the_systems_authorities_do_not_know_a_private_one(
    serve: Serve, make: Make, fails: Fails, authority: Authority
) -> None:
    server = await serve(OK, tls=authority.server("good"))
    client = make(server)
    error = await fails(Unavailable, client)
    assert error.hint.startswith("if a private authority signed it, set `ca`")
    assert client.spent.requests == 1, "not asked again"
    assert server.heads == []


async def test_the_systems_authorities_are_those_of_the_system(
    serve: Serve, make: Make, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", authority.path("ca"))
    server = await serve(OK, tls=authority.server("good"))
    assert await make(server).get(["a"]) == b"[]"


async def test_a_python_that_was_built_elsewhere_finds_them_too(
    serve: Serve, make: Make, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its OpenSSL looks where nothing is; distributions keep theirs in one of a few places."""
    # None is what OpenSSL gives then, though typeshed says str.
    nowhere = ssl.get_default_verify_paths()._replace(cafile=cast("Any", None))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nowhere)
    monkeypatch.setattr("quiesce.http.tls._BUNDLES", ("/nowhere", authority.path("ca"), "/no"))
    server = await serve(OK, tls=authority.server("good"))
    assert await make(server).get(["a"]) == b"[]"


@pytest.mark.parametrize("ca", [None, "ca"])
def test_what_every_context_checks(authority: Authority, ca: str | None) -> None:
    path = authority.path(ca) if ca else None
    context = context_for(Access(name="gate", url="https://gate.test", ca=path))
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


async def test_an_old_protocol_is_refused(make: Make, fails: Fails, authority: Authority) -> None:
    old = authority.server("good")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with handshakes(old) as url:
        error = await fails(Unavailable, make(url, ca=authority.path("ca")))
    assert error.message == "no secure connection to gate for /applications"
    assert error.hint == "TLS 1.2 is the oldest that is spoken here: gate must offer it"


async def test_a_client_certificate_is_shown(
    serve: Serve, make: Make, authority: Authority
) -> None:
    server = await serve(OK, tls=authority.server("good", wants_client=True))
    auth = ClientCertificate(authority.path("client"), authority.path("client-key"))
    assert await make(server, ca=authority.path("ca"), auth=auth).get(["a"]) == b"[]"


async def test_a_client_certificate_may_be_sealed(
    serve: Serve, make: Make, authority: Authority
) -> None:
    server = await serve(OK, tls=authority.server("good", wants_client=True))
    auth = ClientCertificate(
        authority.path("client"), authority.path("client-sealed-key"), Secret("open sesame")
    )
    assert await make(server, ca=authority.path("ca"), auth=auth).get(["a"]) == b"[]"


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_who_shows_none_where_one_is_wanted_hears_it(
    make: Make, fails: Fails, authority: Authority, newest: ssl.TLSVersion
) -> None:
    context = authority.server("good", wants_client=True)
    context.maximum_version = newest
    with handshakes(context) as url:
        error = await fails(Unavailable, make(url, ca=authority.path("ca")))
    assert error.message == "no secure connection to gate for /applications"
    assert "certificate" in error.hint
    assert "`auth`" in error.hint


async def test_a_handshake_that_ends_without_a_word(
    serve: Serve, make: Make, fails: Fails, authority: Authority
) -> None:
    context = authority.server("good", wants_client=True)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    server = await serve(OK, tls=context)  # asyncio's servers send no alert
    error = await fails(Unavailable, make(server, ca=authority.path("ca")))
    assert "whether it wants a client certificate" in error.hint
    assert server.heads == []


@pytest.mark.parametrize(
    ("cert", "key", "password", "said"),
    [
        ("client", "missing", None, "No such file or directory"),
        ("missing", "client-key", None, "No such file or directory"),
        ("client", "good-key", None, "key values mismatch"),
        ("client", "client-sealed-key", None, ""),
        ("client", "client-sealed-key", "wrong password", ""),
        ("client", "client", None, ""),
    ],
)
def test_a_client_certificate_that_does_not_load_is_an_error_in_the_file(
    authority: Authority, cert: str, key: str, password: str | None, said: str
) -> None:
    auth = ClientCertificate(
        authority.path(cert), authority.path(key), Secret(password) if password else None
    )
    with pytest.raises(ConfigError) as caught:
        Client(Access(name="gate", url="https://gate.test", auth=auth), env={})
    assert said in caught.value.message
    assert authority.path(cert) in caught.value.message
    assert authority.path(key) in caught.value.message
    assert "wrong password" not in caught.value.message


@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"\xff\0"])
def test_authorities_that_do_not_load_are_an_error_in_the_file(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"ca\.pem.*`ca` of `gate`"):
        Client(Access(name="gate", url="https://gate.test", ca=str(path)), env={})


async def test_https_to_a_port_that_speaks_http(make: Make, fails: Fails) -> None:
    def scold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(scold, "127.0.0.1", 0) as server:
        client = make(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        error = await fails(Unavailable, client)
    assert error.message == "no secure connection to gate for /applications"
    assert error.hint.startswith("this port may speak plain http")
    assert client.spent.requests == 1


async def test_http_to_a_port_that_speaks_https(
    serve: Serve, make: Make, fails: Fails, authority: Authority
) -> None:
    server = await serve(OK, tls=authority.server("good"))
    error = await fails(Unavailable, make(f"http://127.0.0.1:{server.port}"))
    assert error.hint == "if this port speaks https, say so in `url`"
