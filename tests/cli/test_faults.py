"""Whatever goes wrong, stdout is one valid document, it never says quiet, and no secret is out."""

from __future__ import annotations

import datetime
import ipaddress
import json
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.cli.acceptance import (
    ENV,
    EXPORT,
    both_in_toml,
    configure,
    gate,
    planted,
    running,
    small,
    valid,
)
from tests.cli.program import quiesce

from quiesce.sandbox import Fault, Sandbox, serve_in_thread

KEYS = 'deadline = "3s"\ntimeout = "600ms"\nattempts = 1\nmax_body = "64KiB"\nsettle = "50ms"\n'

FAULTS: dict[str, dict[str, Any]] = {
    **{f"status-{code}": {"kind": "status", "status": code} for code in (401, 403, 404, 410)},
    **{f"status-{code}": {"kind": "status", "status": code} for code in (500, 502, 503)},
    "status-429": {"kind": "status", "status": 429, "retry_after": "1"},
    "redirect": {"kind": "redirect"},
    "redirect-to-itself": {"kind": "redirect", "location": "/applications"},
    "login-page": {"kind": "login-page"},
    "html": {"kind": "body", "body": b"<html>maintenance</html>", "content_type": "text/html"},
    "empty": {"kind": "empty"},
    "empty-list": {"kind": "body", "body": b"[]", "path": "/applications"},
    "truncated": {"kind": "truncated"},
    "cut": {"kind": "cut"},
    "not-utf8": {"kind": "not-utf8"},
    "other-shape": {"kind": "body", "body": b'{"applications": 7, "x": null}'},
    "other-type": {"kind": "body", "body": b"42"},
    "nested": {"kind": "body", "body": b"[" * 20_000},
    "huge": {"kind": "huge", "size": 200_000},
    "gzip-bomb": {"kind": "gzip-bomb", "size": 8 * 1024 * 1024},
    "hang": {"kind": "hang"},
    "hang-mid-body": {"kind": "hang-mid-body"},
    "reset": {"kind": "reset"},
}
PART = "/applications/eks/pipelines"


@pytest.fixture
def keys() -> str:
    return KEYS


def never_quiet(told: subprocess.CompletedProcess[str]) -> Any:
    """The valid document of an unknown."""
    shown = valid(told)
    assert (told.returncode, shown["verdict"]) == (3, "unknown")
    assert not shown["confirmed"]
    assert not shown["settled"]
    assert shown["reasons"]
    return shown


@pytest.mark.parametrize("name", FAULTS)
def test_a_system_that_fails_is_unknown_and_the_other_one_is_read(
    name: str, box: Sandbox, tmp_path: Path
) -> None:
    box.faults.add(Fault(system="gate", **FAULTS[name]))
    told = quiesce("check", "-o", "json", cwd=tmp_path, env=ENV)
    first, second = never_quiet(told)["sources"]
    assert first["gaps"]
    assert all(gap["why"] for gap in first["gaps"])
    assert (second["parts_read"], second["gaps"], second["verdict"]) == (2, [], "quiet")


@pytest.mark.parametrize(
    "name",
    [
        *("status-401", "status-404", "status-500", "redirect", "html", "empty", "truncated"),
        *("not-utf8", "other-type", "huge", "hang", "reset"),
    ],
)
def test_a_part_that_fails_is_a_gap_and_what_is_active_elsewhere_is_seen(
    name: str, box: Sandbox, tmp_path: Path
) -> None:
    ident = running(box.world, "checkout")
    box.faults.add(Fault(**{**FAULTS[name], "path": PART}))
    told = quiesce("check", "-o", "json", cwd=tmp_path, env=ENV)
    shown = valid(told)
    assert (told.returncode, shown["verdict"]) == (1, "active")
    assert [run["id"] for run in shown["runs"]] == [ident]
    gaps = shown["sources"][0]["gaps"]
    assert gaps
    assert all(gap["part"].startswith(("eks", "*")) for gap in gaps)


@pytest.mark.parametrize("name", ["status-403", "other-shape"])
@pytest.mark.parametrize("command", ["ls", "check", "wait"])
def test_one_part_that_was_not_seen_is_enough(
    command: str, name: str, box: Sandbox, tmp_path: Path
) -> None:
    box.faults.add(Fault(**{**FAULTS[name], "path": PART}))
    more = ("--timeout", "1s") if command == "wait" else ()
    never_quiet(quiesce(command, "-o", "json", *more, cwd=tmp_path, env=ENV))


@pytest.mark.parametrize("name", ["status-401", "status-500", "html", "empty", "cut", "gzip-bomb"])
def test_a_mixpanel_that_fails_is_unknown(name: str, box: Sandbox, tmp_path: Path) -> None:
    path = "**/jobs" if name == "empty" else "**/status"
    box.faults.add(Fault(system="mixpanel", **{"path": path, **FAULTS[name]}))
    shown = never_quiet(quiesce("check", "-o", "json", cwd=tmp_path, env=ENV))
    assert shown["sources"][0]["verdict"] == "quiet"
    told = quiesce("status", EXPORT, "-o", "json", cwd=tmp_path, env=ENV)
    assert told.returncode == 3
    assert valid(told, "status")["gaps"]


def test_nobody_there_is_unknown(box: Sandbox, tmp_path: Path) -> None:
    for url in ("http://127.0.0.1:9", "https://gate.invalid:8084"):
        configure(tmp_path, both_in_toml(box, keys=KEYS, gate_url=url))
        first, _ = never_quiet(quiesce("check", "-o", "json", cwd=tmp_path, env=ENV))["sources"]
        assert {gap["error"] for gap in first["gaps"]} == {"unavailable"}


