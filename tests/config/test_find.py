"""The first rule that names a file wins, and the others are listed with the reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from quiesce.config import config_home, find, nothing_found
from quiesce.errors import ConfigError


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "xdg"


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    path.chmod(0o600)
    return path


def test_the_order_is_flag_variable_folder_xdg(here: Path, home: Path) -> None:
    ours = put(here / "quiesce.toml")
    xdg = put(home / "quiesce" / "quiesce.toml")
    env = {"QUIESCE_CONFIG": "b.toml"}

    found = find("a.toml", env, here, home)
    assert (found.path, found.rule) == (here / "a.toml", "--config")
    assert found.passed_over == (
        ("b.toml", "no such file"),
        ("quiesce.toml", "--config comes first"),
        (str(xdg), "--config comes first"),
    )

    found = find(None, env, here, home)
    assert (found.path, found.rule) == (here / "b.toml", "QUIESCE_CONFIG")
    assert found.passed_over[0] == ("--config", "not given")

    found = find(None, {}, here, home)
    assert (found.path, found.rule) == (ours, "the current folder")
    assert found.passed_over == (
        ("--config", "not given"),
        ("QUIESCE_CONFIG", "not set"),
        (str(xdg), "the current folder comes first"),
    )

    ours.unlink()
    found = find(None, {"QUIESCE_CONFIG": ""}, here, home)
    assert (found.path, found.rule) == (xdg, "the XDG config folder")
    assert found.passed_over[-1] == ("quiesce.toml", "no such file")


def test_a_named_file_need_not_exist(here: Path, home: Path) -> None:
    """Passing it over would ask other systems than the ones that were meant."""
    put(here / "quiesce.toml")
    assert find(None, {"QUIESCE_CONFIG": "gone.toml"}, here, home).path == here / "gone.toml"


def test_a_file_that_can_not_be_used_is_not_passed_over(here: Path, home: Path) -> None:
    put(home / "quiesce" / "quiesce.toml")
    (here / "quiesce.toml").symlink_to("nowhere")
    assert find(None, {}, here, home).path == here / "quiesce.toml"
    (here / "quiesce.toml").unlink()
    (here / "quiesce.toml").mkdir()
    assert find(None, {}, here, home).path == here / "quiesce.toml"


def test_home_is_filled_in(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    assert find("~/q.toml", {}, here, None).path == Path("/home/ann/q.toml")
    assert find(None, {"QUIESCE_CONFIG": "~/q.toml"}, here, None).path == Path("/home/ann/q.toml")


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_a_file_in_the_current_folder_that_anybody_can_change_is_refused(
    here: Path, home: Path
) -> None:
    put(here / "quiesce.toml").chmod(0o666)
    with pytest.raises(ConfigError) as caught:
        find(None, {}, here, home)
    assert caught.value.message == (
        "quiesce.toml in the current folder can be changed by everyone, so it is not used unasked"
    )
    assert caught.value.hint == "if you trust it: --config `quiesce.toml`"
    assert find("quiesce.toml", {}, here, home).path == here / "quiesce.toml"


@pytest.mark.skipif(os.name != "posix", reason="POSIX owners")
def test_a_file_in_the_current_folder_that_is_somebody_elses_is_refused(
    here: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In /tmp it could send our secrets to its own address."""
    path = put(here / "quiesce.toml")
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    if path.stat().st_uid == 0:
        os.chown(path, 12345, -1)
        monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(ConfigError, match="belongs to somebody else"):
        find(None, {}, here, home)


def test_nothing_found_offers_three_ways(here: Path, home: Path) -> None:
    found = find(None, {}, here, home)
    assert (found.path, found.rule) == (None, "")
    error = nothing_found(found)
    assert error.message == (
        f"no source is configured: there is no quiesce.toml, {home}/quiesce/quiesce.toml"
    )
    assert [line.split("  ")[-1].strip() for line in error.hint.split("\n")] == [
        "quiesce demo",
        "quiesce ls -s spinnaker+https://gate.example.com",
        "quiesce init",
    ]


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"XDG_CONFIG_HOME": "/x", "HOME": "/h"}, Path("/x")),
        ({"XDG_CONFIG_HOME": "relative", "HOME": "/h"}, Path("/h/.config")),
        ({"XDG_CONFIG_HOME": "", "HOME": "/h"}, Path("/h/.config")),
        ({"HOME": ""}, None),
        ({}, None),
    ],
)
def test_the_config_home_follows_xdg(env: dict[str, str], expected: Path | None) -> None:
    assert config_home(env) == expected
