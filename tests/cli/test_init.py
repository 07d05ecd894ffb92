"""`quiesce init` writes a configuration that is right, whole, private, and without a secret."""

from __future__ import annotations

import os
import stat
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pexpect
import pytest
from tests.cli.program import COMMAND, quiesce

from quiesce.access import Basic, Bearer
from quiesce.cli.draft import place
from quiesce.config import check, load, resolve
from quiesce.errors import ConfigError
from quiesce.sandbox import Fault, Sandbox, serve_in_thread
from quiesce.sources import KINDS

SECRET = "hunter2-and-more"


@pytest.fixture
def spin_file(own_surroundings: Path) -> Path:
    folder = own_surroundings / ".spin"
    folder.mkdir()
    return folder / "config"


def written(folder: Path) -> dict[str, Any]:
    file = folder / "quiesce.toml"
    assert [problem for problem in check(file, KINDS) if problem.level == "error"] == []
    return tomllib.loads(file.read_text())["sources"]["spinnaker"]


def test_basic_of_spin_works_at_once_and_its_password_stays_where_it_is(
    tmp_path: Path, spin_file: Path
) -> None:
    spin_file.write_text(
        "gate: {endpoint: 'https://gate.example.com:8084/'}\n"
        f"auth: {{enabled: true, basic: {{username: alice, password: '{SECRET}'}}}}\n"
    )

    made = quiesce("init", cwd=tmp_path)

    assert made.returncode == 0, made.stderr
    assert made.stdout == "wrote quiesce.toml: spinnaker\n"
    file = tmp_path / "quiesce.toml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert SECRET not in file.read_text() + made.stdout + made.stderr
    table = written(tmp_path)
    assert table["url"] == "https://gate.example.com:8084"
    assert table["auth"]["username"] == "alice"
    (source,) = load(file, KINDS).sources
    access = resolve(source, os.environ)
    assert isinstance(access.auth, Basic)
    assert access.auth.password.reveal() == SECRET
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_is_there_is_never_overwritten_without_force(tmp_path: Path) -> None:
    words = ("init", "-s", "spinnaker+https://gate.example.com:8084")
    (tmp_path / "quiesce.toml").write_text("mine")

    refused = quiesce(*words, cwd=tmp_path)
    assert refused.returncode == 2
    assert "quiesce init --force" in refused.stderr
    assert (tmp_path / "quiesce.toml").read_text() == "mine"

    forced = quiesce(*words, "--force", cwd=tmp_path)
    assert forced.returncode == 0
    assert written(tmp_path)["kind"] == "spinnaker"
    assert stat.S_IMODE((tmp_path / "quiesce.toml").stat().st_mode) == 0o600


def test_a_file_that_appears_meanwhile_is_not_overwritten_either(tmp_path: Path) -> None:
    (tmp_path / "quiesce.toml").write_text("mine")
    with pytest.raises(ConfigError, match="is there already"):
        place(tmp_path / "quiesce.toml", "new", force=False)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["mine"]


def test_without_links_a_file_is_not_overwritten_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    place(tmp_path / "quiesce.toml", "first", force=False)
    with pytest.raises(ConfigError, match="is there already"):
        place(tmp_path / "quiesce.toml", "second", force=False)
    assert (tmp_path / "quiesce.toml").read_text() == "first"


@pytest.mark.parametrize("target", ["no/such/folder/quiesce.toml", "."])
def test_a_place_that_can_not_be_written_is_said_in_one_sentence(
    target: str, tmp_path: Path
) -> None:
    made = quiesce("init", "-s", "mixpanel+https://m.example.com", "--output", target, cwd=tmp_path)
    assert made.returncode == 2
    assert made.stderr.startswith("error: ")
    assert "Traceback" not in made.stderr


def test_without_spin_and_without_a_terminal_the_next_command_is_given(tmp_path: Path) -> None:
    made = quiesce("init", cwd=tmp_path)
    assert made.returncode == 2
    assert "hint: quiesce init -s spinnaker+https://gate.example.com:8084" in made.stderr
    assert list(tmp_path.iterdir()) == []


def test_several_sources_keep_their_names_keys_and_where_their_sign_in_is(tmp_path: Path) -> None:
    made = quiesce(
        *(
            "init",
            "-s",
            "prod=spinnaker+https://gate.example.com?deck_url=https://deck.example.com",
        ),
        *("-s", "mixpanel+https://data.mixpanel.com?project_id=12&concurrency=4"),
        cwd=tmp_path,
        env={"QUIESCE_USERNAME": "alice", "QUIESCE_PASSWORD": SECRET},
    )
    assert made.returncode == 0, made.stderr
    content = (tmp_path / "quiesce.toml").read_text()
    assert SECRET not in content
    sources = tomllib.loads(content)["sources"]
    assert sources["prod"] == {
        "kind": "spinnaker",
        "url": "https://gate.example.com",
        "deck_url": "https://deck.example.com",
        "auth": {
            "type": "basic",
            "username": "env:QUIESCE_USERNAME",
            "password": "env:QUIESCE_PASSWORD",
        },
    }
    assert sources["mixpanel"]["project_id"] == 12
    assert sources["mixpanel"]["concurrency"] == 4


