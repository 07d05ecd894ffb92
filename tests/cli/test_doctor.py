"""`quiesce doctor` helps whoever reads a report, and gives nobody away."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.program import document, quiesce

from quiesce import __version__
from quiesce.sandbox import Sandbox, serve_in_thread

PRIVATE = {
    "QUIESCE_TOKEN": "t0psecret-token",
    "GATE_PASSWORD": "p4ssw0rd-of-gate",
    "HTTPS_PROXY": "http://bob:pr0xy-pass@proxy.corp.example:3128",
    "NO_PROXY": "intranet.corp.example,localhost",
}
CONFIG = """\
[sources.prod]
kind = "spinnaker"
url = "https://gate.corp.example:8084"
ca = "~/authority.pem"
auth = { type = "basic", username = "alice-of-corp", password = "env:GATE_PASSWORD" }
[sources.old]
kind = "spinnaker"
url = "https://old.corp.example"
auth = { type = "bearer", token = "1nline-token" }
[sources.files]
kind = "spinnaker"
url = "https://files.corp.example"
auth = { type = "x509", cert = "~/a.crt", key = "~/a.key" }
"""
NEVER = (
    *("t0psecret", "p4ssw0rd", "pr0xy-pass", "bob", "corp.example", "alice-of-corp", "1nline"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "quiesce.toml").write_text(CONFIG)
    (tmp_path / "quiesce.toml").chmod(0o640)
    return tmp_path


@pytest.mark.parametrize("form", ["table", "json"])
def test_nothing_private_is_shown(form: str, folder: Path, own_surroundings: Path) -> None:
    told = quiesce("doctor", "-o", form, cwd=folder, env=PRIVATE)
    assert (told.returncode, told.stderr) == (0, "")
    assert [word for word in NEVER if word in told.stdout] == []
    assert str(own_surroundings) not in told.stdout


def test_the_facts_are_there(folder: Path, own_surroundings: Path) -> None:
    (own_surroundings / "a.key").write_text("x")
    (own_surroundings / "a.key").chmod(0o644)
    facts = document(quiesce("doctor", "-o", "json", cwd=folder, env=PRIVATE))
    assert facts["schema"] == 1
    assert facts["program"]["quiesce"] == __version__
    assert "aiohttp" in facts["libraries"]
    assert "missing" not in facts["libraries"].values()
    assert facts["configuration"]["rule"] == "the current folder"
    assert facts["configuration"]["permissions"] == "-rw-r----- own"
    prod, files = facts["sources"]["prod"], facts["sources"]["files"]
    assert prod["url"] == "https://***:8084"
    assert prod["secrets"] == {"username": "in the file", "password": "env:GATE_PASSWORD (set)"}
    assert prod["proxy"] == "http://***:3128 (HTTPS_PROXY)"
    assert files["secrets"]["key"] == "~/a.key (-rw-r--r-- own)"
    assert files["secrets"]["cert"] == "~/a.crt (no such file or directory)"
    assert facts["network"]["NO_PROXY"] == "set, 2 hosts"
    assert facts["environment"]["QUIESCE_TOKEN"] == "set"
    assert facts["terminal"]["stdout_terminal"] is False
    assert "clocks" not in facts


def test_without_a_configuration_it_works_all_the_same(tmp_path: Path) -> None:
    facts = document(quiesce("doctor", "-o", "json", cwd=tmp_path))
    assert facts["configuration"]["path"] is None
    assert "sources" not in facts


@pytest.mark.parametrize("content", ["[sources.a]\nkind = 3\n", "not toml", "\0"])
def test_a_wrong_configuration_is_counted_and_not_quoted(content: str, tmp_path: Path) -> None:
    (tmp_path / "quiesce.toml").write_text(content)
    told = quiesce("doctor", "-o", "json", cwd=tmp_path)
    assert told.returncode == 0
    assert document(told)["configuration"]["errors"] >= 1


def test_a_proxy_that_can_not_be_used_is_a_fact(folder: Path) -> None:
    told = quiesce("doctor", "-o", "json", cwd=folder, env={"HTTPS_PROXY": "socks5://u:pw-x@p:1"})
    assert told.returncode == 0
    assert "can't be used" in document(told)["sources"]["prod"]["proxy"]
    assert "pw-x" not in told.stdout


def test_clocks_are_asked_only_on_demand(tmp_path: Path) -> None:
    with serve_in_thread(Sandbox("quiet")) as box:
        (tmp_path / "quiesce.toml").write_text(
            f'[sources.here]\nkind = "spinnaker"\nurl = "{box.gate_url}"\n'
            '[sources.gone]\nkind = "spinnaker"\nurl = "http://127.0.0.1:1"\n'
        )
        quiesce("doctor", cwd=tmp_path)
        assert box.requests == []
        facts = document(quiesce("doctor", "--ask", "-o", "json", cwd=tmp_path))
        assert [asked.method for asked in box.requests] == ["HEAD"]
    assert facts["clocks"]["here"] in {"+0 s", "-0 s", "+1 s", "-1 s"}
    assert facts["clocks"]["gone"].startswith("not known (unavailable)")


def test_it_says_where_the_store_is_and_what_is_wrong_with_it(tmp_path: Path) -> None:
    env = {"QUIESCE_STORE": str(tmp_path / "memory.db")}
    facts = document(quiesce("doctor", "-o", "json", cwd=tmp_path, env=env))
    assert "there is no store at" in facts["store"]["problem"]
    Path(env["QUIESCE_STORE"]).write_bytes(b"no database" * 1000)
    facts = document(quiesce("doctor", "-o", "json", cwd=tmp_path, env=env))
    assert "is not a database" in facts["store"]["problem"]
    env["QUIESCE_STORE"] = "postgresql+psycopg://u:hunter2-and-more@127.0.0.1:9/none"
    told = quiesce("doctor", "-o", "json", cwd=tmp_path, env=env)
    assert "can't be reached" in document(told)["store"]["problem"]
    assert "hunter2" not in told.stdout + told.stderr
