"""A good file becomes values; each bad one is answered with one exact sentence and a hint."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from quiesce.access import Access, Anonymous
from quiesce.config import check, load
from quiesce.errors import ConfigError

SEE = "see: quiesce config schema"
DURATION = 'a duration such as "90s" or "2h30m"'
ADDRESS = "an address such as https://gate.example.com:8084"

FULL = """\
#:schema https://example.com/quiesce.json
max_age = "5s"

[sources.prod]
kind = "gate"
url = "HTTPS://Gate.example.com:8084/api/"
ca = "ca.pem"
allow_plaintext = false
expect_at_least = 200
concurrency = 8
rate = "120/m"
deadline = "1m30s"
timeout = "250ms"
max_body = "8MiB"
attempts = 1
settle = "90s"
max_lag = "0s"
parts = ["tasks"]
deck_url = "https://deck"
window = "2h"

[sources.figures]
kind = "metrics"
url = "http://localhost"
project_id = 3
"""


def test_every_key_becomes_its_value(write: Any, kinds: Any) -> None:
    path = write(FULL)
    config = load(path, kinds)
    prod, figures = config.sources
    assert prod.access == Access(
        name="prod",
        url="https://Gate.example.com:8084/api",
        auth=Anonymous(),
        ca=str(path.parent / "ca.pem"),
        concurrency=8,
        rate=2.0,
        deadline=90.0,
        timeout=0.25,
        max_body=8 * 1024**2,
        attempts=1,
    )
    assert (prod.name, prod.kind, prod.expect_at_least) == ("prod", "gate", 200)
    assert (prod.settle, prod.max_lag, config.max_age) == (90.0, 0.0, 5.0)
    own: Any = prod.own
    assert (own.parts, own.deck_url, own.window) == (("tasks",), "https://deck", timedelta(hours=2))
    assert figures.access == Access(name="figures", url="http://localhost")
    assert figures.own == kinds["metrics"].config(project=3)
    assert (config.path, config.warnings) == (path, ())


def test_each_value_says_where_it_was_set(write: Any, kinds: Any) -> None:
    prod = load(write(FULL), kinds).sources[0]
    assert prod.origin("settle") == "quiesce.toml:16"
    assert prod.origin("window") == "quiesce.toml:20"
    assert prod.origin("strict") == "default"


BAD_URLS = [
    ('"gate.example.com"', f"{ADDRESS}, not a text without https:// or http://"),
    ('"ftp://gate"', f"{ADDRESS}, not a text without https:// or http://"),
    ('""', f"{ADDRESS}, not an empty text"),
    ("8084", f"{ADDRESS}, not 8084"),
    ('"https://"', f"{ADDRESS}, not one without a host"),
    ('"https://:8084/"', f"{ADDRESS}, not one without a host"),
    ('"https://gate:99999"', f"{ADDRESS}, not another text"),
    ('"https://[::1"', f"{ADDRESS}, not another text"),
    ('"https://bob:hunter2@gate"', f"{ADDRESS}, without a user name and password, not one with"),
    ('"https://@gate"', f"{ADDRESS}, without a user name and password, not one with"),
    ('"https://gate?token=hunter2"', f"{ADDRESS}, without ? and #, not one with them"),
    ('"https://gate/#"', f"{ADDRESS}, without ? and #, not one with them"),
    ('"https://ga te"', f"{ADDRESS}, not a text with a space, a backslash or a control"),
    ('"https://gate\\r\\nX-A: b"', f"{ADDRESS}, not a text with a space, a backslash or a control"),
    ('"https://gate\\\\@evil"', f"{ADDRESS}, not a text with a space, a backslash or a control"),
]


@pytest.mark.parametrize(("url", "sentence"), BAD_URLS)
def test_an_address_is_http_with_a_host_and_nothing_private(
    write: Any, kinds: Any, url: str, sentence: str
) -> None:
    path = write(f'[sources.prod]\nkind = "gate"\nurl = {url}\n')
    with pytest.raises(ConfigError) as caught:
        load(path, kinds)
    assert caught.value.message.startswith(f"`url` in [sources.prod] must be {sentence}")
    assert caught.value.message.endswith(", quiesce.toml:3")
    assert "hunter2" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    ("url", "more", "fine"),
    [
        ("http://gate", "", False),
        ("http://127.0.0.1.example.com", "", False),
        ("http://gate", "allow_plaintext = true", True),
        ("https://gate", "", True),
        ("http://localhost:8084/x", "", True),
        ("http://127.3.2.1", "", True),
        ("http://[::1]:1", "", True),
    ],
)
def test_a_sign_in_is_not_sent_in_the_clear(
    write: Any, kinds: Any, url: str, more: str, fine: bool
) -> None:
    auth = 'auth = { type = "bearer", token = "env:T" }'
    path = write(f'[sources.prod]\nkind = "gate"\nurl = "{url}"\n{auth}\n{more}\n')
    messages = [problem.message for problem in check(path, kinds)]
    refused = (
        "`url` in [sources.prod] must be https://, as it is asked with a sign-in, not http://,"
        " quiesce.toml:3"
    )
    assert messages == ([] if fine else [refused])


ELSEWHERE = [
    ("", "no source in quiesce.toml", "add [sources.prod] with kind = "),
    ("[sources]\n", "no source in quiesce.toml", "add [sources.prod] with kind = "),
    (
        "[source.prod]\nkind = 'gate'",
        "unknown key `source`, quiesce.toml:1",
        f"did you mean `sources`? {SEE}",
    ),
    (
        "\n[prod]\nkind = 'gate'",
        "unknown key `prod`, quiesce.toml:2",
        f"did you mean [sources.prod]? {SEE}",
    ),
    (
        "[[sources]]\nkind = 'gate'",
        "`sources` must be tables such as [sources.prod], not a list, quiesce.toml:1",
        "",
    ),
    (
        "sources.prod = 'https://gate'",
        "`sources.prod` must be a table, not a text, quiesce.toml:1",
        "a source is a table: [sources.prod]",
    ),
    (
        "[sources.prod]\nurl = 'https://gate'",
        "`kind` is missing in [sources.prod], quiesce.toml:1",
        "one of: gate, metrics",
    ),
    (
        "[sources.prod]\nkind = 'gaet'\nurl = 'https://gate'",
        "unknown kind `gaet` in [sources.prod], quiesce.toml:2",
        "did you mean `gate`?",
    ),
    (
        "[sources.prod]\nkind = 'zzz'\nurl = 'https://gate'",
        "unknown kind `zzz` in [sources.prod], quiesce.toml:2",
        "there is `gate` or `metrics`",
    ),
    (
        "[sources.prod]\nkind = 3\nurl = 'https://gate'",
        "`kind` in [sources.prod] must be `gate` or `metrics`, not 3, quiesce.toml:2",
        "",
    ),
    (
        "[sources.prod]\nkind = 'gate'",
        "`url` is missing in [sources.prod], quiesce.toml:1",
        'add url = "https://…"',
    ),
    (
        "[sources.prod]\nkind = 'metrics'\nurl = 'https://m'",
        "`project_id` is missing in [sources.prod], quiesce.toml:1",
        "it must be a whole number",
    ),
    (
        "[sources.'a/b']\nkind = 'gate'\nurl = 'https://gate'",
        '`a/b` can\'t be the name of a source in [sources."a/b"], quiesce.toml:1',
        "letters, digits",
    ),
    (
        "max_age = 2\n[sources.a]\nkind='gate'\nurl='https://g'",
        f"`max_age` must be {DURATION}, not the bare number 2, quiesce.toml:1",
        'did you mean "2s"?',
    ),
]


@pytest.mark.parametrize(("text", "message", "hint"), ELSEWHERE)
def test_one_sentence_for_a_bad_table(
    write: Any, kinds: Any, text: str, message: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write(text), kinds)
    assert caught.value.message == message
    assert caught.value.hint.startswith(hint)


def test_check_says_everything_at_once_in_the_order_of_the_file(write: Any, kinds: Any) -> None:
    path = write(
        "max_agee = 1\n[sources.b]\nkind = 'gate'\nurl = 3\nrecent = 0\n"
        "[sources.a]\nkind = 'x'\nqqq = 1\n"
    )
    found = [(problem.line, problem.key) for problem in check(path, kinds)]
    assert found == [
        (1, "max_agee"),
        (4, "sources.b.url"),
        (5, "sources.b.recent"),
        (6, "sources.a"),
        (7, "sources.a.kind"),
    ]
    with pytest.raises(ConfigError) as caught:
        load(path, kinds)
    assert caught.value.message == "unknown key `max_agee`, quiesce.toml:1"
    assert caught.value.hint == (
        f"did you mean `max_age`? {SEE}\n4 more problems, see: quiesce config check quiesce.toml"
    )


def test_paths_are_relative_to_the_file_not_to_where_we_are(
    write: Any, kinds: Any, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: Any
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    path = write(
        "[sources.prod]\nkind = 'gate'\nurl = 'https://gate'\nca = '~/ca.pem'\n"
        "auth = { type = 'x509', cert = 'tls/a.pem', key = '/etc/b.pem' }\n"
    )
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("HOME", "/home/ann")
    (source,) = load(path, kinds).sources
    assert source.access.ca == "/home/ann/ca.pem"
    assert source.sign_in.files == {"cert": f"{path.parent}/tls/a.pem", "key": "/etc/b.pem"}
    assert source.origin("url") == f"{path}:3"


def test_a_kind_may_not_redefine_a_common_key(write: Any, kinds: Any) -> None:
    """That is a mistake in the kind, not in the file."""
    import msgspec

    bad = msgspec.defstruct("Bad", [("rate", int, 1)])
    kind = msgspec.structs.replace(kinds["gate"], config=bad)
    path = write("[sources.prod]\nkind = 'gate'\nurl = 'https://gate'\n")
    with pytest.raises(ValueError, match="redefines"):
        load(path, {"gate": kind})


def test_a_missing_file_is_named(kinds: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "none.toml", kinds)
    assert caught.value.message == f"{tmp_path}/none.toml can't be read: no such file or directory"
    assert caught.value.hint == "write one with: quiesce init"
