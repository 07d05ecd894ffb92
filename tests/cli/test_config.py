"""`quiesce config` and its reference: nothing is asked, nothing secret is shown."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest
from tests.cli.program import document, quiesce

from quiesce.config.auth import TYPES
from quiesce.config.keys import KEYS, SOURCE_KEYS
from quiesce.config.top import TOP
from quiesce.sources import KINDS

GOOD = """\
max_age = "3s"

[sources.prod]
kind = "spinnaker"
url = "https://gate.example.com:8084"
auth = { type = "basic", username = "alice", password = "hunter2-and-more" }
"""
BAD = """\
[sources.prod]
kind = "spinaker"
url = "gate.example.com"
[sources.other]
kind = "mixpanel"
expect_atleast = 3
"""
REFERENCE = Path(__file__).parents[2] / "docs" / "configuration.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "quiesce.toml").write_text(GOOD)
    (tmp_path / "quiesce.toml").chmod(0o600)
    (tmp_path / "bad.toml").write_text(BAD)
    return tmp_path


def test_path_is_all_of_stdout_and_the_reasons_are_beside_it(folder: Path) -> None:
    told = quiesce("config", "path", cwd=folder)
    assert told.returncode == 0
    assert told.stdout == f"{folder / 'quiesce.toml'}\n"
    assert "used by the rule: the current folder" in told.stderr
    assert "passed over: --config (not given)" in told.stderr
    assert "config/quiesce/quiesce.toml (no such file)" in told.stderr


def test_path_without_any_file_names_three_ways_to_begin(tmp_path: Path) -> None:
    told = quiesce("config", "path", cwd=tmp_path)
    assert (told.returncode, told.stdout) == (2, "")
    for way in ("quiesce demo", "quiesce ls -s", "quiesce init"):
        assert way in told.stderr
    assert document(quiesce("config", "path", "-o", "json", cwd=tmp_path))["path"] is None


def test_show_hides_secrets_and_says_where_each_setting_comes_from(folder: Path) -> None:
    told = quiesce("config", "show", "--origin", cwd=folder)
    assert told.returncode == 0
    assert "hunter2" not in told.stdout + told.stderr
    assert re.search(r"^max_age +\"3s\" +quiesce\.toml:1$", told.stdout, re.MULTILINE)
    assert re.search(r"auth\.password +\*\*\* +quiesce\.toml:6$", told.stdout, re.MULTILINE)
    assert re.search(r"concurrency +32 +default$", told.stdout, re.MULTILINE)


def test_show_of_an_address_names_the_variables(tmp_path: Path) -> None:
    told = quiesce(
        *("config", "show", "-o", "json", "-s", "spinnaker+https://gate.example.com"),
        cwd=tmp_path,
        env={"QUIESCE_TOKEN": "t0ps3cret-value"},
    )
    shown = document(told)
    assert "t0ps3cret" not in told.stdout
    origins = {setting["key"]: setting["origin"] for setting in shown["settings"]}
    assert origins["sources.spinnaker.auth.token"] == "env QUIESCE_TOKEN"
    assert shown["path"] is None


def test_check_says_all_that_is_wrong_at_once(folder: Path) -> None:
    told = quiesce("config", "check", "bad.toml", cwd=folder)
    assert told.returncode == 2
    assert told.stdout.count("error: ") >= 4
    assert "did you mean `spinnaker`?" in told.stdout
    assert "did you mean `expect_at_least`?" in told.stdout
    shown = document(quiesce("config", "check", "bad.toml", "-o", "json", cwd=folder))
    assert shown["ok"] is False
    assert {"level", "message", "hint", "key", "line"} <= set(shown["problems"][0])


def test_check_asks_nothing_and_runs_nothing(folder: Path) -> None:
    (folder / "quiesce.toml").write_text(
        '[sources.a]\nkind = "spinnaker"\nurl = "https://nowhere.invalid"\n'
        'auth = { type = "bearer", token = { cmd = ["touch", "owned"] } }\n'
    )
    told = quiesce("config", "check", cwd=folder)
    assert told.returncode == 0, told.stdout
    assert told.stdout.endswith("quiesce.toml: nothing wrong\n")
    assert not (folder / "owned").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("check", "missing.toml"),
        ("check", "a", "--config", "b"),
        ("show", "--config", "missing.toml"),
        ("show", "-s", "nobody"),
        ("chek",),
        (),
    ],
)
def test_what_is_wrong_is_one_sentence_and_exit_2(words: tuple[str, ...], folder: Path) -> None:
    told = quiesce("config", *words, cwd=folder)
    assert told.returncode == 2
    assert re.match("error: ", told.stderr or told.stdout)
    assert "Traceback" not in told.stderr


def test_json_stays_one_document_when_the_configuration_can_not_be_used(folder: Path) -> None:
    told = quiesce("config", "show", "--config", "bad.toml", "-o", "json", cwd=folder)
    assert told.returncode == 2
    assert document(told)["schema"] == 1
    assert json.loads(told.stderr)["type"] == "error"


def _rows(section: str) -> dict[str, list[str]]:
    """The table of a section of the reference: its cells by the key in the first one."""
    text = REFERENCE.read_text()
    (body,) = re.findall(
        rf"^#+ {re.escape(section)}\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL
    )
    rows = [line.strip("| ").split(" | ") for line in body.splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): row[1:] for row in rows}


def test_every_common_key_is_in_the_reference_with_its_default_and_meaning() -> None:
    rows = _rows("Keys of a source")
    assert set(rows) == set(SOURCE_KEYS)
    for key in KEYS:
        default = "required" if key.required else key.unset
        if key.default is not None:
            default = f"`{key.show(key.default)}`"
        assert rows[key.name] == [default, key.about]
    assert _rows("Keys of the file") == {
        key.name: [key.unset if key.default is None else f"`{key.show(key.default)}`", key.about]
        for key in TOP
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_a_kind_is_in_the_reference_with_its_default(kind: str) -> None:
    rows = _rows(f"Only `{kind}`")
    fields = msgspec.structs.fields(KINDS[kind].config)
    assert set(rows) == {field.encode_name for field in fields}
    for field in fields:
        default = "required" if field.required else "none"
        if not field.required and field.default is not None:
            default = f"`{msgspec.json.encode(field.default).decode()}`"
        assert rows[field.encode_name][0] == default


def test_every_sign_in_and_its_keys_are_in_the_reference() -> None:
    rows = _rows("Signing in")
    assert set(rows) == set(TYPES)
    for name, keys in TYPES.items():
        assert all(f"`{key}`" in rows[name][0] for key in keys)


def test_the_example_of_the_reference_is_right(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```", REFERENCE.read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "quiesce.toml").write_text(example)
    told = quiesce("config", "check", cwd=tmp_path)
    assert told.returncode == 0, told.stdout
