"""Secrets are fetched when a source is opened, and nothing that is printed ever holds one."""

from __future__ import annotations

import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import pytest

from quiesce.access import Access, Basic, Bearer, ClientCertificate, Cookie, Headers
from quiesce.config import SourceConfig, load, resolve, secret, show
from quiesce.errors import ConfigError

PLANTED = "hunter2-äöü"


@pytest.fixture
def source(write: Any, kinds: Any) -> Any:
    def source(auth: str) -> SourceConfig:
        text = f"[sources.prod]\nkind = 'gate'\nurl = 'https://gate'\nauth = {auth}\n"
        return load(write(text), kinds).sources[0]

    return source


def bearer(value: str) -> str:
    return f'{{ type = "bearer", token = {value} }}'


def token_of(access: Access) -> str:
    assert isinstance(access.auth, Bearer)
    return access.auth.token.reveal()


def python(program: str) -> str:
    words = ", ".join(f"'{word}'" for word in (sys.executable, "-c", program))
    return bearer(f"{{ cmd = [{words}] }}")


def test_reading_a_file_fetches_nothing(source: Any, tmp_path: Path) -> None:
    """So that `config check` and `config show` are safe anywhere."""
    ran = tmp_path / "ran"
    opened = source(python(f'open("{ran}", "w")'))
    show_text = [opened.section, repr(opened)]
    assert show_text
    assert not ran.exists()
    with pytest.raises(ConfigError, match="is empty"):
        resolve(opened, {})
    assert ran.exists()


def test_from_the_environment(source: Any) -> None:
    assert token_of(resolve(source(bearer('"env:T"')), {"T": PLANTED})) == PLANTED


def test_from_a_file_without_one_newline(source: Any, tmp_path: Path) -> None:
    (tmp_path / "tok").write_bytes(f"{PLANTED} \r\n".encode())
    assert token_of(resolve(source(bearer('"file:tok"')), {})) == f"{PLANTED} "
    assert token_of(resolve(source(bearer(f'"file:{tmp_path}/tok"')), {})) == f"{PLANTED} "


def test_from_the_credentials_of_the_service_manager(source: Any, tmp_path: Path) -> None:
    (tmp_path / "gate.token").write_text(f"{PLANTED}\n", encoding="utf-8")
    opened = source(bearer('"cred:gate.token"'))
    assert token_of(resolve(opened, {"CREDENTIALS_DIRECTORY": str(tmp_path)})) == PLANTED


@pytest.mark.parametrize("form", ["table", "text"])
def test_from_a_command_in_the_folder_of_the_file(
    source: Any, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "secret.sh"
    script.write_text('#!/bin/sh\necho "$1:$HOME"\n')
    script.chmod(0o700)
    given = (
        '{ cmd = ["./secret.sh", "a b"] }'
        if form == "table"
        else """'cmd:["./secret.sh", "a b"]'"""
    )
    opened = source(bearer(given))
    monkeypatch.chdir("/")
    assert token_of(resolve(opened, {"HOME": "/h", "PATH": "/bin"})) == "a b:/h"


def test_every_type_of_sign_in(source: Any, tmp_path: Path) -> None:
    env = {"A": "a", "B": "b"}

    def auth(table: str) -> Any:
        return resolve(source(table), env).auth

    basic = auth('{ type = "basic", username = "env:A", password = "env:B" }')
    assert isinstance(basic, Basic)
    assert (basic.username, basic.password.reveal()) == ("a", "b")
    project = auth('{ type = "basic", username = "env:A", password = "" }')
    assert (project.username, project.password.reveal()) == ("a", "")
    headers = auth('{ type = "headers", headers = { X-A = "env:A", "X.B" = "env:B" } }')
    assert isinstance(headers, Headers)
    assert {name: got.reveal() for name, got in headers.headers.items()} == {"X-A": "a", "X.B": "b"}
    cookie = auth('{ type = "cookie", cookie = "env:A" }')
    assert isinstance(cookie, Cookie)
    assert cookie.cookie.reveal() == "a"
    for name in ("c.pem", "k.pem"):
        (tmp_path / name).write_text("x")
    cert = auth('{ type = "x509", cert = "c.pem", key = "k.pem", password = "env:B" }')
    assert isinstance(cert, ClientCertificate)
    assert (cert.cert, cert.key) == (f"{tmp_path}/c.pem", f"{tmp_path}/k.pem")
    assert cert.password is not None
    assert cert.password.reveal() == "b"
    assert auth('{ type = "none" }') == auth("{ type = 'none' }")


WANTED = "wanted for `auth.token` in [sources.prod], quiesce.toml:4"


@pytest.mark.parametrize(
    ("value", "env", "message", "hint"),
    [
        ('"env:GATE_TOKEN"', {}, "env:GATE_TOKEN is not set", "set the variable GATE_TOKEN"),
        (
            '"env:GATE_TOKEN"',
            {"GATE_TOKN": "hunter2"},
            "env:GATE_TOKEN is not set",
            "set the variable GATE_TOKEN; did you mean `GATE_TOKN`?",
        ),
        ('"env:T"', {"T": ""}, "env:T is empty", ""),
        (
            '"env:T"',
            {"T": "hunter2\n\nX-Evil: 1"},
            "env:T holds a line break or another control character",
            "only one newline at the end is left out",
        ),
        ('"env:T"', {"T": "hunter2\udcff"}, "env:T holds a line break or another control", "only"),
        ('"file:none"', {}, "file:none can't be read: no such file or directory", ""),
        ('"file:."', {}, "file:. can't be read: is a directory", ""),
        ('"file:bytes"', {}, "file:bytes gives something that is not UTF-8 text", ""),
        ('"file:huge"', {}, "file:huge gives more than 64 KiB, which is no secret", ""),
        (
            '"cred:tok"',
            {},
            "cred:tok has no folder: CREDENTIALS_DIRECTORY is not set",
            "it is set by systemd for units with LoadCredential=",
        ),
        (
            '{ cmd = ["no-such-program", "hunter2"] }',
            {"PATH": "/bin"},
            "cmd:no-such-program can't be started: no such file or directory",
            "`cmd` takes a program and its arguments; there is no shell in between",
        ),
        (
            '{ cmd = ["/bin/sh", "-c", "echo hunter2; echo hunter2 >&2; exit 3"] }',
            {},
            "cmd:/bin/sh failed: exit 3",
            "its output is not shown, as it may hold a secret; run it by hand to see it",
        ),
        (
            '{ cmd = ["/bin/sh", "-c", "kill -9 $$"] }',
            {},
            "cmd:/bin/sh failed: signal 9",
            "its output is not shown",
        ),
        ('{ cmd = ["/bin/sh", "-c", ":"] }', {}, "cmd:/bin/sh is empty", ""),
    ],
)
def test_what_can_not_be_had_is_one_sentence_without_the_secret(
    *, source: Any, tmp_path: Path, capfd: Any, value: str, env: Any, message: str, hint: str
) -> None:
    (tmp_path / "bytes").write_bytes(b"hunter2\xff")
    (tmp_path / "huge").write_text("hunter2" * 10_000)
    with pytest.raises(ConfigError) as caught:
        resolve(source(bearer(value)), env)
    assert caught.value.message.startswith(message)
    assert caught.value.message.endswith(f", {WANTED}")
    assert caught.value.hint.startswith(hint)
    whole = "".join(traceback.format_exception(caught.value)) + "".join(capfd.readouterr())
    assert "hunter2" not in whole.replace(value, "")


def test_a_command_that_does_not_answer_is_ended_with_its_children(
    source: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret, "COMMAND_SECONDS", 0.3)
    pid = tmp_path / "pid"
    opened = source(
        bearer(f'{{ cmd = ["/bin/sh", "-c", "echo hunter2; sleep 60 & echo $! > {pid}; wait"] }}')
    )
    before = time.monotonic()
    with pytest.raises(ConfigError) as caught:
        resolve(opened, {"PATH": "/bin:/usr/bin"})
    assert time.monotonic() - before < 10
    assert caught.value.message == f"cmd:/bin/sh gave no answer within 0.3 s, {WANTED}"
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))
    child = int(pid.read_text())
    for _ in range(100):
        if not alive(child):
            break
        time.sleep(0.05)
    assert not alive(child)


