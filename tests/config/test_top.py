"""The keys of the file itself: where the store is, for how long, and when the night is."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Any

import pytest

from quiesce.config import load, show, store_location, without_password
from quiesce.errors import ConfigError

SOURCE = '[sources.prod]\nkind = "gate"\nurl = "https://gate/"\n'
SECRET = "hunter2"


def loaded(write: Any, kinds: Any, top: str) -> Any:
    return load(write(f"{top}\n{SOURCE}"), kinds)


def test_the_file_says_where_for_how_long_and_when(write: Any, kinds: Any) -> None:
    config = loaded(write, kinds, 'retention = "30d"\nnight = "22:00-06:30"\nstore = "runs.db"')
    assert config.retention == 30 * 86_400
    assert config.night == (time(22), time(6, 30))
    assert store_location(config.store, {}, Path("/")) == str(config.path.parent / "runs.db")


def test_without_a_word_it_is_in_the_state_folder() -> None:
    assert store_location(None, {"HOME": "/home/u"}, Path()) == (
        "/home/u/.local/state/quiesce/quiesce.db"
    )
    there = {"HOME": "/home/u", "XDG_STATE_HOME": "/state"}
    assert store_location(None, there, Path()) == "/state/quiesce/quiesce.db"
    there["XDG_STATE_HOME"] = "relative"  # the rules say: ignore it then
    assert store_location(None, there, Path()) == "/home/u/.local/state/quiesce/quiesce.db"


def test_without_a_home_there_is_none() -> None:
    assert store_location(None, {}, Path()) is None


def test_the_environment_comes_first(write: Any, kinds: Any) -> None:
    config = loaded(write, kinds, 'store = "runs.db"')
    env = {"QUIESCE_STORE": "other.db", "HOME": "/home/u"}
    assert store_location(config.store, env, Path("/here")) == "/here/other.db"
    assert store_location(config.store, {**env, "QUIESCE_STORE": "none"}, Path()) is None
    assert store_location(None, {"QUIESCE_STORE": "env:PG", "PG": "a.db"}, Path("/x")) == "/x/a.db"


def test_an_address_may_be_a_reference(write: Any, kinds: Any) -> None:
    address = f"postgresql+psycopg://u:{SECRET}@db/quiesce"
    config = loaded(write, kinds, 'store = "env:PG"')
    assert store_location(config.store, {"PG": address}, Path()) == address
    with pytest.raises(ConfigError, match="env:PG is not set"):
        store_location(config.store, {}, Path())


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql+psycopg://u:{SECRET}@db/quiesce",
        f"postgresql+psycopg://u:a@{SECRET}@db/quiesce",
        f"postgresql+psycopg://u@corp:{SECRET}@db/quiesce",
        f"postgresql+psycopg://a/b:{SECRET}@db/quiesce",
        f"postgresql+psycopg://u:a?b@{SECRET}@db/quiesce?password={SECRET}",
        f"postgresql+psycopg://db/quiesce?user=u&password={SECRET}",
        f"postgresql+psycopg://db/quiesce?user=u&password=a@{SECRET}",
        f"postgresql+psycopg://db/quiesce?user=u;password={SECRET}",
        f"postgresql+psycopg://db/quiesce?pass%77ord={SECRET}",
        f"postgresql+psycopg://u@db/quiesce?sslpassword={SECRET}",
        f"postgresql+psycopg://u@db/quiesce?scram_client_key={SECRET}",
    ],
)
def test_a_password_is_never_shown(write: Any, kinds: Any, address: str) -> None:
    assert SECRET not in without_password(address)
    config = loaded(write, kinds, f'store = "{address}"')
    assert SECRET not in "".join(each.value for each in show(config))
    assert SECRET not in repr(config)


def test_an_address_without_a_password_is_shown_as_it_is() -> None:
    for address in ("/var/lib/q.db", "postgresql://u@db:5432/q?host=/run/pg&sslmode=require"):
        assert without_password(address) == address


def test_an_address_without_its_slashes_is_no_path() -> None:
    """As a path it would be shown whole, and a file of that name be made."""
    wrong = f"postgresql+psycopg:u:{SECRET}@db/quiesce"
    for env in ({"QUIESCE_STORE": wrong}, {"QUIESCE_STORE": "env:PG", "PG": wrong}):
        with pytest.raises(ConfigError, match="without `//`") as caught:
            store_location(None, env, Path("/here"))
        assert SECRET not in f"{caught.value!r} {caught.value}"


@pytest.mark.parametrize(
    ("top", "message"),
    [
        ("store = 5", "`store` must be the path of a file"),
        ('store = ""', "`store` must be the path of a file"),
        ('night = "22-6"', "`night` must be two times of the day"),
        ('night = "22:00-22:00"', "`night` must be two times of the day"),
        ('night = "24:00-06:00"', "`night` must be two times of the day"),
        ('retention = "1h"', "`retention` must be a duration"),
    ],
)
def test_what_can_not_be_used_is_said(write: Any, kinds: Any, top: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(write, kinds, top)
    assert message in caught.value.message
    assert "quiesce.toml:1" in caught.value.message


def test_each_source_has_its_own_pace(write: Any, kinds: Any) -> None:
    keys = 'every = "1m"\nevery_active = "5s"\nevery_night = "10m"\n'
    source = load(write(SOURCE + keys), kinds).sources[0]
    assert (source.every, source.every_active, source.every_night) == (60.0, 5.0, 600.0)