def test_a_certificate_that_does_not_verify_is_unknown(box: Sandbox, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gate")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "gate.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with serve_in_thread(Sandbox(small(), ssl_context=context)) as secure:
        configure(tmp_path, both_in_toml(box, keys=KEYS, gate_url=secure.gate_url))
        never_quiet(quiesce("check", "-o", "json", cwd=tmp_path, env=ENV))
        assert secure.requests == []  # the password was not sent


@pytest.mark.parametrize("scenario", ["restarted-gate", "orca-down", "login-page"])
def test_a_world_in_trouble_is_unknown(scenario: str, box: Sandbox, tmp_path: Path) -> None:
    box.load(scenario)
    never_quiet(quiesce("check", "-o", "json", *gate(box), cwd=tmp_path))


def test_a_look_that_is_over_its_deadline_keeps_what_was_found(
    box: Sandbox, tmp_path: Path
) -> None:
    ident = running(box.world, "checkout")
    configure(tmp_path, both_in_toml(box, keys='deadline = "700ms"\n'))
    box.faults.add(Fault(kind="hang", path=PART))
    told = quiesce("check", "-o", "json", cwd=tmp_path, env=ENV)
    shown = valid(told)
    assert told.returncode == 1
    assert [run["id"] for run in shown["runs"]] == [ident]
    assert shown["sources"][0]["gaps"]


# Where the question itself is wrong, or we are.


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("check", ("--fields", "id")),
        ("ls", ("surplus",)),
        ("wait", ("--config", "/nowhere.toml")),
        ("check", ("-s", "spinaker+http://127.0.0.1:9")),
        ("ls", ("--parts", "x,y")),
        ("wait", ("--timeout", "soon")),
    ],
)
def test_a_wrong_question_leaves_one_document(
    command: str,
    words: tuple[str, ...],
    tmp_path: Path,
    box: Sandbox,
) -> None:
    told = quiesce(command, *words, "-o", "json", *gate(box), cwd=tmp_path, env=ENV)
    shown = valid(told)
    assert (told.returncode, shown["verdict"]) == (2, "unknown")
    (line,) = [json.loads(line) for line in told.stderr.splitlines()]
    assert (line["type"], line["code"], line["error"]) == ("error", 2, "config")
    assert line["message"] in shown["reasons"]


@pytest.mark.parametrize("words", [("-o", "json"), ("-ojson",), ("--output=json",), ("-wojson",)])
def test_an_unknown_command_or_option_leaves_one_document(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    for first in (("chekc",), ("check", "--nosuch")):
        told = quiesce(*first, *words, cwd=tmp_path)
        assert told.returncode == 2
        assert valid(told)["verdict"] == "unknown"


BROKEN = (
    "import quiesce.verdict as v\n"
    "def judge(*a, **k):\n    raise RuntimeError('{}')\nv.judge = judge\n"
)


@pytest.mark.parametrize("command", ["ls", "check", "wait"])
def test_a_defect_of_ours_is_unknown(command: str, box: Sandbox, tmp_path: Path) -> None:
    env = planted(tmp_path, BROKEN.format("boo")) | ENV
    told = quiesce(command, "-o", "json", cwd=tmp_path, env=env)
    shown = never_quiet(told)
    assert shown["reasons"] == ["quiesce failed in a way that was not foreseen (RuntimeError)"]
    told = quiesce(command, cwd=tmp_path, env=env)
    assert (told.returncode, told.stdout) == (3, "")
    assert "boo" not in told.stderr
    assert "cannot tell: quiesce failed" in told.stderr
    assert "QUIESCE_DEBUG=1" in told.stderr


def test_debugging_shows_the_traceback_and_changes_no_code(box: Sandbox, tmp_path: Path) -> None:
    env = planted(tmp_path, BROKEN.format("boo")) | ENV
    told = quiesce("check", "-o", "json", cwd=tmp_path, env={**env, "QUIESCE_DEBUG": "1"})
    assert told.returncode == 3
    assert "Traceback" in told.stderr
    assert "RuntimeError: boo" in told.stderr
    assert json.loads(told.stdout)["verdict"] == "unknown"


@pytest.mark.parametrize(
    ("module", "name"),
    [("quiesce.render", "render"), ("quiesce.app", "complete"), ("quiesce.app", "opened")],
)
def test_wherever_it_breaks_there_is_one_document(
    module: str, name: str, box: Sandbox, tmp_path: Path
) -> None:
    code = f"import {module} as m\ndef broken(*a, **k):\n    raise ValueError\nm.{name} = broken\n"
    never_quiet(quiesce("ls", "-o", "json", cwd=tmp_path, env=planted(tmp_path, code) | ENV))


def test_a_broken_installation_does_not_read_as_active(tmp_path: Path) -> None:
    for gone in ("quiesce.app", "click"):
        env = planted(tmp_path, f"import sys\nsys.modules[{gone!r}] = None\n")
        told = quiesce("check", "-o", "json", cwd=tmp_path, env=env)
        assert told.returncode == 3
        assert "Traceback" not in told.stderr


def test_status_prints_its_document_when_it_breaks(box: Sandbox, tmp_path: Path) -> None:
    code = "import quiesce.survey as s\nasync def survey(*a, **k):\n    raise ValueError\n"
    env = planted(tmp_path, code + "s.survey = survey\n") | ENV
    told = quiesce("status", "Deploy", "-o", "json", cwd=tmp_path, env=env)
    assert told.returncode == 3
    assert valid(told, "status")["gaps"][0]["error"] == "unexpected"