def test_a_command_is_asked_nothing(source: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own input may be a terminal or a pipe that never ends."""
    monkeypatch.setattr(secret, "COMMAND_SECONDS", 5)
    kept, (reading, writing) = os.dup(0), os.pipe()
    os.dup2(reading, 0)
    try:
        opened = source(bearer('{ cmd = ["/bin/sh", "-c", "cat; echo done"] }'))
        assert token_of(resolve(opened, {"PATH": "/bin:/usr/bin"})) == "done"
    finally:
        os.dup2(kept, 0)
        for each in (kept, reading, writing):
            os.close(each)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.parametrize("key", ["ca", "cert", "key"])
def test_a_certificate_that_is_not_there_is_named(
    write: Any, kinds: Any, tmp_path: Path, key: str
) -> None:
    for name in {"ca", "cert", "key"} - {key}:
        (tmp_path / name).write_text("x")
    text = "[sources.prod]\nkind = 'gate'\nurl = 'https://gate'\nca = 'ca'\n"
    path = write(f"{text}auth = {{ type = 'x509', cert = 'cert', key = 'key' }}\n")
    with pytest.raises(ConfigError) as caught:
        resolve(load(path, kinds).sources[0], {})
    name, line = (key, 4) if key == "ca" else (f"auth.{key}", 5)
    assert caught.value.message == (
        f"the file of `{name}` in [sources.prod], quiesce.toml:{line} can't be read:"
        " no such file or directory"
    )


SECRETIVE = [
    '{ type = "basic", username = "bob", password = "hunter2" }',
    '{ type = "basic", username = "hunter2", password = "" }',
    '{ type = "bearer", token = "hunter2" }',
    '{ type = "cookie", cookie = "hunter2" }',
    '{ type = "headers", headers = { X-A = "hunter2" } }',
    '{ type = "x509", cert = "a", key = "b", password = "hunter2" }',
    '{ type = "bearer", token = { cmd = ["echo", "hunter2"] } }',
    # and when something is wrong with it
    '{ type = "bearer", token = ["hunter2"] }',
    '{ type = "hunter2" }',
    '{ type = "bearer", token = { cmd = "hunter2" } }',
    '{ type = "bearer", token = "env:hunter2 " }',
    '{ type = "bearer", token = "cred:/hunter2" }',
    '{ type = "bearer", token = "cmd:hunter2" }',
    '"hunter2"',
]


@pytest.mark.parametrize("auth", SECRETIVE)
def test_no_text_of_a_configuration_holds_a_secret(write: Any, kinds: Any, auth: str) -> None:
    path = write(f"[sources.prod]\nkind = 'gate'\nurl = 'https://gate'\nauth = {auth}\n")
    path.chmod(0o644)
    try:
        config = load(path, kinds)
    except ConfigError as error:
        texts = [error.message, error.hint, *traceback.format_exception(error)]
    else:
        texts = [repr(config), str(config), *config.warnings, repr(show(config))]
    assert not [text for text in texts if "hunter2" in text]
