"""`config show` prints every setting with its origin, and `config schema` agrees with reading."""

from __future__ import annotations

import tomllib
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from quiesce.access import Access
from quiesce.config import check, from_flags, load, schema, show
from quiesce.config.keys import BY_NAME

TEXT = """\
[sources.prod]
kind = "gate"
url = "https://gate/"
parts = ["tasks"]
rate = "60/h"

[sources.prod.auth]
type = "basic"
username = "bob"
password = { cmd = ["secret-tool", "lookup"] }
"""


def test_every_setting_with_its_origin(write: Any, kinds: Any) -> None:
    config = load(write(TEXT), kinds)
    lines = [(each.key, each.value, each.origin) for each in show(config)]
    at = "sources.prod."
    assert lines == [
        ("max_age", '"2s"', "default"),
        ("store", "in the XDG state folder", "default"),
        ("retention", '"9600h"', "default"),
        ("night", "none", "default"),
        (f"{at}kind", '"gate"', "quiesce.toml:2"),
        (f"{at}url", '"https://gate"', "quiesce.toml:3"),
        (f"{at}auth.type", '"basic"', "quiesce.toml:8"),
        (f"{at}auth.username", '"bob"', "quiesce.toml:9"),
        (f"{at}auth.password", "*** (cmd:secret-tool)", "quiesce.toml:10"),
        (f"{at}ca", "the system's", "default"),
        (f"{at}allow_plaintext", "false", "default"),
        (f"{at}expect_at_least", "none", "default"),
        (f"{at}concurrency", "32", "default"),
        (f"{at}rate", "0.016666666666666666", "quiesce.toml:5"),
        (f"{at}deadline", '"1m"', "default"),
        (f"{at}timeout", '"30s"', "default"),
        (f"{at}max_body", '"64MiB"', "default"),
        (f"{at}attempts", "3", "default"),
        (f"{at}settle", "the kind's own", "default"),
        (f"{at}max_lag", '"0s"', "default"),
        (f"{at}every", '"30s"', "default"),
        (f"{at}every_active", '"10s"', "default"),
        (f"{at}every_night", "as by day", "default"),
        (f"{at}parts", '["tasks"]', "quiesce.toml:4"),
        (f"{at}deck_url", "none", "default"),
        (f"{at}window", '"5m"', "default"),
        (f"{at}recent", "200", "default"),
        (f"{at}strict", "false", "default"),
        (f"{at}weight", "1.0", "default"),
    ]


def test_a_variable_is_named_as_the_origin(kinds: Any) -> None:
    config = from_flags(["gate+https://gate?recent=7"], kinds, {"QUIESCE_TOKEN": "hunter2"})
    shown = {each.key: (each.value, each.origin) for each in show(config)}
    assert shown["sources.gate.auth.token"] == ("*** (env:QUIESCE_TOKEN)", "env QUIESCE_TOKEN")
    assert shown["sources.gate.recent"] == ("7", "-s")
    assert "hunter2" not in repr(shown)


def test_every_budget_of_an_access_can_be_configured() -> None:
    budgets = {field.name for field in msgspec.structs.fields(Access)} - {"name", "auth"}
    assert budgets <= set(BY_NAME)


HEAD = '[sources.prod]\nkind = "gate"\nurl = "https://gate"\n'


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        (TEXT, True),
        (f'max_age = "3s"\n{HEAD}', True),
        (f"{HEAD}max_body = 4096\nrate = 0.5\nexpect_at_least = 0\n", True),
        (f'{HEAD}window = "1h"\nparts = []\nauth = {{ type = "none" }}\n', True),
        (f'{HEAD}auth = {{ type = "headers", headers = {{ X-A = "env:A" }} }}\n', True),
        (f'{HEAD}auth = {{ type = "x509", cert = "a", key = "b" }}\n', True),
        ('[sources.m]\nkind = "metrics"\nurl = "http://m"\nproject_id = 1\n', True),
        ("", False),
        ("[sources]\n", False),
        (f"x = 1\n{HEAD}", False),
        (f"max_age = 3\n{HEAD}", False),
        (f"{HEAD}expect_atleast = 3\n", False),
        (f"{HEAD}project_id = 3\n", False),
        (f"{HEAD}concurrency = 0\n", False),
        (f'{HEAD}deadline = "60"\n', False),
        (f"{HEAD}window = 5\n", False),
        (f'{HEAD}parts = ["pipelins"]\n', False),
        (f'{HEAD}rate = "5"\n', False),
        (f'{HEAD}auth = {{ type = "basic", username = "x" }}\n', False),
        (f'{HEAD}auth = {{ type = "bearer", token = {{ cmd = [] }} }}\n', False),
        ('[sources.prod]\nkind = "gate"\n', False),
        ('[sources.prod]\nkind = "gate"\nurl = "gate"\n', False),
        ('[sources.prod]\nkind = "gate"\nurl = "https://u:p@gate"\n', False),
        ('[sources."a b"]\nkind = "gate"\nurl = "https://gate"\n', False),
        ('[sources.m]\nkind = "metrics"\nurl = "http://m"\n', False),
        ('[sources.m]\nkind = "metric"\nurl = "http://m"\nproject_id = 1\n', False),
    ],
)
def test_the_schema_says_what_reading_says(write: Any, kinds: Any, text: str, valid: bool) -> None:
    validator = Draft202012Validator(schema(kinds))
    assert validator.is_valid(tomllib.loads(text)) is valid
    problems = [each for each in check(write(text), kinds) if each.level == "error"]
    assert (not problems) is valid


def test_the_schema_is_one(kinds: Any) -> None:
    made = schema(kinds)
    Draft202012Validator.check_schema(made)
    assert msgspec.json.decode(msgspec.json.encode(made)) == made
    gate = made["$defs"]["gate"]["properties"]
    assert (gate["deadline"]["default"], gate["window"]["default"]) == ("1m", "5m")
    assert gate["kind"] == {"const": "gate", "description": "Gate"}
    assert all("description" in gate[key] for key in BY_NAME)
