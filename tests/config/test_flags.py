"""Sources after `-s`: an address makes one, a name picks one, a secret is never in them."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest

from quiesce.access import Anonymous, Basic, Bearer
from quiesce.config import Config, configure, from_flags, is_address, load, resolve, select
from quiesce.errors import ConfigError


def test_an_address_is_a_kind_a_url_and_the_kinds_own_keys(kinds: Any) -> None:
    config = from_flags(
        [
            (
                "gate+https://gate.example.com:8084/api/?parts=tasks,pipelines&recent=7&strict=true"
                "&expect_at_least=212&deadline=2m&rate=0.5&window=1h"
            ),
            "metrics+http://localhost?project_id=123",
        ],
        kinds,
        {},
    )
    gate, metrics = config.sources
    assert (gate.name, gate.kind, gate.section) == ("gate", "gate", "-s gate")
    assert gate.access.url == "https://gate.example.com:8084/api"
    assert (gate.access.deadline, gate.access.rate, gate.expect_at_least) == (120.0, 0.5, 212)
    own: Any = gate.own
    assert (own.parts, own.recent, own.strict) == (("tasks", "pipelines"), 7, True)
    assert own.window.total_seconds() == 3600
    assert metrics.own == kinds["metrics"].config(project=123)
    assert gate.origin("recent") == "-s"
    assert (config.path, config.warnings) == (None, ())
    assert isinstance(resolve(gate, {}).auth, Anonymous)


def test_names_are_the_kind_with_a_number_or_given(kinds: Any) -> None:
    texts = ["gate+https://a", "gate-2=gate+https://b", "gate+https://c", "eu.x=gate+https://d"]
    names = [source.name for source in from_flags(texts, kinds, {}).sources]
    assert names == ["gate", "gate-2", "gate-3", "eu.x"]
    texts = ["gate+https://a", "gate=gate+https://b"]
    assert [source.name for source in from_flags(texts, kinds, {}).sources] == ["gate-2", "gate"]


def test_a_list_may_be_given_by_repeating(kinds: Any) -> None:
    (source,) = from_flags(["gate+https://a?parts=tasks&parts=pipelines"], kinds, {}).sources
    own: Any = source.own
    assert own.parts == ("tasks", "pipelines")


@pytest.mark.parametrize(
    ("texts", "message", "hint"),
    [
        (
            ["https://bob:hunter2@gate"],
            "an address after -s must be KIND+URL",
            "such as -s spinnaker+https://gate.example.com:8084; the kinds are gate, metrics",
        ),
        (["gaet+https://hunter2"], "unknown kind `gaet` after -s", "did you mean `gate`?"),
        (["zz+https://hunter2"], "unknown kind `zz` after -s", "there is `gate` or `metrics`"),
        (
            ["gate+https://bob:hunter2@gate"],
            (
                "`url` in -s gate must be an address such as https://gate.example.com:8084,"
                " without a user name and password, not one with them"
            ),
            (
                "give the user name and the password in `auth`, or in QUIESCE_USERNAME and"
                " QUIESCE_PASSWORD with -s"
            ),
        ),
        (
            ["gate+https://gate?token=hunter2"],
            "unknown key `token` in -s gate",
            "see: quiesce config schema",
        ),
        (
            ["gate+https://gate?auth=hunter2"],
            "`auth` can't stand in an address in -s gate",
            "a sign-in comes from QUIESCE_USERNAME and QUIESCE_PASSWORD, or QUIESCE_TOKEN",
        ),
        (
            ["gate+https://gate?prts=hunter2"],
            "unknown key `prts` in -s gate",
            "did you mean `parts`? see: quiesce config schema",
        ),
        (["gate+https://gate#hunter2"], "there is a # in the address in -s gate", "write %23"),
        (
            ["gate+https://gate?recent=hunter2"],
            "`recent` in -s gate must be a whole number from 1 to 1000, not a text",
            "",
        ),
        (
            ["gate+https://gate?recent=1&recent=2"],
            "`recent` in -s gate must be a whole number from 1 to 1000, not a text",
            "",
        ),
        (
            ["gate+https://gate?deadline=60"],
            (
                '`deadline` in -s gate must be a duration such as "90s" or "2h30m",'
                ' not "60" without a unit'
            ),
            'did you mean "60s"?',
        ),
        (["metrics+https://m"], "`project_id` is missing in -s metrics", "it must be a whole"),
        (["a=gate+https://a", "a=gate+https://b"], "two sources after -s are named `a`", ""),
        (["gate+"], "`url` in -s gate must be an address such as", ""),
    ],
)
def test_a_bad_address_is_one_sentence_that_repeats_nothing_private(
    kinds: Any, texts: list[str], message: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        from_flags(texts, kinds, {})
    assert caught.value.message.startswith(message)
    assert caught.value.hint.startswith(hint)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value)) + caught.value.hint


def sign_in(kinds: Any, env: dict[str, str]) -> Any:
    (source,) = from_flags(["gate+https://gate"], kinds, env).sources
    return resolve(source, env).auth


def test_the_environment_signs_in(kinds: Any, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s3\n")
    file.chmod(0o600)
    basic = sign_in(kinds, {"QUIESCE_USERNAME": "bob", "QUIESCE_PASSWORD": "pw"})
    assert isinstance(basic, Basic)
    assert (basic.username, basic.password.reveal()) == ("bob", "pw")
    for password in ({}, {"QUIESCE_PASSWORD": ""}):
        project = sign_in(kinds, {"QUIESCE_USERNAME": "secret", **password})
        assert (project.username, project.password.reveal()) == ("secret", "")
    both = sign_in(kinds, {"QUIESCE_USERNAME": "bob", "QUIESCE_PASSWORD_FILE": str(file)})
    assert both.password.reveal() == "s3"
    token = sign_in(kinds, {"QUIESCE_TOKEN_FILE": str(file)})
    assert isinstance(token, Bearer)
    assert token.token.reveal() == "s3"
    assert sign_in(kinds, {"QUIESCE_TOKEN": "t"}).token.reveal() == "t"


@pytest.mark.parametrize(
    ("env", "message"),
    [
        (
            {"QUIESCE_TOKEN": "hunter2", "QUIESCE_USERNAME": "hunter2"},
            "both QUIESCE_TOKEN and QUIESCE_USERNAME are set",
        ),
        (
            {"QUIESCE_TOKEN_FILE": "hunter2", "QUIESCE_PASSWORD": "hunter2"},
            "both QUIESCE_TOKEN_FILE and QUIESCE_PASSWORD are set",
        ),
        (
            {"QUIESCE_TOKEN": "hunter2", "QUIESCE_TOKEN_FILE": "hunter2"},
            "both QUIESCE_TOKEN and QUIESCE_TOKEN_FILE are set",
        ),
        ({"QUIESCE_PASSWORD": "hunter2"}, "QUIESCE_PASSWORD is set and QUIESCE_USERNAME is not"),
    ],
)
def test_a_contradiction_in_the_environment_is_one_sentence(
    kinds: Any, env: dict[str, str], message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        from_flags(["gate+https://gate"], kinds, env)
    assert caught.value.message == message
    assert "hunter2" not in caught.value.hint


def test_one_sign_in_for_two_hosts_is_warned_about(kinds: Any) -> None:
    texts = ["gate+https://gate", "metrics+https://m.example.com?project_id=1"]
    assert from_flags(texts, kinds, {}).warnings == ()
    config = from_flags(texts, kinds, {"QUIESCE_TOKEN": "hunter2"})
    assert config.warnings == (
        (
            "the sign-in of QUIESCE_TOKEN is sent to `gate` and `m.example.com`:"
            " use a file to part them"
        ),
    )
    assert "hunter2" not in repr(config)


def test_a_sign_in_is_not_sent_in_the_clear(kinds: Any) -> None:
    with pytest.raises(ConfigError, match="must be https://, as it is asked with a sign-in"):
        from_flags(["gate+http://gate"], kinds, {"QUIESCE_TOKEN": "t"})
    from_flags(["gate+http://gate"], kinds, {})
    from_flags(["gate+http://gate?allow_plaintext=true"], kinds, {"QUIESCE_TOKEN": "t"})


@pytest.mark.parametrize(
    ("text", "address"),
    [("prod", False), ("eu-west.1", False), ("gate+https://a", True), ("https://a", True)],
)
def test_an_address_is_told_from_a_name(text: str, address: bool) -> None:
    assert is_address(text) is address


FILE = """\
max_age = "9s"
[sources.prod]
kind = "gate"
url = "https://gate"
[sources.stage]
kind = "gate"
url = "https://stage"
"""


def names(config: Config) -> list[str]:
    return [source.name for source in config.sources]


def test_a_name_picks_a_source_of_the_file(write: Any, kinds: Any) -> None:
    config = load(write(FILE), kinds)
    assert names(select(config, [])) == ["prod", "stage"]
    assert names(select(config, ["stage", "stage"])) == ["stage"]
    assert names(select(config, ["stage", "prod"])) == ["prod", "stage"]
    with pytest.raises(ConfigError) as caught:
        select(config, ["prdo"])
    assert caught.value.message == "no source named `prdo` in quiesce.toml"
    assert caught.value.hint.startswith("did you mean `prod`? ")
    with pytest.raises(ConfigError) as caught:
        select(config, ["xyz"])
    assert caught.value.hint.startswith("there is `prod` or `stage`; ")


def test_what_a_command_line_asks_for(write: Any, kinds: Any, tmp_path: Path) -> None:
    path = write(FILE)

    def asked(*flags: str, explicit: str | None = None, cwd: Path = tmp_path) -> Config:
        return configure(flags, explicit=explicit, env={}, cwd=cwd, config_home=None, kinds=kinds)

    assert names(asked()) == ["prod", "stage"]
    assert names(asked("stage")) == ["stage"]
    assert asked("gate+https://x").path is None
    assert names(asked("gate+https://x")) == ["gate"]
    assert names(asked("gate+https://x", "prod")) == ["prod", "gate"]
    both = asked("gate+https://x", explicit=str(path))
    assert (names(both), both.max_age) == (["prod", "stage", "gate"], 9.0)
    with pytest.raises(ConfigError, match="have the same name"):
        asked("prod=gate+https://x", "prod")
    with pytest.raises(ConfigError, match="no source is configured"):
        asked(cwd=tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="no such file"):
        asked(explicit="gone.toml")
