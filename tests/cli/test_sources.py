"""`quiesce sources` says what is configured; `sources test` shows how far each one is reached."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.cli.program import document, quiesce

from quiesce.cli.probe import STEPS
from quiesce.sandbox import Fault, Login, Sandbox, serve_in_thread

SECRET = "hunter2-and-more"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with serve_in_thread(Sandbox("quiet")) as running:
        yield running


@pytest.fixture(autouse=True)
def untouched(box: Sandbox) -> None:
    box.load("quiet")
    box.login = None


def trial(cwd: Path, *words: str, env: dict[str, str] | None = None) -> tuple[int, Any]:
    """The exit code, and the steps of the one source by their names."""
    told = quiesce("sources", "test", "-o", "json", *words, cwd=cwd, env=env)
    assert "Traceback" not in told.stderr
    shown = document(told)
    assert shown["ok"] is (told.returncode == 0)
    (source,) = shown["sources"]
    assert [step["name"] for step in source["steps"]] == list(STEPS)
    source["steps"] = {step["name"]: step for step in source["steps"]}
    return told.returncode, source


def states(source: Any) -> str:
    """One letter a step: o(k), n(ote), f(ailed), s(kipped)."""
    return "".join(step["state"][0] for step in source["steps"].values())


def test_the_list_says_who_what_and_where(tmp_path: Path) -> None:
    (tmp_path / "quiesce.toml").write_text(
        '[sources.prod]\nkind = "spinnaker"\nurl = "https://gate.example.com:8084"\n'
        f'auth = {{ type = "basic", username = "u", password = "{SECRET}" }}\n'
        'parts = ["pipelines"]\nsettle = "90s"\n'
        '[sources.mix]\nkind = "mixpanel"\nurl = "https://data.mixpanel.com"\nproject_id = 1\n'
    )
    told = quiesce("sources", cwd=tmp_path)
    assert told.returncode == 0
    assert SECRET not in told.stdout
    header, prod, mix = told.stdout.splitlines()
    assert header.split() == ["NAME", "KIND", "SIGN-IN", "SETTLE", "URL", "ASKS"]
    assert prod.split(maxsplit=5)[:5] == [
        *("prod", "spinnaker", "basic", "1m30s", "https://gate.example.com:8084")
    ]
    assert "only pipelines" in prod
    assert mix.endswith("everything")
    shown = document(quiesce("sources", "-o", "json", cwd=tmp_path))
    assert shown["sources"][0]["settle"] == 90.0
    assert shown["sources"][1]["sign_in"] == "none"


def test_a_source_that_works_passes_every_step(box: Sandbox, tmp_path: Path) -> None:
    code, source = trial(tmp_path, "-s", f"spinnaker+{box.gate_url}")
    assert (code, states(source)) == (0, "ooooooo")
    assert source["gaps"] == 0
    assert source["parts_read"] > 0
    assert abs(source["skew"]) < 3
    assert source["proxy"] is None
    assert all(step["seconds"] >= 0 for step in source["steps"].values())


def test_nothing_but_reads_is_sent_and_the_bare_line_never_signs_in(
    box: Sandbox, tmp_path: Path
) -> None:
    box.login = Login(username="alice", password=SECRET)
    env = {"QUIESCE_USERNAME": "alice", "QUIESCE_PASSWORD": SECRET}
    code, _ = trial(tmp_path, "-s", f"spinnaker+{box.gate_url}", env=env)
    assert code == 0
    assert {asked.method for asked in box.requests} == {"GET", "HEAD"}
    bare = [asked for asked in box.requests if asked.method == "HEAD"]
    assert len(bare) == 1
    assert "Authorization" not in bare[0].headers


def test_a_wrong_password_fails_at_the_sign_in_and_is_not_shown(
    box: Sandbox, tmp_path: Path
) -> None:
    box.login = Login(username="alice", password="another")
    told = quiesce(
        *("sources", "test", "-s", f"spinnaker+{box.gate_url}"),
        cwd=tmp_path,
        env={"QUIESCE_USERNAME": "alice", "QUIESCE_PASSWORD": SECRET},
    )
    assert told.returncode == 3
    assert "✖ sign-in" in told.stdout
    assert "refused /applications: 401 Unauthorized" in told.stdout
    assert "asked: GET http" in told.stdout
    assert "hint: " in told.stdout
    assert "skipped, as the step `sign-in` failed" in told.stdout
    assert told.stdout.endswith("0 of 1 source can be asked\n")
    assert SECRET not in told.stdout + told.stderr


@pytest.mark.parametrize("keys", ["timeout=9s&deadline=400ms", "timeout=400ms&deadline=9s"])
def test_who_never_answers_has_not_signed_anybody_in(
    keys: str, box: Sandbox, tmp_path: Path
) -> None:
    box.faults.add(Fault(kind="hang", path="/applications"))
    code, source = trial(tmp_path, "-s", f"spinnaker+{box.gate_url}?attempts=1&{keys}")
    assert (code, states(source)) == (3, "ooooofs")
    failure = source["steps"]["sign-in"]["failure"]
    assert failure["error"] == "unavailable"
    assert "did not answer" in failure["message"]
    assert source["parts_read"] is None


def test_a_part_that_can_not_be_read_fails_at_the_rights(box: Sandbox, tmp_path: Path) -> None:
    box.faults.add(Fault(path="/applications/*/tasks", kind="status", status=403))
    code, source = trial(tmp_path, "-s", f"spinnaker+{box.gate_url}")
    assert (code, states(source)) == (3, "oooooof")
    assert source["gaps"] > 0
    failure = source["steps"]["rights"]["failure"]
    assert failure["error"] == "refused"
    assert "/tasks" in failure["message"]


def test_no_application_at_all_is_not_fine(box: Sandbox, tmp_path: Path) -> None:
    box.faults.add(Fault(path="/applications", kind="body", body=b"[]"))
    code, source = trial(tmp_path, "-s", f"spinnaker+{box.gate_url}")
    assert (code, states(source)) == (3, "oooooof")
    assert "no applications at all" in source["steps"]["rights"]["failure"]["message"]


def test_fewer_parts_than_expected_are_not_fine(box: Sandbox, tmp_path: Path) -> None:
    """Whatever is active: that is no reason here, and is not called waived either."""
    box.load("busy")
    code, source = trial(tmp_path, "-s", f"spinnaker+{box.gate_url}?expect_at_least=9999")
    assert (code, states(source)) == (3, "oooooof")
    assert source["active"]
    message = source["steps"]["rights"]["failure"]["message"]
    assert "9999" in message
    assert "waived" not in message


@pytest.mark.parametrize(
    ("url", "seen", "step", "words"),
    [
        ("http://127.0.0.1:1", "oofssss", "connection", "refuses connections"),
        ("https://nowhere.invalid", "ofsssss", "name", "does not resolve"),
        ("https://..", "ofsssss", "name", ""),
    ],
)
def test_each_failure_ends_the_rest(
    url: str, seen: str, step: str, words: str, tmp_path: Path
) -> None:
    code, source = trial(tmp_path, "-s", f"spinnaker+{url}")
    assert (code, states(source)) == (3, seen)
    assert words in source["steps"][step]["failure"]["message"]


def test_plain_http_behind_https_fails_at_the_certificate(box: Sandbox, tmp_path: Path) -> None:
    url = box.gate_url.replace("http:", "https:")
    code, source = trial(tmp_path, "-s", f"spinnaker+{url}")
    assert (code, states(source)) == (3, "ooofsss")
    assert "plain http" in source["steps"]["certificate"]["failure"]["hint"]


def test_a_secret_that_is_not_there_is_the_first_step(tmp_path: Path) -> None:
    (tmp_path / "quiesce.toml").write_text(
        '[sources.prod]\nkind = "spinnaker"\nurl = "https://nowhere.invalid"\n'
        'auth = { type = "bearer", token = "env:GATE_TOKEN" }\n'
    )
    code, source = trial(tmp_path)
    assert (code, states(source)) == (3, "fssssss")
    assert "env:GATE_TOKEN is not set" in source["steps"]["credential"]["failure"]["message"]


def test_one_dead_source_does_not_stop_the_others_and_they_stay_in_order(
    box: Sandbox, tmp_path: Path
) -> None:
    told = quiesce(
        *("sources", "test", "-s", "dead=spinnaker+http://127.0.0.1:1"),
        *("-s", f"alive=spinnaker+{box.gate_url}"),
        cwd=tmp_path,
    )
    assert told.returncode == 3
    assert told.stdout.index("dead (") < told.stdout.index("alive (")
    assert told.stdout.endswith("1 of 2 sources can be asked\n")


def test_only_the_named_ones_are_tried(box: Sandbox, tmp_path: Path) -> None:
    words = ("-s", f"a=spinnaker+{box.gate_url}", "-s", "b=spinnaker+http://127.0.0.1:1")
    code, source = trial(tmp_path, "a", *words)
    assert (code, source["name"]) == (0, "a")
    told = quiesce("sources", "test", "aa", *words, "-o", "json", cwd=tmp_path)
    assert told.returncode == 2
    assert "error" in document(told)
    assert json.loads(told.stderr)["code"] == 2


def test_options_before_the_word_test_count_too(box: Sandbox, tmp_path: Path) -> None:
    words = ("sources", "-o", "json", "-s", f"spinnaker+{box.gate_url}", "test")
    assert document(quiesce(*words, cwd=tmp_path))["ok"] is True


@pytest.mark.parametrize(
    ("answer", "skew"),
    [
        (b"HTTP/1.1 200 OK\r\nDate: {date}\r\n\r\n", 3600),
        (b"HTTP/1.1 200 OK\r\nDate: nonsense\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\n\r\n", None),
        (b"SSH-2.0-OpenSSH_9.2\r\n", None),
        (b"", None),
    ],
)
def test_a_clock_that_is_not_known_or_wrong_is_a_note(
    answer: bytes, skew: int | None, tmp_path: Path
) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=1)
    sent = answer.replace(b"{date}", f"{ahead:%a, %d %b %Y %H:%M:%S GMT}".encode())

    class Odd(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.request.sendall(sent)

    with threaded(Odd) as port:
        code, source = trial(tmp_path, "-s", f"spinnaker+http://127.0.0.1:{port}?attempts=1")
    assert (code, states(source)) == (3, "oooonfs")
    if skew is None:
        assert source["skew"] is None
    else:
        assert source["skew"] == pytest.approx(skew, abs=30)
        assert "ahead of the clock here" in source["steps"]["clock"]["text"]


@contextlib.contextmanager
def threaded(handler: type[socketserver.BaseRequestHandler]) -> Iterator[int]:
    """The port of a server that answers each connection by this handler."""
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def self_signed(folder: Path, days: int) -> tuple[Path, ssl.SSLContext]:
    """A certificate for this machine and for gate.test, good for so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gate.test")])
    now = datetime.now(UTC)
    hosts = [x509.DNSName("gate.test"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return pem, context


def test_a_certificate_is_shown_with_the_days_that_it_has_left(tmp_path: Path) -> None:
    pem, context = self_signed(tmp_path, 42)
    with serve_in_thread(Sandbox("quiet", ssl_context=context)) as secure:
        code, source = trial(tmp_path, "-s", f"spinnaker+{secure.gate_url}?ca={pem}")
        assert (code, states(source)) == (0, "ooooooo")
        text = source["steps"]["certificate"]["text"]
        assert text.startswith("gate.test, signed by gate.test, 42 days left, TLSv1")

        code, source = trial(tmp_path, "-s", f"spinnaker+{secure.gate_url}")
        assert (code, states(source)) == (3, "ooofsss")
        assert "set `ca`" in source["steps"]["certificate"]["failure"]["hint"]


def test_an_expired_certificate_is_named_as_such(tmp_path: Path) -> None:
    pem, context = self_signed(tmp_path, -3)
    with serve_in_thread(Sandbox("quiet", ssl_context=context)) as secure:
        code, source = trial(tmp_path, "-s", f"spinnaker+{secure.gate_url}?ca={pem}")
    assert (code, states(source)) == (3, "ooofsss")
    assert "expired" in source["steps"]["certificate"]["failure"]["cause"]


def tunnel_to(port: int) -> type[socketserver.BaseRequestHandler]:
    """A proxy that lets one user through to one port, whatever was asked for."""

    class Tunnel(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            head = self.request.recv(65536)
            if b"Proxy-Authorization: Basic" not in head:
                self.request.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", port)) as there:
                self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=pump, args=(there, self.request), daemon=True)
                back.start()
                pump(self.request, there)
                back.join()

    return Tunnel


def pump(here: socket.socket, there: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := here.recv(65536):
            there.sendall(piece)
        there.shutdown(socket.SHUT_WR)


def test_a_proxy_is_named_used_and_its_password_is_not_shown(tmp_path: Path) -> None:
    pem, context = self_signed(tmp_path, 42)
    with serve_in_thread(Sandbox("quiet", ssl_context=context)) as secure:
        port = int(secure.gate_url.rpartition(":")[2])
        with threaded(tunnel_to(port)) as proxy:
            source_words = ("-s", f"spinnaker+https://gate.test:8084?ca={pem}")
            given = {"HTTPS_PROXY": f"http://bob:{SECRET}@127.0.0.1:{proxy}"}
            code, source = trial(tmp_path, *source_words, env=given)
            assert (code, states(source)) == (0, "ooooooo")
            assert source["proxy"] == f"http://127.0.0.1:{proxy}"
            assert "(HTTPS_PROXY)" in source["steps"]["name"]["text"]
            assert SECRET not in json.dumps(source)

            stranger = {"HTTPS_PROXY": f"http://127.0.0.1:{proxy}"}
            code, source = trial(tmp_path, *source_words, env=stranger)
            assert (code, states(source)) == (3, "oofssss")
            assert "407" in source["steps"]["connection"]["failure"]["cause"]