def test_a_certificate_and_its_key_are_named_where_spin_has_them(
    tmp_path: Path, spin_file: Path
) -> None:
    spin_file.write_text(
        "gate: {endpoint: https://gate.example.com:8085}\n"
        "auth:\n  enabled: true\n  ignoreCertErrors: true\n"
        "  x509: {certPath: ~/.spin/me.crt, keyPath: $KEYS/me.key}\n"
        "  basic: {username: a, password: b}\n"
    )
    made = quiesce("init", cwd=tmp_path, env={"KEYS": "/keys"})
    assert written(tmp_path)["auth"] == {
        "type": "x509",
        "cert": "~/.spin/me.crt",
        "key": "/keys/me.key",
    }
    assert "basic is there too" in made.stderr
    assert "`ca`" in made.stderr


def test_an_inline_certificate_comes_with_the_commands_that_take_it_out(
    tmp_path: Path, spin_file: Path
) -> None:
    spin_file.write_text(
        "gate: {endpoint: https://gate.example.com:8085}\n"
        "auth:\n  enabled: true\n  x509:\n    cert: |\n      CERT\n      LINES\n    key: |\n"
        f"      {SECRET}\n"
    )
    quiesce("init", cwd=tmp_path)
    content = (tmp_path / "quiesce.toml").read_text()
    assert SECRET not in content
    for command in [line[2:] for line in content.splitlines() if line.startswith("# (umask")]:
        subprocess.run(["sh", "-c", command], check=True, cwd=tmp_path)
    auth = written(tmp_path)["auth"]
    cert, key = (Path(auth[name]).expanduser() for name in ("cert", "key"))
    assert cert.read_text() == "CERT\nLINES\n"
    assert key.read_text() == f"{SECRET}\n"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_token_is_read_from_spins_file_each_time_as_spin_renews_it(
    tmp_path: Path, spin_file: Path
) -> None:
    text = (
        "gate: {{endpoint: https://gate.example.com}}\n"
        "auth:\n  enabled: true\n  oauth2:\n    cachedToken:\n      access_token: {}\n"
        "      expiry: 2999-01-01T00:00:00Z\n"
    )
    spin_file.write_text(text.format("first-token"))
    quiesce("init", cwd=tmp_path)
    (source,) = load(tmp_path / "quiesce.toml", KINDS).sources
    assert source.sign_in.type == "bearer"
    spin_file.write_text(text.format("second-token"))
    auth = resolve(source, os.environ).auth
    assert isinstance(auth, Bearer)
    assert auth.token.reveal() == "second-token"


def test_a_password_that_spin_takes_from_a_variable_comes_from_there(
    tmp_path: Path, spin_file: Path
) -> None:
    spin_file.write_text(
        "gate: {endpoint: https://gate.example.com}\n"
        "auth: {enabled: true, basic: {username: $WHO, password: '${GATE_PW}'}}\n"
    )
    made = quiesce("init", cwd=tmp_path, env={"WHO": "alice"})
    auth = written(tmp_path)["auth"]
    assert auth == {"type": "basic", "username": "alice", "password": "env:GATE_PW"}
    assert "next: read -rs GATE_PW && export GATE_PW" in made.stderr


@pytest.mark.parametrize(
    ("auth", "told"),
    [
        ("iap: {oauthClientId: x, oauthClientSecret: s3cr3t-thing}", "gcloud"),
        ("ldap: {username: u, password: s3cr3t-thing}", "GATE_COOKIE"),
        ("google_service_account: {file: /key.json}", "gcloud"),
        ("oauth2: {clientId: x, clientSecret: s3cr3t-thing}", "no cached token"),
    ],
)
def test_what_can_not_be_used_is_named_with_what_to_do(
    auth: str, told: str, tmp_path: Path, spin_file: Path
) -> None:
    spin_file.write_text(
        f"gate: {{endpoint: https://gate.example.com}}\nauth:\n  enabled: true\n  {auth}\n"
    )
    made = quiesce("init", cwd=tmp_path)
    assert made.returncode == 0
    assert told in made.stderr
    assert told in (tmp_path / "quiesce.toml").read_text()
    assert "s3cr3t" not in made.stderr + (tmp_path / "quiesce.toml").read_text()
    assert "auth" not in written(tmp_path)


def test_without_enabled_nobody_signs_in_as_with_spin(tmp_path: Path, spin_file: Path) -> None:
    spin_file.write_text("gate: {}\nauth: {basic: {username: a, password: b}}\n")
    quiesce("init", cwd=tmp_path)
    table = written(tmp_path)
    assert table["url"] == "http://localhost:8084"
    assert "auth" not in table
    assert "auth.enabled is not true" in (tmp_path / "quiesce.toml").read_text()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"just a text",
        b"gate: [",
        b"gate: {endpoint: ftp://x}",
        b"gate: {endpoint: 'https://['}",
        b"\xff\xfe\x00",
        b"a: &a [*a]\n",
        b"!!python/object/apply:os.system ['touch owned']",
        b"[" * 5000,
        b"auth: {enabled: true, basic: {password: sup3rs3cret\n",
    ],
    ids=["empty", "text", "broken", "ftp", "host", "bytes", "cycle", "object", "deep", "open"],
)
def test_a_spin_file_that_can_not_be_read_is_one_sentence(
    content: bytes, tmp_path: Path, spin_file: Path
) -> None:
    spin_file.write_bytes(content)
    made = quiesce("init", cwd=tmp_path)
    assert "Traceback" not in made.stderr
    assert "sup3rs3cret" not in made.stderr
    assert not (tmp_path / "owned").exists()
    if made.returncode == 0:
        written(tmp_path)
    else:
        assert made.returncode == 2
        assert made.stderr.startswith("error: ")
        assert list(tmp_path.iterdir()) == []


def test_a_hostile_file_can_not_write_a_setting(tmp_path: Path, spin_file: Path) -> None:
    spin_file.write_text(
        'gate: {endpoint: "https://gate.example.com"}\n'
        "auth:\n  enabled: true\n"
        '  basic: {username: "a\\"\\nallow_plaintext = true\\n#\\x7f\\u202e", password: x}\n'
    )
    quiesce("init", cwd=tmp_path)
    table = written(tmp_path)
    assert "allow_plaintext" not in table
    assert table["auth"]["username"] == 'a"\nallow_plaintext = true\n#\x7f\u202e'


def test_plain_http_with_a_sign_in_is_written_and_said_to_be_refused(
    tmp_path: Path, spin_file: Path
) -> None:
    spin_file.write_text(
        "gate: {endpoint: http://gate.example.com:8084}\n"
        "auth: {enabled: true, basic: {username: a, password: b}}\n"
    )
    made = quiesce("init", cwd=tmp_path)
    assert made.returncode == 0
    assert "warning: `url`" in made.stderr
    assert "allow_plaintext = true" in made.stderr


def test_the_schema_is_named_in_line_1_only_where_it_is_there(tmp_path: Path) -> None:
    words = ("init", "--force", "-s", "mixpanel+https://m.example.com")
    quiesce(*words, cwd=tmp_path)
    assert "quiesce config schema >" in (tmp_path / "quiesce.toml").read_text()
    assert not (tmp_path / "quiesce.toml").read_text().startswith("#:schema")
    (tmp_path / "quiesce.schema.json").write_text("{}")
    quiesce(*words, cwd=tmp_path)
    assert (tmp_path / "quiesce.toml").read_text().startswith("#:schema ./quiesce.schema.json\n")


def test_on_a_terminal_four_questions_make_a_file(tmp_path: Path) -> None:
    child = pexpect.spawn(
        COMMAND[0], [*COMMAND[1:], "init", "--no-test"], cwd=str(tmp_path), timeout=30
    )
    child.expect("Which system")
    child.sendline("")
    child.expect("address")
    child.sendline("gate.example.com")
    child.expect("https://")  # what was expected instead
    child.expect("address")
    child.sendline("https://gate.example.com:8084?window=20")
    child.expect("sign in")
    child.sendline("bearer")
    child.expect("its name, not its value")
    child.sendline("abc.def-a-pasted-token")
    child.expect("letters, digits")
    child.expect("its name, not its value")
    child.sendline("GATE_TOKEN")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    table = written(tmp_path)
    assert table == {
        "kind": "spinnaker",
        "url": "https://gate.example.com:8084",
        "window": 20,
        "auth": {"type": "bearer", "token": "env:GATE_TOKEN"},
    }


def test_ctrl_c_at_a_question_writes_nothing(tmp_path: Path) -> None:
    child = pexpect.spawn(COMMAND[0], [*COMMAND[1:], "init"], cwd=str(tmp_path), timeout=30)
    child.expect("Which system")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert list(tmp_path.iterdir()) == []


def test_the_first_answer_is_shown_on_demand_and_gives_its_code(tmp_path: Path) -> None:
    with serve_in_thread(Sandbox("quiet")) as box:
        words = ("init", "--test", "--force", "-s", f"spinnaker+{box.gate_url}")
        good = quiesce(*words, cwd=tmp_path)
        assert good.returncode == 0, good.stderr
        assert "nothing is active" in good.stderr
        box.faults.add(Fault(path="/applications/*/tasks", kind="status", status=403))
        assert quiesce(*words, cwd=tmp_path).returncode == 3
